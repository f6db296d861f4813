#include "crypto/bitsliced_aes.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <new>

#include "kbve/core/secret.hpp"

// BearSSL's internal header is C only, so what is used of it is declared here and the header is kept out.
#define INNER_H__  // NOLINT: its include guard
extern "C" {
unsigned br_aes_ct64_keysched(std::uint64_t* compact, const void* key, std::size_t size);
void br_aes_ct64_skey_expand(std::uint64_t* schedule, unsigned rounds, const std::uint64_t* compact);
void br_range_dec32le(std::uint32_t* out, std::size_t count, const void* in);
}

namespace kbve::crypto {

namespace {

static_assert(std::endian::native == std::endian::little, "blocks are loaded as they lie in memory");

/// Two 64-bit words worked on together, with the operators that BearSSL's sources use on one.
struct lanes {
  using vector = std::uint64_t __attribute__((vector_size(16)));

  vector words;

  lanes() noexcept = default;
  /// The same word in both lanes; implicit, because the sources mix constants with variables.
  lanes(std::uint64_t word) noexcept : words{word, word} {}  // NOLINT(*-explicit-*)
  explicit lanes(vector value) noexcept : words(value) {}
  explicit operator std::uint32_t() const noexcept { return static_cast<std::uint32_t>(words[0]); }

