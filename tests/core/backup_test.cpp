/// Backups: what goes in, who can open them, and what is noticed.

#include "kbve/vault/backup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "kbve/vault/recovery.hpp"
#include "support/lockers.hpp"

namespace kbve::vault {
namespace {

constexpr std::string_view typed = "open sesame";

/// The cheapest Argon2id there may be.
slot cheap_slot(std::uint8_t id) {
  slot out = test::passphrase_slot(id);
  std::get<passphrase_kdf>(out.kdf).memory_kib = crypto::argon2id_limits::memory_kib_min;
  std::get<passphrase_kdf>(out.kdf).passes = crypto::argon2id_limits::passes_min;
  return out;
}

void add_passphrase(vault& to, std::uint8_t id, std::string_view text) {
  slot made = cheap_slot(id);
  const auto& kdf = std::get<passphrase_kdf>(made.kdf);
  const auto key = crypto::argon2id(as_bytes(text), kdf.salt, kdf.memory_kib, kdf.passes);
  ASSERT_TRUE(key);
  ASSERT_TRUE(to.wrap_slot(made, key->view()));
}

void add_device(vault& to) {
  slot made;
  made.id.fill(0xdd);
  made.label = "This browser";
  ASSERT_TRUE(to.wrap_slot(made, test::key_of(7).view()));
}

plain_item json(std::string_view id, std::string_view value) {
  return {.id = id, .kind = record_kind::json, .expires = 0, .value = as_bytes(value)};
}

backup made(vault& with) {
  const std::vector<plain_item> values{
      json("profile/theme", R"("dark")"),
      {.id = "entry/photo", .kind = record_kind::bytes, .expires = 99, .value = as_bytes("\xff\x01")},
      {.id = "entry/old", .kind = record_kind::gone, .expires = 0, .value = {}},
  };
  auto out = seal_backup(with, values, test::now);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? *std::move(out) : backup{};
}

TEST(Backup, OpensWithItsPassphraseOnly) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, "another one");
  add_passphrase(locker, 2, typed);
  const auto file = parse_backup(to_json(made(locker)));
  ASSERT_TRUE(file) << file.error().message;
  auto opened = unlock_backup(*file, backup_secret::passphrase, as_bytes(typed));
  ASSERT_TRUE(opened) << opened.error().message;
  const auto found = open_backup(*file, *opened);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->damaged.empty());
  ASSERT_EQ(found->values.size(), 2U) << "a deletion is no value";
  EXPECT_EQ(found->values[0].id, "profile/theme");
  EXPECT_EQ(as_text(found->values[0].value.view()), R"("dark")");
  EXPECT_EQ(found->values[1].kind, record_kind::bytes);
  EXPECT_EQ(found->values[1].expires, 99U);
  EXPECT_EQ(as_text(found->values[1].value.view()), "\xff\x01");
  const auto wrong = unlock_backup(*file, backup_secret::passphrase, as_bytes("open sesame "));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, errc::wrong_secret);
}

TEST(Backup, OpensWithItsRecoveryCode) {
  vault locker = test::new_vault();
  constexpr std::array<std::uint8_t, recovery_code_size> code{1, 2, 3};
  slot recovery;
  recovery.id.fill(9);
  recovery.label = "Recovery code";
  recovery.kdf = recovery_kdf{};
  ASSERT_TRUE(locker.wrap_slot(recovery, code));
  std::array<std::uint8_t, recovery_text_size> text{};
  write_recovery_code(code, text);
  const backup file = made(locker);
  EXPECT_TRUE(unlock_backup(file, backup_secret::recovery, text));
  const auto mistyped = unlock_backup(file, backup_secret::recovery, as_bytes("014D2"));
  ASSERT_FALSE(mistyped);
  EXPECT_EQ(mistyped.error().code, errc::invalid_field);
  const auto other = unlock_backup(file, backup_secret::passphrase, as_bytes(typed));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, errc::wrong_secret);
}

