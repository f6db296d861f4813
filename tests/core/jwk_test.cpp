#include "kbve/jose/jwk.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kbve/jose/jws.hpp"
#include "support/rfc_tokens.hpp"
#include "support/tokens.hpp"
#include "support/vectors.hpp"

namespace kbve::jose {
namespace {

const std::string secret_jwk = R"({"kty":"oct","k":")" + test::part(test::hmac_secret) + "\"";

std::string set_of(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) out += (out.empty() ? "" : ",") + key;
  return R"({"keys":[)" + out + "]}";
}

std::string verdict(const std::string& keys, std::string_view header = R"({"alg":"HS256"})") {
  const auto parsed = key_set::parse(keys);
  if (!parsed) return std::string(name(parsed.error().code)) + " at once";
  signature_policy policy;
  policy.algorithms.add(algorithm::hs256);
  const auto checked = verify_jws(test::signed_token(header, "{}"), *parsed, policy);
  return checked ? "accepted" : std::string(name(checked.error().code));
}

TEST(Jwk, UseAndKeyOpsAreKept) {
  EXPECT_EQ(verdict(secret_jwk + "}"), "accepted");
  EXPECT_EQ(verdict(secret_jwk + R"(,"use":"sig","key_ops":["sign","verify"],"alg":"HS256"})"), "accepted");
  EXPECT_EQ(verdict(secret_jwk + R"(,"use":"enc"})"), "jwt_key_unfit");
  EXPECT_EQ(verdict(secret_jwk + R"(,"key_ops":["sign"]})"), "jwt_key_unfit");
  EXPECT_EQ(verdict(secret_jwk + R"(,"key_ops":[]})"), "jwt_key_unfit");
  EXPECT_EQ(verdict(secret_jwk + R"(,"alg":"HS384"})"), "jwt_key_unfit");
  EXPECT_EQ(verdict(secret_jwk + R"(,"use":5})"), "jwt_key_unfit at once");
}

TEST(Jwk, KeysAreChosenByTheirId) {
  const std::string header = R"({"alg":"HS256","kid":"b"})";
  const std::string other = R"({"kty":"oct","k":")" + test::part(std::string(64, 'x')) + "\"";
  EXPECT_EQ(verdict(set_of({other + R"(,"kid":"a"})", secret_jwk + R"(,"kid":"b"})"}), header), "accepted");
  EXPECT_EQ(verdict(set_of({secret_jwk + R"(,"kid":"a"})"}), header), "jwt_key_not_found");
  EXPECT_EQ(verdict(set_of({secret_jwk + "}"}), header), "jwt_key_not_found");
  EXPECT_EQ(verdict(secret_jwk + "}", header), "accepted");
  EXPECT_EQ(verdict(secret_jwk + R"(,"kid":"a"})", header), "jwt_key_not_found");
  EXPECT_EQ(verdict(set_of({other + R"(,"kid":"b"})", secret_jwk + R"(,"kid":"b"})"}), header), "jwt_key_unfit");
  EXPECT_EQ(verdict(set_of({})), "jwt_key_not_found");
}

TEST(Jwk, EightKeysAreTriedAndNotANinth) {
  std::vector<std::string> keys(7, R"({"kty":"oct","k":")" + test::part(std::string(64, 'x')) + "\"}");
  keys.push_back(secret_jwk + "}");
  EXPECT_EQ(verdict(set_of(keys)), "accepted");
  keys.insert(keys.begin(), keys.front());
  EXPECT_EQ(verdict(set_of(keys)), "jwt_signature_invalid");
}

TEST(Jwk, UnknownAndFlawedKeysOfASetHarmNoOther) {
  const std::string header = R"({"alg":"HS256","kid":"b"})";
  const std::string good = secret_jwk + R"(,"kid":"b"})";
  EXPECT_EQ(verdict(set_of({R"({"kty":"AKP","pub":"x"})", R"({"kty":"oct"})", good}), header), "accepted");
  EXPECT_EQ(verdict(set_of({R"({"kty":"oct","kid":"b"})"}), header), "jwt_key_unfit");
  EXPECT_EQ(verdict(set_of({"5", good}), header), "jwt_key_unfit at once");
  EXPECT_EQ(verdict(R"({"keys":{}})"), "jwt_key_unfit at once");
  EXPECT_EQ(verdict("nonsense"), "jwt_key_unfit at once");
  EXPECT_EQ(verdict(R"({"kty":"AKP"})"), "jwt_key_unfit at once");
  EXPECT_EQ(verdict(set_of({good, test::rfc_tokens[1].key}), header), "jwt_key_unfit at once");
  EXPECT_EQ(verdict(std::string(max_keys_size + 1, ' ')), "too_large at once");
}

TEST(Jwk, APrivateKeyIsNotForChecking) {
  const std::string key = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
                          R"("d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})";
  const auto refused = key_set::parse(key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::jwt_key_unfit);
}

TEST(Jwk, EveryLengthOfACoordinateButItsOwnIsRefused) {
  for (
      const char* key :
      {R"({"kty":"EC","crv":"P-256","x":"f83O","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       R"({"kty":"EC","crv":"P-384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       R"({"kty":"EC","crv":"secp256k1","x":"","y":""})",
       R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       R"({"kty":"OKP","crv":"Ed25519","x":"11qY"})", R"({"kty":"RSA","n":"AQ","e":"AQAB"})"}) {
    EXPECT_FALSE(key_set::parse(key)) << key;
  }
}

/// Wycheproof gives its keys as JWK and as PEM: both are the same key here.
TEST(JwkVectors, PemAndJwkAreTheSameKey) {
  for (const char* name :
       {"rsa_pss_2048_sha256_mgf1_32_test.json", "ecdsa_secp256r1_sha256_p1363_test.json",
        "ecdsa_secp384r1_sha384_p1363_test.json", "ecdsa_secp521r1_sha512_p1363_test.json", "ed25519_test.json"}) {
    const auto file = test::read_wycheproof(name);
    for (const auto& group : file["testGroups"]) {
      if (!group.contains("publicKeyJwk")) continue;
      const auto jwk = key_set::parse(group["publicKeyJwk"].dump());
      const auto pem = key_set::parse(group["publicKeyPem"].get<std::string>());
      ASSERT_TRUE(jwk && pem) << name << group["publicKeyPem"];
      EXPECT_EQ(jwk->keys()[0].material, pem->keys()[0].material);
      EXPECT_EQ(jwk->keys()[0].exponent, pem->keys()[0].exponent);
      EXPECT_EQ(jwk->keys()[0].type, pem->keys()[0].type);
      std::string broken = group["publicKeyPem"].get<std::string>();
      broken[40] = broken[40] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(key_set::parse(broken + "x"));
      EXPECT_FALSE(key_set::parse("x" + group["publicKeyPem"].get<std::string>()));
    }
  }
}

}  // namespace
}  // namespace kbve::jose
