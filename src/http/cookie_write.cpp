#include <algorithm>
#include <array>

#include "detail/json_character.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/http/cookie.hpp"

namespace kbve::http {
namespace {

constexpr std::string_view second_part = ".1";
constexpr std::string_view two_parts = "2~";

std::unexpected<error> refuse(std::string_view field, std::string_view message) {
  return fail(errc::cookie_invalid, message, field);
}

bool is_letter_or_digit(char c) {
  return detail::is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// A token (RFC 9110 section 5.6.2), which is what a cookie's name is.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

/// Browsers know the prefixes in either case (RFC 6265bis section 5.7), so they bind in either case.
bool begins_with(std::string_view name, std::string_view lower) {
  return name.size() >= lower.size() &&
         std::ranges::equal(name.substr(0, lower.size()), lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

result<void> check(const cookie_request& of) {
  const cookie_attributes& with = of.attributes;
  if (!is_token(of.name) || of.name.ends_with(second_part)) {
    return refuse("name",
                  "A cookie's name is a word of letters, digits and !#$%&'*+-.^_`|~, and does not end in .1; "
                  "choose another.");
  }
  const bool path_is_well =
      std::ranges::all_of(with.path, [](char c) { return c >= 0x20 && c < 0x7F && c != ';'; });
  if (with.path.size() > 1'024 || (!with.path.empty() && (with.path.front() != '/' || !path_is_well))) {
    return refuse("path", "A cookie's path begins with a slash and has no semicolon and no control character.");
  }
  const bool domain_is_well =
      std::ranges::all_of(with.domain, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
  if (with.domain.size() > 255 || !domain_is_well) {
    return refuse("domain", "A cookie's domain is the name of a host; write it in ASCII.");
  }
  if (!with.secure && (begins_with(of.name, "__secure-") || begins_with(of.name, "__host-"))) {
    return refuse("secure", "A cookie whose name begins with __Secure- or __Host- is Secure; set secure.");
  }
  if (begins_with(of.name, "__host-") && (with.path != "/" || !with.domain.empty())) {
    return refuse(with.domain.empty() ? "path" : "domain",
                  "A cookie whose name begins with __Host- has the path / and no domain.");
  }
  if (!with.secure && with.site == same_site::none) {
    return refuse("sameSite", "Browsers take SameSite=None only from a Secure cookie; set secure.");
  }
  if (!with.secure && with.partitioned) {
    return refuse("partitioned", "Browsers take Partitioned only from a Secure cookie; set secure.");
  }
  if (of.value && !is_utf8(*of.value)) return refuse("value", "A cookie's value is well-formed Unicode.");
  return {};
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  const std::size_t at = out.size();
  detail::append_json_integer(out, value);
  if (out.size() - at < width) out.insert(at, width - (out.size() - at), '0');
}

/// IMF-fixdate (RFC 9110 section 5.6.7) of seconds since 1970; years of four digits.
void append_date(std::string& out, std::uint64_t seconds) {
  constexpr std::string_view day_names = "ThuFriSatSunMonTueWed";  // 1970 began on a Thursday
  constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  // Days until the year 9999 fit into 32 bits.
  const auto days = static_cast<std::uint32_t>(seconds / 86'400);
  const auto time = static_cast<std::uint32_t>(seconds % 86'400);
  // Counted from March of a year divisible by 400, leap days come last and every 400 years are alike.
  const std::uint32_t shifted = days + 719'468;
  const std::uint32_t era_day = shifted % 146'097;
  const std::uint32_t era_year = (era_day - era_day / 1'460 + era_day / 36'524 - era_day / 146'096) / 365;
  const std::uint32_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
  const std::uint32_t from_march = (5 * year_day + 2) / 153;
  const std::uint32_t day = year_day - (153 * from_march + 2) / 5 + 1;
  const std::uint32_t month = from_march < 10 ? from_march + 2 : from_march - 10;  // January is 0
  const std::uint32_t year = shifted / 146'097 * 400 + era_year + (month < 2 ? 1 : 0);
  out.append(day_names.substr(std::size_t{days % 7} * 3, 3)).append(", ");
  append_padded(out, day, 2);
  out.append(" ").append(month_names.substr(std::size_t{month} * 3, 3)).append(" ");
  append_padded(out, year, 4);
  for (const auto& [before, value] : std::array<std::pair<std::string_view, std::uint64_t>, 3>{
           {{" ", time / 3600}, {":", time / 60 % 60}, {":", time % 60}}}) {
    out.append(before);
    append_padded(out, value, 2);
  }
  out.append(" GMT");
}

std::string attribute_text(const cookie_attributes& of, bool goes) {
  constexpr std::uint64_t last_second = 253'402'300'799;  // of the year 9999
  std::string out;
  if (!of.domain.empty()) out.append("; Domain=").append(of.domain);
  if (!of.path.empty()) out.append("; Path=").append(of.path);
  if (goes) {
    out.append("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  } else {
    if (of.max_age) {
      out.append("; Max-Age=");
      detail::append_json_integer(out, std::min(*of.max_age, max_cookie_age));
    }
    if (of.expires) {
      out.append("; Expires=");
      append_date(out, std::min(*of.expires / 1000, last_second));
    }
  }
  if (of.http_only) out.append("; HttpOnly");
  if (of.secure) out.append("; Secure");
  constexpr std::array<std::string_view, 4> sites{"", "; SameSite=Strict", "; SameSite=Lax", "; SameSite=None"};
  out.append(sites[static_cast<std::size_t>(of.site)]);
  if (of.partitioned) out.append("; Partitioned");
  return out;
}

cookie_line make_line(std::string name, std::string value, std::string_view attributes) {
  std::string line = name + "=" + value;
  line.append(attributes);
  return {.name = std::move(name), .value = std::move(value), .line = std::move(line)};
}

std::unexpected<error> too_large() {
  return fail(errc::cookie_too_large,
              "The cookie is larger than two cookies can hold, or than all of a locker may be; keep less in it.",
              "value");
}

}  // namespace

result<cookie_plan> plan_cookie(const cookie_request& request) {
  if (auto checked = check(request); !checked) return std::unexpected(std::move(checked).error());
  const std::string second_name = request.name + std::string(second_part);
  cookie_plan out;
  if (request.value) {
    std::string encoded = encode_value(*request.value);
    // A value that looks like a first part gives up the letter that makes it look so.
    if (encoded.starts_with(two_parts)) encoded.replace(1, 1, "%7E");
    const std::string attributes = attribute_text(request.attributes, false);
    const std::size_t around = request.name.size() + 1 + attributes.size();
    if (around + encoded.size() <= max_line_size) {
      out.write.push_back(make_line(request.name, std::move(encoded), attributes));
    } else {
      if (around + second_part.size() + two_parts.size() >= max_line_size) return too_large();
      const std::size_t first_size = max_line_size - around - two_parts.size();
      const std::size_t rest = encoded.size() - first_size;
      if (rest + around + second_part.size() > max_line_size) return too_large();
      out.write.push_back(
          make_line(request.name, std::string(two_parts).append(encoded, 0, first_size), attributes));
      out.write.push_back(make_line(second_name, encoded.substr(first_size), attributes));
    }
    for (const cookie_line& line : out.write) out.size += line.name.size() + line.value.size();
    if (request.others > max_cookies_size || out.size > max_cookies_size - request.others) return too_large();
  }
  for (const std::string& name : {request.name, second_name}) {
    if (std::ranges::find(out.write, name, &cookie_line::name) != out.write.end()) continue;
    const bool known = request.present.has_value();
    const bool there =
        known ? std::ranges::find(*request.present, name) != request.present->end() : !request.value;
    if (there) out.stale.push_back(make_line(name, "", attribute_text(request.attributes, true)));
  }
  return out;
}

}  // namespace kbve::http
