#include <ed25519_prepared.h>

#include <algorithm>

#include "kbve/crypto/signature.hpp"

namespace kbve::crypto {

std::optional<ed25519_key> ed25519_key::prepare(bytes_view public_key) noexcept {
  std::optional<ed25519_key> out = ed25519_key();
  static_assert(sizeof out->ready_ == KBVE_ED25519_PREPARED_SIZE);
  if (public_key.size() != out->key_.size()) return std::nullopt;
  std::ranges::copy(public_key, out->key_.begin());
  if (kbve_ed25519_prepare(out->ready_.data(), out->key_.data()) != 0) return std::nullopt;
  return out;
}

bool ed25519_key::verify(bytes_view message, bytes_view signature) const noexcept {
  constexpr std::size_t signature_size = 64;
  return signature.size() == signature_size &&
         kbve_ed25519_verify(ready_.data(), key_.data(), message.data(), message.size(), signature.data()) == 0;
}

bool ed25519_verify(bytes_view public_key, bytes_view message, bytes_view signature) noexcept {
  const auto key = ed25519_key::prepare(public_key);
  return key && key->verify(message, signature);
}

}  // namespace kbve::crypto
