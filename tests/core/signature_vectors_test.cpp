/// Signatures and HMAC with the larger hashes against Wycheproof.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kbve/crypto/sha2.hpp"
#include "kbve/crypto/signature.hpp"
#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

using test::unhex;
using test::vector_count;

bytes field(const nlohmann::json& entry, const char* name) {
  return unhex(entry[name].get<std::string>());
}

sha2 hash_named(const nlohmann::json& name) {
  return name == "SHA-256" ? sha2::sha256 : name == "SHA-384" ? sha2::sha384 : sha2::sha512;
}

/// Checks each vector of a file by `verify(group, message, signature)`.
template <class Verify>
void check_file(const std::string& name, Verify verify) {
  vector_count count("Wycheproof " + name);
  const auto file = test::read_wycheproof(name + "_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) {
      const bool accepted = verify(group, field(entry, "msg"), field(entry, "sig"));
      // "acceptable" is a DigestInfo without NULL, which RFC 8017 section 9.2 allows to refuse.
      const bool wanted = entry["result"] == "valid";
      count.checked(accepted == wanted, std::to_string(entry["tcId"].get<int>()));
    }
  }
}

TEST(SignatureVectors, WycheproofEd25519) {
  check_file("ed25519", [](const auto& group, const bytes& message, const bytes& signature) {
    return ed25519_verify(field(group["publicKey"], "pk"), message, signature);
  });
}

void check_ecdsa(const std::string& name, curve on) {
  check_file(name, [on](const auto& group, const bytes& message, const bytes& signature) {
    const bytes point = field(group["publicKey"], "uncompressed");
    EXPECT_TRUE(ec_point_holds(on, point));
    return ecdsa_verify(on, point, hash_named(group["sha"]), message, signature);
  });
}

TEST(SignatureVectors, WycheproofEcdsaP256) {
  check_ecdsa("ecdsa_secp256r1_sha256_p1363", curve::p256);
}
TEST(SignatureVectors, WycheproofEcdsaP384) {
  check_ecdsa("ecdsa_secp384r1_sha384_p1363", curve::p384);
}
TEST(SignatureVectors, WycheproofEcdsaP521) {
  check_ecdsa("ecdsa_secp521r1_sha512_p1363", curve::p521);
}

/// A hexadecimal ASN.1 INTEGER's value, without the zero that keeps it positive.
bytes unsigned_integer(const nlohmann::json& entry, const char* name) {
  bytes value = field(entry, name);
  while (!value.empty() && value.front() == 0) value.erase(value.begin());
  return value;
}

template <class Verify>
void check_rsa(const std::string& name, Verify verify) {
  check_file(name, [verify](const auto& group, const bytes& message, const bytes& signature) {
    const bytes modulus = unsigned_integer(group["publicKey"], "modulus");
    const bytes exponent = unsigned_integer(group["publicKey"], "publicExponent");
    return verify(rsa_key{.modulus = modulus, .exponent = exponent}, hash_named(group["sha"]), message, signature);
  });
}

TEST(SignatureVectors, WycheproofRsaPkcs1) {
  for (const char* name :
       {"rsa_signature_2048_sha256", "rsa_signature_2048_sha384", "rsa_signature_2048_sha512",
        "rsa_signature_3072_sha256", "rsa_signature_3072_sha384", "rsa_signature_3072_sha512",
        "rsa_signature_4096_sha256", "rsa_signature_4096_sha384", "rsa_signature_4096_sha512",
        "rsa_signature_8192_sha256", "rsa_signature_8192_sha384", "rsa_signature_8192_sha512"}) {
    check_rsa(name, rsa_pkcs1_verify);
  }
}

TEST(SignatureVectors, WycheproofRsaPss) {
  for (const char* name :
       {"rsa_pss_2048_sha256_mgf1_32", "rsa_pss_2048_sha384_mgf1_48", "rsa_pss_3072_sha256_mgf1_32",
        "rsa_pss_4096_sha256_mgf1_32", "rsa_pss_4096_sha384_mgf1_48", "rsa_pss_4096_sha512_mgf1_64"}) {
    check_rsa(name, rsa_pss_verify);
  }
}

/// Valid for PSS with another salt than JOSE's: every one is refused here.
TEST(SignatureVectors, PssWithAnotherSaltIsRefused) {
  for (const char* name : {"rsa_pss_2048_sha256_mgf1_0", "rsa_pss_4096_sha512_mgf1_32"}) {
    const auto file = test::read_wycheproof(std::string(name) + "_test.json");
    for (const auto& group : file["testGroups"]) {
      const bytes modulus = unsigned_integer(group["publicKey"], "modulus");
      const bytes exponent = unsigned_integer(group["publicKey"], "publicExponent");
      for (const auto& entry : group["tests"]) {
        if (entry["result"] != "valid") continue;
        EXPECT_FALSE(rsa_pss_verify({.modulus = modulus, .exponent = exponent}, hash_named(group["sha"]),
                                    field(entry, "msg"), field(entry, "sig")))
            << name << " " << entry["tcId"];
      }
    }
  }
}

void check_hmac(const std::string& name, sha2 kind) {
  vector_count count("Wycheproof " + name);
  const auto file = test::read_wycheproof(name + "_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    const auto size = group["tagSize"].get<std::size_t>() / 8;
    for (const auto& entry : group["tests"]) {
      const mac_key key(kind, field(entry, "key"));
      const bytes message = field(entry, "msg");
      const bytes expected = field(entry, "tag");
      const bool valid = entry["result"] == "valid";
      const digest tag = key.tag(message);
      bool holds = std::ranges::equal(tag.view().first(size), expected) == valid;
      // verify() takes whole tags only.
      holds = holds && key.verify(message, expected) == (valid && size == digest_size(kind));
      count.checked(holds, std::to_string(entry["tcId"].get<int>()));
    }
  }
}

TEST(SignatureVectors, WycheproofHmac) {
  check_hmac("hmac_sha256", sha2::sha256);
  check_hmac("hmac_sha384", sha2::sha384);
  check_hmac("hmac_sha512", sha2::sha512);
}

}  // namespace
}  // namespace kbve::crypto
