#pragma once

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).

#include <array>
#include <cstddef>
#include <cstdint>

#include "kbve/core/bytes.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::crypto {

inline constexpr std::size_t hmac_tag_size = 32;
using hmac_tag = byte_array<hmac_tag_size>;

/// A key made ready: both padded keys are hashed once, so that a short message costs two blocks. Moved, never
/// copied, and wiped at the end. A moved-from key ends the program when used.
class hmac_key {
 public:
  /// A key of any length; one longer than 64 bytes is hashed first, as the RFC says.
  explicit hmac_key(bytes_view key) noexcept;
  explicit hmac_key(const secret_key& key) noexcept : hmac_key(bytes_view(key.view())) {}
  hmac_key(hmac_key&& other) noexcept;
  hmac_key& operator=(hmac_key&& other) noexcept;
  hmac_key(const hmac_key&) = delete;
  hmac_key& operator=(const hmac_key&) = delete;
  ~hmac_key();

  [[nodiscard]] hmac_tag tag(bytes_view message) const noexcept;
  /// Compares in constant time. Only a whole tag of 32 bytes can be right.
  [[nodiscard]] bool verify(bytes_view message, bytes_view expected) const noexcept;

 private:
  friend class hmac_message;
  void wipe_state() noexcept;

  alignas(8) byte_array<208> state_{};
  bool ready_ = false;
};

/// A message that comes in pieces, because the whole of it need not fit into memory.
class hmac_message {
 public:
  /// Ends the program for a moved-from key.
  explicit hmac_message(const hmac_key& key) noexcept;
  hmac_message(const hmac_message&) = delete;
  hmac_message(hmac_message&&) = delete;
  hmac_message& operator=(const hmac_message&) = delete;
  hmac_message& operator=(hmac_message&&) = delete;
  ~hmac_message();

  void add(bytes_view piece) noexcept;
  /// The tag of all that was added so far. More may be added after it.
  [[nodiscard]] hmac_tag tag() const noexcept;

 private:
  alignas(8) byte_array<208> state_{};
};

/// One message under one key.
[[nodiscard]] hmac_tag hmac_sha256(bytes_view key, bytes_view message) noexcept;

}  // namespace kbve::crypto
