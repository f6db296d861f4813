#include "support/given_back.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

std::string_view wanted;
std::size_t times_found = 0;

}  // namespace

// New and delete of the whole test program; those of arrays are in secret_test.cpp.
void* operator new(std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);  // NOLINT(*-no-malloc): what new itself is made of
  if (block == nullptr) std::abort();
  return block;
}

void* operator new(std::size_t size, const std::nothrow_t& /*how*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);  // NOLINT(*-no-malloc)
}

void operator delete(void* block) noexcept {
  if (block != nullptr && !wanted.empty() &&
      std::string_view(static_cast<const char*>(block), malloc_usable_size(block)).contains(wanted)) {
    ++times_found;
  }
  std::free(block);  // NOLINT(*-no-malloc)
}

void operator delete(void* block, std::size_t /*size*/) noexcept {
  operator delete(block);
}

void operator delete(void* block, const std::nothrow_t& /*how*/) noexcept {
  operator delete(block);
}

namespace kbve::test {

search_of_given_back::search_of_given_back(std::string_view text) {
  wanted = text;
  times_found = 0;
}

search_of_given_back::~search_of_given_back() {
  wanted = {};
}

std::size_t search_of_given_back::found() const {
  return times_found;
}

}  // namespace kbve::test
