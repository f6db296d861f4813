#include "kbve/vault/slot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

constexpr std::string_view zeros16 = "AAAAAAAAAAAAAAAAAAAAAA";
constexpr std::string_view zeros32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::string slot_text(std::string_view kind, std::string_view kdf, std::string_view label = "\"L\"") {
  return std::string(R"({"id":")")
      .append(zeros16)
      .append(R"(","kind":")")
      .append(kind)
      .append(R"(","label":)")
      .append(label)
      .append(R"(,"created":5,"kdf":)")
      .append(kdf)
      .append("}");
}

std::string argon(std::string_view memory, std::string_view passes, std::string_view lanes = "1") {
  return std::string(R"({"alg":"argon2id13","memory_kib":)")
      .append(memory)
      .append(R"(,"passes":)")
      .append(passes)
      .append(R"(,"lanes":)")
      .append(lanes)
      .append(R"(,"salt":")")
      .append(zeros16)
      .append("\"}");
}

std::string hkdf(std::string_view more = "") {
  return std::string(R"({"alg":"hkdf-sha256","salt":")").append(zeros32).append("\"").append(more).append("}");
}

std::string passkey() {
  return hkdf(
      std::string(R"(,"credential_id":"AQID","rp_id":"example.com","prf_salt":")").append(zeros32).append("\""));
}

errc refusal(const std::string& text, slot_form form = slot_form::bare) {
  const auto read = parse_slot(text, form);
  EXPECT_FALSE(read) << text;
  return read ? errc::aborted : read.error().code;
}

