// The decoder, in a file of its own: every letter of every token passes through it, so it is compiled for speed.

#include <array>

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
