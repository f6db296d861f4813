#include "kbve/jose/jwk.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "kbve/jose/jws.hpp"
#include "support/given_back.hpp"
#include "support/rfc_tokens.hpp"
#include "support/tokens.hpp"
#include "support/vectors.hpp"

namespace kbve::jose {
namespace {

using std::string_literals::operator""s;

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

/// A DER value of this tag.
std::string der(char tag, const std::string& content) {
  const auto byte = [](std::size_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  std::string out(1, tag);
  if (content.size() >= 256) {
    out.append({byte(0x82), byte(content.size() >> 8U)});
  } else if (content.size() >= 128) {
    out.push_back(byte(0x81));
  }
  out.push_back(byte(content.size() & 255U));
  return out + content;
}

struct published_key {
  const char* what;
  std::string text;
};

/// What the owner of a public key shows to everybody.
std::vector<published_key> published_keys() {
  const std::string rsa_jwk = test::rfc_tokens[1].key;
  const auto keys = key_set::parse(rsa_jwk);
  EXPECT_TRUE(keys);
  const auto number = [](bytes_view value) {
    return der('\x02', std::string(1, '\0') + std::string(as_text(value)));
  };
  const std::string pkcs1 = der('\x30', number(keys->keys()[0].material) + der('\x02', "\x01\0\x01"s));
  const std::string rsa_name = der('\x30', "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0"s);
  const std::string spki = der('\x30', rsa_name + der('\x03', "\0"s + pkcs1));
  // X25519, whose keys check no signatures and are public all the same.
  const std::string other_spki =
      der('\x30', der('\x30', "\x06\x03\x2b\x65\x6e") + der('\x03', "\0"s + std::string(32, 'x')));
  const std::string certificate =
      der('\x30', der('\x30', der('\x02', "\x05") + rsa_name + spki) + rsa_name + der('\x03', "\0sig"s));
  std::string base64 = base64url::encode(as_bytes(spki));
  for (char& c : base64) c = c == '-' ? '+' : c == '_' ? '/' : c;
  base64.append((4 - base64.size() % 4) % 4, '=');
  const std::string set = set_of({rsa_jwk});
  return {
      {"a JWK", rsa_jwk},
      {"a JWKS", set},
      {"a JWKS of several", set_of({rsa_jwk, test::rfc_tokens[2].key})},
      {"a JWKS with space around it", "\n " + set + "\n"},
      {"a JWKS after a byte order mark", "\xef\xbb\xbf" + set},
      {"an empty JWKS", R"({"keys":[]})"},
      {"a JWKS in something else", R"({"issuer":"x","jwks":)" + set + "}"},
      {"a list of JWKs", "[" + rsa_jwk + "]"},
      {"a JWK with an escaped name", R"({"k\u0074y":"RSA"})"},
      {"SPKI", spki},
      {"SPKI of an algorithm that is not known here", other_spki},
      {"PKCS#1", pkcs1},
      {"a certificate", certificate},
      {"SPKI as base64 without its lines", base64},
      {"a PEM certificate", "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n"},
      {"a PEM key", "-----BEGIN RSA PUBLIC KEY-----\n" + base64 + "\n-----END RSA PUBLIC KEY-----\n"},
      {"an SSH key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDk"},
  };
}

/// RFC 8725 section 2.1: whoever can read the published key could sign with it.
TEST(Jwk, APublishedKeyIsNoSecret) {
  for (const auto& [what, text] : published_keys()) {
    const auto given = key_set::secret(as_bytes(text));
    ASSERT_FALSE(given) << what;
    EXPECT_EQ(given.error().code, errc::jwt_key_unfit) << what;
    EXPECT_EQ(verdict(R"({"kty":"oct","k":")" + test::part(text) + "\"}"), "jwt_key_unfit at once") << what;
  }
}

TEST(Jwk, OfASecretNothingIsGivenBackUnwiped) {
  const std::string secret = "what nobody is to find, and is long enough for an HMAC";
  const std::string text = test::part(secret);
  const std::string json =
      R"({"keys":[{"kid":"a","kty":"oct","k":")" + text + R"("},{"kid":"b","kty":"oct","k":")" + text + "\"}]}";
  const std::string like_a_key = R"({"password":")" + secret + "\"}";
  for (const std::string& wanted : {secret, text}) {
    const test::search_of_given_back search(wanted);
    {
      EXPECT_TRUE(key_set::parse(json));
    }
    {
      EXPECT_TRUE(key_set::secret(as_bytes(secret)));
    }
    {
      EXPECT_TRUE(key_set::secret(as_bytes(like_a_key)));
    }
    EXPECT_EQ(search.found(), 0U) << wanted;
  }
}

