/// Argon2id as a module of its own: a page that never asks for a passphrase does not download it, and the worker
/// that runs it compiles nothing else. One job needs no glue, so it has three plain exports instead of Embind;
/// npm/src/argon2id.ts is their only caller.

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kbve/core/secret.hpp"
#include "kbve/crypto/kdf.hpp"

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

/// Memory for 16 bytes of salt and then the secret, `size` bytes in all.
EMSCRIPTEN_KEEPALIVE std::uint8_t* kdf_input(std::size_t size) {
  only_job().input = kbve::secret_bytes(size);
  return only_job().input.data().data();
}

/// An `argon2id_outcome`; when it is `done`, 32 bytes of key are at `kdf_key()`. The input is wiped and gone.
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

EMSCRIPTEN_KEEPALIVE const std::uint8_t* kdf_key() {
  return only_job().key.view().data();
}
}