TEST(Backup, LeavesDeviceSlotsOutAndSignsTheHeaderAnew) {
  vault locker = test::new_vault();
  add_device(locker);
  const auto none = portable_header(locker);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::no_portable_slot);
  add_passphrase(locker, 1, typed);
  const auto head = portable_header(locker);
  ASSERT_TRUE(head);
  ASSERT_EQ(head->slots.size(), 1U);
  EXPECT_EQ(kind_name(head->slots[0].kdf), "passphrase");
  EXPECT_NE(head->mac, locker.current_header().mac);
  EXPECT_TRUE(mac_holds(*head, locker.header_key()));
  EXPECT_EQ(locker.current_header().slots.size(), 2U) << "the locker itself keeps them";
}

TEST(Backup, WhateverIsChangedInItIsNoticed) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, typed);
  const backup whole = made(locker);
  ASSERT_TRUE(mac_holds(whole, locker));
  const auto noticed = [&](const char* what, auto change) {
    backup other = whole;
    change(other);
    ASSERT_NE(other, whole) << what;
    EXPECT_FALSE(mac_holds(other, locker)) << what;
    const auto opened = unlock_backup(other, backup_secret::passphrase, as_bytes(typed));
    ASSERT_FALSE(opened) << what;
    EXPECT_EQ(opened.error().code, errc::tampered) << what;
  };
  noticed("label", [](backup& b) { b.header.slots[0].label = "x"; });
  noticed("header mac", [](backup& b) { b.header.mac[0] ^= 1U; });
  noticed("order", [](backup& b) { std::swap(b.records[0], b.records[1]); });
  noticed("removed", [](backup& b) { b.records.pop_back(); });
  noticed("id", [](backup& b) { b.records[1].id = "entry/photos"; });
  noticed("rev", [](backup& b) { ++b.records[0].version.rev; });
  noticed("writer", [](backup& b) { b.records[0].version.writer[7] ^= 1U; });
  noticed("epoch", [](backup& b) { ++b.records[0].epoch; });
  noticed("kind", [](backup& b) { b.records[0].kind = record_kind::bytes; });
  noticed("expires", [](backup& b) { b.records[0].expires = 1; });
  noticed("nonce", [](backup& b) { b.records[0].nonce[11] ^= 1U; });
  noticed("box", [](backup& b) { b.records[2].box.back() ^= 1U; });
  noticed("root", [](backup& b) { b.root.box[0] ^= 1U; });
  noticed("mac", [](backup& b) { b.mac[31] ^= 0x80U; });
}

TEST(Backup, NamesWhatDoesNotOpenAndRefusesAWrongRoot) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, typed);
  backup file = made(locker);
  file.records[0].box[3] ^= 1U;  // by somebody who has the key
  file.mac = mac_of(file, locker);
  const auto found = open_backup(file, locker);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->damaged, std::vector<std::string>{"profile/theme"});
  EXPECT_EQ(found->values.size(), 1U);

  file = made(locker);
  file.records.erase(file.records.begin());
  file.mac = mac_of(file, locker);
  const auto fewer = open_backup(file, locker);
  ASSERT_FALSE(fewer);
  EXPECT_EQ(fewer.error().code, errc::tampered);
  file = made(locker);
  file.root.box[0] ^= 1U;
  file.mac = mac_of(file, locker);
  EXPECT_FALSE(open_backup(file, locker));
}

backup_record sealed_part(vault& with, std::string_view id, bytes_view value) {
  backup_record out{.id = std::string(id),
                    .version = {.rev = 7, .writer = with.writer()},
                    .epoch = with.current_header().epoch,
                    .kind = record_kind::bytes,
                    .expires = 0,
                    .nonce = {5},
                    .box = bytes(box_size(value.size()))};
  with.seal({.id = id, .kind = record_kind::bytes, .expires = 0, .value = value}, 7, out.nonce, out.box);
  return out;
}

