#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstring>

#include "kbve/core/base64url.hpp"

namespace kbve::detail {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number of leading bytes, of eight, that are plain inside a JSON string: printable ASCII other than the
/// quote and the backslash. Eight at a time, because strings are most of every value.
std::size_t plain_prefix(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080U;
  const auto zero_bytes = [](std::uint64_t x) { return (x - ones) & ~x & highs; };
  // The lowest bit found is exact; borrows can only add false ones above a true one.
  const std::uint64_t odd = (word & highs) | ((word - ones * 0x20) & ~word & highs) |
                            zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'));
  if constexpr (std::endian::native == std::endian::little) {
    return odd == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(odd)) / 8;
  } else {
    return odd == 0 ? 8 : 0;
  }
}

class checker {
 public:
  checker(std::string_view text, std::size_t max_depth) noexcept
      : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth) {}

  json_flaw run() noexcept {
    for (;;) {
      // Here a value must stand.
      skip_space();
      if (at_ == end_) return json_flaw::malformed;
      const char c = *at_;
      if (c == '{' || c == '[') {
        if (depth_ == max_depth_) return json_flaw::too_deep;
        is_object_[depth_++] = c == '{';
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == (c == '{' ? '}' : ']')) {
          ++at_;
          --depth_;
        } else if (c == '{') {
          if (!key()) return json_flaw::malformed;
          continue;
        } else {
          continue;
        }
      } else if (!scalar(c)) {
        return json_flaw::malformed;
      }
      // A value has ended: close what ends with it, then find the next one.
      bool next = false;
      while (!next) {
        skip_space();
        if (depth_ == 0) return at_ == end_ ? json_flaw::none : json_flaw::malformed;
        if (at_ == end_) return json_flaw::malformed;
        const bool object = is_object_[depth_ - 1];
        const char mark = *at_++;
        if (mark == ',') {
          if (object && !key()) return json_flaw::malformed;
          next = true;
        } else if (mark == (object ? '}' : ']')) {
          --depth_;
        } else {
          return json_flaw::malformed;
        }
      }
    }
  }

 private:
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  bool literal(std::string_view word) noexcept {
    if (left() < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return true;
  }

  bool scalar(char first) noexcept {
    switch (first) {
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool key() noexcept {
    skip_space();
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    skip_space();
    return at_ != end_ && *at_++ == ':';
  }

  bool digits() noexcept {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  bool number() noexcept {
    if (*at_ == '-') ++at_;
    if (at_ == end_) return false;
    if (*at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool escape() noexcept {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c == 'u') {
      for (int i = 0; i < 4; ++i) {
        if (at_ == end_ || hex_value(*at_++) < 0) return false;
      }
      return true;
    }
    return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
  }

  /// From the opening quote to after the closing one.
  bool string() noexcept {
    ++at_;
    for (;;) {
      while (left() >= 8) {
        const std::size_t plain = plain_prefix(at_);
        at_ += plain;
        if (plain < 8) break;
      }
      if (at_ == end_) return false;
      const auto c = static_cast<unsigned char>(*at_);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        ++at_;
        if (!escape()) return false;
      } else if (c < 0x20) {
        return false;
      } else if (c < 0x80) {
        ++at_;
      } else if (!multibyte()) {
        return false;
      }
    }
  }

  /// A run of non-ASCII characters.
  bool multibyte() noexcept {
    const char* const begin = at_;
    while (at_ != end_ && (static_cast<unsigned char>(*at_) & 0x80U) != 0) ++at_;
    return is_utf8(std::string_view(begin, static_cast<std::size_t>(at_ - begin)));
  }

  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::size_t max_depth_;
  std::bitset<max_json_depth> is_object_;
};

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

}  // namespace

json_flaw check_json(std::string_view text, std::size_t max_depth) noexcept {
  return checker(text, std::min(max_depth, max_json_depth)).run();
}

decoded decode_json_string(std::string_view text, std::string& out) {
  if (text.size() < 2 || text.front() != '"' || check_json(text) != json_flaw::none) return decoded::not_a_string;
  // What check_json took and begins with a quote is one string, perhaps with whitespace after it.
  return decode_json_inside(text.substr(1, text.rfind('"') - 1), out) ? decoded::ok : decoded::lone_surrogate;
}

bool decode_json_inside(std::string_view inside, std::string& out) {
  out.clear();
  std::size_t at = 0;
  while (at < inside.size()) {
    const std::size_t stop = inside.find('\\', at);
    out.append(inside, at, stop == std::string_view::npos ? stop : stop - at);
    if (stop == std::string_view::npos) break;
    const char c = inside[stop + 1];
    at = stop + 2;
    switch (c) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
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
      default:
        out.push_back(c);
    }
  }
  return true;
}

bool is_finite_json_number(std::string_view number) noexcept {
  // The digits without leading zeros, and where the point stands after them.
  constexpr std::string_view largest = "17976931348623157";  // DBL_MAX is 1.7976931348623157e308
  std::array<char, largest.size()> digits;
  digits.fill('0');
  std::size_t kept = 0;
  std::int64_t places = 0;
  bool after_point = false;
  std::size_t at = number.starts_with('-') ? 1 : 0;
  for (; at < number.size() && (is_digit(number[at]) || number[at] == '.'); ++at) {
    if (number[at] == '.') {
      after_point = true;
      continue;
    }
    const bool leading_zero = kept == 0 && number[at] == '0';
    if (!leading_zero && kept < digits.size()) digits[kept++] = number[at];
    if (!after_point && !leading_zero) ++places;
    if (after_point && leading_zero) --places;
  }
  if (kept == 0) return true;
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
  const std::int64_t magnitude = places + exponent;  // 0.d1d2… × 10^magnitude
  if (magnitude != 309) return magnitude < 309;
  return std::string_view(digits.data(), digits.size()) <= largest;
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
      case '\b':
        out.append("\\b");
        break;
      case '\f':
        out.append("\\f");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
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
  std::array<char, 20> digits;
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
