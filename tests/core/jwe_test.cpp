#include "kbve/jose/jwe.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kbve/core/base64url.hpp"
#include "support/tokens.hpp"

namespace kbve::jose {
namespace {

using test::part;

/// Sealed by the library jose 6.2 with the key 00 01 … 1f.
constexpr std::string_view sealed_by_jose =
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiazEiLCJ0eXAiOiJKV1QifQ..nqseYQZUy0x9lvDq."
    "qZhWEP6plrVLCS6uxy052TAARFFboFJen3_WDJlktEVtcxyg_3Y.qbglvhVP6ap5tmw-iFGKeQ";
constexpr std::string_view jwk = R"({"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")";

key_set keys(std::string_view more = "}") {
  auto out = key_set::parse(std::string(jwk) + std::string(more));
  EXPECT_TRUE(out) << more;
  return *std::move(out);
}

std::string verdict(std::string_view token, const key_set& with) {
  const auto read = read_jwe(token);
  if (!read) return std::string(name(read.error().code)) + " " + read.error().field;
  const auto opened = open_jwe(*read, with);
  return opened ? "opened" : std::string(name(opened.error().code));
}

TEST(Jwe, OpensWhatJoseSealed) {
  const auto read = read_jwe(sealed_by_jose);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->header, R"({"alg":"dir","enc":"A256GCM","kid":"k1","typ":"JWT"})");
  const auto opened = open_jwe(*read, keys());
  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(opened->view()), "a text for the one who has the key ☃");
}

TEST(Jwe, OpensWhatItSealed) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
    const auto sealed = seal_jwe(as_bytes(text), R"({"typ":"x","big":12345678901234567890})",
                                 keys(R"(,"kid":"k\u00e9","use":"enc","alg":"dir"})"));
    ASSERT_TRUE(sealed);
    const auto read = read_jwe(*sealed);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->header, R"({"alg":"dir","enc":"A256GCM","typ":"x","big":"12345678901234567890","kid":"ké"})");
    const auto opened = open_jwe(*read, keys());
    ASSERT_TRUE(opened);
    EXPECT_EQ(as_text(opened->view()), text);
  }
  const auto first = seal_jwe(as_bytes("same"), {}, keys());
  const auto second = seal_jwe(as_bytes("same"), {}, keys());
  EXPECT_NE(*first, *second);
}

TEST(Jwe, EveryChangedLetterIsSeen) {
  const std::string token(sealed_by_jose);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(verdict(changed, keys()), "opened") << i;
  }
}

TEST(Jwe, OtherAlgorithmsAreRefusedByName) {
  const std::string rest(sealed_by_jose.substr(sealed_by_jose.find('.')));
  for (const char* name : {"A256KW", "PBES2-HS256+A128KW", "RSA-OAEP", "ECDH-ES"}) {
    const auto refused = read_jwe(part(R"({"alg":")" + std::string(name) + R"(","enc":"A256GCM"})") + rest);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "alg");
    EXPECT_NE(refused.error().message.find(name), std::string::npos) << refused.error().message;
  }
  const auto other = read_jwe(part(R"({"alg":"dir","enc":"A128GCM"})") + rest);
  EXPECT_NE(other.error().message.find("A128GCM"), std::string::npos);
  const auto own_words = read_jwe(part(R"({"alg":"<script>","enc":"A256GCM"})") + rest);
  EXPECT_EQ(own_words.error().message.find("script"), std::string::npos);
}

TEST(Jwe, FormIsStrict) {
  const std::string rest(sealed_by_jose.substr(sealed_by_jose.find('.')));
  const auto with = [&](std::string_view header) { return part(header) + rest; };
  EXPECT_EQ(verdict(with(R"({"alg":"dir","enc":"A256GCM","crit":["x"],"x":1})"), keys()), "jwe_malformed crit");
  EXPECT_EQ(verdict(with(R"({"alg":"dir","enc":"A256GCM","zip":"DEF"})"), keys()), "jwe_malformed zip");
  EXPECT_EQ(verdict(with(R"({"alg":"dir","enc":"A256GCM","enc":"A256GCM"})"), keys()), "jwe_malformed header");
  EXPECT_EQ(verdict(with(R"({"alg":"dir"})"), keys()), "jwe_malformed enc");
  EXPECT_EQ(verdict(with(R"({"alg":"dir","enc":"A256GCM","kid":5})"), keys()), "jwe_malformed header");
  const std::string head = part(R"({"alg":"dir","enc":"A256GCM"})");
  EXPECT_EQ(verdict(head + ".AA.nqseYQZUy0x9lvDq.qZ.qbglvhVP6ap5tmw-iFGKeQ", keys()),
            "jwe_malformed encrypted_key");
  EXPECT_EQ(verdict(head + "..nqseYQZUy0x9lv.qZ.qbglvhVP6ap5tmw-iFGKeQ", keys()), "jwe_malformed token");
  EXPECT_EQ(verdict(head + "..nqseYQZUy0x9lvDq..qbglvhVP6ap5tmw-iFGK", keys()), "jwe_malformed tag");
  EXPECT_EQ(verdict(head + "...", keys()), "jwe_malformed token");
  EXPECT_EQ(verdict(std::string(max_sealed_size + 1, 'a'), keys()), "too_large token");
}

TEST(Jwe, OnlyAFittingKeyOpens) {
  EXPECT_EQ(verdict(sealed_by_jose, keys(R"(,"kid":"k1","use":"enc","alg":"A256GCM"})")), "opened");
  EXPECT_EQ(verdict(sealed_by_jose, keys(R"(,"kid":"k2"})")), "jwt_key_not_found");
  EXPECT_EQ(verdict(sealed_by_jose, keys(R"(,"use":"sig"})")), "jwt_key_unfit");
  EXPECT_EQ(verdict(sealed_by_jose, keys(R"(,"alg":"HS256"})")), "jwt_key_unfit");
  EXPECT_EQ(verdict(sealed_by_jose, *key_set::secret(as_bytes(std::string(32, 'x')))), "jwe_open_failed");
  EXPECT_EQ(verdict(sealed_by_jose, *key_set::secret(as_bytes(std::string(33, 'x')))), "jwt_key_unfit");
}

TEST(Jwe, WhatTheLibrarySetsTheCallerDoesNot) {
  for (const char* header : {R"({"alg":"none"})", R"({"enc":"A128GCM"})", R"({"zip":"DEF"})", R"({"crit":["a"]})",
                             R"({"kid":5})", "[]", R"({"a":1,"a":2})"}) {
    const auto refused = seal_jwe(as_bytes("x"), header, keys());
    ASSERT_FALSE(refused) << header;
    EXPECT_EQ(refused.error().code, errc::jwe_malformed);
  }
}

}  // namespace
}  // namespace kbve::jose
