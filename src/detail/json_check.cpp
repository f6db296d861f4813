#include <algorithm>
#include <bitset>
#include <cstring>

#include "json_character.hpp"
#include "json_text.hpp"

namespace kbve::detail {
namespace {

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

  [[gnu::always_inline]] void skip_space() noexcept {
    if (at_ != end_ && *at_ <= ' ') skip_more_space();
  }

  [[gnu::noinline]] void skip_more_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  bool literal(std::string_view word) noexcept {
    if (left() < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return true;
  }

  bool scalar(char first) noexcept {
    switch (first) {
      case '"': return string();
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return number();
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

}  // namespace

json_flaw check_json(std::string_view text, std::size_t max_depth) noexcept {
  return checker(text, std::min(max_depth, max_json_depth)).run();
}

}  // namespace kbve::detail
