/// Nothing is written as a backup that would not be read as one.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbve/vault/backup.hpp"
#include "support/lockers.hpp"
#include "vault/backup_form.hpp"

namespace kbve::vault {
namespace {

vault locker_with_slot() {
  vault out = test::new_vault();
  EXPECT_TRUE(out.wrap_slot(test::passphrase_slot(1), test::key_of(0x77).view()));
  return out;
}

backup_record record_of(const test::stored_record& from) {
  return {.id = from.id,
          .version = from.version,
          .epoch = from.epoch,
          .kind = from.kind,
          .expires = from.expires,
          .nonce = from.nonce,
          .box = from.box};
}

/// The root of these records.
backup_record root_of(vault& with, const std::vector<backup_record>& records) {
  set_sum sum;
  for (const backup_record& record : records) {
    if (record.id.size() <= max_id_bytes) sum.add(with.term(record.id, record.version, record.expires));
  }
  auto root = *with.rebuild_root(sum, records.size(), test::now);
  return {.id = "root",
          .version = root.version,
          .epoch = root.epoch,
          .kind = record_kind::json,
          .expires = 0,
          .nonce = root.nonce,
          .box = std::move(root.box)};
}

struct refusal {
  errc code = errc::aborted;
  std::string field;

  friend bool operator==(const refusal&, const refusal&) = default;
  friend void PrintTo(const refusal& value, std::ostream* out) { *out << name(value.code) << ' ' << value.field; }
};

template <class T>
refusal refusal_in(const result<T>& got) {
  return got ? refusal{} : refusal{.code = got.error().code, .field = got.error().field};
}

/// Two records and their root, one of them changed before the root is made.
template <class F>
refusal made_with(F change) {
  vault locker = locker_with_slot();
  std::vector<backup_record> records{record_of(test::seal(locker, "entry/a", "1")),
                                     record_of(test::seal(locker, "profile/theme", R"("dark")"))};
  change(records[0]);
  backup_record root = root_of(locker, records);
  const auto made = make_backup(locker, std::move(records), std::move(root));
  if (made) EXPECT_TRUE(parse_backup(to_json(*made))) << "what is written is read";
  return refusal_in(made);
}

TEST(BackupWriter, WritesWhatLiesOnTheDisk) {
  EXPECT_EQ(made_with([](backup_record&) {}), refusal{});
}

TEST(BackupWriter, WhatNoReaderTakesIsNotWritten) {
  const refusal refused{.code = errc::invalid_field, .field = "entry/a"};
  EXPECT_EQ(made_with([](backup_record& one) { one.box.clear(); }), refused) << "swept: it has expired";
  EXPECT_EQ(made_with([](backup_record& one) { one.box.resize(79); }), refused);
  EXPECT_EQ(made_with([](backup_record& one) { one.box.resize(box_size(max_value_bytes) + 1); }), refused);
  EXPECT_EQ(made_with([](backup_record& one) { one.version.rev = integer_limit; }), refused);
  EXPECT_EQ(made_with([](backup_record& one) { one.expires = integer_limit; }), refused);
  EXPECT_EQ(made_with([](backup_record& one) { one.id = "profile/theme"; }),
            (refusal{.code = errc::invalid_field, .field = "profile/theme"}));
  const refusal nameless{.code = errc::invalid_field, .field = ""};
  EXPECT_EQ(made_with([](backup_record& one) { one.id.clear(); }), nameless);
  EXPECT_EQ(made_with([](backup_record& one) { one.id = "entry/\xff"; }), nameless);
  EXPECT_EQ(made_with([](backup_record& one) { one.id = std::string(513, 'x'); }), nameless);
}

TEST(BackupWriter, ASessionIsInNoBackup) {
  const refusal refused{.code = errc::invalid_field, .field = "auth/main"};
  EXPECT_EQ(made_with([](backup_record& one) { one.id = "auth/main"; }), refused);
  vault locker = locker_with_slot();
  const std::vector<plain_item> session{{.id = "auth/main", .value = as_bytes("{}")}};
  EXPECT_EQ(refusal_in(seal_backup(locker, session, test::now)), refused);
}

TEST(BackupWriter, ALargeValueNeedsItsParts) {
  vault locker = locker_with_slot();
  const auto sealed = [&](std::string_view value) {
    const std::vector<plain_item> one{
        {.id = "entry/film", .kind = record_kind::parts, .expires = 0, .value = as_bytes(value)}};
    return refusal_in(seal_backup(locker, one, test::now));
  };
  const refusal refused{.code = errc::invalid_field, .field = "entry/film"};
  EXPECT_EQ(sealed("{}"), refused);
  EXPECT_EQ(sealed(R"({"id":"f","kind":"blob","size":70,"part":64,"count":2})"), refused);
  EXPECT_EQ(sealed(R"({"id":"f","kind":"bytes","size":0,"part":64,"count":0})"), refusal{});
  const backup_record part = record_of(test::seal(locker, "part/f/0", "x", record_kind::bytes));
  EXPECT_EQ(refusal_in(seal_backup(locker, {}, test::now, {part})),
            (refusal{.code = errc::invalid_field, .field = "part/f/0"}));
}

TEST(BackupWriter, KnowsHowLongItsTextIs) {
  vault locker = locker_with_slot();
  const std::vector<plain_item> values{
      {.id = "entry/\"\n\x01 \u2028", .value = as_bytes("1")},
      {.id = "entry/old", .kind = record_kind::gone, .expires = 7, .value = {}},
      {.id = "entry/film",
       .kind = record_kind::parts,
       .expires = 0,
       .value = as_bytes(R"({"id":"f","kind":"bytes","size":3,"part":2,"count":2})")}};
  const auto made = seal_backup(locker, values, test::now,
                                {record_of(test::seal(locker, "part/f/0", "xy", record_kind::bytes)),
                                 record_of(test::seal(locker, "part/f/1", "z", record_kind::bytes))});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(json_size(*made), to_json(*made).size());
  const auto none = seal_backup(locker, {}, test::now);
  ASSERT_TRUE(none);
  EXPECT_EQ(json_size(*none), to_json(*none).size());
}

TEST(BackupWriter, TheRootIsThatOfTheRecords) {
  vault locker = locker_with_slot();
  std::vector<backup_record> records{record_of(test::seal(locker, "entry/a", "1"))};
  const backup_record root = root_of(locker, records);
  records.push_back(record_of(test::seal(locker, "entry/b", "1")));
  EXPECT_EQ(refusal_in(make_backup(locker, records, root)).code, errc::tampered);
  backup_record other = root_of(locker, records);
  EXPECT_EQ(refusal_in(make_backup(locker, records, other)), refusal{});
  other.box[0] ^= 1U;
  EXPECT_EQ(refusal_in(make_backup(locker, records, other)).code, errc::tampered);
  other.box.clear();
  EXPECT_EQ(refusal_in(make_backup(locker, records, other)).code, errc::tampered);
}

TEST(BackupWriter, NothingIsLongerThanItMayBe) {
  vault locker = locker_with_slot();
  std::vector<backup_record> records;
  // Each is 1,398,208 letters of base64url.
  for (int i = 0; i < 192; ++i) {
    backup_record& one = records.emplace_back();
    one.id = "entry/" + std::to_string(i);
    one.box.resize(box_size(max_value_bytes));
  }
  backup_record root = root_of(locker, records);
  EXPECT_EQ(refusal_in(make_backup(locker, std::move(records), std::move(root))).code, errc::too_large);
}

TEST(BackupReader, WhatWasNeverParsedHarmsNobody) {
  vault locker = locker_with_slot();
  const std::vector<plain_item> one{{.id = "entry/a", .value = as_bytes("1")}};
  const auto whole = seal_backup(locker, one, test::now);
  ASSERT_TRUE(whole);
  const auto opened = [&](auto change) {
    backup other = *whole;
    change(other);
    return refusal_in(open_backup(other, locker)).code;
  };
  EXPECT_EQ(opened([](backup& b) { b.records[0].box.clear(); }), errc::tampered);
  EXPECT_EQ(opened([](backup& b) { b.records[0].box.resize(15); }), errc::tampered);
  EXPECT_EQ(opened([](backup& b) { b.records[0].id = std::string(4'096, 'x'); }), errc::tampered);
  EXPECT_EQ(opened([](backup& b) { b.root.box.clear(); }), errc::tampered);
  EXPECT_EQ(opened([](backup& b) { b.root.id = std::string(4'096, 'x'); }), errc::tampered);
  EXPECT_EQ(opened([](backup& b) { b.parts.push_back(b.records[0]); }), errc::tampered);
}

TEST(BackupReader, ASessionInItIsPassedOver) {
  vault locker = locker_with_slot();
  // As a version before this one wrote them.
  backup file{
      .header = *portable_header(locker),
      .records = {record_of(test::seal(locker, "auth/main", "{}")), record_of(test::seal(locker, "entry/a", "1"))},
      .root = {},
      .mac = {}};
  file.root = root_of(locker, file.records);
  const auto opened = open_backup(file, locker);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->values.size(), 1U);
  EXPECT_EQ(opened->values[0].id, "entry/a");
}

}  // namespace
}  // namespace kbve::vault
