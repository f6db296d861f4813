#pragma once

/// AES-256 on eight blocks at once, as the block cipher of BearSSL's counter mode and GCM.
///
/// BearSSL's constant-time AES (aes_ct64) works on four blocks spread over the bits of 64-bit words, with
/// nothing but logic and shifts. Two such words side by side in a 128-bit vector make it eight blocks for
/// about the price of four wherever vectors exist: SSE2, NEON, WebAssembly SIMD128.

#include <bearssl_block.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "kbve/core/bytes.hpp"

namespace kbve::crypto {

inline constexpr std::size_t aes_block_size = 16;

/// AES-256 has 14 rounds and one key more than that; each is eight vectors of 16 bytes in bitsliced form.
inline constexpr std::size_t aes_rounds = 14;
inline constexpr std::size_t aes_schedule_size = (aes_rounds + 1) * 8 * 16;

/// Expands a key into `schedule`, which must be aligned to 16 bytes and is as secret as the key.
void aes_expand(std::span<const std::uint8_t, 32> key,
                std::span<std::uint8_t, aes_schedule_size> schedule) noexcept;

/// What BearSSL calls a CTR context: `&vtable` can be given to whatever takes a `br_block_ctr_class`.
struct aes_counter_mode {
  /// `keys` is what `aes_expand` wrote, or an aligned copy of it; only a pointer to it is kept.
  explicit aes_counter_mode(std::span<const std::uint8_t, aes_schedule_size> keys) noexcept;

  const br_block_ctr_class* vtable;
  const std::uint8_t* schedule;
  /// The key stream of counter 1 where it is known already (`aes_first_blocks`), else nullptr.
  const std::uint8_t* first_block = nullptr;
};

inline constexpr std::size_t aes_batch = 8;

/// The key stream of counter 1, with which GCM masks its tag, under up to `aes_batch` nonces at the price of one:
/// a message by itself leaves seven of eight places empty for it.
void aes_first_blocks(std::span<const std::uint8_t, aes_schedule_size> keys,
                      std::span<const byte_array<12>> nonces, std::span<byte_array<aes_block_size>> out) noexcept;

}  // namespace kbve::crypto
