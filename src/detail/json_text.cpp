#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "json_character.hpp"
#include "kbve/core/base64url.hpp"

namespace kbve::detail {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

/// The four hexadecimal digits at `at`, which `check_json` has seen.
std::uint32_t hex4(std::string_view text, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 4 | static_cast<std::uint32_t>(hex_value(text[at + i]));
  return value;
}

constexpr std::size_t kept_digits = 40;  // more than anybody writes

/// A number as 0.d1d2… × 10^magnitude, its digits without leading zeros and without its sign. Zero has only
/// zeros and a magnitude that means nothing.
struct decimal {
  std::array<char, kept_digits> digits{};
  bool zero = true;
  std::int64_t magnitude = 0;
};

decimal take_apart(std::string_view number) noexcept {
  decimal out;
  out.digits.fill('0');
  std::size_t kept = 0;
  bool after_point = false;
  std::size_t at = number.starts_with('-') ? 1 : 0;
  for (; at < number.size() && (is_digit(number[at]) || number[at] == '.'); ++at) {
    if (number[at] == '.') {
      after_point = true;
      continue;
    }
    const bool leading_zero = out.zero && number[at] == '0';
    if (!leading_zero) out.zero = false;
    if (!leading_zero && kept < kept_digits) out.digits[kept++] = number[at];
    if (!after_point && !leading_zero) ++out.magnitude;
    if (after_point && leading_zero) --out.magnitude;
  }
  std::int64_t exponent = 0;
  if (at < number.size()) {
    ++at;
    const bool negative = number[at] == '-';
    if (!is_digit(number[at])) ++at;
    for (; at < number.size() && is_digit(number[at]); ++at) {
      exponent = std::min<std::int64_t>(exponent * 10 + (number[at] - '0'), 1'000'000'000);
    }
    if (negative) exponent = -exponent;
  }
  out.magnitude += exponent;
  return out;
}

/// How a number lies to 0.`limit` × 10^magnitude, whatever its sign: below zero, zero or above zero.
int compare(std::string_view number, std::string_view limit, std::int64_t magnitude) noexcept {
  const decimal parts = take_apart(number);
  if (parts.zero) return -1;
  if (parts.magnitude != magnitude) return parts.magnitude < magnitude ? -1 : 1;
  return std::string_view(parts.digits.data(), parts.digits.size()).compare(limit);
}

}  // namespace

decoded decode_json_string(std::string_view text, std::string& out) {
  if (text.size() < 2 || text.front() != '"' || check_json(text) != json_flaw::none) return decoded::not_a_string;
  // What check_json took and begins with a quote is one string, perhaps with whitespace after it.
  return decode_json_inside(text.substr(1, text.rfind('"') - 1), out) ? decoded::ok : decoded::lone_surrogate;
}

bool decode_json_inside(std::string_view inside, std::string& out) {
  out.clear();
  // It never gets longer than it was written; and where it is a secret, growing would leave a piece of it behind.
  out.reserve(inside.size());
  std::size_t at = 0;
  while (at < inside.size()) {
    const std::size_t stop = inside.find('\\', at);
    out.append(inside, at, stop == std::string_view::npos ? stop : stop - at);
    if (stop == std::string_view::npos) break;
    const char c = inside[stop + 1];
    at = stop + 2;
    switch (c) {
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': {
        std::uint32_t code = hex4(inside, at);
        at += 4;
        if (code >= 0xdc00 && code < 0xe000) return false;
        if (code >= 0xd800 && code < 0xdc00) {
          if (inside.substr(at, 2) != "\\u") return false;
          const std::uint32_t low = hex4(inside, at + 2);
          if (low < 0xdc00 || low >= 0xe000) return false;
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
        append_utf8(out, code);
        break;
      }
      default: out.push_back(c);
    }
  }
  return true;
}

bool has_whole_pairs(std::string_view inside) noexcept {
  std::size_t at = 0;
  while ((at = inside.find('\\', at)) != std::string_view::npos) {
    if (inside[at + 1] != 'u') {
      at += 2;
      continue;
    }
    const std::uint32_t code = hex4(inside, at + 2);
    at += 6;
    if (code < 0xd800 || code >= 0xe000) continue;
    if (code >= 0xdc00 || inside.substr(at, 2) != "\\u") return false;
    const std::uint32_t low = hex4(inside, at + 2);
    if (low < 0xdc00 || low >= 0xe000) return false;
    at += 6;
  }
  return true;
}

bool is_finite_json_number(std::string_view number) noexcept {
  // What is not below half a step over DBL_MAX rounds to infinity.
  return compare(number, "1797693134862315807937289714053034150799", 309) < 0;
}

bool is_safe_json_number(std::string_view number) noexcept {
  // Nearly all: short and nothing but digits.
  if (number.size() < 16 && number.find_first_of("eE") == std::string_view::npos) return true;
  return compare(number, "9007199254740991000000000000000000000000", 16) <= 0;
}

double json_number_value(std::string_view number) noexcept {
  if (!is_finite_json_number(number)) return number.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
  const decimal parts = take_apart(number);
  // More than 17 digits say nothing to a double; dropping the zeros at their end leaves integers exact.
  constexpr std::int64_t used = 17;
  std::uint64_t whole = 0;
  for (const char digit : std::string_view(parts.digits.data(), used)) {
    whole = whole * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  std::int64_t exponent = parts.magnitude - used;
  while (whole != 0 && whole % 10 == 0) {
    whole /= 10;
    ++exponent;
  }
  auto value = static_cast<double>(whole);
  double power = 1;
  for (std::int64_t i = std::min<std::int64_t>(std::abs(exponent), 400); i > 0; --i) {
    power *= 10;
    if (power < 1e22 && i > 1) continue;
    value = exponent < 0 ? value / power : value * power;
    power = 1;
  }
  return number.starts_with('-') ? -value : value;
}

void append_json_string(std::string& out, std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : value) {
    switch (c) {
      case '"':
      case '\\':
        out.push_back('\\');
        out.push_back(c);
        break;
      case '\b': out.append("\\b"); break;
      case '\f': out.append("\\f"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out.append("\\u00");
          out.push_back(hex[static_cast<unsigned char>(c) >> 4U]);
          out.push_back(hex[static_cast<unsigned char>(c) & 15U]);
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void append_json_integer(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  std::size_t at = digits.size();
  do {
    digits[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  out.append(digits.data() + at, digits.size() - at);
}

void append_json_bytes(std::string& out, bytes_view value) {
  out.push_back('"');
  base64url::append(out, value);
  out.push_back('"');
}

}  // namespace kbve::detail
