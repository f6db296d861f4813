#include "kbve/core/base64url.hpp"

namespace kbve::base64url {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
char letter(std::uint32_t bits) noexcept {
  return alphabet[bits & 63];
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

}  // namespace kbve::base64url
