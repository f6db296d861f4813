#pragma once

/// Memory that values pass through on their way between JavaScript and a vault.

#include <cstddef>
#include <cstdint>

#include "kbve/core/bytes.hpp"

namespace kbve::vault {

/// Memory that grows on demand, answers when it cannot, and is wiped before it is given back.
class scratch_memory {
 public:
  scratch_memory() = default;
  scratch_memory(const scratch_memory&) = delete;
  scratch_memory(scratch_memory&& other) noexcept;
  scratch_memory& operator=(const scratch_memory&) = delete;
  scratch_memory& operator=(scratch_memory&& other) noexcept;
  ~scratch_memory();

  /// At least `size` bytes, whose content is unspecified. False when memory cannot be had; there is none then.
  [[nodiscard]] bool reserve(std::size_t size) noexcept;
  [[nodiscard]] mutable_bytes_view all() noexcept { return {data_, size_}; }
  [[nodiscard]] bytes_view view() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::uint8_t* data() noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Wipes, and gives the memory back if it is large: a WASM heap never shrinks, but others may use it.
  void release_large() noexcept;
  /// Wipes and gives back.
  void release() noexcept;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kbve::vault
