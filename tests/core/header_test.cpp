#include "kbve/vault/header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

header sample() {
  header out;
  out.rev = 3;
  out.locker_id.fill(0xa1);
  out.key_id.fill(0xb2);
  out.tenant = "t\u00e9";
  out.name = "n";
  out.created = 1'790'000'000'000;
  out.epoch = 2;
  slot passphrase = test::passphrase_slot(0xc3);
  passphrase.nonce.fill(0xd4);
  passphrase.wrapped.fill(0xe5);
  out.slots.push_back(passphrase);
  slot device;
  device.id.fill(0xf6);
  device.label = "This device";
  device.created = 7;
  out.slots.push_back(device);
  out.mac.fill(0x17);
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

errc refusal(const std::string& text) {
  const auto read = parse_header(text);
  EXPECT_FALSE(read) << text.substr(0, 300);
  return read ? errc::aborted : read.error().code;
}

TEST(Header, ComesBackFromItsJson) {
  for (const header& written : {sample(), header{}}) {
    const auto read = parse_header(to_json(written));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, written);
    EXPECT_EQ(to_json(*read), to_json(written));
  }
}

TEST(Header, ReadsMembersInAnyOrderAndWithWhitespace) {
  const std::string text = to_json(sample());
  const std::size_t mac = text.rfind(",\"mac\"");
  const std::string reordered =
      "{ " + text.substr(mac + 1, text.size() - mac - 2) + " , \n" + text.substr(1, mac - 1) + "\t}";
  const auto read = parse_header(reordered);
  ASSERT_TRUE(read) << reordered;
  EXPECT_EQ(*read, sample());
}

TEST(Header, IsAuthenticatedAsTheFormatSays) {
  const header of = sample();
  const std::string expected =
      "0000000000000001"
      "0000000000000003"
      "00000010"
      "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
      "00000010"
      "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
      "00000003"
      "74c3a9"
      "00000001"
      "6e"
      "000001a0c4506c00"
      "0000000000000002"
      "00000002"
      "00000010"
      "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"
      "0000000a"
      "70617373706872617365"
      "0000000a"
      "50617373706872617365"
      "000001a0c4506c00"
      "0000000a"
      "6172676f6e3269643133"
      "0000000000010000"
      "0000000000000003"
      "0000000000000001"
      "00000010"
      "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
      "0000000c"
      "d4d4d4d4d4d4d4d4d4d4d4d4"
      "00000030"
      "e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5"
      "00000010"
      "f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6"
      "00000006"
      "646576696365"
      "0000000b"
      "5468697320646576696365"
      "0000000000000007"
      "00000011"
      "776562637279"
      "70746f2d613235"
      "3667636d"
      "0000000c"
      "000000000000000000000000"
      "00000030"
      "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
  const secret_key key = test::key_of(9);
  EXPECT_EQ(mac_of(of, crypto::hmac_key(key)), crypto::hmac_sha256(key.view(), test::unhex(expected)));
}

TEST(Header, TheMacCoversEveryField) {
  const crypto::hmac_key key(test::key_of(9));
  header of = sample();
  of.mac = mac_of(of, key);
  EXPECT_TRUE(mac_holds(of, key));
  EXPECT_FALSE(mac_holds(of, crypto::hmac_key(test::key_of(8))));
  const std::vector<void (*)(header&)> changes{
      [](header& h) { ++h.rev; },
      [](header& h) { h.locker_id[15] ^= 1; },
      [](header& h) { h.key_id[0] ^= 1; },
      [](header& h) { h.tenant += "x"; },
      [](header& h) { h.name.clear(); },
      [](header& h) { std::swap(h.tenant, h.name); },
      [](header& h) { ++h.created; },
      [](header& h) { --h.epoch; },
      [](header& h) { h.slots.pop_back(); },
      [](header& h) { std::swap(h.slots[0], h.slots[1]); },
      [](header& h) { h.slots[0].label = "Password"; },
      [](header& h) { h.slots[0].id[3] ^= 1; },
      [](header& h) { ++h.slots[1].created; },
      [](header& h) { h.slots[0].nonce[0] ^= 1; },
      [](header& h) { h.slots[0].wrapped[47] ^= 1; },
      [](header& h) { ++std::get<passphrase_kdf>(h.slots[0].kdf).passes; },
      [](header& h) { h.slots[1].kdf = recovery_kdf{}; },
      [](header& h) { h.mac[31] ^= 1; },
      [](header& h) { h.mac[0] ^= 0x80; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    header changed = of;
    changes[i](changed);
    EXPECT_FALSE(mac_holds(changed, key)) << i;
  }
}

TEST(Header, EveryFlippedBitOfItsTextIsRefusedOrShowsInTheMac) {
  const crypto::hmac_key key(test::key_of(9));
  header of = sample();
  of.mac = mac_of(of, key);
  const std::string text = to_json(of);
  std::size_t readable = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << static_cast<unsigned>(bit)));
      const auto read = parse_header(changed);
      if (!read) {
        EXPECT_TRUE(read.error().code == errc::tampered || read.error().code == errc::unsupported_format ||
                    read.error().code == errc::kdf_out_of_range)
            << name(read.error().code) << changed;
        continue;
      }
      ++readable;
      EXPECT_FALSE(mac_holds(*read, key)) << changed;
    }
  }
  EXPECT_GT(readable, 100U);
}

