#pragma once

/// The words of JSON (RFC 8259): strings, numbers, literals, space. Each is passed over, or is none.

#include <cstddef>
#include <cstring>
#include <string_view>

#include "json_character.hpp"
#include "kbve/core/bytes.hpp"

namespace kbve::detail {

class json_scanner {
 protected:
  explicit json_scanner(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

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
        escaped_ = true;
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
  bool escaped_ = false;  ///< The last string had a backslash in it, where the caller cleared this before.
};

}  // namespace kbve::detail
