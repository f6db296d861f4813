#include "kbve/crypto/aead.hpp"

#include <bearssl_block.h>
#include <bearssl_hash.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "kbve/crypto/random.hpp"
#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

bytes random_bytes(std::size_t size) {
  bytes out(size);
  fill_random(out);
  return out;
}

bool all_zero(bytes_view data) {
  return std::ranges::all_of(data, [](std::uint8_t byte) { return byte == 0; });
}

/// SP 800-38D put together from BearSSL's own counter mode, which shares neither the rounds nor the counting
/// of blocks with ours. (Its br_gcm_* call through pointers of another type, which UBSan stops.)
bytes sealed_by_bearssl(const secret_key& key, const aead_nonce& nonce, bytes_view plaintext, bytes_view aad) {
  br_aes_ct64_ctr_keys cipher;
  br_aes_ct64_ctr_init(&cipher, key.view().data(), key.view().size());
  byte_array<16> hash_key{};
  br_aes_ct64_ctr_run(&cipher, byte_array<12>{}.data(), 0, hash_key.data(), hash_key.size());

  bytes box(plaintext.begin(), plaintext.end());
  br_aes_ct64_ctr_run(&cipher, nonce.data(), 2, box.data(), box.size());

  byte_array<16> lengths;
  put_be64(std::span(lengths).first<8>(), aad.size() * 8);
  put_be64(std::span(lengths).last<8>(), box.size() * 8);
  byte_array<16> tag{};
  br_ghash_ctmul64(tag.data(), hash_key.data(), aad.data(), aad.size());
  br_ghash_ctmul64(tag.data(), hash_key.data(), box.data(), box.size());
  br_ghash_ctmul64(tag.data(), hash_key.data(), lengths.data(), lengths.size());
  br_aes_ct64_ctr_run(&cipher, nonce.data(), 1, tag.data(), tag.size());
  box.insert(box.end(), tag.begin(), tag.end());
  return box;
}

TEST(Aead, ABoxIsTheCiphertextAndThenTheTag) {
  // Test cases 13 and 14 of the GCM submission to NIST.
  const aead_key key{secret_key()};
  EXPECT_EQ(key.seal(aead_nonce{}, {}, {}), test::unhex("530f8afbc74536b9a963b4f1c4cb738b"));
  EXPECT_EQ(key.seal(aead_nonce{}, bytes(16), {}),
            test::unhex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"));
}

TEST(Aead, AgreesWithBearsslAtEveryLength) {
  for (std::size_t size = 0; size <= 400; ++size) {
    const secret_key secret = random_key();
    const aead_key key(secret);
    const auto nonce = random_array<aead_nonce_size>();
    const bytes plaintext = random_bytes(size);
    const bytes aad = random_bytes(size * 7 % 131);
    const bytes box = key.seal(nonce, plaintext, aad);
    ASSERT_EQ(box, sealed_by_bearssl(secret, nonce, plaintext, aad)) << size;
    const auto opened = key.open(nonce, box, aad);
    ASSERT_TRUE(opened && std::ranges::equal(opened->view(), plaintext)) << size;
  }
  const secret_key secret = random_key();
  const bytes large = random_bytes(1'000'003);
  EXPECT_EQ(aead_key(secret).seal(aead_nonce{}, large, large),
            sealed_by_bearssl(secret, aead_nonce{}, large, large));
}

TEST(Aead, WorksAtEveryAlignmentAndInPlace) {
  const aead_key key(random_key());
  const auto nonce = random_array<aead_nonce_size>();
  const bytes plaintext = random_bytes(200);
  const bytes aad = random_bytes(45);
  const bytes expected = key.seal(nonce, plaintext, aad);
  for (std::size_t shift = 0; shift < 17; ++shift) {
    bytes in(shift + plaintext.size());
    std::ranges::copy(plaintext, in.begin() + static_cast<std::ptrdiff_t>(shift));
    bytes shifted_aad(16 - shift % 16 + aad.size());
    std::ranges::copy(aad, shifted_aad.end() - static_cast<std::ptrdiff_t>(aad.size()));
    const auto aad_view = bytes_view(shifted_aad).last(aad.size());
    bytes out(17 - shift + expected.size());
    key.seal(nonce, bytes_view(in).subspan(shift), aad_view, std::span(out).subspan(17 - shift));
    ASSERT_TRUE(std::ranges::equal(std::span(out).subspan(17 - shift), expected)) << shift;

    bytes place(shift + expected.size());
    const auto box = std::span(place).subspan(shift);
    std::ranges::copy(plaintext, box.begin());
    key.seal(nonce, box.first(plaintext.size()), aad_view, box);
    ASSERT_TRUE(std::ranges::equal(box, expected)) << shift;
    ASSERT_TRUE(key.open(nonce, box, aad_view, box.first(plaintext.size()))) << shift;
    ASSERT_TRUE(std::ranges::equal(box.first(plaintext.size()), plaintext)) << shift;
  }
}

TEST(Aead, EveryFlippedBitIsNoticedAndLeavesZeros) {
  const aead_key key(random_key());
  auto nonce = random_array<aead_nonce_size>();
  const bytes plaintext = random_bytes(65);
  bytes aad = random_bytes(33);
  bytes box = key.seal(nonce, plaintext, aad);
  bytes out(plaintext.size());
  const auto refused = [&] {
    std::ranges::fill(out, 0xEE);
    return !key.open(nonce, box, aad, out) && all_zero(out);
  };
  const auto flip_all = [&](mutable_bytes_view part) {
    for (std::uint8_t& byte : part) {
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<std::uint8_t>(byte ^ (1 << bit));
        EXPECT_TRUE(refused());
        byte = static_cast<std::uint8_t>(byte ^ (1 << bit));
      }
    }
  };
  flip_all(box);
  flip_all(aad);
  flip_all(nonce);
  ASSERT_TRUE(key.open(nonce, box, aad, out)) << "everything was put back";
  EXPECT_FALSE(aead_key(random_key()).open(nonce, box, aad));
}

