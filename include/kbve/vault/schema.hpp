#pragma once

/// Which fields a profile has: the nine of profile.hpp and those an application adds.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/result.hpp"

namespace kbve::vault {

enum class field_type : std::uint8_t { string, number, boolean, enumeration };

/// A field the application adds.
struct field_rule {
  std::string name;
  field_type type = field_type::string;
  /// For strings: the UTF-8 bytes a value may have.
  std::size_t max_bytes = 2'048;
  /// For enumerations: the allowed values.
  std::vector<std::string> values;
};

/// Checks profile values. Immutable once parsed.
class schema {
 public:
  /// The nine fields and no other, with their rules.
  schema() = default;

  /// Reads `{"fields":[{"name","type","maxBytes"?,"values"?}…]?,"validate":true?}`; an empty text means the
  /// nine fields. `type` is string, number, boolean or enum. `validate: false` leaves only type, size and
  /// Unicode to be checked. `invalid_field`, naming the field, for anything else.
  [[nodiscard]] static result<schema> parse(std::string_view text);

  /// Checks `value`, JSON text, as the value of profile field `name`. Gives the JSON text to store where it
  /// differs from `value`. `invalid_field` for a value against its rule, one that is not well-formed Unicode
  /// and an unknown name; `too_large` for one over its limit.
  [[nodiscard]] result<std::optional<std::string>> check(std::string_view name, std::string_view value) const;

 private:
  std::vector<field_rule> fields_;
  bool validate_ = true;
};

}  // namespace kbve::vault
