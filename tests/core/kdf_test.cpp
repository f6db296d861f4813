#include "kbve/crypto/kdf.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

using limits = argon2id_limits;
constexpr byte_array<argon2id_salt_size> salt{1, 2, 3};

#ifdef __EMSCRIPTEN__
std::size_t memory_pages() {
  return __builtin_wasm_memory_size(0);
}
#else
std::size_t memory_pages() {
  return 0;
}
#endif

TEST(Hkdf, Rfc5869Case1) {
  const bytes secret(22, 0x0B);
  const bytes info = test::unhex("f0f1f2f3f4f5f6f7f8f9");
  const bytes given_salt = test::unhex("000102030405060708090a0b0c");
  bytes out(42);
  ASSERT_TRUE(hkdf_sha256(secret, given_salt, info, out));
  EXPECT_EQ(out,
            test::unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
  const secret_key key = hkdf_sha256_key(secret, given_salt, info);
  EXPECT_TRUE(std::ranges::equal(key.view(), bytes_view(out).first(32)));
}

TEST(Hkdf, AnEmptySaltIsOneOfZeros) {
  EXPECT_EQ(hkdf_sha256_key(as_bytes("secret"), {}, as_bytes("label")),
            hkdf_sha256_key(as_bytes("secret"), bytes(32), as_bytes("label")));
}

TEST(Hkdf, EveryInputMatters) {
  const auto key = hkdf_sha256_key(as_bytes("secret"), as_bytes("salt"), as_bytes("label"));
  EXPECT_FALSE(key == hkdf_sha256_key(as_bytes("secreT"), as_bytes("salt"), as_bytes("label")));
  EXPECT_FALSE(key == hkdf_sha256_key(as_bytes("secret"), as_bytes("salT"), as_bytes("label")));
  EXPECT_FALSE(key == hkdf_sha256_key(as_bytes("secret"), as_bytes("salt"), as_bytes("labeL")));
}

TEST(Hkdf, TheLongestOutputAndOneMore) {
  bytes out(hkdf_sha256_max);
  EXPECT_TRUE(hkdf_sha256(as_bytes("secret"), {}, {}, out));
  out.push_back(0xEE);
  EXPECT_FALSE(hkdf_sha256(as_bytes("secret"), {}, {}, out));
  EXPECT_EQ(std::ranges::count(out, 0), std::ssize(out));
  EXPECT_TRUE(hkdf_sha256(as_bytes("secret"), {}, {}, {}));
}

TEST(Argon2id, CostsOutsideTheLimitsAreRefusedBeforeMemoryIsTaken) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::pair<std::uint64_t, std::uint64_t> costs[] = {{0, 3},
                                                           {limits::memory_kib_min - 1, 3},
                                                           {limits::memory_kib_max + 1, 3},
                                                           {most, 3},
                                                           {std::uint64_t{1} << 54, 3},
                                                           {65'536, 0},
                                                           {65'536, limits::passes_min - 1},
                                                           {65'536, limits::passes_max + 1},
                                                           {65'536, most}};
  const std::size_t before = memory_pages();
  for (const auto& [memory_kib, passes] : costs) {
    const auto key = argon2id(as_bytes("secret"), salt, memory_kib, passes);
    ASSERT_FALSE(key) << memory_kib << ' ' << passes;
    EXPECT_EQ(key.error().code, errc::kdf_out_of_range);
    EXPECT_EQ(key.error().field, passes == 3 ? "memory_kib" : "passes");
    EXPECT_FALSE(check_argon2id(memory_kib, passes));
  }
  EXPECT_EQ(memory_pages(), before);
  EXPECT_TRUE(check_argon2id(limits::memory_kib_min, limits::passes_min));
  EXPECT_TRUE(check_argon2id(limits::memory_kib_max, limits::passes_max));
}

TEST(Argon2id, IsTheUnlimitedOneInsideTheLimits) {
  const auto key = argon2id(as_bytes("correct horse"), salt, limits::memory_kib_min, limits::passes_min);
  ASSERT_TRUE(key);
  secret_key same;
  ASSERT_TRUE(argon2id_without_limits(as_bytes("correct horse"), salt, limits::memory_kib_min, limits::passes_min,
                                      same.data()));
  EXPECT_EQ(*key, same);
  const auto other = argon2id(as_bytes("correct horsf"), salt, limits::memory_kib_min, limits::passes_min);
  ASSERT_TRUE(other);
  EXPECT_FALSE(*key == *other);
  EXPECT_TRUE(argon2id({}, salt, limits::memory_kib_min, limits::passes_min))
      << "an empty secret is no error here";
}

TEST(Argon2id, NumbersItIsNotDefinedForAreRefused) {
  bytes out(32);
  EXPECT_EQ(argon2id_without_limits({}, salt, 7, 1, out).error().code, errc::kdf_out_of_range);
  EXPECT_EQ(argon2id_without_limits({}, salt, 8, 0, out).error().code, errc::kdf_out_of_range);
  EXPECT_EQ(argon2id_without_limits({}, salt, 8, std::uint64_t{1} << 32, out).error().code,
            errc::kdf_out_of_range);
  EXPECT_EQ(argon2id_without_limits({}, salt, std::uint64_t{1} << 54, 1, out).error().code,
            errc::kdf_out_of_range);
  EXPECT_EQ(argon2id_without_limits({}, salt, 8, 1, std::span(out).first(15)).error().code,
            errc::kdf_out_of_range);
  EXPECT_TRUE(argon2id_without_limits({}, salt, 8, 1, out));
}

#ifdef __EMSCRIPTEN__
// Only WebAssembly can be asked for more memory than it has without taking the machine's.
TEST(Argon2id, SaysWhenMemoryCannotBeHad) {
  bytes out(32, 0xEE);
  const auto done = argon2id_without_limits(as_bytes("secret"), salt, 2'097'152, 1, out);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::out_of_memory);
  EXPECT_EQ(out, bytes(32));
  EXPECT_TRUE(argon2id(as_bytes("secret"), salt, limits::memory_kib_min, limits::passes_min))
      << "it goes on working";
}
#endif

}  // namespace
}  // namespace kbve::crypto
