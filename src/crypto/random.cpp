#include "kbve/crypto/random.hpp"

#include <sodium/randombytes.h>

#include <cstdlib>

#ifdef __EMSCRIPTEN__
#include <unistd.h>

#include <algorithm>
#else
#include <sodium/core.h>
#endif

namespace kbve::crypto {

namespace {

#ifdef __EMSCRIPTEN__
/// libsodium's own source for this platform writes through an object in JavaScript that modules no longer
/// export, and would leave the buffer as it was. getentropy() is crypto.getRandomValues() here.
void entropy_fill(void* buffer, std::size_t size) noexcept {
  constexpr std::size_t most_at_once = 256;  // POSIX: getentropy() refuses more
  auto* at = static_cast<std::uint8_t*>(buffer);
  while (size > 0) {
    const std::size_t part = std::min(size, most_at_once);
    if (getentropy(at, part) != 0) std::abort();
    at += part;
    size -= part;
  }
}

std::uint32_t entropy_word() noexcept {
  std::uint32_t word = 0;
  entropy_fill(&word, sizeof word);
  return word;
}

const char* entropy_name() noexcept {
  return "getentropy";
}

void prepare() noexcept {
  static randombytes_implementation source{.implementation_name = entropy_name,
                                           .random = entropy_word,
                                           .stir = nullptr,
                                           .uniform = nullptr,
                                           .buf = entropy_fill,
                                           .close = nullptr};
  // Before any sodium_init(), which would otherwise choose its own.
  if (randombytes_set_implementation(&source) != 0) std::abort();
}
#else
void prepare() noexcept {
  if (sodium_init() < 0) std::abort();
}
#endif

}  // namespace

void init() noexcept {
  [[maybe_unused]] static const bool ready = (prepare(), true);
}

void fill_random(mutable_bytes_view out) noexcept {
  init();
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace kbve::crypto
