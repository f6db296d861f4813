#include "kbve/crypto/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "kbve/crypto/aead.hpp"

namespace kbve::crypto {
namespace {

TEST(Random, NoncesNeverRepeat) {
  std::set<aead_nonce> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(random_array<aead_nonce_size>()).second);
}

TEST(Random, TwoSealsOfTheSameDiffer) {
  const aead_key key(random_key());
  const auto first = random_array<aead_nonce_size>();
  const auto second = random_array<aead_nonce_size>();
  EXPECT_NE(first, second);
  EXPECT_NE(key.seal(first, as_bytes("same"), {}), key.seal(second, as_bytes("same"), {}));
  EXPECT_FALSE(random_key() == random_key());
}

TEST(Random, FillsEveryByteOfEverySize) {
  for (const std::size_t size : {1U, 7U, 255U, 256U, 257U, 512U, 1000U, 70'000U}) {
    bytes touched(size);
    for (int round = 0; round < 16; ++round) {
      bytes drawn(size);
      fill_random(drawn);
      for (std::size_t i = 0; i < size; ++i) touched[i] |= drawn[i];
    }
    // A byte that stays zero 16 times by chance: once in 2^128.
    EXPECT_EQ(std::ranges::count(touched, 0), 0) << size;
  }
  fill_random({});
}

TEST(Random, LeavesTheNeighboursAlone) {
  bytes data(64, 0xA5);
  fill_random(std::span(data).subspan(16, 32));
  EXPECT_TRUE(std::ranges::all_of(std::span(data).first(16), [](std::uint8_t byte) { return byte == 0xA5; }));
  EXPECT_TRUE(std::ranges::all_of(std::span(data).last(16), [](std::uint8_t byte) { return byte == 0xA5; }));
}

TEST(Random, EveryValueComesAboutEquallyOften) {
  bytes drawn(std::size_t{256} * 1000);
  fill_random(drawn);
  std::array<int, 256> times{};
  for (const std::uint8_t byte : drawn) ++times[byte];
  // 1000 expected, standard deviation 32: ten of those is out of reach of chance.
  for (const int count : times) EXPECT_NEAR(count, 1000, 320);
}

TEST(Random, PreparingTwiceIsHarmless) {
  init();
  init();
  EXPECT_NE(random_array<16>(), random_array<16>());
}

}  // namespace
}  // namespace kbve::crypto
