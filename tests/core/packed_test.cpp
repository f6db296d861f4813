#include "kbve/vault/packed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kbve/crypto/kdf.hpp"
#include "support/lockers.hpp"

namespace kbve::vault {
namespace {

using test::opened_values;
using test::packed_item;
using test::sealed_item;
using test::stored_record;

constexpr double now = static_cast<double>(test::now);

result<std::size_t> seal(packed_door& door, vault& with, const std::vector<packed_item>& items) {
  const bytes input = test::pack(items);
  EXPECT_TRUE(test::put(door, input));
  return door.seal(with, items.size(), input.size(), now);
}

std::vector<sealed_item> sealed(packed_door& door, vault& with, const std::vector<packed_item>& items) {
  const auto size = seal(door, with, items);
  EXPECT_TRUE(size) << (size ? "" : size.error().message);
  return size ? test::unpack_sealed(test::output_of(door, *size), items.size()) : std::vector<sealed_item>();
}

std::vector<stored_record> records_of(const std::vector<sealed_item>& items) {
  std::vector<stored_record> out;
  out.reserve(items.size());
  for (const sealed_item& item : items) out.push_back(item.record);
  return out;
}

opened_values opened(packed_door& door, vault& with, const std::vector<stored_record>& records,
                     bool accumulate = false) {
  const bytes input = test::pack(records);
  EXPECT_TRUE(test::put(door, input));
  const auto size = door.open(with, records.size(), input.size(), accumulate);
  EXPECT_TRUE(size) << (size ? "" : size.error().message);
  return size ? test::unpack_opened(test::output_of(door, *size), records.size()) : opened_values();
}

errc refusal(packed_door& door, vault& with, const std::vector<packed_item>& items) {
  const auto got = seal(door, with, items);
  EXPECT_FALSE(got);
  return got ? errc::aborted : got.error().code;
}

TEST(Packed, SealsAndOpensManyAtOnce) {
  auto vault = test::new_vault();
  packed_door door;
  const auto items = sealed(door, vault,
                            {{.id = "entry/json", .value = R"({"a":[1,2]})"},
                             {.id = "entry/bytes", .value = std::string("\0\xff\x80", 3), .kind = 1},
                             {.id = "entry/gone", .value = "", .kind = 2},
                             {.id = "profile/theme", .value = "\"dark\"", .kind = 0, .expires = 5},
                             {.id = "entry/none", .value = "", .kind = 1}});
  ASSERT_EQ(items.size(), 5U);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].record.version.rev, test::now * 1'024 + i);
    EXPECT_EQ(items[i].record.version.writer, vault.writer());
    EXPECT_EQ(items[i].record.epoch, 1U);
    EXPECT_EQ(items[i].replaced, "");
  }
  EXPECT_EQ(items[3].record.expires, 5U);
  EXPECT_EQ(items[3].record.kind, record_kind::json);

  auto again = vault::adopt(vault.current_header(), vault.root_key().clone(), schema());
  const opened_values values = opened(door, again, records_of(items));
  EXPECT_EQ(values.status, (std::vector<int>{0, 1, 2, 0, 1}));
  EXPECT_EQ(values.json, R"([{"a":[1,2]},null,null,"dark",null])");
  EXPECT_EQ(values.blobs, (std::vector<std::string>{std::string("\0\xff\x80", 3), ""}));
}

TEST(Packed, TakesNothingAtAll) {
  auto vault = test::new_vault();
  packed_door door;
  EXPECT_TRUE(sealed(door, vault, {}).empty());
  EXPECT_EQ(opened(door, vault, {}).json, "[]");
}

TEST(Packed, AnswersWhatTheRuleStored) {
  auto vault = test::new_vault();
  packed_door door;
  const auto items = sealed(door, vault,
                            {{.id = "profile/username", .value = "\"ann\""},
                             {.id = "profile/phone", .value = "\"+49 (151) 123-456\""},
                             {.id = "entry/x", .value = "1"},
                             {.id = "profile/phone", .value = "\"+1 2\""}});
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].replaced, "");
  EXPECT_EQ(items[1].replaced, "\"+49151123456\"");
  EXPECT_EQ(items[2].replaced, "");
  EXPECT_EQ(items[3].replaced, "\"+12\"");
  EXPECT_EQ(opened(door, vault, records_of(items)).json, R"(["ann","+49151123456",1,"+12"])");
}

