#include "kbve/vault/scratch.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "kbve/core/secret.hpp"

namespace kbve::vault {
namespace {

/// Larger memory is given back after use.
constexpr std::size_t kept_memory = 262'144;

constexpr std::size_t page = 4'096;

}  // namespace

scratch_memory::scratch_memory(scratch_memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

scratch_memory& scratch_memory::operator=(scratch_memory&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

scratch_memory::~scratch_memory() {
  release();
}

bool scratch_memory::reserve(std::size_t size) noexcept {
  if (size <= size_ && data_ != nullptr) return true;
  release();
  if (size > SIZE_MAX - page) return false;
  // Not `new`, which would end the program where there is no memory. Rounded up, so that values growing a
  // little do not move it every time.
  const std::size_t rounded = (std::max(size, page) + page - 1) / page * page;
  data_ = static_cast<std::uint8_t*>(std::malloc(rounded));  // NOLINT
  size_ = data_ == nullptr ? 0 : rounded;
  return data_ != nullptr;
}

void scratch_memory::release_large() noexcept {
  if (size_ > kept_memory) release();
}

void scratch_memory::release() noexcept {
  wipe(all());
  std::free(data_);  // NOLINT
  data_ = nullptr;
  size_ = 0;
}

}  // namespace kbve::vault
