#pragma once

/// The kbveLocker type: the nine fields of a profile, what each starts as, and the rule its value must keep.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/result.hpp"

namespace kbve::vault {

enum class profile_field : std::uint8_t { username, phone, last, uuid, avatar, github, instagram, email, theme };

struct profile_field_info {
  profile_field field{};
  std::string_view name;
  /// UTF-8 bytes a value may have.
  std::size_t max_bytes = 0;
  /// The value before anybody set one.
  std::string_view initial;
};

/// In the order of the enumeration.
inline constexpr std::array<profile_field_info, 9> profile_fields{{
    {profile_field::username, "username", 2'048, ""},
    {profile_field::phone, "phone", 2'048, ""},
    {profile_field::last, "last", 2'048, ""},
    {profile_field::uuid, "uuid", 2'048, ""},
    {profile_field::avatar, "avatar", 65'536, ""},
    {profile_field::github, "github", 2'048, ""},
    {profile_field::instagram, "instagram", 2'048, ""},
    {profile_field::email, "email", 2'048, ""},
    {profile_field::theme, "theme", 2'048, "auto"},
}};

/// The field of this name, or nullptr.
[[nodiscard]] const profile_field_info* find_profile_field(std::string_view name) noexcept;

/// Checks a value, which must be well-formed UTF-8, against its field's rule:
///
/// - `uuid` is an RFC 9562 text form (8-4-4-4-12 hexadecimal digits, any version, nil and max included);
/// - `email` is what HTML's `type=email` takes;
/// - `phone` is E.164 once blanks, dots, dashes and brackets are dropped;
/// - `avatar` is an absolute http or https URL, or a `data:image/` URL;
/// - `github` is 1 to 39 letters, digits and single hyphens, none at an end;
/// - `instagram` is 1 to 30 letters, digits, underscores and dots, none at an end and no two together;
/// - `theme` is dark, light or auto;
/// - `username` and `last` are free.
///
/// An empty value passes, except for `theme`. Gives the text to store where it differs from `value` (a phone
/// number), else nothing. `invalid_field` names the field and the rule and never the value; `too_large`
/// for a value over `max_bytes`.
[[nodiscard]] result<std::optional<std::string>> check_profile_value(const profile_field_info& info,
                                                                     std::string_view value);

}  // namespace kbve::vault
