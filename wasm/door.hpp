#pragma once

/// The door of jose.wasm: bytes in linear memory and numbers, no glue. One input area and one output; an
/// operation reads the first `size` bytes of the input and answers the bytes of its output, or −1 with a
/// failure there: code, message, field. Everything runs on one thread.
///
/// Where an operation takes one value, the input is that. Several values lie one after the other, each as u32
/// little-endian and its bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"

// What JavaScript calls it by.
#define KBVE_DOOR(name) extern "C" __attribute__((export_name(#name)))

namespace kbve::wasm {

/// Bytes the input may have: a token, a set of keys, and what goes with it.
inline constexpr std::size_t max_input_size = 2'097'152;

/// The first `size` bytes of the input, or nothing when there are not as many.
[[nodiscard]] bytes_view input(std::uint32_t size) noexcept;

/// Zeros over the first `size` bytes of the input: secrets came in with them.
void wipe_input(std::uint32_t size) noexcept;

/// Says something. The text becomes the output.
std::int32_t answer(std::string&& text);
std::int32_t answer(bytes_view data);

/// Says why not.
std::int32_t refuse(const error& why);

/// The text, or the failure.
std::int32_t answer(result<std::string> text);

/// The next of several values.
[[nodiscard]] inline bytes_view take(packed_reader& from) noexcept {
  const std::uint32_t size = from.u32();
  return from.take(size);
}
[[nodiscard]] inline std::string_view take_text(packed_reader& from) noexcept {
  return as_text(take(from));
}

}  // namespace kbve::wasm
