#include "kbve/crypto/kdf.hpp"

#include <sodium/crypto_kdf_hkdf_sha256.h>

#include <string_view>

namespace kbve::crypto {

bool hkdf_sha256(bytes_view secret, bytes_view salt, bytes_view info, mutable_bytes_view out) noexcept {
  static_assert(hkdf_sha256_max == crypto_kdf_hkdf_sha256_BYTES_MAX);
  if (out.size() > hkdf_sha256_max) {
    wipe(out);
    return false;
  }
  if (out.empty()) return true;
  byte_array<crypto_kdf_hkdf_sha256_KEYBYTES> extracted;
  crypto_kdf_hkdf_sha256_extract(extracted.data(), salt.data(), salt.size(), secret.data(), secret.size());
  const std::string_view context = as_text(info);
  const int failed =
      crypto_kdf_hkdf_sha256_expand(out.data(), out.size(), context.data(), context.size(), extracted.data());
  wipe(extracted);
  return failed == 0;
}

secret_key hkdf_sha256_key(bytes_view secret, bytes_view salt, bytes_view info) noexcept {
  secret_key key;
  // One block of output is always allowed, which is the only thing that could fail.
  static_cast<void>(hkdf_sha256(secret, salt, info, key.data()));
  return key;
}

}  // namespace kbve::crypto
