#include <sodium/core.h>
#include <sodium/crypto_pwhash_argon2id.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "kbve/crypto/kdf.hpp"
#include "kbve/crypto/random.hpp"

namespace kbve::crypto {

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

argon2id_outcome argon2id_into(bytes_view secret, std::span<const std::uint8_t, argon2id_salt_size> salt,
                               std::uint64_t memory_kib, std::uint64_t passes, mutable_bytes_view out) noexcept {
  static_assert(argon2id_salt_size == crypto_pwhash_argon2id_SALTBYTES);
  constexpr std::uint64_t kib = 1024;
  if (memory_kib < crypto_pwhash_argon2id_MEMLIMIT_MIN / kib ||
      memory_kib > crypto_pwhash_argon2id_MEMLIMIT_MAX / kib || passes < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
      passes > crypto_pwhash_argon2id_OPSLIMIT_MAX || out.size() < crypto_pwhash_argon2id_BYTES_MIN) {
    return argon2id_outcome::out_of_range;
  }
  if (secret.size() > crypto_pwhash_argon2id_PASSWD_MAX) return argon2id_outcome::too_large;
  init();
  // Chooses Argon2's implementation for this machine. In a module, init() leaves that out: one that only draws
  // random bytes would carry Argon2 with it.
  if (sodium_init() < 0) std::abort();
  // An empty span may point nowhere, which libsodium does not take.
  const std::string_view password = secret.empty() ? std::string_view("") : as_text(secret);
  const int failed =
      crypto_pwhash_argon2id(out.data(), out.size(), password.data(), password.size(), salt.data(), passes,
                             static_cast<std::size_t>(memory_kib * kib), crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed == 0) return argon2id_outcome::done;
  wipe(out);
  // Everything else it could refuse was refused above.
  return argon2id_outcome::out_of_memory;
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
  switch (argon2id_into(secret, salt, memory_kib, passes, out)) {
    case argon2id_outcome::done: return {};
    case argon2id_outcome::out_of_range:
      return fail(errc::kdf_out_of_range, "Argon2id is not defined for these numbers; choose larger ones.");
    case argon2id_outcome::too_large:
      return fail(errc::too_large, "The secret is longer than Argon2id can take; choose a shorter one.");
    case argon2id_outcome::out_of_memory: break;
  }
  return fail(errc::out_of_memory, "There was not enough memory to derive the key (" + std::to_string(memory_kib) +
                                       " KiB). Close other tabs or programs and try again.");
}

}  // namespace kbve::crypto