  friend lanes operator&(lanes a, lanes b) noexcept { return lanes(a.words & b.words); }
  friend lanes operator|(lanes a, lanes b) noexcept { return lanes(a.words | b.words); }
  friend lanes operator^(lanes a, lanes b) noexcept { return lanes(a.words ^ b.words); }
  friend lanes operator-(lanes a, lanes b) noexcept { return lanes(a.words - b.words); }
  friend lanes operator~(lanes a) noexcept { return lanes(~a.words); }
  friend lanes operator<<(lanes a, int by) noexcept { return lanes(a.words << by); }
  friend lanes operator>>(lanes a, int by) noexcept { return lanes(a.words >> by); }
  lanes& operator&=(lanes b) noexcept { return *this = *this & b; }
  lanes& operator|=(lanes b) noexcept { return *this = *this | b; }
  lanes& operator^=(lanes b) noexcept { return *this = *this ^ b; }
  lanes& operator>>=(int by) noexcept { return *this = *this >> by; }
};

// BearSSL's S-box and bit transposition, compiled once more for `lanes`: the part of the cipher that has to
// be constant in time stays theirs, only its word becomes wider. They land in this unnamed namespace.
#define uint64_t lanes
#include "symcipher/aes_ct64.c"  // NOLINT(bugprone-suspicious-include)
#undef uint64_t

constexpr std::size_t schedule_words = aes_schedule_size / sizeof(lanes);

using block = std::uint8_t __attribute__((vector_size(16)));

/// Two blocks, one per lane, in the order of bytes that BearSSL's interleave_in() and interleave_out() give
/// and take: the bytes of the first and third 32-bit word alternate, and those of the second and fourth.
void interleave(lanes& even, lanes& odd, block first, block second) noexcept {
  even.words = std::bit_cast<lanes::vector>(__builtin_shufflevector(first, second, 0, 8, 1, 9, 2, 10, 3, 11,  //
                                                                    16, 24, 17, 25, 18, 26, 19, 27));
  odd.words = std::bit_cast<lanes::vector>(__builtin_shufflevector(first, second, 4, 12, 5, 13, 6, 14, 7, 15,  //
                                                                   20, 28, 21, 29, 22, 30, 23, 31));
}

/// Bitsliced, a state's row r is the r-th 16 bits of a word and a column is 4 bits of it, so that ShiftRows
/// rotates row r by 4 r bits and MixColumns' rotation of rows is one of the word.
void shift_rows(lanes& word) noexcept {
  using rows = std::uint16_t __attribute__((vector_size(16)));
  constexpr rows odd{0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF};
  const auto in = std::bit_cast<block>(word.words);
  const auto eight =
      std::bit_cast<rows>(__builtin_shufflevector(in, in, 0, 1, 2, 3, 5, 4, 7, 6, 8, 9, 10, 11, 13, 12, 15, 14));
  const rows twelve = eight >> 4 | eight << 12;
  word.words = std::bit_cast<lanes::vector>((eight & ~odd) | (twelve & odd));
}

/// Each row takes the place of the one above it.
lanes next_row(lanes word) noexcept {
  const auto in = std::bit_cast<block>(word.words);
  return lanes(std::bit_cast<lanes::vector>(
      __builtin_shufflevector(in, in, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)));
}

/// Each row changes places with the one two further on.
lanes opposite_row(lanes word) noexcept {
  const auto in = std::bit_cast<block>(word.words);
  return lanes(std::bit_cast<lanes::vector>(
      __builtin_shufflevector(in, in, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)));
}

/// Times 2 in AES's field is: every bit to the next higher one, and the highest also to bits 0, 1, 3 and 4.
/// FIPS 197: column = 2 (a + next row) + next row + (a + next row, two rows on).
void mix_columns(std::array<lanes, 8>& q) noexcept {
  std::array<lanes, 8> next{};
  std::array<lanes, 8> sum{};
  for (std::size_t i = 0; i < 8; ++i) {
    next[i] = next_row(q[i]);
    sum[i] = q[i] ^ next[i];
  }
  for (std::size_t i = 0; i < 8; ++i) {
    q[i] = sum[(i + 7) % 8] ^ next[i] ^ opposite_row(sum[i]);
    if (i == 1 || i == 3 || i == 4) q[i] ^= sum[7];
  }
}

/// FIPS 197's cipher on eight blocks; the last round has no MixColumns. ShiftRows and MixColumns move bytes
/// only, which vectors do in one instruction where words of 64 bits need several.
void encrypt(const lanes* keys, std::array<lanes, 8>& q) noexcept {
  for (std::size_t i = 0; i < 8; ++i) q[i] ^= keys[i];
  for (std::size_t round = 1; round <= aes_rounds; ++round) {
    br_aes_ct64_bitslice_Sbox(q.data());
    for (lanes& word : q) shift_rows(word);
    if (round < aes_rounds) mix_columns(q);
    for (std::size_t i = 0; i < 8; ++i) q[i] ^= keys[round * 8 + i];
  }
}

void separate(lanes even, lanes odd, block& first, block& second) noexcept {
  const auto left = std::bit_cast<block>(even.words);
  const auto right = std::bit_cast<block>(odd.words);
  first = __builtin_shufflevector(left, right, 0, 2, 4, 6, 16, 18, 20, 22, 1, 3, 5, 7, 17, 19, 21, 23);
  second = __builtin_shufflevector(left, right, 8, 10, 12, 14, 24, 26, 28, 30, 9, 11, 13, 15, 25, 27, 29, 31);
}

}  // namespace

void aes_expand(std::span<const std::uint8_t, 32> key,
                std::span<std::uint8_t, aes_schedule_size> schedule) noexcept {
  std::array<std::uint64_t, (aes_rounds + 1) * 2> compact{};
  std::array<std::uint64_t, schedule_words> words{};
  ::br_aes_ct64_keysched(compact.data(), key.data(), key.size());
  ::br_aes_ct64_skey_expand(words.data(), aes_rounds, compact.data());
  for (std::size_t i = 0; i < schedule_words; ++i) {
    const lanes both(words[i]);
    std::memcpy(&schedule[i * sizeof both], &both, sizeof both);
  }
  wipe({reinterpret_cast<std::uint8_t*>(compact.data()), sizeof compact});  // NOLINT: their bytes
  wipe({reinterpret_cast<std::uint8_t*>(words.data()), sizeof words});      // NOLINT
}

void aes_key_stream(std::span<const std::uint8_t, aes_schedule_size> schedule,
                    std::span<const std::uint8_t, 12> nonce, std::uint32_t counter,
                    std::span<std::uint8_t, aes_batch_size> out) noexcept {
  std::array<block, aes_batch_blocks> blocks{};
  for (std::uint32_t i = 0; i < aes_batch_blocks; ++i) {
    byte_array<aes_block_size> input;
    std::memcpy(input.data(), nonce.data(), nonce.size());
    put_be32(std::span(input).last<4>(), counter + i);
    std::memcpy(&blocks[i], input.data(), input.size());
  }

  constexpr std::size_t half = aes_batch_blocks / 2;
  std::array<lanes, aes_batch_blocks> state{};
  for (std::size_t i = 0; i < half; ++i) interleave(state[i], state[i + half], blocks[i], blocks[i + half]);
  // The bytes of the schedule were written as `lanes`, which makes them such objects.
  const auto* round_keys = std::launder(reinterpret_cast<const lanes*>(schedule.data()));  // NOLINT
  br_aes_ct64_ortho(state.data());
  encrypt(round_keys, state);
  br_aes_ct64_ortho(state.data());
  for (std::size_t i = 0; i < half; ++i) separate(state[i], state[i + half], blocks[i], blocks[i + half]);
  std::memcpy(out.data(), blocks.data(), out.size());
}

}  // namespace kbve::crypto
