/// What was on the heap is zeros once it is given back. For accounts, whose passwords and tokens pass through
/// texts that grow, are copied, and are taken apart and put together as JSON: one place instead of every one of
/// these.

#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "kbve/core/secret.hpp"

namespace {

void forget(void* memory) noexcept {
  if (memory == nullptr) return;
  kbve::wipe({static_cast<std::uint8_t*>(memory), malloc_usable_size(memory)});
  std::free(memory);  // NOLINT: what operator new took it from
}

}  // namespace

void operator delete(void* memory) noexcept {
  forget(memory);
}
void operator delete[](void* memory) noexcept {
  forget(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  forget(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  forget(memory);
}
