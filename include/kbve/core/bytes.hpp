#pragma once

/// Bytes, the two ways this project lays them out, and the Unicode check.
///
/// - `canonical_writer`: big-endian and length-prefixed, for what is authenticated (AAD, MAC input).
/// - `packed_writer` and `packed_reader`: little-endian and packed, for what crosses into JavaScript.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kbve {

using bytes = std::vector<std::uint8_t>;
/// A view of bytes that somebody else owns. It never outlives the call it is given to.
using bytes_view = std::span<const std::uint8_t>;
using mutable_bytes_view = std::span<std::uint8_t>;

template <std::size_t N>
using byte_array = std::array<std::uint8_t, N>;

/// The bytes of a text, without a terminator.
[[nodiscard]] inline bytes_view as_bytes(std::string_view text) noexcept {
  // A text's bytes may be looked at as unsigned char; uint8_t is that type on every platform we build for.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT
}

/// The bytes as a text. Nothing is checked: see `is_utf8`.
[[nodiscard]] inline std::string_view as_text(bytes_view data) noexcept {
  return {reinterpret_cast<const char*>(data.data()), data.size()};  // NOLINT
}

/// True when the bytes are well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above
/// U+10FFFF, nothing cut off. The empty text is well-formed.
[[nodiscard]] bool is_utf8(bytes_view data) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  return is_utf8(as_bytes(text));
}

constexpr void put_be32(std::span<std::uint8_t, 4> out, std::uint32_t value) noexcept {
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

constexpr void put_be64(std::span<std::uint8_t, 8> out, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

[[nodiscard]] constexpr std::uint32_t get_be32(std::span<const std::uint8_t, 4> in) noexcept {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : in) value = value << 8 | byte;
  return value;
}

[[nodiscard]] constexpr std::uint64_t get_be64(std::span<const std::uint8_t, 8> in) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : in) value = value << 8 | byte;
  return value;
}

/// Writes `canonical(…)` of locker format 1, so that two different lists of values never give the same bytes:
/// a byte string or a text is a u32 length and its bytes, an integer a u64, a list a u32 count before its
/// items, a record its values in order; all numbers big-endian.
///
/// No single value may reach 4 GiB (no input of this library can).
class canonical_writer {
 public:
  canonical_writer& data(bytes_view value);
  canonical_writer& text(std::string_view value) { return data(as_bytes(value)); }
  canonical_writer& integer(std::uint64_t value);
  /// Begins a list of `items` values, which the caller writes next.
  canonical_writer& list(std::size_t items);

  /// Valid until the next call that writes or clears.
  [[nodiscard]] bytes_view view() const noexcept { return out_; }
  /// Forgets what was written and keeps the memory, for the next value.
  void clear() noexcept { out_.clear(); }
  void reserve(std::size_t size) { out_.reserve(size); }

 private:
  bytes out_;
};

/// Appends packed little-endian values to a buffer the caller owns.
class packed_writer {
 public:
  explicit packed_writer(bytes& out) noexcept : out_(&out) {}

  void u8(std::uint8_t value) { out_->push_back(value); }
  void u16(std::uint16_t value) { little_endian<2>(value); }
  void u32(std::uint32_t value) { little_endian<4>(value); }
  void u64(std::uint64_t value) { little_endian<8>(value); }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  /// The bytes as they are, without a length.
  void raw(bytes_view value) { out_->insert(out_->end(), value.begin(), value.end()); }

 private:
  template <std::size_t N>
  void little_endian(std::uint64_t value) {
    byte_array<N> encoded;
    for (std::size_t i = 0; i < N; ++i) encoded[i] = static_cast<std::uint8_t>(value >> (8 * i));
    raw(encoded);
  }

  bytes* out_;
};

/// Reads packed little-endian values. Reading past the end never touches foreign memory: it gives zeros or
/// an empty view, and `ok()` is false from then on. So a whole record is read first and checked once.
class packed_reader {
 public:
  explicit packed_reader(bytes_view in) noexcept : rest_(in) {}

  [[nodiscard]] std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(little_endian<1>()); }
  [[nodiscard]] std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(little_endian<2>()); }
  [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(little_endian<4>()); }
  [[nodiscard]] std::uint64_t u64() noexcept { return little_endian<8>(); }
  [[nodiscard]] double f64() noexcept { return std::bit_cast<double>(u64()); }
  /// The next `size` bytes, still owned by whoever owns the input.
  [[nodiscard]] bytes_view take(std::size_t size) noexcept;
  template <std::size_t N>
  [[nodiscard]] byte_array<N> array() noexcept {
    byte_array<N> out{};
    const bytes_view in = take(N);
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i];
    return out;
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  /// Everything was there and nothing is left over.
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  template <std::size_t N>
  std::uint64_t little_endian() noexcept {
    const bytes_view in = take(N);
    std::uint64_t value = 0;
    for (std::size_t i = in.size(); i > 0; --i) value = value << 8 | in[i - 1];
    return value;
  }

  bytes_view rest_;
  bool ok_ = true;
};

/// The integer that a double from JavaScript stands for, when it is a whole number from 0 to 2^53 − 1.
/// False (and `out` untouched) for anything else: fractions, negative numbers, NaN, infinities.
[[nodiscard]] bool to_integer(double value, std::uint64_t& out) noexcept;

}  // namespace kbve
