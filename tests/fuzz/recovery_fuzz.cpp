/// Any text: refused, and then nothing of it is left; or read to a code whose text reads the same. Any 16 bytes
/// are a code.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "kbve/vault/recovery.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  using vault::recovery_flaw;
  const bytes_view input(data, size);

  byte_array<vault::recovery_code_size> code{1};
  byte_array<vault::recovery_text_size> text{};
  if (vault::read_recovery_code(input, code) != recovery_flaw::none) {
    if (code != byte_array<vault::recovery_code_size>{}) std::abort();
    if (input.size() < code.size()) return 0;
    std::ranges::copy(input.first(code.size()), code.begin());
  }
  vault::write_recovery_code(code, text);
  byte_array<vault::recovery_code_size> back{};
  if (vault::read_recovery_code(text, back) != recovery_flaw::none || back != code) std::abort();
  return 0;
}
