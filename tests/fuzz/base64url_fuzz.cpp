/// Any text: refused, or decoded to bytes whose one text is exactly this one. Any bytes: they come back.

#include <cstdint>
#include <cstdlib>

#include "kbve/core/base64url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  const bytes_view input(data, size);

  const auto decoded = base64url::decode(as_text(input));
  if (decoded && base64url::encode(*decoded) != as_text(input)) std::abort();

  const auto back = base64url::decode(base64url::encode(input));
  if (!back || *back != bytes(input.begin(), input.end())) std::abort();
  return 0;
}
