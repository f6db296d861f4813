#include "kbve/core/base64url.hpp"

#include <array>

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

char letter(std::uint32_t bits) noexcept {
  return alphabet[bits & 63];
}

/// The number of bytes a text of this length stands for; a remainder of one character is no byte at all.
std::optional<std::size_t> decoded_size(std::size_t characters) noexcept {
  const std::size_t remainder = characters % 4;
  if (remainder == 1) return std::nullopt;
  return characters / 4 * 3 + (remainder == 0 ? 0 : remainder - 1);
}

}  // namespace

void append(std::string& out, bytes_view data) {
  out.reserve(out.size() + encoded_size(data.size()));
  std::size_t at = 0;
  for (; at + 3 <= data.size(); at += 3) {
    const std::uint32_t group = std::uint32_t{data[at]} << 16 | std::uint32_t{data[at + 1]} << 8 | data[at + 2];
    for (const unsigned shift : {18U, 12U, 6U, 0U}) out.push_back(letter(group >> shift));
  }
  const std::size_t rest = data.size() - at;
  if (rest == 0) return;
  const std::uint32_t group = std::uint32_t{data[at]} << 16 | (rest == 2 ? std::uint32_t{data[at + 1]} << 8 : 0);
  out.push_back(letter(group >> 18));
  out.push_back(letter(group >> 12));
  if (rest == 2) out.push_back(letter(group >> 6));
}

std::string encode(bytes_view data) {
  std::string out;
  append(out, data);
  return out;
}

bool decode_into(std::string_view text, mutable_bytes_view out) noexcept {
  if (decoded_size(text.size()) != out.size()) return false;
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t at = 0;
  for (const char character : text) {
    const std::uint8_t digit = digits[static_cast<std::uint8_t>(character)];
    if (digit == no_digit) return false;
    bits = bits << 6 | digit;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  const std::uint32_t left_over = bits & ((1U << held) - 1);
  return left_over == 0;
}

std::optional<bytes> decode(std::string_view text) {
  const std::optional<std::size_t> size = decoded_size(text.size());
  if (!size) return std::nullopt;
  bytes out(*size);
  if (!decode_into(text, out)) return std::nullopt;
  return out;
}

}  // namespace kbve::base64url