TEST(Jwk, SecretsThatLookLikeKeysAreSecrets) {
  const std::string almost = der('\x30', der('\x02', "\x05") + der('\x04', std::string(40, 'x')));
  for (const std::string& secret :
       {std::string(test::hmac_secret), R"({"password":"0123456789abcdef0123456789abcdef"})"s, almost,
        almost + "x", "0"s + almost, std::string(32, '\0'), "\x30\x1e"s + std::string(30, '\x02'),
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0Z3VS5JJ"s}) {
    EXPECT_TRUE(key_set::secret(as_bytes(secret))) << secret;
  }
  EXPECT_FALSE(key_set::secret({}));
}

#ifndef __EMSCRIPTEN__
TEST(Jwk, SeveralThreadsCheckWithOneSet) {
  const auto secret_of = [](int i) { return std::string(64, static_cast<char>('a' + i)); };
  std::vector<std::string> texts;
  texts.reserve(4);
  for (int i = 0; i < 4; ++i) {
    texts.push_back(R"({"kty":"oct","kid":")" + std::to_string(i) + R"(","k":")" + test::part(secret_of(i)) +
                    "\"}");
  }
  for (int round = 0; round < 20; ++round) {
    const auto keys = key_set::parse(set_of(texts));
    ASSERT_TRUE(keys);
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        // All begin with the same one, so that several find it unready.
        for (const int of : {0, i, 3 - i}) {
          const std::string header = R"({"alg":"HS256","kid":")" + std::to_string(of) + "\"}";
          const std::string token = test::signed_token(header, "{}", secret_of(of));
          signature_policy policy;
          policy.algorithms.add(algorithm::hs256);
          for (int n = 0; n < 200; ++n) {
            if (!verify_jws(token, *keys, policy)) ++refused;
          }
        }
      });
    }
    for (std::thread& one : threads) one.join();
    EXPECT_EQ(refused, 0);
  }
}
#endif

TEST(Jwk, OneSecretChecksWithEveryHash) {
  auto keys = key_set::secret(as_bytes(test::hmac_secret));
  ASSERT_TRUE(keys);
  const auto checks = [&](algorithm with, crypto::sha2 kind, std::string_view name) {
    signature_policy policy;
    policy.algorithms.add(with);
    const std::string header = R"({"alg":")" + std::string(name) + "\"}";
    return verify_jws(test::signed_token(header, "{}", test::hmac_secret, kind), *keys, policy).has_value();
  };
  for (int n = 0; n < 2; ++n) {
    EXPECT_TRUE(checks(algorithm::hs256, crypto::sha2::sha256, "HS256"));
    EXPECT_TRUE(checks(algorithm::hs384, crypto::sha2::sha384, "HS384"));
    EXPECT_TRUE(checks(algorithm::hs512, crypto::sha2::sha512, "HS512"));
    // What was made ready goes along.
    auto moved = *std::move(keys);
    keys = std::move(moved);
  }
}

TEST(Jwk, ASecretIsNoLongerThanATextOfKeys) {
  EXPECT_TRUE(key_set::secret(bytes(max_keys_size, 0x61)));
  const auto longer = key_set::secret(bytes(max_keys_size + 1, 0x61));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, errc::too_large);
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
