/// Any bytes as the packed input of each operation: refused, or answered in the packed form. Records made of
/// them do not open; items made of them open again to the same values.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kbve/vault/packed.hpp"
#include "kbve/vault/schema.hpp"
#include "kbve/vault/vault.hpp"

namespace {

using namespace kbve;

void expect(bool holds) {
  if (!holds) std::abort();
}

vault::vault& locker() {
  static vault::vault one = *vault::vault::create("t", "n", 1, vault::schema());
  return one;
}

void put(vault::packed_door& door, bytes_view input) {
  std::uint8_t* const at = door.input(input.size());
  expect(at != nullptr);
  std::ranges::copy(input, at);
}

/// Cuts the sealed records out of what `seal` gave, opens them and compares.
void open_again(vault::packed_door& door, bytes_view sealed, std::size_t count) {
  bytes records;
  packed_reader in(sealed);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = sealed.size() - in.left();
    (void)in.take(in.u16());
    (void)in.take(8 + 8 + 4 + 1 + 8 + 12);
    (void)in.take(in.u32());
    const std::size_t end = sealed.size() - in.left();
    records.insert(records.end(), sealed.begin() + static_cast<std::ptrdiff_t>(begin),
                   sealed.begin() + static_cast<std::ptrdiff_t>(end));
    (void)in.take(in.u32());
  }
  expect(in.done());
  put(door, records);
  const auto opened = door.open(locker(), count, records.size(), false);
  expect(opened.has_value());
  const bytes_view status(door.output(), count);
  expect(std::ranges::all_of(status, [](std::uint8_t each) { return each < 3; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t count = data[0] % 8U;
  const std::size_t part = data[1];
  const bytes_view input = bytes_view(data, size).subspan(2);
  vault::packed_door door;

  put(door, input);
  if (const auto sealed = door.seal(locker(), count, input.size(), 1e12)) {
    const bytes output(door.output(), door.output() + *sealed);
    open_again(door, output, count);
  }

  put(door, input);
  if (const auto opened = door.open(locker(), count, input.size(), true)) {
    packed_reader out(bytes_view(door.output(), *opened));
    for (std::size_t i = 0; i < count; ++i) expect(out.u8() == 3);
    (void)out.take(out.u32());
    expect(out.done());
  }

  put(door, input);
  expect(!door.check_root(locker(), input.size()));
  put(door, input);
  expect(!door.apply_root(locker(), std::min(part, input.size()), count, input.size(), 1));

  const auto unpadded = vault::unpadded_size(input);
  if (unpadded) expect(vault::padded_size(*unpadded) == input.size());
  return 0;
}