TEST(Packed, SealsNothingUnlessAllIsValid) {
  auto vault = test::new_vault();
  packed_door door;
  const auto failed = seal(
      door, vault, {{.id = "profile/username", .value = "\"ann\""}, {.id = "profile/email", .value = "\"x\""}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::invalid_field);
  EXPECT_EQ(failed.error().field, "email");
  EXPECT_EQ(vault.sealed(), 0U);
  EXPECT_EQ(*vault.draw_revs(1, test::now), test::now * 1'024) << "and no revision is used";

  EXPECT_EQ(refusal(door, vault, {{.id = "entry/a", .value = "{"}}), errc::not_serializable);
  EXPECT_EQ(refusal(door, vault, {{.id = "entry/a", .value = std::string(1'048'577, '1')}}), errc::too_large);
  EXPECT_EQ(refusal(door, vault, {{.id = std::string(513, 'x'), .value = "1"}}), errc::too_large);
  EXPECT_EQ(refusal(door, vault, {{.id = "entry/a", .value = "1", .kind = 4}}), errc::invalid_field);
  EXPECT_EQ(refusal(door, vault, {{.id = "profile/username", .value = "\"a\"", .kind = 3}}), errc::invalid_field);
  for (const double expires : {-1.0, 0.5, 9'007'199'254'740'992.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(refusal(door, vault, {{.id = "entry/a", .value = "1", .kind = 0, .expires = expires}}),
              errc::invalid_field)
        << expires;
  }
}

TEST(Packed, RefusesADateThatIsNone) {
  auto vault = test::new_vault();
  packed_door door;
  const bytes input = test::pack(std::vector<packed_item>{{.id = "entry/a", .value = "1"}});
  for (const double date : {-1.0, std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    ASSERT_TRUE(test::put(door, input));
    const auto got = door.seal(vault, 1, input.size(), date);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, errc::invalid_field);
    EXPECT_FALSE(door.rebuild_root(vault, date));
  }
  ASSERT_TRUE(test::put(door, input));
  EXPECT_TRUE(door.seal(vault, 1, input.size(), now + 0.75)) << "a clock may have fractions";
}

TEST(Packed, EveryTruncationOfItemsIsRefused) {
  auto vault = test::new_vault();
  packed_door door;
  const bytes input =
      test::pack(std::vector<packed_item>{{.id = "entry/a", .value = "1"}, {.id = "entry/b", .value = "[2]"}});
  for (std::size_t size = 0; size < input.size(); ++size) {
    ASSERT_TRUE(test::put(door, bytes_view(input).first(size)));
    EXPECT_FALSE(door.seal(vault, 2, size, now)) << size;
  }
  for (const std::size_t count : {0UL, 1UL, 3UL, 1UL << 31UL}) {
    ASSERT_TRUE(test::put(door, input));
    EXPECT_FALSE(door.seal(vault, count, input.size(), now)) << count;
  }
  ASSERT_TRUE(test::put(door, input));
  EXPECT_FALSE(door.seal(vault, 2, std::size_t{1} << 31U, now)) << "more than was reserved";
  EXPECT_EQ(vault.sealed(), 0U);
}

TEST(Packed, EveryTruncationOfRecordsIsRefused) {
  auto vault = test::new_vault();
  packed_door door;
  const auto items =
      sealed(door, vault, {{.id = "entry/a", .value = "1"}, {.id = "entry/b", .value = "bytes", .kind = 1}});
  const bytes input = test::pack(records_of(items));
  for (std::size_t size = 0; size < input.size(); ++size) {
    ASSERT_TRUE(test::put(door, bytes_view(input).first(size)));
    const auto got = door.open(vault, 2, size, true);
    ASSERT_FALSE(got) << size;
    EXPECT_EQ(got.error().code, errc::tampered);
    EXPECT_FALSE(door.check_root(vault, size)) << size;
  }
  for (const std::size_t count : {0UL, 1UL, 3UL, 1UL << 31UL}) {
    ASSERT_TRUE(test::put(door, input));
    EXPECT_FALSE(door.open(vault, count, input.size(), false)) << count;
  }
}

TEST(Packed, ARecordThatDoesNotOpenLeavesTheOthersAlone) {
  auto vault = test::new_vault();
  packed_door door;
  const auto good = records_of(sealed(door, vault,
                                      {{.id = "entry/a", .value = "\"first\""},
                                       {.id = "entry/b", .value = "secret", .kind = 1},
                                       {.id = "entry/c", .value = "\"third\""},
                                       {.id = "entry/d", .value = "blob", .kind = 1}}));
  const auto expect_closed = [&](const stored_record& bad, std::string_view what) {
    auto changed = good;
    changed[1] = bad;
    const opened_values values = opened(door, vault, changed);
    EXPECT_EQ(values.status, (std::vector<int>{0, 3, 0, 1})) << what;
    EXPECT_EQ(values.json, R"(["first",null,"third",null])") << what;
    EXPECT_EQ(values.blobs, std::vector<std::string>{"blob"}) << what;
  };
  for (std::size_t i = 0; i < good[1].box.size(); ++i) {
    stored_record bad = good[1];
    bad.box[i] ^= 0x40;
    expect_closed(bad, "box");
  }
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 79U}) {
    stored_record bad = good[1];
    bad.box.resize(size);
    expect_closed(bad, "size");
  }
  stored_record bad = good[1];
  bad.kind = record_kind{3};  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): that is the question
  expect_closed(bad, "kind");
  bad = good[1];
  bad.kind = record_kind::json;
  expect_closed(bad, "other kind");
  bad = good[1];
  bad.id = std::string(600, 'x');
  expect_closed(bad, "long id");
  bad = good[1];
  bad.epoch = 2;
  expect_closed(bad, "epoch to come");
  bad = good[1];
  bad.version.rev = integer_limit;
  expect_closed(bad, "no rev");
  bad = good[1];
  bad.box = good[0].box;
  expect_closed(bad, "swapped");
}

