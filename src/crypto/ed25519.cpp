#include <sodium/crypto_sign_ed25519.h>

#include "kbve/crypto/signature.hpp"

namespace kbve::crypto {

bool ed25519_verify(bytes_view public_key, bytes_view message, bytes_view signature) noexcept {
  if (public_key.size() != crypto_sign_ed25519_PUBLICKEYBYTES || signature.size() != crypto_sign_ed25519_BYTES) {
    return false;
  }
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                             public_key.data()) == 0;
}

}  // namespace kbve::crypto
