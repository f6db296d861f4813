// The decoder, in a file of its own: every letter of every token passes through it, so it is compiled for speed.

#include <array>
#include <bit>
#include <cstring>

#include "kbve/core/base64url.hpp"

namespace kbve::base64url {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

/// The number of bytes a text of this length stands for; a remainder of one character is no byte at all.
std::optional<std::size_t> decoded_size(std::size_t characters) noexcept {
  const std::size_t remainder = characters % 4;
  if (remainder == 1) return std::nullopt;
  return characters / 4 * 3 + (remainder == 0 ? 0 : remainder - 1);
}

using letters = std::uint8_t __attribute__((vector_size(16)));
using groups = std::uint32_t __attribute__((vector_size(16)));

/// Decodes 16 letters into 12 bytes. What is no digit leaves bits in `bad`.
inline void decode_sixteen(const char* from, std::uint8_t* to, letters& bad) noexcept {
  letters text;
  std::memcpy(&text, from, sizeof text);
  const auto between = [&text](char first, char last) {
    const auto low = static_cast<std::uint8_t>(first);
    const auto span = static_cast<std::uint8_t>(last - first);
    return std::bit_cast<letters>(text - low <= span);
  };
  const letters upper = between('A', 'Z');
  const letters lower = between('a', 'z');
  const letters decimal = between('0', '9');
  const letters dash = between('-', '-');
  const letters line = between('_', '_');
  bad |= ~(upper | lower | decimal | dash | line);
  // From the letter to its place in the alphabet, modulo 256.
  const letters six = text + ((upper & 191U) | (lower & 185U) | (decimal & 4U) | (dash & 17U) | (line & 224U));
  const auto group = std::bit_cast<groups>(six);
  const groups three =
      (group & 0x3FU) << 18U | (group & 0x3F00U) << 4U | (group & 0x3F0000U) >> 10U | group >> 24U;
  const auto mixed = std::bit_cast<letters>(three);
  const letters out = __builtin_shufflevector(mixed, mixed, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 7, 11, 15);
  std::memcpy(to, &out, 12);
}

}  // namespace

bool decode_into(std::string_view text, mutable_bytes_view out) noexcept {
  if (decoded_size(text.size()) != out.size()) return false;
  const auto digit = [text](std::size_t at) -> std::uint32_t {
    return digits[static_cast<std::uint8_t>(text[at])];
  };
  // Whatever is no digit sets a bit above the six; it is looked for once, at the end.
  std::uint32_t seen = 0;
  std::size_t from = 0;
  std::size_t to = 0;
  if constexpr (std::endian::native == std::endian::little) {
    letters bad{};
    // NOLINTNEXTLINE(*-pointer-arithmetic): both are as long as the sizes compared above
    for (; from + 16 <= text.size(); from += 16, to += 12)
      decode_sixteen(text.data() + from, out.data() + to, bad);
    for (const std::uint64_t half : std::bit_cast<std::array<std::uint64_t, 2>>(bad)) {
      if (half != 0) return false;
    }
  }
  for (; from + 4 <= text.size(); from += 4, to += 3) {
    const std::uint32_t a = digit(from);
    const std::uint32_t b = digit(from + 1);
    const std::uint32_t c = digit(from + 2);
    const std::uint32_t d = digit(from + 3);
    seen |= a | b | c | d;
    out[to] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    out[to + 1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    out[to + 2] = static_cast<std::uint8_t>(c << 6 | d);
  }
  const std::size_t rest = text.size() - from;
  if (rest != 0) {
    const std::uint32_t a = digit(from);
    const std::uint32_t b = digit(from + 1);
    const std::uint32_t c = rest == 3 ? digit(from + 2) : 0;
    seen |= a | b | c;
    out[to] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (rest == 3) out[to + 1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    // Bits that stand for no byte are zero, so that every value has one text.
    if ((rest == 2 ? b & 15 : c & 3) != 0) return false;
  }
  return seen < 64;
}

std::optional<bytes> decode(std::string_view text) {
  const std::optional<std::size_t> size = decoded_size(text.size());
  if (!size) return std::nullopt;
  bytes out(*size);
  if (!decode_into(text, out)) return std::nullopt;
  return out;
}

}  // namespace kbve::base64url
