#pragma once

/// The characters that mean something in JSON.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kbve::detail {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number of leading bytes, of eight, that are plain inside a JSON string: printable ASCII other than the
/// quote and the backslash. Eight at a time, because strings are most of every value.
inline std::size_t plain_prefix(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080U;
  const auto zero_bytes = [](std::uint64_t x) { return (x - ones) & ~x & highs; };
  // The lowest bit found is exact; borrows can only add false ones above a true one.
  const std::uint64_t odd = (word & highs) | ((word - ones * 0x20) & ~word & highs) |
                            zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'));
  if constexpr (std::endian::native == std::endian::little) {
    return odd == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(odd)) / 8;
  } else {
    return odd == 0 ? 8 : 0;
  }
}

}  // namespace kbve::detail
