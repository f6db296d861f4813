#pragma once

/// Where JavaScript writes what an operation reads.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "kbve/core/bytes.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::wasm {

/// Memory that grows on demand and is wiped before it is given back. Where it cannot grow it stays as it is:
/// JavaScript keeps its address, and writes there again after a failure. `Allocate` is `std::malloc`, or one for
/// tests that fails.
template <void* (*Allocate)(std::size_t)>
class input_area {
 public:
  input_area() = default;
  input_area(const input_area&) = delete;
  input_area(input_area&&) = delete;
  input_area& operator=(const input_area&) = delete;
  input_area& operator=(input_area&&) = delete;
  ~input_area() { release(); }

  /// The address of at least `size` bytes, or nullptr where there is no memory for them.
  [[nodiscard]] std::uint8_t* reserve(std::size_t size) noexcept {
    if (size <= size_ && data_ != nullptr) return data_;
    const std::size_t rounded = ((std::max<std::size_t>(size, 1) - 1) / page + 1) * page;
    auto* const fresh = static_cast<std::uint8_t*>(Allocate(rounded));  // NOLINT: `new` ends the program
    if (fresh == nullptr) return nullptr;
    release();
    data_ = fresh;
    size_ = rounded;
    return data_;
  }

  /// The first `size` bytes, or none when there are not as many.
  [[nodiscard]] mutable_bytes_view first(std::size_t size) noexcept {
    return size <= size_ ? mutable_bytes_view(data_, size) : mutable_bytes_view();
  }

 private:
  static constexpr std::size_t page = 4'096;

  void release() noexcept {
    wipe(first(size_));
    std::free(data_);  // NOLINT
  }

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kbve::wasm
