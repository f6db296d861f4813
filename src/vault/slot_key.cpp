#include "kbve/vault/slot_key.hpp"

#include <string_view>

#include "kbve/crypto/kdf.hpp"
#include "kbve/vault/recovery.hpp"

namespace kbve::vault {

std::optional<secret_key> slot_key(const slot_kdf& of, bytes_view secret) {
  const auto* const recovery = std::get_if<recovery_kdf>(&of);
  const auto* const passkey = std::get_if<passkey_kdf>(&of);
  if (secret.size() != (recovery != nullptr ? recovery_code_size : secret_key::length)) return std::nullopt;
  if (recovery == nullptr && passkey == nullptr) return secret_key(secret.first<secret_key::length>());
  const std::string_view info = recovery != nullptr ? "kbve-locker/1/slot/recovery" : "kbve-locker/1/slot/passkey";
  return crypto::hkdf_sha256_key(secret, recovery != nullptr ? recovery->salt : passkey->salt, as_bytes(info));
}

}  // namespace kbve::vault