TEST(Backup, HasThePartsThatItsRecordsNameAndNoOthers) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, typed);
  const std::vector<plain_item> values{
      {.id = "entry/film",
       .kind = record_kind::parts,
       .expires = 0,
       .value = as_bytes(R"({"id":"f","kind":"blob","size":70,"part":64,"count":2,"type":"video/mp4"})")}};
  const bytes content(64, 0x41);
  const auto made = seal_backup(
      locker, values, test::now,
      {sealed_part(locker, "part/f/0", content), sealed_part(locker, "part/f/1", bytes_view(content).first(6))});
  ASSERT_TRUE(made) << made.error().message;
  const backup& whole = *made;
  const std::string text = to_json(whole);
  const auto read = parse_backup(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, whole);
  EXPECT_EQ(to_json(*read), text);
  ASSERT_TRUE(mac_holds(*read, locker));
  const auto opened = open_backup(*read, locker);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->damaged.empty());
  ASSERT_EQ(opened->values.size(), 1U);
  const auto large = parse_large_value(as_text(opened->values[0].value.view()));
  EXPECT_TRUE(large && large->size == 70U && large->type == "video/mp4");

  const auto refused = [&](const char* what, auto change) {
    backup other = whole;
    change(other.parts);
    EXPECT_FALSE(mac_holds(other, locker)) << what;
    other.mac = mac_of(other, locker);  // by somebody who has the key
    const auto result = open_backup(other, locker);
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().code, errc::tampered) << what;
  };
  refused("missing", [](auto& parts) { parts.pop_back(); });
  refused("none", [](auto& parts) { parts.clear(); });
  refused("one more", [](auto& parts) { parts.push_back(parts[0]); });
  refused("order", [](auto& parts) { std::swap(parts[0], parts[1]); });
  refused("size", [](auto& parts) { parts[1].box.resize(parts[0].box.size()); });
  backup damaged = whole;
  damaged.parts[1].box[2] ^= 1U;
  damaged.mac = mac_of(damaged, locker);
  const auto found = open_backup(damaged, locker);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->damaged, std::vector<std::string>{"entry/film"});
}

TEST(Backup, SealsByTheRulesOfALocker) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, typed);
  const auto refusal = [&](const std::vector<plain_item>& values) {
    const auto sealed = seal_backup(locker, values, test::now);
    EXPECT_FALSE(sealed);
    return sealed ? errc::aborted : sealed.error().code;
  };
  EXPECT_EQ(refusal({json("profile/theme", R"("blue")")}), errc::invalid_field);
  EXPECT_EQ(refusal({json("entry/x", "{")}), errc::not_serializable);
  EXPECT_EQ(refusal({json("entry/x", "1"), json("entry/x", "2")}), errc::invalid_field);
  const std::vector<plain_item> phone{json("profile/phone", R"("+49 (151) 123-456")")};
  const auto sealed = seal_backup(locker, phone, test::now);
  ASSERT_TRUE(sealed);
  const auto opened = open_backup(*sealed, locker);
  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(opened->values.at(0).value.view()), R"("+49151123456")") << "as the field's rule has it";
  vault alone = test::new_vault();
  add_device(alone);
  const auto closed = seal_backup(alone, phone, test::now);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, errc::no_portable_slot);
}

TEST(Backup, AHeaderThatDoesNotHoldIsNotExported) {
  vault locker = test::new_vault();
  add_passphrase(locker, 1, typed);
  header forged = locker.current_header();
  forged.name = "another";
  const vault reading = vault::adopt(forged, locker.root_key().clone(), {});
  const auto head = portable_header(reading);
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code, errc::read_only);
}

TEST(HmacMessage, ComesToTheSameInPieces) {
  const crypto::hmac_key key{as_bytes("key")};
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(static_cast<char>(i));
  for (std::size_t step : {1U, 7U, 63U, 64U, 65U, 300U}) {
    crypto::hmac_message message(key);
    for (std::size_t at = 0; at < text.size(); at += step) {
      message.add(as_bytes(std::string_view(text).substr(at, step)));
      EXPECT_EQ(message.tag(), key.tag(as_bytes(std::string_view(text).substr(0, at + step))));
    }
  }
  EXPECT_EQ(crypto::hmac_message(key).tag(), key.tag({}));
}

}  // namespace
}  // namespace kbve::vault
