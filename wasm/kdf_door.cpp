/// What is done with a secret that a person types, as a module of its own: a page that never asks for one does not
/// download it, and the worker that runs Argon2id compiles nothing else. One job at a time needs no glue, so it
/// has plain exports instead of Embind; npm/src/kdf_module.ts starts it.

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kbve/core/secret.hpp"
#include "kbve/crypto/kdf.hpp"
#include "kbve/vault/recovery.hpp"

namespace {

struct job {
  kbve::secret_bytes input;
  kbve::secret_key key;
};

job& only_job() {
  static job only;
  return only;
}

}  // namespace

extern "C" {

/// Memory for what one of the functions below takes, `size` bytes in all.
EMSCRIPTEN_KEEPALIVE std::uint8_t* kdf_input(std::size_t size) {
  only_job().input = kbve::secret_bytes(size);
  return only_job().input.data().data();
}

/// Of 16 bytes of salt and then a passphrase. An `argon2id_outcome`; when it is `done`, 32 bytes of key are at
/// `kdf_key()`. The input is wiped and gone, here as in all that follow.
EMSCRIPTEN_KEEPALIVE unsigned kdf_argon2id(double memory_kib, double passes) {
  using namespace kbve;
  using crypto::argon2id_outcome;
  const secret_bytes input = std::exchange(only_job().input, {});
  const auto run = [&] {
    std::uint64_t memory = 0;
    std::uint64_t times = 0;
    if (input.size() < crypto::argon2id_salt_size || !to_integer(memory_kib, memory) ||
        !to_integer(passes, times) || !crypto::argon2id_limits::allow(memory, times)) {
      return argon2id_outcome::out_of_range;
    }
    const bytes_view all = input.view();
    return crypto::argon2id_into(all.subspan(crypto::argon2id_salt_size), all.first<crypto::argon2id_salt_size>(),
                                 memory, times, only_job().key.data());
  };
  return static_cast<unsigned>(run());
}

/// Of a recovery code as typed. A `recovery_flaw`; when there is none, its 16 bytes are at `kdf_key()`.
EMSCRIPTEN_KEEPALIVE unsigned kdf_read_recovery() {
  using namespace kbve;
  const secret_bytes input = std::exchange(only_job().input, {});
  return static_cast<unsigned>(
      vault::read_recovery_code(input.view(), only_job().key.data().first<vault::recovery_code_size>()));
}

/// Of the 16 bytes of a recovery code: its 32 bytes of text are at `kdf_key()`. False where it is not 16 bytes.
EMSCRIPTEN_KEEPALIVE bool kdf_write_recovery() {
  using namespace kbve;
  static_assert(vault::recovery_text_size == secret_key::length);
  const secret_bytes input = std::exchange(only_job().input, {});
  if (input.size() != vault::recovery_code_size) return false;
  vault::write_recovery_code(input.view().first<vault::recovery_code_size>(), only_job().key.data());
  return true;
}

EMSCRIPTEN_KEEPALIVE const std::uint8_t* kdf_key() {
  return only_job().key.view().data();
}
}
