#pragma once

/// SHA-256, SHA-384 and SHA-512 (FIPS 180-4), and HMAC with each (RFC 2104), chosen at run time: what JOSE
/// signs with. The locker itself needs HMAC-SHA-256 only and has it in hmac.hpp.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "kbve/core/bytes.hpp"

namespace kbve::crypto {

enum class sha2 : std::uint8_t { sha256, sha384, sha512 };

/// The longest digest there is.
inline constexpr std::size_t max_digest_size = 64;

[[nodiscard]] constexpr std::size_t digest_size(sha2 kind) noexcept {
  return kind == sha2::sha256 ? 32 : kind == sha2::sha384 ? 48 : 64;
}

/// A digest or an HMAC tag, as long as its hash makes it.
class digest {
 public:
  explicit digest(sha2 kind) noexcept : size_(digest_size(kind)) {}
  [[nodiscard]] bytes_view view() const noexcept { return bytes_view(value_).first(size_); }
  [[nodiscard]] mutable_bytes_view data() noexcept { return mutable_bytes_view(value_).first(size_); }

 private:
  byte_array<max_digest_size> value_{};
  std::size_t size_;
};

/// A hash in the making.
class hasher {
 public:
  explicit hasher(sha2 kind) noexcept;
  hasher& add(bytes_view data) noexcept;
  /// The digest of all that was added. The hasher is used up.
  [[nodiscard]] digest finish() noexcept;

 private:
  friend class mac_key;

  // The larger of libsodium's two states.
  alignas(8) byte_array<208> state_{};
  sha2 kind_;
};

[[nodiscard]] digest hash(sha2 kind, bytes_view data) noexcept;

/// SHA-256 by name: what needs no other does not carry the other's code.
[[nodiscard]] byte_array<32> sha256(bytes_view data) noexcept;

/// An HMAC key made ready: both padded keys are hashed once. Moved, never copied, and wiped at the end. A
/// moved-from key ends the program when used.
class mac_key {
 public:
  /// A key of any length; what is too short to be one is the caller's to refuse.
  mac_key(sha2 kind, bytes_view key) noexcept;
  mac_key(mac_key&& other) noexcept;
  mac_key& operator=(mac_key&& other) noexcept;
  mac_key(const mac_key&) = delete;
  mac_key& operator=(const mac_key&) = delete;
  ~mac_key();

  [[nodiscard]] digest tag(bytes_view message) const noexcept;
  /// Compares in constant time. Only a whole tag can be right.
  [[nodiscard]] bool verify(bytes_view message, bytes_view expected) const noexcept;

 private:
  void wipe_state() noexcept;

  hasher inner_;
  hasher outer_;
  bool ready_ = false;
};

/// An HMAC key that the first check makes ready and keeps, because the next one mostly wants the same. Several
/// threads may check with one at once; none of them waits for another.
class kept_mac_key {
 public:
  kept_mac_key() noexcept = default;
  kept_mac_key(kept_mac_key&& other) noexcept;
  kept_mac_key& operator=(kept_mac_key&& other) noexcept;
  kept_mac_key(const kept_mac_key&) = delete;
  kept_mac_key& operator=(const kept_mac_key&) = delete;
  ~kept_mac_key() = default;

  /// As `mac_key(kind, key).verify(message, expected)`. `key` is the same each time.
  [[nodiscard]] bool verify(sha2 kind, bytes_view key, bytes_view message, bytes_view expected) const noexcept;

 private:
  enum class progress : std::uint8_t { none, making, made };

  // Written by whoever turns `none` into `making`, and by nobody once it is `made`.
  mutable std::atomic<progress> progress_ = progress::none;
  mutable sha2 kind_ = sha2::sha256;
  mutable std::optional<mac_key> made_;
};

}  // namespace kbve::crypto