TEST(Aead, OpensWithMasksThatWereMadeTogether) {
  const aead_key key(random_key());
  for (std::size_t count = 1; count <= aead_masks_at_once; ++count) {
    std::array<aead_nonce, aead_masks_at_once> nonces{};
    for (aead_nonce& nonce : nonces) fill_random(nonce);
    std::array<aead_mask, aead_masks_at_once> masks{};
    key.masks(std::span(nonces).first(count), masks);
    for (std::size_t i = 0; i < count; ++i) {
      const bytes plaintext = random_bytes(64 * i + i);
      const bytes aad = random_bytes(3 * i);
      const bytes box = key.seal(nonces[i], plaintext, aad);
      bytes opened(plaintext.size());
      EXPECT_TRUE(key.open(nonces[i], box, aad, opened, &masks[i]));
      EXPECT_EQ(opened, plaintext);
      // Another nonce's mask: the tag does not hold, and nothing is shown.
      EXPECT_FALSE(key.open(nonces[i], box, aad, opened, &masks[(i + 1) % masks.size()]));
      EXPECT_TRUE(all_zero(opened));
    }
  }
}

TEST(Aead, EveryTruncationIsRefused) {
  const aead_key key(random_key());
  const auto nonce = random_array<aead_nonce_size>();
  const bytes box = key.seal(nonce, as_bytes("twenty bytes or more"), {});
  for (std::size_t size = 0; size < box.size(); ++size) {
    EXPECT_FALSE(key.open(nonce, bytes_view(box).first(size), {})) << size;
  }
}

TEST(Aead, AMovedKeyWorksAndItsOldPlaceDoesNot) {
  const secret_key secret = random_key();
  const bytes expected = aead_key(secret).seal(aead_nonce{}, as_bytes("text"), {});
  aead_key from(secret);
  aead_key to(std::move(from));
  EXPECT_EQ(to.seal(aead_nonce{}, as_bytes("text"), {}), expected);
  aead_key assigned(random_key());
  assigned = std::move(to);
  EXPECT_EQ(assigned.seal(aead_nonce{}, as_bytes("text"), {}), expected);
#if GTEST_HAS_DEATH_TEST
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is the question
  EXPECT_DEATH(static_cast<void>(from.seal(aead_nonce{}, as_bytes("text"), {})), "");
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_DEATH(static_cast<void>(to.open(aead_nonce{}, expected, {})), "");
#endif
}

TEST(Aead, AKeyIsWipedWhereItLay) {
  alignas(aead_key) unsigned char place[sizeof(aead_key)]{};
  auto* key = new (place) aead_key(random_key());
  key->~aead_key();
  const volatile unsigned char* seen = place;
  for (std::size_t i = 0; i < sizeof place; ++i) ASSERT_EQ(seen[i], 0) << i;
}

#if GTEST_HAS_DEATH_TEST
TEST(AeadDeathTest, BuffersThatDoNotFitEndTheProgram) {
  const aead_key key(random_key());
  bytes out(19);
  EXPECT_DEATH(key.seal(aead_nonce{}, as_bytes("text"), {}, out), "");
  EXPECT_DEATH(static_cast<void>(key.open(aead_nonce{}, bytes(40), {}, out)), "");
}
#endif

}  // namespace
}  // namespace kbve::crypto
