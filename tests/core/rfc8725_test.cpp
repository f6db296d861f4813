/// One fault for each rule of RFC 8725 (JSON Web Token Best Current Practices), named after its section.

#include <gtest/gtest.h>

#include <string>

#include "kbve/jose/jwe.hpp"
#include "kbve/jose/jwt.hpp"
#include "support/rfc_tokens.hpp"
#include "support/tokens.hpp"

namespace kbve::jose {
namespace {

using test::hs256;
using test::part;
using test::signed_token;

constexpr std::uint64_t now = 1'700'000'000'000;

jwt_policy rules(std::string_view json = R"({"algorithms":["HS256"]})") {
  auto out = jwt_policy::parse(json);
  EXPECT_TRUE(out) << json;
  return out ? *out : jwt_policy{};
}

key_set secret() {
  return *key_set::secret(as_bytes(test::hmac_secret));
}

/// The code a token is refused with, and its field; "accepted" when it is not.
std::string verdict(std::string_view token, const key_set& keys, const jwt_policy& policy) {
  const auto checked = verify_jwt(token, keys, policy, now);
  if (checked) return "accepted";
  // No message repeats any of the token's parts.
  for (std::size_t at = 0; at < token.size();) {
    const std::size_t end = std::min(token.find('.', at), token.size());
    if (end - at > 8) {
      EXPECT_EQ(checked.error().message.find(token.substr(at, end - at)), std::string::npos);
    }
    at = end + 1;
  }
  EXPECT_TRUE(checked.error().message.ends_with('.')) << checked.error().message;
  return std::string(name(checked.error().code)) + " " + checked.error().field;
}

std::string verdict(std::string_view token, std::string_view policy = R"({"algorithms":["HS256"]})") {
  return verdict(token, secret(), rules(policy));
}

TEST(Rfc8725, TheTokensBelowAreGoodButForTheirFault) {
  EXPECT_EQ(verdict(hs256(R"({"sub":"me","exp":1700000001})")), "accepted");
}

TEST(Rfc8725, Section3_1_AlgorithmVerification_TheTokenDoesNotChoose) {
  const std::string claims = "{}";
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS512"})", claims, test::hmac_secret, crypto::sha2::sha512)),
            "jwt_alg_not_allowed alg");
  EXPECT_EQ(verdict(signed_token(R"({"alg":"none"})", claims)), "jwt_alg_not_allowed alg");
  EXPECT_EQ(verdict(part(R"({"alg":"none"})") + "." + part(claims) + "."), "jwt_alg_not_allowed alg");
  EXPECT_EQ(verdict(part(R"({"alg":"nOnE"})") + "." + part(claims) + "."), "jwt_alg_not_allowed alg");
}

TEST(Rfc8725, Section3_1_AlgorithmVerification_APublicKeyIsNoSecret) {
  // The letters of an RSA key that everybody knows, used as the bytes of a secret.
  const std::string_view rsa = test::rfc_tokens[1].key;
  const std::string forged = signed_token(R"({"alg":"HS256"})", R"({"sub":"admin"})", rsa);
  const jwt_policy careless = rules(R"({"algorithms":["HS256","RS256"]})");
  EXPECT_EQ(verdict(forged, *key_set::parse(rsa), careless), "jwt_key_not_found keys");
  const auto as_secret = key_set::secret(as_bytes(rsa));
  ASSERT_FALSE(as_secret);
  EXPECT_EQ(as_secret.error().code, errc::jwt_key_unfit);
  for (const std::string_view letters : {"-----BEGIN PUBLIC KEY-----\nMCow", " -----BEGIN RSA PUBLIC KEY-----",
                                         "-----BEGIN CERTIFICATE-----", "ssh-ed25519 AAAA"}) {
    EXPECT_FALSE(key_set::secret(as_bytes(letters))) << letters;
  }
}

TEST(Rfc8725, Section3_1_AlgorithmVerification_OneKeyOneAlgorithm) {
  const std::string token = hs256("{}");
  EXPECT_EQ(verdict(token, R"({"algorithms":["HS256","HS512"]})"), "jwt_key_unfit keys");
  EXPECT_EQ(verdict(token, *key_set::secret(as_bytes(test::hmac_secret), "HS512"), rules()), "jwt_key_unfit keys");
  EXPECT_EQ(verdict(token, *key_set::secret(as_bytes(test::hmac_secret), "HS256"),
                    rules(R"({"algorithms":["HS256","HS512"]})")),
            "accepted");
}

TEST(Rfc8725, Section3_2_AppropriateAlgorithms) {
  for (const char* name : {"none", "HS1", "RS1", "ES256K", "RSA1_5", "hs256", ""}) {
    const auto refused = jwt_policy::parse(R"({"algorithms":[")" + std::string(name) + R"("]})");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, errc::jwt_alg_not_allowed) << name;
  }
}

TEST(Rfc8725, Section3_3_ValidateAllOperations) {
  std::string token = hs256(R"({"sub":"me"})");
  std::string changed = token;
  changed.back() = changed.back() == 'A' ? 'E' : 'A';  // other bits, still strict base64url
  EXPECT_EQ(verdict(changed), "jwt_signature_invalid signature");
  EXPECT_EQ(verdict(token.substr(0, token.rfind('.') + 1)), "jwt_signature_invalid signature");
  EXPECT_EQ(verdict(token, *key_set::secret(as_bytes(std::string(64, 'x'))), rules()),
            "jwt_signature_invalid signature");
}

