#pragma once

/// AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, in constant time and without hardware.
///
/// A sealed box is the ciphertext followed by the tag, as WebCrypto and JOSE write it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kbve/core/bytes.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::crypto {

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t aead_tag_size = 16;

using aead_nonce = byte_array<aead_nonce_size>;

/// What masks the tag of the message under one nonce and key (SP 800-38D: the encryption of J0).
using aead_mask = byte_array<16>;
/// As many masks are made at the price of one.
inline constexpr std::size_t aead_masks_at_once = 8;

/// A key made ready: the AES key schedule and the GHASH key, computed once and wiped at the end.
///
/// It does not draw nonces: two seals under one key must never share one, and the caller counts them. Using
/// a moved-from key ends the program, because what it sealed would be open to everybody. Sizes that do not
/// fit are errors of the calling code and end the program too.
class aead_key {
 public:
  explicit aead_key(std::span<const std::uint8_t, aead_key_size> key) noexcept;
  explicit aead_key(const secret_key& key) noexcept : aead_key(key.view()) {}
  aead_key(aead_key&& other) noexcept;
  aead_key& operator=(aead_key&& other) noexcept;
  aead_key(const aead_key&) = delete;
  aead_key& operator=(const aead_key&) = delete;
  ~aead_key();

  /// Seals into `out`, which must have exactly `plaintext.size() + aead_tag_size` bytes. `out` may begin
  /// where `plaintext` begins (in place); no other overlap is allowed. Allocates nothing.
  void seal(std::span<const std::uint8_t, aead_nonce_size> nonce, bytes_view plaintext, bytes_view aad,
            mutable_bytes_view out) const noexcept;

  /// Opens into `out`, which must have exactly `box.size() - aead_tag_size` bytes (none for a shorter box).
  /// `out` may begin where `box` begins. False when the tag does not hold or the box is shorter than a tag;
  /// `out` then holds zeros only. Allocates nothing.
  [[nodiscard]] bool open(std::span<const std::uint8_t, aead_nonce_size> nonce, bytes_view box, bytes_view aad,
                          mutable_bytes_view out) const noexcept;

  /// The masks of up to `aead_masks_at_once` nonces, for `open`.
  void masks(std::span<const aead_nonce> nonces, std::span<aead_mask> out) const noexcept;
  /// `open` with the mask of this nonce, for many boxes in a row; with any other mask the tag does not hold.
  [[nodiscard]] bool open(std::span<const std::uint8_t, aead_nonce_size> nonce, bytes_view box, bytes_view aad,
                          mutable_bytes_view out, const aead_mask* mask) const noexcept;

  /// The same into memory of its own.
  [[nodiscard]] bytes seal(std::span<const std::uint8_t, aead_nonce_size> nonce, bytes_view plaintext,
                           bytes_view aad) const;
  [[nodiscard]] std::optional<secret_bytes> open(std::span<const std::uint8_t, aead_nonce_size> nonce,
                                                 bytes_view box, bytes_view aad) const;

 private:
  /// The 15 round keys of AES-256, each as eight vectors of 16 bytes: the cipher's bitsliced form.
  static constexpr std::size_t schedule_size = std::size_t{15} * 8 * 16;

  void wipe_state() noexcept;

  alignas(16) byte_array<schedule_size> schedule_{};
  byte_array<16> hash_key_{};
  bool ready_ = false;
};

}  // namespace kbve::crypto
