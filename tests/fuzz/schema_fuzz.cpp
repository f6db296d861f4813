/// A schema, a field's name and a value, one after the other with NULs between: refused with a sentence that
/// names the field, or stored; and what is stored passes again, unchanged.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "kbve/core/bytes.hpp"
#include "kbve/vault/profile.hpp"
#include "kbve/vault/schema.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void try_value(const kbve::vault::schema& fields, std::string_view name, std::string_view value) {
  const auto stored = fields.check(name, value);
  if (!stored) {
    expect(stored.error().code == kbve::errc::invalid_field || stored.error().code == kbve::errc::too_large);
    expect(!stored.error().message.empty() && stored.error().field == name);
    return;
  }
  const auto again = fields.check(name, stored->value_or(std::string(value)));
  expect(again && !*again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = kbve::as_text({data, size});
  const std::size_t first = all.find('\0');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = all.find('\0', first + 1);
  if (second == std::string_view::npos) return 0;
  const std::string_view name = all.substr(first + 1, second - first - 1);
  const std::string_view value = all.substr(second + 1);

  const auto fields = kbve::vault::schema::parse(all.substr(0, first));
  if (fields) try_value(*fields, name, value);
  for (const auto& field : kbve::vault::profile_fields) try_value(kbve::vault::schema(), field.name, value);
  return 0;
}