TEST(Rfc8725, Section3_4_ValidateInputs_ThePointIsOnItsCurve) {
  std::string key = test::rfc_tokens[2].key;
  key[key.find("x_FEzR")] = 'y';
  const auto refused = key_set::parse(key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::jwt_key_unfit);
}

TEST(Rfc8725, Section3_5_EnoughEntropy) {
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256"})", "{}", "a password of 31 bytes, no more"),
                    *key_set::secret(as_bytes("a password of 31 bytes, no more")), rules()),
            "jwt_key_unfit keys");
  EXPECT_FALSE(key_set::secret({}));
}

TEST(Rfc8725, Section3_6_NoCompression) {
  const auto sealed = seal_jwe(as_bytes("text"), {}, secret_key().view());
  ASSERT_TRUE(sealed);
  const std::string rest = sealed->substr(sealed->find('.'));
  const auto zipped = read_jwe(part(R"({"alg":"dir","enc":"A256GCM","zip":"DEF"})") + rest);
  ASSERT_FALSE(zipped);
  EXPECT_EQ(zipped.error().code, errc::jwe_malformed);
  EXPECT_EQ(zipped.error().field, "zip");
}

TEST(Rfc8725, Section3_7_Utf8Only) {
  EXPECT_EQ(verdict(hs256("{\"name\":\"\xE9\"}")), "jwt_malformed claims");
  EXPECT_EQ(verdict(hs256(R"({"name":"\ud800"})")), "jwt_malformed claims");
  EXPECT_EQ(verdict(hs256(std::string("\xEF\xBB\xBF{}"))), "jwt_malformed claims");
  EXPECT_EQ(verdict(signed_token("{\"alg\":\"HS256\",\"x\":\"\xC0\x80\"}", "{}")), "jwt_malformed header");
  EXPECT_EQ(verdict(hs256(R"({"name":"é ☃ 𝄞"})")), "accepted");
}

TEST(Rfc8725, Section3_8_IssuerAndSubject) {
  const std::string_view wanted = R"({"algorithms":["HS256"],"issuer":["a","b"],"subject":"me"})";
  EXPECT_EQ(verdict(hs256(R"({"iss":"b","sub":"me"})"), wanted), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"iss":"c","sub":"me"})"), wanted), "jwt_claim_invalid iss");
  EXPECT_EQ(verdict(hs256(R"({"sub":"me"})"), wanted), "jwt_claim_invalid iss");
  EXPECT_EQ(verdict(hs256(R"({"iss":["b"],"sub":"me"})"), wanted), "jwt_claim_invalid iss");
  EXPECT_EQ(verdict(hs256(R"({"iss":"b","sub":"you"})"), wanted), "jwt_claim_invalid sub");
  EXPECT_EQ(verdict(hs256(R"({"iss":"b"})"), wanted), "jwt_claim_invalid sub");
}

TEST(Rfc8725, Section3_9_Audience) {
  const std::string_view wanted = R"({"algorithms":["HS256"],"audience":"api"})";
  EXPECT_EQ(verdict(hs256(R"({"aud":"api"})"), wanted), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"aud":["web","api"]})"), wanted), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"aud":"web"})"), wanted), "jwt_claim_invalid aud");
  EXPECT_EQ(verdict(hs256(R"({"aud":["web"]})"), wanted), "jwt_claim_invalid aud");
  EXPECT_EQ(verdict(hs256(R"({"aud":[]})"), wanted), "jwt_claim_invalid aud");
  EXPECT_EQ(verdict(hs256(R"({"aud":{"api":1}})"), wanted), "jwt_claim_invalid aud");
  EXPECT_EQ(verdict(hs256("{}"), wanted), "jwt_claim_invalid aud");
}

TEST(Rfc8725, Section3_10_ReceivedClaimsAreNotTrusted) {
  // Whatever the header brings along, only the caller's keys count, and kid is compared, never looked up.
  const std::string own_key = R"({"kty":"oct","k":")" + part("the attacker's own key of 32 bytes") + "\"}";
  const std::string header =
      R"({"alg":"HS256","kid":"' OR 1=1 --","jku":"https://attacker.example/","jwk":)" + own_key + "}";
  EXPECT_EQ(verdict(signed_token(header, "{}", "the attacker's own key of 32 bytes")),
            "jwt_signature_invalid signature");
}

TEST(Rfc8725, Section3_11_ExplicitTyping) {
  const std::string_view wanted = R"({"algorithms":["HS256"],"typ":"at+jwt"})";
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256","typ":"at+jwt"})", "{}"), wanted), "accepted");
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256","typ":"application/AT+JWT"})", "{}"), wanted), "accepted");
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256","typ":"JWT"})", "{}"), wanted), "jwt_claim_invalid typ");
  EXPECT_EQ(verdict(hs256("{}"), wanted), "jwt_claim_invalid typ");
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256","typ":5})", "{}")), "jwt_malformed header");
}

TEST(Rfc8725, Section3_12_ExclusiveRulesPerKindOfToken) {
  const std::string_view access = R"({"algorithms":["HS256"],"requiredClaims":["scope","exp"]})";
  EXPECT_EQ(verdict(hs256(R"({"scope":"read","exp":1800000000})"), access), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"nonce":"n","exp":1800000000})"), access), "jwt_claim_invalid scope");
}

}  // namespace
}  // namespace kbve::jose