TEST(Header, EveryTruncationIsDamage) {
  const std::string text = to_json(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const errc code = refusal(text.substr(0, size));
    EXPECT_EQ(code, errc::tampered) << size;
  }
}

TEST(Header, LooksAtTheFormatBeforeAnythingElse) {
  const std::string text = to_json(sample());
  for (const std::string_view format :
       {"2", "0", "1.5", "-1", "1e400", "null", "\"kbve-locker/2\"", "[1]", "true"}) {
    EXPECT_EQ(refusal(replaced(text, "\"format\":1", "\"format\":" + std::string(format))),
              errc::unsupported_format)
        << format;
  }
  EXPECT_EQ(refusal(R"({"format":2,"everything":"else is different"})"), errc::unsupported_format);
  EXPECT_EQ(refusal(replaced(text, "\"format\":1,", "")), errc::tampered);
}

TEST(Header, RefusesAbsurdCostsBeforeAnyWork) {
  const std::string text = to_json(sample());
  EXPECT_EQ(refusal(replaced(text, "65536", "4294967295")), errc::kdf_out_of_range);
  EXPECT_EQ(refusal(replaced(text, "65536", "1024")), errc::kdf_out_of_range);
  EXPECT_EQ(refusal(replaced(text, "\"passes\":3", "\"passes\":1000000000")), errc::kdf_out_of_range);
  EXPECT_EQ(refusal(replaced(text, "\"lanes\":1", "\"lanes\":16")), errc::kdf_out_of_range);
}

TEST(Header, RefusesWrongShapes) {
  const std::string text = to_json(sample());
  const std::vector<std::string> bad{
      "",
      "null",
      "[]",
      "\"header\"",
      replaced(text, "{\"format\"", "{\"more\":1,\"format\""),
      replaced(text, "\"rev\":3", "\"rev\":\"3\""),
      replaced(text, "\"rev\":3", "\"rev\":3.5"),
      replaced(text, "\"rev\":3", "\"rev\":-3"),
      replaced(text, "\"rev\":3", "\"rev\":9007199254740992"),
      replaced(text, "\"epoch\":2", "\"epoch\":4294967296"),
      replaced(text, "\"tenant\":\"t\u00e9\"", "\"tenant\":null"),
      replaced(text, "\"name\":\"n\"", "\"name\":\"" + std::string(513, 'x') + "\""),
      replaced(text, "\"name\":\"n\"", "\"name\":\"\\udc00\""),
      replaced(text, "\"locker_id\":\"", "\"locker_id\":\"A"),
      replaced(text, "oaGhoaGhoaGhoaGhoaGhoQ", "oaGhoaGhoaGhoaGhoaGhoR"),  // left-over bits
      replaced(text, "oaGhoaGhoaGhoaGhoaGhoQ", "oaGhoaGhoaGhoaGhoaGhoQ=="),
      replaced(text, "\"slots\":[", "\"slots\":[null,"),
      replaced(text, "\"label\":\"Passphrase\"", "\"label\":\"" + std::string(257, 'x') + "\""),
      replaced(text, "\"kind\":\"device\"", "\"kind\":7"),
      replaced(text, "\"wrapped\":\"", "\"more\":1,\"wrapped\":\""),
      text + "x",
      std::string(600'000, ' ') + text,
  };
  for (const std::string& each : bad) EXPECT_EQ(refusal(each), errc::tampered) << each.substr(0, 300);

  header crowded = sample();
  crowded.slots.resize(64, crowded.slots[1]);
  EXPECT_TRUE(parse_header(to_json(crowded)));
  crowded.slots.resize(65, crowded.slots[1]);
  EXPECT_EQ(refusal(to_json(crowded)), errc::tampered);
  EXPECT_EQ(refusal(replaced(text, "\"kind\":\"device\"", "\"kind\":\"future\"")), errc::unsupported_format);
}

TEST(Header, KeepsSlotsItCannotOpenYet) {
  header of = sample();
  slot recovery = of.slots[1];
  recovery.kdf = recovery_kdf{};
  of.slots.push_back(recovery);
  slot passkey = of.slots[1];
  passkey_kdf kdf;
  kdf.credential_id = {1, 2, 3};
  kdf.rp_id = "example.com";
  passkey.kdf = kdf;
  of.slots.push_back(passkey);
  const crypto::hmac_key key(test::key_of(9));
  of.mac = mac_of(of, key);
  const auto read = parse_header(to_json(of));
  ASSERT_TRUE(read);
  EXPECT_TRUE(mac_holds(*read, key));
  EXPECT_EQ(to_json(*read), to_json(of));
}

}  // namespace
}  // namespace kbve::vault