TEST(Packed, WhatIsSealedIsWipedAndWhatWasOpenedGoesWithTheNextInput) {
  auto vault = test::new_vault();
  packed_door door;
  const bytes input = test::pack(std::vector<packed_item>{{.id = "entry/a", .value = R"("needle in the input")"}});
  const auto holds = [](bytes_view memory) { return as_text(memory).contains("needle"); };
  ASSERT_TRUE(test::put(door, input));
  const std::uint8_t* const memory = door.input(input.size());
  std::ranges::copy(input, door.input(input.size()));
  ASSERT_TRUE(holds({memory, input.size()}));
  const auto size = door.seal(vault, 1, input.size(), now);
  ASSERT_TRUE(size);
  EXPECT_FALSE(holds({memory, input.size()}));
  const auto record = test::unpack_sealed(test::output_of(door, *size), 1)[0].record;

  // A refused one as well.
  const bytes refused = test::pack(std::vector<packed_item>{{.id = "entry/a", .value = R"("needle)"}});
  std::ranges::copy(refused, door.input(refused.size()));
  ASSERT_FALSE(door.seal(vault, 1, refused.size(), now));
  EXPECT_FALSE(holds({memory, refused.size()}));

  const bytes packed = test::pack(std::vector<stored_record>{record});
  ASSERT_TRUE(test::put(door, packed));
  const auto opened_size = door.open(vault, 1, packed.size(), false);
  ASSERT_TRUE(opened_size);
  const bytes_view output(door.output(), *opened_size);
  EXPECT_TRUE(holds(output));
  ASSERT_NE(door.input(1), nullptr);
  EXPECT_FALSE(holds(output));
}

TEST(Packed, GivesLargeMemoryBack) {
  scratch_memory memory;
  ASSERT_TRUE(memory.reserve(100));
  EXPECT_GE(memory.size(), 100U);
  memory.release_large();
  EXPECT_NE(memory.data(), nullptr);
  ASSERT_TRUE(memory.reserve(1'000'000));
  EXPECT_GE(memory.size(), 1'000'000U);
  scratch_memory moved(std::move(memory));
  EXPECT_GE(moved.size(), 1'000'000U);
  moved.release_large();
  EXPECT_EQ(moved.data(), nullptr);
  EXPECT_EQ(moved.size(), 0U);
  ASSERT_TRUE(moved.reserve(0));
  EXPECT_NE(moved.data(), nullptr);

  packed_door door;
  EXPECT_EQ(door.input(std::numeric_limits<std::size_t>::max()), nullptr);
  EXPECT_NE(door.input(10), nullptr);
}

TEST(Packed, MemoryThatNobodyHasIsNotReserved) {
  scratch_memory memory;
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX - 4'094}) {
    EXPECT_FALSE(memory.reserve(size)) << size;
    EXPECT_EQ(memory.size(), 0U) << size;
  }
  EXPECT_TRUE(memory.reserve(0));
}

TEST(Packed, ChecksTheRootAgainstWhatWasOpened) {
  auto vault = test::new_vault();
  packed_door door;
  std::vector<packed_item> items;
  items.reserve(20);
  for (int i = 0; i < 20; ++i) items.push_back({.id = "entry/" + std::to_string(i), .value = std::to_string(i)});
  auto records = records_of(sealed(door, vault, items));
  const auto check = [&](const std::vector<stored_record>& found, const bytes& root) {
    door.sum_begin();
    // In two parts, as a large locker is read.
    const auto middle = found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2);
    (void)opened(door, vault, {found.begin(), middle}, true);
    (void)opened(door, vault, {middle, found.end()}, true);
    EXPECT_TRUE(test::put(door, root));
    const auto got = door.check_root(vault, root.size());
    EXPECT_TRUE(got) << (got ? "" : got.error().message);
    return got ? *got : integrity::header;
  };

  door.sum_begin();
  (void)opened(door, vault, records, true);
  auto size = door.rebuild_root(vault, now);
  ASSERT_TRUE(size);
  bytes root = test::output_of(door, *size);
  EXPECT_EQ(check(records, root), integrity::ok);

  auto shuffled = records;
  std::ranges::shuffle(shuffled, std::mt19937(3));
  EXPECT_EQ(check(shuffled, root), integrity::ok);
  auto removed = records;
  removed.pop_back();
  EXPECT_EQ(check(removed, root), integrity::records);
  auto twice = records;
  twice.push_back(records[0]);
  EXPECT_EQ(check(twice, root), integrity::records);
  auto damaged = records;
  damaged[3].box[0] ^= 1;
  EXPECT_EQ(check(damaged, root), integrity::ok) << "one that does not open is named by its status";
  damaged[3].version.rev -= 1;
  EXPECT_EQ(check(damaged, root), integrity::records);
  damaged[3].version.rev = integer_limit;
  EXPECT_EQ(check(damaged, root), integrity::records);

  // A newer value, with and without its root; then the older value put back.
  const stored_record older = records[5];
  const auto newer = sealed(door, vault, {{.id = "entry/5", .value = "\"new\""}})[0].record;
  records[5] = newer;
  EXPECT_EQ(check(records, root), integrity::records);
  bytes input = root;
  const bytes change = test::pack(
      std::vector<test::packed_change>{{.id = "entry/5", .before = older.version, .after = newer.version}});
  input.insert(input.end(), change.begin(), change.end());
  ASSERT_TRUE(test::put(door, input));
  size = door.apply_root(vault, root.size(), 1, input.size(), now);
  ASSERT_TRUE(size) << size.error().message;
  const bytes next = test::output_of(door, *size);
  EXPECT_EQ(check(records, next), integrity::ok);
  records[5] = older;
  EXPECT_EQ(check(records, next), integrity::records);
}

