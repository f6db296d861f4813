#pragma once

/// AES-256 on eight blocks at once, for counter mode.
///
/// BearSSL's constant-time AES (aes_ct64) works on four blocks spread over the bits of 64-bit words, with
/// nothing but logic and shifts. Two such words side by side in a 128-bit vector make it eight blocks for
/// about the price of four wherever vectors exist: SSE2, NEON, WebAssembly SIMD128.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kbve/core/bytes.hpp"

namespace kbve::crypto {

inline constexpr std::size_t aes_block_size = 16;
inline constexpr std::size_t aes_batch_blocks = 8;
inline constexpr std::size_t aes_batch_size = aes_batch_blocks * aes_block_size;

/// AES-256 has 14 rounds and one key more than that; each is eight vectors of 16 bytes in bitsliced form.
inline constexpr std::size_t aes_rounds = 14;
inline constexpr std::size_t aes_schedule_size = (aes_rounds + 1) * 8 * 16;

/// Expands a key into `schedule`, which must be aligned to 16 bytes and is as secret as the key.
void aes_expand(std::span<const std::uint8_t, 32> key,
                std::span<std::uint8_t, aes_schedule_size> schedule) noexcept;

/// Eight blocks of key stream: the encryptions of `nonce ‖ counter`, `nonce ‖ counter + 1`, … with a counter
/// of 32 bits, big-endian. `schedule` is what `aes_expand` wrote, or an aligned copy of it.
void aes_key_stream(std::span<const std::uint8_t, aes_schedule_size> schedule,
                    std::span<const std::uint8_t, 12> nonce, std::uint32_t counter,
                    std::span<std::uint8_t, aes_batch_size> out) noexcept;

}  // namespace kbve::crypto
