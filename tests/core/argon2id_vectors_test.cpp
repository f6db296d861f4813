/// Argon2id against values by others.

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "kbve/crypto/kdf.hpp"
#include "support/argon2id_vectors.hpp"
#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

TEST(Argon2idVectors, LibsodiumAndRfc9106) {
  test::vector_count count("Argon2id (libsodium's tests, RFC 9106)");
  count.expect_total(test::argon2id_vectors.size() + 1);
  std::size_t place = 0;
  for (const test::argon2id_vector& vector : test::argon2id_vectors) {
    const bytes salt = test::unhex(vector.salt);
    const bytes expected = test::unhex(vector.output);
    ASSERT_EQ(salt.size(), argon2id_salt_size);
    bytes out(expected.size());
    const auto done = argon2id_without_limits(test::unhex(vector.secret),
                                              std::span<const std::uint8_t, argon2id_salt_size>(salt),
                                              vector.memory_kib, vector.passes, out);
    count.checked(done && out == expected, std::to_string(place++));
  }
  count.skipped(
      "RFC 9106 section 5.3 has four lanes, a key and associated data; format 1 has one lane and neither");
}

}  // namespace
}  // namespace kbve::crypto
