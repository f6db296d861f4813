#include "kbve/vault/slot_key.hpp"

#include <string_view>

#include "kbve/crypto/kdf.hpp"
#include "kbve/vault/recovery.hpp"

namespace kbve::vault {
namespace {

std::optional<secret_key> derived(bytes_view secret, std::size_t size, bytes_view salt, std::string_view info) {
  if (secret.size() != size) return std::nullopt;
  return crypto::hkdf_sha256_key(secret, salt, as_bytes(info));
}

}  // namespace

std::optional<secret_key> slot_key(const slot_kdf& of, bytes_view secret) {
  if (const auto* recovery = std::get_if<recovery_kdf>(&of)) {
    return derived(secret, recovery_code_size, recovery->salt, "kbve-locker/1/slot/recovery");
  }
  if (const auto* passkey = std::get_if<passkey_kdf>(&of)) {
    return derived(secret, prf_output_size, passkey->salt, "kbve-locker/1/slot/passkey");
  }
  if (secret.size() != secret_key::length) return std::nullopt;
  return secret_key(secret.first<secret_key::length>());
}

}  // namespace kbve::vault
