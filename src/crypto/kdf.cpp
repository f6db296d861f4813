#include "kbve/crypto/kdf.hpp"

#include <sodium/crypto_kdf_hkdf_sha256.h>
#include <sodium/crypto_pwhash_argon2id.h>

#include <string>

#include "kbve/crypto/random.hpp"

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

result<void> check_argon2id(std::uint64_t memory_kib, std::uint64_t passes) {
  using limits = argon2id_limits;
  if (memory_kib < limits::memory_kib_min || memory_kib > limits::memory_kib_max) {
    return fail(errc::kdf_out_of_range,
                "The key derivation asks for " + std::to_string(memory_kib) + " KiB of memory; allowed are " +
                    std::to_string(limits::memory_kib_min) + " to " + std::to_string(limits::memory_kib_max) +
                    ". If this locker is not yours, do not type your passphrase.",
                "memory_kib");
  }
  if (passes < limits::passes_min || passes > limits::passes_max) {
    return fail(errc::kdf_out_of_range,
                "The key derivation asks for " + std::to_string(passes) + " passes; allowed are " +
                    std::to_string(limits::passes_min) + " to " + std::to_string(limits::passes_max) +
                    ". If this locker is not yours, do not type your passphrase.",
                "passes");
  }
  return {};
}

result<secret_key> argon2id(bytes_view secret, std::span<const std::uint8_t, argon2id_salt_size> salt,
                            std::uint64_t memory_kib, std::uint64_t passes) {
  if (const result<void> allowed = check_argon2id(memory_kib, passes); !allowed) {
    return std::unexpected(allowed.error());
  }
  secret_key key;
  if (const result<void> done = argon2id_without_limits(secret, salt, memory_kib, passes, key.data()); !done) {
    return std::unexpected(done.error());
  }
  return key;
}

result<void> argon2id_without_limits(bytes_view secret, std::span<const std::uint8_t, argon2id_salt_size> salt,
                                     std::uint64_t memory_kib, std::uint64_t passes, mutable_bytes_view out) {
  static_assert(argon2id_salt_size == crypto_pwhash_argon2id_SALTBYTES);
  constexpr std::uint64_t kib = 1024;
  if (memory_kib < crypto_pwhash_argon2id_MEMLIMIT_MIN / kib ||
      memory_kib > crypto_pwhash_argon2id_MEMLIMIT_MAX / kib || passes < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
      passes > crypto_pwhash_argon2id_OPSLIMIT_MAX || out.size() < crypto_pwhash_argon2id_BYTES_MIN) {
    return fail(errc::kdf_out_of_range, "Argon2id is not defined for these numbers; choose larger ones.");
  }
  if (secret.size() > crypto_pwhash_argon2id_PASSWD_MAX) {
    return fail(errc::too_large, "The secret is longer than Argon2id can take; choose a shorter one.");
  }
  init();
  // An empty span may point nowhere, which libsodium does not take.
  const std::string_view password = secret.empty() ? std::string_view("") : as_text(secret);
  const int failed =
      crypto_pwhash_argon2id(out.data(), out.size(), password.data(), password.size(), salt.data(), passes,
                             static_cast<std::size_t>(memory_kib * kib), crypto_pwhash_argon2id_ALG_ARGON2ID13);
  // Everything else it could refuse was refused above.
  if (failed != 0) {
    wipe(out);
    return fail(errc::out_of_memory, "There was not enough memory to derive the key (" +
                                         std::to_string(memory_kib) +
                                         " KiB). Close other tabs or programs and try again.");
  }
  return {};
}

}  // namespace kbve::crypto
