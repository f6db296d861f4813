/// Any text as a backup: refused with a sentence, or read; and what was read is written to a text that reads as
/// the same backup, to the byte. Whatever was read can be authenticated, and opens nothing under a key of somebody
/// else.

#include <cstdint>
#include <cstdlib>

#include "kbve/vault/backup.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  auto read = vault::parse_backup(as_text({data, size}));
  if (!read) {
    expect(!read.error().message.empty());
    expect(read.error().code == errc::tampered || read.error().code == errc::unsupported_format ||
           read.error().code == errc::kdf_out_of_range);
    return 0;
  }
  const std::string written = vault::to_json(*read);
  const auto again = vault::parse_backup(written);
  expect(again && *again == *read && vault::to_json(*again) == written);
  auto stranger = vault::vault::create("t", "n", 0, {});
  expect(stranger.has_value());
  expect(!vault::mac_holds(*read, *stranger));
  read->mac = vault::mac_of(*read, *stranger);
  expect(vault::mac_holds(*read, *stranger));
  expect(!vault::open_backup(*read, *stranger).has_value());
  return 0;
}
