#pragma once

/// Randomness from the system's own generator: getrandom() and its kin natively, crypto.getRandomValues() in
/// WebAssembly.

#include <cstddef>

#include "kbve/core/bytes.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::crypto {

/// Prepares the cryptographic library: its random source and its fastest implementations. Every function of
/// this room that needs it calls it; calling it again costs a comparison. A system without randomness ends
/// the program, because nothing that could be done without it would be safe.
void init() noexcept;

/// Overwrites `out` with random bytes.
void fill_random(mutable_bytes_view out) noexcept;

template <std::size_t N>
[[nodiscard]] byte_array<N> random_array() noexcept {
  byte_array<N> out;
  fill_random(out);
  return out;
}

[[nodiscard]] inline secret_key random_key() noexcept {
  secret_key key;
  fill_random(key.data());
  return key;
}

}  // namespace kbve::crypto