TEST(Packed, AnExpiredRecordWithoutItsBoxStillCountsAndItsDateCannotBeChanged) {
  auto vault = test::new_vault();
  packed_door door;
  auto records = std::vector<stored_record>{
      sealed(door, vault, {{.id = "entry/a", .value = "1", .expires = 1'000}})[0].record,
      sealed(door, vault, {{.id = "entry/b", .value = "2"}})[0].record};
  const auto check = [&](const std::vector<stored_record>& found, bytes_view root) {
    door.sum_begin();
    const bytes packed = test::pack(found);
    EXPECT_TRUE(test::put(door, packed));
    const auto opened = door.open(vault, found.size(), packed.size(), true);
    EXPECT_TRUE(opened);
    EXPECT_TRUE(test::put(door, root));
    return door.check_root(vault, root.size()).value_or(integrity::header);
  };
  bytes input;
  {
    door.sum_begin();
    const auto empty = door.rebuild_root(vault, now);
    ASSERT_TRUE(empty);
    input = test::output_of(door, *empty);
  }
  const std::size_t root_size = input.size();
  const bytes changes = test::pack(std::vector<test::packed_change>{
      {.id = "entry/a", .before = {}, .after = records[0].version, .after_expires = 1'000},
      {.id = "entry/b", .before = {}, .after = records[1].version}});
  input.insert(input.end(), changes.begin(), changes.end());
  ASSERT_TRUE(test::put(door, input));
  const auto size = door.apply_root(vault, root_size, 2, input.size(), now);
  ASSERT_TRUE(size) << size.error().message;
  const bytes root = test::output_of(door, *size);
  EXPECT_EQ(check(records, root), integrity::ok);

  auto swept = records;
  swept[0].box.clear();
  EXPECT_EQ(check(swept, root), integrity::ok);
  swept[0].expires = 2'000;
  EXPECT_EQ(check(swept, root), integrity::records);
  swept = records;
  swept[1].box.clear();
  swept[1].expires = 1'000;
  EXPECT_EQ(check(swept, root), integrity::records) << "a value that never expires cannot be made to look expired";
}

TEST(Packed, EveryTruncationOfARootAndItsChangesIsRefused) {
  auto vault = test::new_vault();
  packed_door door;
  door.sum_begin();
  const auto made = door.rebuild_root(vault, now);
  ASSERT_TRUE(made);
  const bytes root = test::output_of(door, *made);
  bytes input = root;
  const version at{.rev = 5, .writer = {1}};
  const bytes changes = test::pack(std::vector<test::packed_change>{{.id = "entry/a", .before = {}, .after = at},
                                                                    {.id = "entry/a", .before = at, .after = {}}});
  input.insert(input.end(), changes.begin(), changes.end());
  for (std::size_t size = 0; size < input.size(); ++size) {
    ASSERT_TRUE(test::put(door, bytes_view(input).first(size)));
    EXPECT_FALSE(door.apply_root(vault, root.size(), 2, size, now)) << size;
  }
  for (std::size_t root_size = 0; root_size <= input.size() + 1; ++root_size) {
    ASSERT_TRUE(test::put(door, input));
    EXPECT_EQ(door.apply_root(vault, root_size, 2, input.size(), now).has_value(), root_size == root.size());
  }
  for (const std::size_t count : {0UL, 1UL, 3UL, 1UL << 31UL}) {
    ASSERT_TRUE(test::put(door, input));
    EXPECT_FALSE(door.apply_root(vault, root.size(), count, input.size(), now)) << count;
  }
  for (std::size_t i = 0; i < root.size(); ++i) {
    bytes changed = input;
    changed[i] ^= 1;
    ASSERT_TRUE(test::put(door, changed));
    const auto got = door.apply_root(vault, root.size(), 2, changed.size(), now);
    ASSERT_FALSE(got) << i;
    EXPECT_EQ(got.error().code, errc::tampered) << i;
  }
}

TEST(Packed, DrawsANonceForEachValue) {
  auto vault = test::new_vault();
  packed_door door;
  std::vector<packed_item> items(100, {.id = "entry/a", .value = "1"});
  std::set<crypto::aead_nonce> nonces;
  for (int round = 0; round < 3; ++round) {
    for (const sealed_item& item : sealed(door, vault, items)) nonces.insert(item.record.nonce);
  }
  EXPECT_EQ(nonces.size(), 300U);
}

/// A root as another program may have sealed it, with the vault's own key.
stored_record root_of(const vault& with, const root& content) {
  bytes info(as_bytes("kbve-locker/1/data").begin(), as_bytes("kbve-locker/1/data").end());
  info.insert(info.end(), {0, 0, 0, 1});
  const header& head = with.current_header();
  const crypto::aead_key key(crypto::hkdf_sha256_key(with.root_key().view(), head.key_id, info));
  const std::string plain = to_json(content);
  stored_record out{.id = "root",
                    .version = {.rev = content.rev, .writer = {1}},
                    .epoch = 1,
                    .kind = record_kind::json,
                    .expires = 0,
                    .nonce = {2},
                    .box = bytes(box_size(plain.size()))};
  binding(binding::root_label, head.locker_id).seal(key, out.view().meta, out.nonce, as_bytes(plain), out.box);
  return out;
}

TEST(Packed, OpensRecordsOfSeveralEpochsInAnyOrder) {
  auto vault = test::new_vault();
  packed_door door;
  std::vector<stored_record> records;
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::vector<packed_item> items;
    items.reserve(9);
    for (int i = 0; i < 9; ++i) {
      items.push_back({.id = "entry/" + std::to_string(epoch * 9 + i), .value = std::to_string(epoch * 9 + i)});
    }
    for (const stored_record& record : records_of(sealed(door, vault, items))) records.push_back(record);
    ASSERT_TRUE(vault.raise_epoch());
  }
  std::minstd_rand order(7);  // NOLINT(cert-msc*): the same orders in every run
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(records, order);
    const opened_values values = opened(door, vault, records);
    std::string json;
    for (const stored_record& record : records) json += (json.empty() ? "[" : ",") + record.id.substr(6);
    EXPECT_EQ(values.json, json + "]");
  }
}

TEST(Packed, AnInputAreaThatIsKeptIsGoodForManyCalls) {
  auto vault = test::new_vault();
  packed_door door;
  std::uint8_t* const memory = door.input(packed_door::kept_input);
  ASSERT_NE(memory, nullptr);
  // The largest values that fit, in and out, without asking again.
  const std::string value = '"' + std::string(100'000, 'a') + '"';
  for (int i = 0; i < 3; ++i) {
    const bytes input = test::pack(std::vector<packed_item>{{.id = "entry/a", .value = value}});
    std::ranges::copy(input, memory);
    const auto size = door.seal(vault, 1, input.size(), now);
    ASSERT_TRUE(size);
    const bytes packed = test::pack(records_of(test::unpack_sealed(test::output_of(door, *size), 1)));
    std::ranges::copy(packed, memory);
    const auto opened_size = door.open(vault, 1, packed.size(), false);
    ASSERT_TRUE(opened_size);
    EXPECT_EQ(test::unpack_opened(test::output_of(door, *opened_size), 1).json, "[" + value + "]");
  }
  EXPECT_EQ(door.input(1), memory);
}

TEST(Packed, StopsBeforeTheDataKeyHasSealedTooOften) {
  auto vault = test::new_vault();
  packed_door door;
  const stored_record full =
      root_of(vault, {.rev = 1, .header_rev = 1, .sealed = max_seals - 2, .count = 0, .sum = {}});
  const bytes packed = test::pack(std::vector<stored_record>{full});
  ASSERT_TRUE(test::put(door, packed));
  EXPECT_EQ(door.check_root(vault, packed.size()), integrity::ok);
  EXPECT_EQ(vault.sealed(), max_seals - 2);
  const packed_item item{.id = "entry/a", .value = "1"};
  EXPECT_EQ(refusal(door, vault, {item, item, item}), errc::read_only);
  EXPECT_EQ(sealed(door, vault, {item, item}).size(), 2U);
  EXPECT_EQ(refusal(door, vault, {item}), errc::read_only);
  ASSERT_TRUE(vault.raise_epoch());
  EXPECT_EQ(sealed(door, vault, {item, item, item}).size(), 3U);
}

TEST(Packed, ResealsUnderAnotherRootKeyAndKeepsVersions) {
  auto old = test::new_vault();
  packed_door door;
  const auto records = records_of(sealed(door, old,
                                         {{.id = "entry/json", .value = R"({"a":[1,2]})"},
                                          {.id = "entry/bytes", .value = std::string("\0\xff\x80", 3), .kind = 1},
                                          {.id = "entry/gone", .value = "", .kind = 2},
                                          {.id = "profile/theme", .value = "\"dark\"", .kind = 0, .expires = 5},
                                          {.id = "entry/long", .value = std::string(200'000, '7'), .kind = 1}}));
  auto fresh = vault::rekeyed(old.current_header(), schema());
  ASSERT_TRUE(fresh);
  packed_door into;
  const bytes input = test::pack(records);
  ASSERT_TRUE(test::put(into, input));
  into.sum_begin();
  const auto size = into.reseal(old, *fresh, records.size(), input.size());
  ASSERT_TRUE(size) << size.error().message;
  EXPECT_EQ(*size, input.size());
  // What was opened on the way is not left lying about.
  ASSERT_TRUE(std::ranges::all_of(std::span(into.input(8), 8), [](std::uint8_t byte) { return byte == 0; }));

  ASSERT_TRUE(test::put(into, input));
  into.sum_begin();
  ASSERT_TRUE(into.reseal(old, *fresh, records.size(), input.size()));
  const bytes output = test::output_of(into, input.size());
  const auto root = into.rebuild_root(*fresh, now);
  ASSERT_TRUE(root);
  const bytes packed_root = test::output_of(into, *root);

  auto again = vault::adopt(fresh->current_header(), fresh->root_key().clone(), schema());
  ASSERT_TRUE(test::put(into, output));
  into.sum_begin();
  const auto opened_size = into.open(again, records.size(), output.size(), true);
  ASSERT_TRUE(opened_size);
  const opened_values values = test::unpack_opened(test::output_of(into, *opened_size), records.size());
  EXPECT_EQ(values.status, (std::vector<int>{0, 1, 2, 0, 1}));
  EXPECT_EQ(values.json, R"([{"a":[1,2]},null,null,"dark",null])");
  ASSERT_EQ(values.blobs.size(), 2U);
  EXPECT_EQ(values.blobs[1], std::string(200'000, '7'));
  ASSERT_TRUE(test::put(into, packed_root));
  const auto integrity_of_it = into.check_root(again, packed_root.size());
  ASSERT_TRUE(integrity_of_it);
  EXPECT_EQ(*integrity_of_it, integrity::ok);
  // Same ids and versions: only epoch, nonce and box are others.
  const std::string_view old_text = as_text(input);
  const std::string_view new_text = as_text(output);
  const std::size_t head = 2 + records[0].id.size() + 8 + 8;
  EXPECT_EQ(old_text.substr(0, head), new_text.substr(0, head));
  EXPECT_NE(old_text, new_text);

  // The old key opens nothing of it any more, and the new one nothing of the old.
  ASSERT_TRUE(test::put(into, output));
  const auto closed = into.open(old, records.size(), output.size(), false);
  ASSERT_TRUE(closed);
  EXPECT_EQ(test::unpack_opened(test::output_of(into, *closed), records.size()).status,
            (std::vector<int>{3, 3, 3, 3, 3}));
  EXPECT_EQ(opened(door, again, records).status, (std::vector<int>{3, 3, 3, 3, 3}));
}

TEST(Packed, ResealsNothingThatDoesNotOpen) {
  auto old = test::new_vault();
  packed_door door;
  auto records = records_of(sealed(door, old, {{.id = "entry/a", .value = "1"}, {.id = "entry/b", .value = "2"}}));
  auto fresh = vault::rekeyed(old.current_header(), schema());
  ASSERT_TRUE(fresh);
  const auto refused = [&](const bytes& input, std::size_t count) {
    EXPECT_TRUE(test::put(door, input));
    const auto got = door.reseal(old, *fresh, count, input.size());
    return got ? errc::aborted : got.error().code;
  };
  const bytes whole = test::pack(records);
  EXPECT_EQ(refused(whole, 1), errc::tampered);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_EQ(refused(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), 2), errc::tampered);
  }
  records[1].box[3] ^= 1;
  EXPECT_EQ(refused(test::pack(records), 2), errc::tampered);
  records[1].box[3] ^= 1;
  records[1].version.rev += 1;
  EXPECT_EQ(refused(test::pack(records), 2), errc::tampered);
  records[1].box.resize(8);
  EXPECT_EQ(refused(test::pack(records), 2), errc::tampered);
}

}  // namespace
}  // namespace kbve::vault
