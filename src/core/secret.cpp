#include "kbve/core/secret.hpp"

#include <sodium/utils.h>

#include <algorithm>
#include <utility>

namespace kbve {

void wipe(mutable_bytes_view data) noexcept {
  if (!data.empty()) sodium_memzero(data.data(), data.size());
}

void wipe(std::string& text) noexcept {
  // Never more than it has, so nothing is allocated.
  text.resize(text.capacity());
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});  // NOLINT: a text's bytes
  text.clear();
}

bool equal_in_constant_time(bytes_view left, bytes_view right) noexcept {
  if (left.size() != right.size()) return false;
  return left.empty() || sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

secret_bytes::secret_bytes(std::size_t size)
    : data_(size == 0 ? nullptr : std::make_unique<std::uint8_t[]>(size)), size_(size) {}  // NOLINT

secret_bytes::secret_bytes(bytes_view source) : secret_bytes(source.size()) {
  std::ranges::copy(source, data().begin());
}

secret_bytes::secret_bytes(secret_bytes&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

secret_bytes& secret_bytes::operator=(secret_bytes&& other) noexcept {
  if (this != &other) {
    clear();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

secret_bytes::~secret_bytes() {
  clear();
}

void secret_bytes::clear() noexcept {
  wipe(data());
  data_.reset();
  size_ = 0;
}

secret_key::secret_key(std::span<const std::uint8_t, length> source) noexcept {
  std::ranges::copy(source, data_.begin());
}

secret_key::secret_key(secret_key&& other) noexcept : data_(other.data_) {
  wipe(other.data_);
}

secret_key& secret_key::operator=(secret_key&& other) noexcept {
  if (this != &other) {
    data_ = other.data_;
    wipe(other.data_);
  }
  return *this;
}

secret_key::~secret_key() {
  wipe(data_);
}

}  // namespace kbve
