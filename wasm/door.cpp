/// The two areas of memory, and what every operation answers through.

#include "door.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include "input_area.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::wasm {
namespace {

/// Where the output lies and how much it is; JavaScript keeps the address of this.
struct answer_state {
  const void* at = nullptr;
  std::uint32_t size = 0;
};

answer_state state;
std::string output;
input_area<std::malloc> area;

void show() noexcept {
  state.at = output.data();
  state.size = static_cast<std::uint32_t>(output.size());
}

}  // namespace

bytes_view input(std::uint32_t size) noexcept {
  return area.first(size);
}

void wipe_input(std::uint32_t size) noexcept {
  wipe(area.first(size));
}

std::int32_t answer(std::string&& text) {
  output = std::move(text);
  show();
  return static_cast<std::int32_t>(output.size());
}

std::int32_t answer(bytes_view data) {
  output.assign(as_text(data));
  show();
  return static_cast<std::int32_t>(output.size());
}

std::int32_t answer(result<std::string> text) {
  return text ? answer(*std::move(text)) : refuse(text.error());
}

std::int32_t refuse(const error& why) {
  bytes packed;
  packed_writer writer(packed);
  for (const std::string_view text :
       {name(why.code), std::string_view(why.message), std::string_view(why.field)}) {
    writer.u32(static_cast<std::uint32_t>(text.size()));
    writer.raw(as_bytes(text));
  }
  answer(bytes_view(packed));
  return -1;
}

/// The address of {u32 address, u32 size} of the output. It stays.
KBVE_DOOR(output) const void* output_state() {
  return &state;
}

/// The address of an input of at least `size` bytes, or 0 where that is too much, or more than there is memory
/// for: the one before is then as good as it was. It stays until more is asked for.
KBVE_DOOR(input) void* input_of(std::uint32_t size) {
  return size > max_input_size ? nullptr : area.reserve(size);
}

/// Zeros over the output: what was in it has been read.
KBVE_DOOR(wipeOutput) void wipe_output() {
  wipe(output);
  show();
}

}  // namespace kbve::wasm