TEST(Slot, ReadsEveryKindOfTheFormat) {
  const auto device = parse_slot(slot_text("device", R"({"alg":"webcrypto-a256gcm"})"), slot_form::bare);
  ASSERT_TRUE(device);
  EXPECT_EQ(kind_name(device->kdf), "device");
  EXPECT_EQ(device->created, 5U);

  const auto passphrase = parse_slot(slot_text("passphrase", argon("65536", "3")), slot_form::bare);
  ASSERT_TRUE(passphrase);
  EXPECT_EQ(kind_name(passphrase->kdf), "passphrase");
  EXPECT_EQ(std::get<passphrase_kdf>(passphrase->kdf).memory_kib, 65'536U);

  const auto recovery = parse_slot(slot_text("recovery", hkdf()), slot_form::bare);
  ASSERT_TRUE(recovery);
  EXPECT_EQ(kind_name(recovery->kdf), "recovery");

  const auto key = parse_slot(slot_text("passkey", passkey()), slot_form::bare);
  ASSERT_TRUE(key);
  EXPECT_EQ(kind_name(key->kdf), "passkey");
  EXPECT_EQ(std::get<passkey_kdf>(key->kdf).rp_id, "example.com");
  EXPECT_EQ(std::get<passkey_kdf>(key->kdf).credential_id, (bytes{1, 2, 3}));
}

TEST(Slot, ComesBackFromItsJson) {
  slot written = test::passphrase_slot(1);
  written.label = "quote \" and \n and \u00fc";
  written.nonce.fill(7);
  written.wrapped.fill(8);
  passkey_kdf key;
  key.credential_id = bytes(1'023, 9);
  key.rp_id = "localhost";
  for (const slot_kdf& kdf : {written.kdf, slot_kdf(device_kdf{}), slot_kdf(recovery_kdf{}), slot_kdf(key)}) {
    written.kdf = kdf;
    std::string text;
    append_json(text, written);
    const auto read = parse_slot(text, slot_form::complete);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, written);
  }
}

TEST(Slot, RefusesCostsOutsideTheLimits) {
  EXPECT_TRUE(parse_slot(slot_text("passphrase", argon("19456", "2")), slot_form::bare));
  EXPECT_TRUE(parse_slot(slot_text("passphrase", argon("262144", "16")), slot_form::bare));
  for (const std::string_view memory :
       {"0", "1", "19455", "262145", "4294967296", "9007199254740993", "-1", "65536.5", "1e30", "-0", "65536.0"}) {
    EXPECT_EQ(refusal(slot_text("passphrase", argon(memory, "3"))), errc::kdf_out_of_range) << memory;
  }
  for (const std::string_view passes : {"0", "1", "17", "4294967299", "-3", "3.5"}) {
    EXPECT_EQ(refusal(slot_text("passphrase", argon("65536", passes))), errc::kdf_out_of_range) << passes;
  }
  for (const std::string_view lanes : {"0", "2", "4294967297", "-1"}) {
    EXPECT_EQ(refusal(slot_text("passphrase", argon("65536", "3", lanes))), errc::kdf_out_of_range) << lanes;
  }
}

TEST(Slot, RefusesWrongShapes) {
  const std::vector<std::string> bad{
      "",
      "[]",
      slot_text("passphrase", "null"),
      slot_text("passphrase", "{}"),
      slot_text("passphrase", argon("\"65536\"", "3")),
      slot_text("passphrase", R"({"alg":"argon2id13","memory_kib":65536,"passes":3,"lanes":1})"),
      slot_text("passphrase", R"({"alg":"argon2id13","memory_kib":65536,"passes":3,"lanes":1,"salt":"AAAA"})"),
      slot_text("device", R"({"alg":"webcrypto-a256gcm","salt":1})"),
      slot_text("recovery", hkdf(R"(,"more":1)")),
      slot_text("recovery", R"({"alg":"hkdf-sha256","salt":"AAAA"})"),
      slot_text("passkey", hkdf()),
      slot_text("device", R"({"alg":"webcrypto-a256gcm"})", "7"),
      slot_text("device", R"({"alg":"webcrypto-a256gcm"})", "\"\\ud800\""),
      slot_text("device", R"({"alg":"webcrypto-a256gcm"})", "\"" + std::string(257, 'x') + "\""),
      std::string(20'000, ' '),
  };
  for (const std::string& text : bad) EXPECT_EQ(refusal(text), errc::invalid_field) << text.substr(0, 200);
  EXPECT_EQ(refusal(slot_text("device", R"({"alg":"webcrypto-a256gcm"})"), slot_form::complete),
            errc::invalid_field);
  EXPECT_EQ(refusal(slot_text("retina", hkdf())), errc::unsupported_format);
  EXPECT_EQ(refusal(slot_text("device", hkdf())), errc::unsupported_format);
}

TEST(Slot, BindsTheWrappedKeyAsTheFormatSays) {
  slot of = test::passphrase_slot(0x11);
  locker_id locker;
  locker.fill(0x22);
  key_id key;
  key.fill(0x33);
  const std::string expected =
      "00000012"
      "6b6276652d6c6f636b65722f312f736c6f74"  // kbve-locker/1/slot
      "00000010"
      "22222222222222222222222222222222"
      "00000010"
      "33333333333333333333333333333333"
      "00000010"
      "11111111111111111111111111111111"
      "0000000a"
      "70617373706872617365"  // passphrase
      "0000000a"
      "6172676f6e326964"
      "3133"  // argon2id13
      "0000000000010000"
      "0000000000000003"
      "0000000000000001"
      "00000010"
      "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
  EXPECT_EQ(slot_aad(locker, key, of), test::unhex(expected));
}

TEST(Slot, OpensWithItsKeyOnly) {
  const locker_id locker{1};
  const key_id key{2};
  const secret_key kek = test::key_of(3);
  const secret_key root = test::key_of(4);
  slot with = test::passphrase_slot(5);
  wrap_root_key(with, kek.view(), root, locker, key);
  const auto opened = unwrap_root_key(with, kek.view(), locker, key);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(*opened == root);

  const auto expect_wrong = [](const result<secret_key>& got) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, errc::wrong_secret);
  };
  expect_wrong(unwrap_root_key(with, test::key_of(9).view(), locker, key));
  expect_wrong(unwrap_root_key(with, kek.view(), locker_id{7}, key));
  expect_wrong(unwrap_root_key(with, kek.view(), locker, key_id{7}));
  for (std::uint8_t& byte : with.wrapped) {
    byte ^= 1;
    expect_wrong(unwrap_root_key(with, kek.view(), locker, key));
    byte ^= 1;
  }
  for (std::uint8_t& byte : with.nonce) {
    byte ^= 0x80;
    expect_wrong(unwrap_root_key(with, kek.view(), locker, key));
    byte ^= 0x80;
  }
  for (std::uint8_t& byte : with.id) {
    byte ^= 1;
    expect_wrong(unwrap_root_key(with, kek.view(), locker, key));
    byte ^= 1;
  }
  slot other = with;
  std::get<passphrase_kdf>(other.kdf).passes = 4;
  expect_wrong(unwrap_root_key(other, kek.view(), locker, key));
  other = with;
  other.kdf = device_kdf{};
  expect_wrong(unwrap_root_key(other, kek.view(), locker, key));
  // The label is the header's business.
  other = with;
  other.label = "renamed";
  EXPECT_TRUE(unwrap_root_key(other, kek.view(), locker, key));
}

TEST(Slot, NeverUsesANonceTwice) {
  slot first = test::passphrase_slot(1);
  slot second = first;
  wrap_root_key(first, test::key_of(1).view(), test::key_of(2), {}, {});
  wrap_root_key(second, test::key_of(1).view(), test::key_of(2), {}, {});
  EXPECT_NE(first.nonce, second.nonce);
  EXPECT_NE(first.wrapped, second.wrapped);
}

}  // namespace
}  // namespace kbve::vault
