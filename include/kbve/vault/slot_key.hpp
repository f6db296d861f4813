#pragma once

/// The key-encryption key of a keyslot from what a person or a device gives for it. Only a passphrase has to be
/// stretched (`crypto::argon2id`, which takes time and memory and so is done elsewhere); the others are strong
/// already, and HKDF-SHA-256 with the slot's salt and the kind's own label makes the key.

#include <cstddef>
#include <optional>

#include "kbve/core/bytes.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/vault/slot.hpp"

namespace kbve::vault {

/// What WebAuthn's PRF extension gives for one salt.
inline constexpr std::size_t prf_output_size = 32;

/// `secret` is, by the slot's kind:
/// - `passphrase`: the 32 bytes that Argon2id made of it; they are the key.
/// - `recovery`: the 16 bytes of the code; info "kbve-locker/1/slot/recovery".
/// - `passkey`: the 32 bytes of the PRF output; info "kbve-locker/1/slot/passkey".
/// - `device`: 32 bytes; they are the key.
/// Nothing where it has another length.
[[nodiscard]] std::optional<secret_key> slot_key(const slot_kdf& of, bytes_view secret);

}  // namespace kbve::vault
