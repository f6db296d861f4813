#pragma once

/// Numbers that stand for objects JavaScript keeps. A number that stands for nothing finds nothing.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace kbve::wasm {

template <class T>
class handles {
 public:
  /// Above 0.
  [[nodiscard]] std::int32_t keep(T&& made) {
    std::size_t at = 0;
    while (at < kept_.size() && kept_[at]) ++at;
    if (at == kept_.size()) kept_.emplace_back();
    kept_[at] = std::make_unique<T>(std::move(made));
    return static_cast<std::int32_t>(at + 1);
  }

  [[nodiscard]] const T* find(std::int32_t handle) const noexcept {
    const std::size_t at = static_cast<std::uint32_t>(handle) - 1;
    return at < kept_.size() ? kept_[at].get() : nullptr;
  }

  void drop(std::int32_t handle) noexcept {
    const std::size_t at = static_cast<std::uint32_t>(handle) - 1;
    if (at < kept_.size()) kept_[at].reset();
  }

 private:
  std::vector<std::unique_ptr<T>> kept_;
};

}  // namespace kbve::wasm
