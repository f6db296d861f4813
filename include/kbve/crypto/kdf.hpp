#pragma once

/// Keys from secrets: HKDF-SHA-256 (RFC 5869) from strong ones, Argon2id (RFC 9106) from passphrases.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::crypto {

/// The longest output HKDF-SHA-256 can give: 255 blocks.
inline constexpr std::size_t hkdf_sha256_max = std::size_t{255} * 32;

/// Extract and expand into `out`. False (and `out` all zeros) when `out` is longer than `hkdf_sha256_max`.
/// An empty salt means 32 zero bytes, as the RFC says.
[[nodiscard]] bool hkdf_sha256(bytes_view secret, bytes_view salt, bytes_view info,
                               mutable_bytes_view out) noexcept;

/// The same for the usual case, one key of 32 bytes; it cannot fail.
[[nodiscard]] secret_key hkdf_sha256_key(bytes_view secret, bytes_view salt, bytes_view info) noexcept;

/// What a keyslot may ask of a reader. The floor keeps a passphrase worth guessing at; the ceiling keeps a
/// forged header from taking a device's memory.
struct argon2id_limits {
  static constexpr std::uint64_t memory_kib_min = 19'456;
  static constexpr std::uint64_t memory_kib_max = 262'144;
  static constexpr std::uint64_t memory_kib_default = 65'536;
  static constexpr std::uint64_t passes_min = 2;
  static constexpr std::uint64_t passes_max = 16;
  static constexpr std::uint64_t passes_default = 3;

  [[nodiscard]] static constexpr bool allow(std::uint64_t memory_kib, std::uint64_t passes) noexcept {
    return memory_kib >= memory_kib_min && memory_kib <= memory_kib_max && passes >= passes_min &&
           passes <= passes_max;
  }
};

inline constexpr std::size_t argon2id_salt_size = 16;

/// `kdf_out_of_range` unless both numbers are inside `argon2id_limits`.
[[nodiscard]] result<void> check_argon2id(std::uint64_t memory_kib, std::uint64_t passes);

/// Argon2id version 0x13 with one lane and 32 bytes of output. The limits are checked before any memory is
/// taken; `out_of_memory` when it cannot be had, `too_large` for a secret of 4 GiB or more.
[[nodiscard]] result<secret_key> argon2id(bytes_view secret,
                                          std::span<const std::uint8_t, argon2id_salt_size> salt,
                                          std::uint64_t memory_kib, std::uint64_t passes);

/// What became of a derivation, where there is no room for sentences.
enum class argon2id_outcome : std::uint8_t { done = 0, out_of_range = 1, too_large = 2, out_of_memory = 3 };

/// Argon2id without this project's limits. Lowest values: 8 KiB, 1 pass, 16 bytes of output; `out_of_range`
/// below them, and then `out` is as it was.
[[nodiscard]] argon2id_outcome argon2id_into(bytes_view secret,
                                             std::span<const std::uint8_t, argon2id_salt_size> salt,
                                             std::uint64_t memory_kib, std::uint64_t passes,
                                             mutable_bytes_view out) noexcept;

/// The same with errors that say what to do, for test vectors by others: `kdf_out_of_range`, `too_large`,
/// `out_of_memory`.
[[nodiscard]] result<void> argon2id_without_limits(bytes_view secret,
                                                   std::span<const std::uint8_t, argon2id_salt_size> salt,
                                                   std::uint64_t memory_kib, std::uint64_t passes,
                                                   mutable_bytes_view out);

}  // namespace kbve::crypto
