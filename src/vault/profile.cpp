#include "kbve/vault/profile.hpp"

#include <algorithm>

namespace kbve::vault {
namespace {

using namespace std::string_view_literals;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alnum(char c) noexcept {
  return is_digit(c) || is_letter(c);
}
constexpr bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

bool is_uuid(std::string_view value) noexcept {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !is_hex(value[i])) return false;
  }
  return true;
}

/// One label of a host name as HTML's grammar for e-mail addresses wants it (RFC 1034, section 3.5, and
/// digits in front, as RFC 1123 allows).
bool is_host_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 63 && is_alnum(label.front()) && is_alnum(label.back()) &&
         std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_email(std::string_view value) noexcept {
  const std::size_t at = value.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const auto is_local = [](char c) { return is_alnum(c) || ".!#$%&'*+/=?^_`{|}~-"sv.contains(c); };
  if (!std::ranges::all_of(value.substr(0, at), is_local)) return false;
  std::string_view host = value.substr(at + 1);
  for (;;) {
    const std::size_t dot = host.find('.');
    if (!is_host_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

/// The number in E.164 form, or nothing: "+", then up to 15 digits of which the first is not 0.
std::optional<std::string> e164(std::string_view value) {
  std::string number;
  for (const char c : value) {
    if (" .-()[]"sv.contains(c)) continue;
    if (c == '+' ? !number.empty() : !is_digit(c)) return std::nullopt;
    number.push_back(c);
    if (number.size() > 16) return std::nullopt;
  }
  if (number.size() < 2 || number[0] != '+' || number[1] == '0') return std::nullopt;
  return number;
}

bool is_avatar(std::string_view value) noexcept {
  if (std::ranges::any_of(value, is_control)) return false;
  if (starts_with_ignoring_case(value, "data:image/")) {
    const std::string_view rest = value.substr("data:image/"sv.size());
    return !rest.empty() && is_alnum(rest.front()) && rest.contains(',');
  }
  std::string_view rest = value;
  if (starts_with_ignoring_case(value, "https://")) {
    rest.remove_prefix(8);
  } else if (starts_with_ignoring_case(value, "http://")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  if (rest.find_first_of(" <>\"\\"sv) != std::string_view::npos) return false;
  std::string_view host = rest.substr(0, rest.find_first_of("/?#"sv));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return !host.empty() && host.front() != ':';
}

/// Letters, digits and `separators`, with no separator at an end or beside another one of `single`.
bool is_handle(std::string_view value, std::size_t max, std::string_view free, char single) noexcept {
  if (value.size() > max || value.front() == single || value.back() == single) return false;
  char before = 0;
  for (const char c : value) {
    if (!is_alnum(c) && c != single && !free.contains(c)) return false;
    if (c == single && before == single) return false;
    before = c;
  }
  return true;
}

std::unexpected<error> refuse(const profile_field_info& info, std::string_view rule) {
  return fail(errc::invalid_field, std::string(info.name).append(" ").append(rule), std::string(info.name));
}

}  // namespace

const profile_field_info* find_profile_field(std::string_view name) noexcept {
  for (const profile_field_info& info : profile_fields) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

result<std::optional<std::string>> check_profile_value(const profile_field_info& info, std::string_view value) {
  if (value.size() > info.max_bytes) {
    return fail(errc::too_large,
                std::string(info.name)
                    .append(" may have ")
                    .append(std::to_string(info.max_bytes))
                    .append(" bytes of UTF-8 at most; store a shorter value."),
                std::string(info.name));
  }
  if (value.empty() && info.field != profile_field::theme) return std::nullopt;
  switch (info.field) {
    case profile_field::username:
    case profile_field::last: return std::nullopt;
    case profile_field::phone: {
      std::optional<std::string> number = e164(value);
      if (!number) {
        return refuse(info,
                      "must be an international number (E.164): a plus sign, then up to 15 digits that do not "
                      "begin with 0; blanks, dots, dashes and brackets may stand between them.");
      }
      if (*number == value) return std::nullopt;
      return number;
    }
    case profile_field::uuid:
      if (is_uuid(value)) return std::nullopt;
      return refuse(info, "must be a UUID: 32 hexadecimal digits, grouped 8-4-4-4-12 by hyphens.");
    case profile_field::avatar:
      if (is_avatar(value)) return std::nullopt;
      return refuse(info, "must be an absolute http or https URL, or a data:image/ URL.");
    case profile_field::github:
      if (is_handle(value, 39, "", '-')) return std::nullopt;
      return refuse(info, "must be a GitHub name: 1 to 39 letters, digits and single hyphens, none at an end.");
    case profile_field::instagram:
      if (is_handle(value, 30, "_", '.')) return std::nullopt;
      return refuse(info,
                    "must be an Instagram name: 1 to 30 letters, digits, underscores and dots, without a dot at "
                    "an end or two in a row.");
    case profile_field::email:
      if (is_email(value)) return std::nullopt;
      return refuse(info, "must be an e-mail address such as name@example.com.");
    case profile_field::theme:
      if (value == "dark" || value == "light" || value == "auto") return std::nullopt;
      return refuse(info, "must be dark, light or auto.");
  }
  return refuse(info, "is not a field of the profile.");
}

}  // namespace kbve::vault
