#include "kbve/core/bytes.hpp"

#include <bit>
#include <cstdlib>
#include <cstring>

namespace kbve {

namespace {

/// What a UTF-8 lead byte promises: how many bytes follow and between what the first of them must lie. The
/// narrowed ranges are what keeps overlong forms, surrogates and numbers above U+10FFFF out (RFC 3629, 4).
struct utf8_lead {
  std::size_t following = 0;
  std::uint8_t lowest = 0x80;
  std::uint8_t highest = 0xBF;
  bool valid = true;
};

utf8_lead classify(std::uint8_t lead) noexcept {
  if (lead < 0x80) return {};
  if (lead >= 0xC2 && lead <= 0xDF) return {.following = 1};
  if (lead == 0xE0) return {.following = 2, .lowest = 0xA0};
  if (lead == 0xED) return {.following = 2, .highest = 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {.following = 2};
  if (lead == 0xF0) return {.following = 3, .lowest = 0x90};
  if (lead >= 0xF1 && lead <= 0xF3) return {.following = 3};
  if (lead == 0xF4) return {.following = 3, .highest = 0x8F};
  return {.valid = false};
}

/// How many bytes at the beginning are plain ASCII, eight at a time: nearly all texts are nothing else.
std::size_t ascii_prefix(bytes_view data) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= data.size(); at += 8) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, data.data() + at, sizeof chunk);
    if ((chunk & 0x8080808080808080U) != 0) break;
  }
  return at;
}

}  // namespace

bool is_utf8(bytes_view data) noexcept {
  std::size_t at = ascii_prefix(data);
  while (at < data.size()) {
    const utf8_lead lead = classify(data[at]);
    if (!lead.valid || data.size() - at <= lead.following) return false;
    for (std::size_t i = 1; i <= lead.following; ++i) {
      const std::uint8_t byte = data[at + i];
      const std::uint8_t lowest = i == 1 ? lead.lowest : 0x80;
      const std::uint8_t highest = i == 1 ? lead.highest : 0xBF;
      if (byte < lowest || byte > highest) return false;
    }
    at += lead.following + 1;
  }
  return true;
}

canonical_writer& canonical_writer::data(bytes_view value) {
  if (value.size() > UINT32_MAX) std::abort();  // the length would be cut off, and two values look alike
  list(value.size());
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

canonical_writer& canonical_writer::integer(std::uint64_t value) {
  byte_array<8> encoded;
  put_be64(encoded, value);
  out_.insert(out_.end(), encoded.begin(), encoded.end());
  return *this;
}

canonical_writer& canonical_writer::list(std::size_t items) {
  byte_array<4> encoded;
  put_be32(encoded, static_cast<std::uint32_t>(items));
  out_.insert(out_.end(), encoded.begin(), encoded.end());
  return *this;
}

bytes_view packed_reader::take(std::size_t size) noexcept {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const bytes_view taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

bool to_integer(double value, std::uint64_t& out) noexcept {
  constexpr double limit = 9007199254740992.0;  // 2^53: above it not every integer is a double
  if (!(value >= 0 && value < limit)) return false;
  const auto whole = static_cast<std::uint64_t>(value);
  if (static_cast<double>(whole) != value) return false;
  out = whole;
  return true;
}

}  // namespace kbve
