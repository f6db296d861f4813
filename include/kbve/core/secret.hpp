#pragma once

/// Secrets are a type: they are moved, never copied by accident, wiped when they end, compared in constant
/// time, and cannot be printed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "kbve/core/bytes.hpp"

namespace kbve {

/// Overwrites memory with zeros in a way the compiler does not remove.
void wipe(mutable_bytes_view data) noexcept;

/// Overwrites a text's memory, also behind its end, and leaves it empty. What it had before it last grew lies
/// elsewhere: reserve first.
void wipe(std::string& text) noexcept;

/// True when both have the same length and content. The time depends on the length only, never on content.
[[nodiscard]] bool equal_in_constant_time(bytes_view left, bytes_view right) noexcept;

/// A secret of any length, on the heap. Its length is fixed at construction; a moved-from one is empty.
class secret_bytes {
 public:
  secret_bytes() noexcept = default;
  /// `size` zero bytes, to be filled through `data()`.
  explicit secret_bytes(std::size_t size);
  /// A copy of what `source` shows; the source is not wiped.
  explicit secret_bytes(bytes_view source);
  secret_bytes(secret_bytes&& other) noexcept;
  secret_bytes& operator=(secret_bytes&& other) noexcept;
  secret_bytes(const secret_bytes&) = delete;
  secret_bytes& operator=(const secret_bytes&) = delete;
  ~secret_bytes();

  [[nodiscard]] bytes_view view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] mutable_bytes_view data() noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Wipes and forgets.
  void clear() noexcept;

  [[nodiscard]] friend bool operator==(const secret_bytes& left, const secret_bytes& right) noexcept {
    return equal_in_constant_time(left.view(), right.view());
  }

 private:
  std::unique_ptr<std::uint8_t[]> data_;  // NOLINT(*-avoid-c-arrays): a length known only at run time
  std::size_t size_ = 0;
};

/// A key of 32 bytes, held in place. A moved-from one is all zeros.
class secret_key {
 public:
  static constexpr std::size_t length = 32;

  /// All zeros, to be filled through `data()`.
  secret_key() noexcept = default;
  /// A copy of what `source` shows; the source is not wiped.
  explicit secret_key(std::span<const std::uint8_t, length> source) noexcept;
  secret_key(secret_key&& other) noexcept;
  secret_key& operator=(secret_key&& other) noexcept;
  secret_key(const secret_key&) = delete;
  secret_key& operator=(const secret_key&) = delete;
  ~secret_key();

  /// A second copy, asked for by name.
  [[nodiscard]] secret_key clone() const noexcept { return secret_key(view()); }
  [[nodiscard]] std::span<const std::uint8_t, length> view() const noexcept { return data_; }
  [[nodiscard]] std::span<std::uint8_t, length> data() noexcept { return data_; }

  [[nodiscard]] friend bool operator==(const secret_key& left, const secret_key& right) noexcept {
    return equal_in_constant_time(left.view(), right.view());
  }

 private:
  byte_array<length> data_{};
};

}  // namespace kbve
