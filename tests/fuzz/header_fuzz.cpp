/// Any text as a header: refused with a sentence, or read; and what was read is written to a text that reads
/// as the same header, with costs inside the limits. The same for a slot alone.

#include <cstdint>
#include <cstdlib>
#include <variant>

#include "kbve/vault/header.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void expect_within_limits(const kbve::vault::slot& slot) {
  if (const auto* kdf = std::get_if<kbve::vault::passphrase_kdf>(&slot.kdf)) {
    expect(kbve::crypto::check_argon2id(kdf->memory_kib, kdf->passes).has_value());
  }
}

void try_header(std::string_view text) {
  using namespace kbve;
  const auto read = vault::parse_header(text);
  if (!read) {
    expect(!read.error().message.empty());
    expect(read.error().code == errc::tampered || read.error().code == errc::unsupported_format ||
           read.error().code == errc::kdf_out_of_range);
    return;
  }
  for (const vault::slot& slot : read->slots) expect_within_limits(slot);
  const auto again = vault::parse_header(vault::to_json(*read));
  expect(again && *again == *read);
  const crypto::hmac_key key{as_bytes("key")};
  vault::header signed_one = *read;
  signed_one.mac = vault::mac_of(signed_one, key);
  expect(vault::mac_holds(signed_one, key));
}

void try_slot(std::string_view text) {
  using namespace kbve;
  if (const auto read = vault::parse_slot(text, vault::slot_form::complete)) {
    expect_within_limits(*read);
    std::string written;
    vault::append_json(written, *read);
    const auto again = vault::parse_slot(written, vault::slot_form::complete);
    expect(again && *again == *read);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = kbve::as_text({data, size});
  try_header(text);
  try_slot(text);
  return 0;
}
