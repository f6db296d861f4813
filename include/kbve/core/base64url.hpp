#pragma once

/// base64url (RFC 4648 section 5) without padding, the one form of bytes in JSON and JOSE.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"

namespace kbve::base64url {

/// The number of characters that `size` bytes become.
[[nodiscard]] constexpr std::size_t encoded_size(std::size_t size) noexcept {
  return size / 3 * 4 + (size % 3 == 0 ? 0 : size % 3 + 1);
}

[[nodiscard]] std::string encode(bytes_view data);
/// Appends to `out`, for texts that are put together from parts.
void append(std::string& out, bytes_view data);

/// The bytes, or nothing when the text is not exactly what `encode` writes: padding, whitespace, letters of
/// the ordinary base64 alphabet, an impossible length and left-over bits that are not zero are all refused,
/// so every value has one text.
[[nodiscard]] std::optional<bytes> decode(std::string_view text);

/// The same into memory of the caller, for values of a known length. False when the text is not strict
/// base64url or does not give exactly `out.size()` bytes; `out` is then unspecified.
[[nodiscard]] bool decode_into(std::string_view text, mutable_bytes_view out) noexcept;

}  // namespace kbve::base64url
