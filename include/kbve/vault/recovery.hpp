#pragma once

/// The recovery code (locker format 1): 128 random bits in a form that a person can write down and type.
///
/// It is the 128-bit integer, big-endian, in Crockford's base32: 26 digits (the first is at most 7), and after
/// them Crockford's check symbol, the integer modulo 37. Written in groups of five:
/// `014D2-PF2DB-SQQZX-Q5TK1-V58CG-GA`. A wrong symbol, and two neighbours that changed places, are always found.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::vault {

inline constexpr std::size_t recovery_code_size = 16;
/// 26 digits and the check symbol, with five dashes between the groups.
inline constexpr std::size_t recovery_text_size = 32;

/// Writes the code as text. The caller wipes both.
void write_recovery_code(std::span<const std::uint8_t, recovery_code_size> code,
                         std::span<std::uint8_t, recovery_text_size> out) noexcept;

/// What is wrong with a text, where there is no room for sentences.
enum class recovery_flaw : std::uint8_t { none = 0, length = 1, symbol = 2, check = 3 };

/// Reads what a person typed: either case, I and L as 1, O as 0; blanks and dashes do not count. `out` is all
/// zeros unless the answer is `none`.
[[nodiscard]] recovery_flaw read_recovery_code(bytes_view text,
                                               std::span<std::uint8_t, recovery_code_size> out) noexcept;

/// The same with errors that say what to do: always `invalid_field`, field `recovery`, never the code itself.
[[nodiscard]] result<secret_bytes> parse_recovery_code(std::string_view text);

}  // namespace kbve::vault
