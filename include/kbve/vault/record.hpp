#pragma once

/// Records (locker format 1): one sealed value each, bound to its locker, id and version.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/crypto/aead.hpp"
#include "kbve/crypto/hmac.hpp"
#include "kbve/vault/slot.hpp"

namespace kbve::vault {

/// What a plaintext is. The numbers are those of the packed form.
enum class record_kind : std::uint8_t {
  json = 0,
  bytes = 1,
  gone = 2,  ///< A deletion, with an empty plaintext.
  /// JSON that says where the parts of a large value lie. They are records of kind `bytes` outside the record set.
  parts = 3,
};

[[nodiscard]] std::string_view kind_name(record_kind kind) noexcept;

[[nodiscard]] constexpr bool holds_json(record_kind kind) noexcept {
  return kind == record_kind::json || kind == record_kind::parts;
}

using writer_id = byte_array<8>;

/// A record's place in the locker's order. Of two versions of an id the larger one wins, wherever and in
/// whatever order they are applied.
struct version {
  std::uint64_t rev = 0;
  writer_id writer{};

  friend auto operator<=>(const version&, const version&) = default;
};

/// Every revision and date is below this: JavaScript counts exactly up to here.
inline constexpr std::uint64_t integer_limit = std::uint64_t{1} << 53U;

/// What is stored in clear beside the box, and authenticated with it.
struct record_meta {
  std::string_view id;
  vault::version version;
  std::uint32_t epoch = 0;
  record_kind kind = record_kind::json;
  std::uint64_t expires = 0;  ///< Milliseconds since 1970, or 0.
};

/// A sealed record. Views what somebody else owns.
struct record_view {
  record_meta meta;
  crypto::aead_nonce nonce{};
  bytes_view box;
};

inline constexpr std::size_t max_id_bytes = 512;
/// Bytes a plaintext may have.
inline constexpr std::size_t max_value_bytes = 1'048'576;

/// pad64: ISO/IEC 7816-4 to a multiple of 64, at least one byte of padding.
[[nodiscard]] constexpr std::size_t padded_size(std::size_t size) noexcept {
  return (size / 64 + 1) * 64;
}
[[nodiscard]] constexpr std::size_t box_size(std::size_t size) noexcept {
  return padded_size(size) + crypto::aead_tag_size;
}
/// The length of what was padded, or nothing when this is not what pad64 gives.
[[nodiscard]] std::optional<std::size_t> unpadded_size(bytes_view padded) noexcept;

/// Binds boxes to one locker and one purpose. Computed once; building the rest of the AAD allocates nothing.
class binding {
 public:
  static constexpr std::string_view record_label = "kbve-locker/1/record";
  static constexpr std::string_view root_label = "kbve-locker/1/root";

  /// `label` is one of the two above.
  binding(std::string_view label, const locker_id& locker) noexcept;

  /// Seals `value` into `out`, which has exactly `box_size(value.size())` bytes and does not overlap it.
  void seal(const crypto::aead_key& key, const record_meta& meta, const crypto::aead_nonce& nonce,
            bytes_view value, mutable_bytes_view out) const noexcept;

  /// Opens into `out`, which has exactly `record.box.size() - aead_tag_size` bytes, and gives the length of the
  /// value at its beginning. Nothing when the box does not hold, is not where it belongs or is not padded as
  /// the format says; `out` is then all zeros.
  [[nodiscard]] std::optional<std::size_t> open(const crypto::aead_key& key, const record_view& record,
                                                mutable_bytes_view out,
                                                const crypto::aead_mask* mask = nullptr) const noexcept;

 private:
  static constexpr std::size_t max_prefix = 4 + record_label.size() + 4 + 16;
  static constexpr std::size_t max_aad = max_prefix + (4 + max_id_bytes) + 8 + (4 + 8) + 8 + (4 + 5) + 8;

  [[nodiscard]] bytes_view write_aad(const record_meta& meta, byte_array<max_aad>& out) const noexcept;

  byte_array<max_prefix> prefix_{};
  std::size_t prefix_size_ = 0;
};

/// A record's term in the set sum: HMAC-SHA-256(set key, canonical(id, rev, writer, expires)). The date is in it
/// so that an expired record whose box was taken away without the key is still known to be one. `id` has at most
/// `max_id_bytes` bytes. Allocates nothing.
[[nodiscard]] crypto::hmac_tag set_term(const crypto::hmac_key& set_key, std::string_view id, const version& at,
                                        std::uint64_t expires) noexcept;

}  // namespace kbve::vault
