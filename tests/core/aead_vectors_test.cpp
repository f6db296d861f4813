/// AES-256-GCM against Wycheproof and NIST's CAVP.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "kbve/crypto/aead.hpp"
#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

using test::cavp_record;
using test::unhex;
using test::vector_count;

// A nonce of any other length does not even compile, which is how such vectors are refused.
template <std::size_t N>
concept a_nonce_of =
    requires(const aead_key& key, const byte_array<N>& nonce, bytes_view box) { key.open(nonce, box, box); };
static_assert(a_nonce_of<12>);
static_assert(!a_nonce_of<0> && !a_nonce_of<1> && !a_nonce_of<8> && !a_nonce_of<16> && !a_nonce_of<128>);

template <std::size_t N>
std::span<const std::uint8_t, N> exactly(const bytes& data) {
  return std::span<const std::uint8_t, N>(data.data(), N);
}

struct gcm_vector {
  bytes key, nonce, aad, plaintext, ciphertext, tag;

  [[nodiscard]] bool fits() const { return key.size() == aead_key_size && nonce.size() == aead_nonce_size; }
  [[nodiscard]] aead_key ready() const { return aead_key(exactly<aead_key_size>(key)); }
  [[nodiscard]] bytes box() const {
    bytes both = ciphertext;
    both.insert(both.end(), tag.begin(), tag.end());
    return both;
  }
  [[nodiscard]] bytes sealed() const { return ready().seal(exactly<aead_nonce_size>(nonce), plaintext, aad); }
  [[nodiscard]] std::optional<secret_bytes> opened() const {
    return ready().open(exactly<aead_nonce_size>(nonce), box(), aad);
  }
  /// The plaintext of a ciphertext whose tag nobody checked: xor with the key stream, which is what a
  /// plaintext of zeros is sealed to.
  void decrypt_unchecked() {
    plaintext.assign(ciphertext.size(), 0);
    const bytes stream = sealed();
    std::transform(ciphertext.begin(), ciphertext.end(), stream.begin(), plaintext.begin(),
                   [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
  }
  /// Sealing gives this ciphertext and a tag that begins with this one.
  [[nodiscard]] bool seals_to_it() const {
    const bytes made = sealed();
    return made.size() == ciphertext.size() + aead_tag_size &&
           std::ranges::equal(std::span(made).first(box().size()), box());
  }
};

TEST(AeadVectors, WycheproofAesGcm) {
  vector_count count("Wycheproof aes_gcm");
  const auto file = test::read_wycheproof("aes_gcm_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    const int key_bits = group["keySize"].get<int>();
    const int nonce_bits = group["ivSize"].get<int>();
    ASSERT_EQ(group["tagSize"].get<int>(), 128);
    for (const auto& entry : group["tests"]) {
      if (key_bits != 256) {
        count.skipped("key of " + std::to_string(key_bits) + " bits; format 1 has 256");
        continue;
      }
      if (nonce_bits != 96) {
        count.skipped("nonce of " + std::to_string(nonce_bits) + " bits; format 1 has 96");
        continue;
      }
      const auto field = [&](const char* name) { return unhex(entry[name].get<std::string>()); };
      const gcm_vector vector{.key = field("key"),
                              .nonce = field("iv"),
                              .aad = field("aad"),
                              .plaintext = field("msg"),
                              .ciphertext = field("ct"),
                              .tag = field("tag")};
      const auto opened = vector.opened();
      const bool holds = entry["result"] == "valid" ? vector.seals_to_it() && opened &&
                                                          std::ranges::equal(opened->view(), vector.plaintext)
                                                    : !opened && !vector.seals_to_it();
      count.checked(holds, std::to_string(entry["tcId"].get<int>()));
    }
  }
}

gcm_vector from(const cavp_record& record) {
  const auto field = [&](const char* name) {
    const auto found = record.find(name);
    return found == record.end() ? bytes{} : unhex(found->second);
  };
  return {.key = field("Key"),
          .nonce = field("IV"),
          .aad = field("AAD"),
          .plaintext = field("PT"),
          .ciphertext = field("CT"),
          .tag = field("Tag")};
}

std::string place(const cavp_record& record) {
  std::string text;
  for (const char* name : {"IVlen", "PTlen", "AADlen", "Taglen", "Count"}) {
    const auto found = record.find(name);
    if (found != record.end()) text += std::string(name) + " " + found->second + " ";
  }
  return text;
}

/// True, and counted as skipped, when the group's nonces have another length than the format's.
bool other_nonce(const cavp_record& record, vector_count& count) {
  const auto found = record.find("IVlen");
  const std::string bits = found == record.end() ? "unknown" : found->second;
  if (bits == "96") return false;
  count.skipped("nonce of " + bits + " bits; format 1 has 96");
  return true;
}

TEST(AeadVectors, CavpEncrypt) {
  vector_count count("NIST CAVP gcmEncryptExtIV256");
  const auto records = test::read_cavp("gcmEncryptExtIV256.rsp");
  count.expect_total(7875);
  for (const cavp_record& record : records) {
    if (other_nonce(record, count)) continue;
    const gcm_vector vector = from(record);
    ASSERT_TRUE(vector.fits()) << place(record);
    bool holds = vector.seals_to_it();
    // Of a shortened tag only the sealing side can be compared: a box of ours always has all 16 bytes.
    if (vector.tag.size() == aead_tag_size) {
      const auto opened = vector.opened();
      holds = holds && opened && std::ranges::equal(opened->view(), vector.plaintext);
    }
    count.checked(holds, place(record));
  }
}

TEST(AeadVectors, CavpDecrypt) {
  vector_count count("NIST CAVP gcmDecrypt256");
  const auto records = test::read_cavp("gcmDecrypt256.rsp");
  count.expect_total(7875);
  for (const cavp_record& record : records) {
    if (other_nonce(record, count)) continue;
    gcm_vector vector = from(record);
    ASSERT_TRUE(vector.fits()) << place(record);
    const bool good = !record.contains("FAIL");
    bool holds = false;
    if (vector.tag.size() == aead_tag_size) {
      const auto opened = vector.opened();
      holds = good ? opened && std::ranges::equal(opened->view(), vector.plaintext) : !opened;
    } else {
      // Open refuses a shortened tag, so the tag is computed again and its beginning compared.
      const bytes expected = vector.plaintext;
      vector.decrypt_unchecked();
      holds = vector.seals_to_it() == good && (!good || vector.plaintext == expected) && !vector.opened();
    }
    count.checked(holds, place(record));
  }
}

}  // namespace
}  // namespace kbve::crypto
