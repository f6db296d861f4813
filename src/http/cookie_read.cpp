#include <algorithm>

#include "detail/json_character.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/http/cookie.hpp"

namespace kbve::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

/// RFC 6265bis section 5.6: control characters but the tab are in no cookie that a browser keeps.
bool has_controls(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

const cookie_pair* find(const std::vector<cookie_pair>& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &cookie_pair::name);
  return found == pairs.end() ? nullptr : &*found;
}

bool is_plain(char c) {
  return detail::is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-_.!~*'()").contains(c);
}

}  // namespace

std::vector<cookie_pair> parse_cookies(std::string_view header) {
  std::vector<cookie_pair> out;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t sign = pair.find('=');
    if (sign == std::string_view::npos) continue;
    const std::string_view name = trimmed(pair.substr(0, sign));
    std::string_view value = trimmed(pair.substr(sign + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (name.empty() || has_controls(name) || has_controls(value) || find(out, name) != nullptr) continue;
    out.push_back({.name = name, .value = value});
  }
  return out;
}

result<std::string> read_cookie(std::string_view header, std::string_view name) {
  const std::vector<cookie_pair> pairs = parse_cookies(header);
  const cookie_pair* const first = find(pairs, name);
  if (first == nullptr)
    return fail(errc::absent, "There is no such cookie; it was never set, or it has expired.", "name");
  if (!first->value.starts_with("2~")) return decode_value(first->value);
  const cookie_pair* const second = find(pairs, std::string(name) + ".1");
  if (second == nullptr) {
    return fail(errc::cookie_invalid, "The second part of the cookie is missing; set the cookie again.", "name");
  }
  return decode_value(std::string(first->value.substr(2)).append(second->value));
}

std::string encode_value(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(hex[static_cast<unsigned char>(c) >> 4U]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15U]);
    }
  }
  return out;
}

std::string decode_value(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const int high = at + 2 < text.size() ? detail::hex_value(text[at + 1]) : -1;
    const int low = high >= 0 ? detail::hex_value(text[at + 2]) : -1;
    if (low < 0) return std::string(text);
    out.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return is_utf8(out) ? out : std::string(text);
}

}  // namespace kbve::http
