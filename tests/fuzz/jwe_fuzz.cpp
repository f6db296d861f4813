/// Any text as a sealed token: refused, or of the one algorithm there is, and it does not open. Any text
/// sealed comes back, and not after one letter has changed.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "kbve/jose/jwe.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  using namespace kbve::jose;
  const bytes_view input(data, size);
  static const secret_key key(byte_array<32>{1, 2, 3});

  if (const auto read = read_jwe(as_text(input))) {
    const auto header = nlohmann::json::parse(read->header, nullptr, false);
    if (!header.is_object() || header.value("alg", "") != "dir" || header.value("enc", "") != "A256GCM")
      std::abort();
    if (header.contains("crit") || header.contains("zip")) std::abort();
    if (open_jwe(*read, key.view())) std::abort();
  }

  for (const std::string_view further : {std::string_view(), as_text(input)}) {
    const auto sealed = seal_jwe(input, further, key.view());
    if (!sealed) continue;
    const auto read = read_jwe(*sealed);
    if (!read) std::abort();
    const auto opened = open_jwe(*read, key.view());
    if (!opened || as_text(opened->view()) != as_text(input)) std::abort();
    std::string changed = *sealed;
    const std::size_t at = size == 0 ? 0 : data[0] % changed.size();
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    const auto other = read_jwe(changed);
    if (other && open_jwe(*other, key.view())) std::abort();
  }
  return 0;
}
