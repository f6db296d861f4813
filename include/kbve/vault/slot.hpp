#pragma once

/// Keyslots (locker format 1): each holds the root key, wrapped by a key that comes from one secret.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/crypto/aead.hpp"
#include "kbve/crypto/kdf.hpp"

namespace kbve::vault {

using locker_id = byte_array<16>;
using key_id = byte_array<16>;
using slot_id = byte_array<16>;

/// How a slot's key comes from its secret; which of them it is also says the slot's kind.
struct device_kdf {
  friend bool operator==(const device_kdf&, const device_kdf&) = default;
};
struct passphrase_kdf {
  std::uint64_t memory_kib = crypto::argon2id_limits::memory_kib_default;
  std::uint64_t passes = crypto::argon2id_limits::passes_default;
  byte_array<crypto::argon2id_salt_size> salt{};
  friend bool operator==(const passphrase_kdf&, const passphrase_kdf&) = default;
};
struct recovery_kdf {
  byte_array<32> salt{};
  friend bool operator==(const recovery_kdf&, const recovery_kdf&) = default;
};
struct passkey_kdf {
  byte_array<32> salt{};
  bytes credential_id;
  std::string rp_id;
  byte_array<32> prf_salt{};
  friend bool operator==(const passkey_kdf&, const passkey_kdf&) = default;
};
using slot_kdf = std::variant<device_kdf, passphrase_kdf, recovery_kdf, passkey_kdf>;

struct slot {
  slot_id id{};
  std::string label;
  std::uint64_t created = 0;  ///< Milliseconds since 1970.
  slot_kdf kdf;
  crypto::aead_nonce nonce{};
  byte_array<secret_key::length + crypto::aead_tag_size> wrapped{};

  friend bool operator==(const slot&, const slot&) = default;
};

inline constexpr std::size_t max_label_bytes = 256;
inline constexpr std::size_t max_slots = 64;

/// `device`, `passphrase`, `recovery` or `passkey`.
[[nodiscard]] std::string_view kind_name(const slot_kdf& kdf) noexcept;

enum class slot_form : std::uint8_t {
  bare,      ///< id, kind, label, created, kdf
  complete,  ///< and nonce, wrapped
};

/// Reads a slot that a program hands in (a header's slots are read by `parse_header`). `kdf_out_of_range` for
/// costs outside the limits, `unsupported_format` for a kind this version does not know, `invalid_field` for
/// anything else that is not right.
[[nodiscard]] result<slot> parse_slot(std::string_view json, slot_form form);

/// What a wrapped root key is bound to:
/// canonical("kbve-locker/1/slot", locker_id, key_id, slot.id, kind, kdf).
[[nodiscard]] bytes slot_aad(const locker_id& locker, const key_id& key, const slot& of);

/// Draws a nonce and wraps the root key into the slot.
void wrap_root_key(slot& into, std::span<const std::uint8_t, secret_key::length> kek, const secret_key& root_key,
                   const locker_id& locker, const key_id& key);

/// The root key; `wrong_secret` when this key does not open this slot.
[[nodiscard]] result<secret_key> unwrap_root_key(const slot& from,
                                                 std::span<const std::uint8_t, secret_key::length> kek,
                                                 const locker_id& locker, const key_id& key);

/// Adds the slot's values, in the format's order, to what a header's mac covers.
void append_canonical(canonical_writer& out, const slot& value);

/// Appends the slot as JSON.
void append_json(std::string& out, const slot& value);

}  // namespace kbve::vault
