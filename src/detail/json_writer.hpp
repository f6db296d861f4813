#pragma once

/// JSON written member by member, so that nobody counts commas.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "json_text.hpp"

namespace kbve::detail {

class json_writer {
 public:
  json_writer& open_object() { return open('{'); }
  json_writer& close_object() { return close('}'); }
  json_writer& open_array() { return open('['); }
  json_writer& close_array() { return close(']'); }

  json_writer& name(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_.push_back(':');
    fresh_ = true;
    return *this;
  }

  json_writer& text(std::string_view value) {
    comma();
    append_json_string(out_, value);
    return *this;
  }
  json_writer& integer(std::uint64_t value) {
    comma();
    append_json_integer(out_, value);
    return *this;
  }
  json_writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  /// A value that is JSON already.
  json_writer& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

  json_writer& member(std::string_view key, std::string_view value) { return name(key).text(value); }
  json_writer& member(std::string_view key, const char* value) { return name(key).text(value); }
  json_writer& member(std::string_view key, std::uint64_t value) { return name(key).integer(value); }
  template <std::same_as<bool> B>
  json_writer& member(std::string_view key, B value) {
    return name(key).boolean(value);
  }
  json_writer& raw_member(std::string_view key, std::string_view json) { return name(key).raw(json); }
  /// Nothing where the value is empty.
  json_writer& some(std::string_view key, std::string_view value) {
    return value.empty() ? *this : member(key, value);
  }
  json_writer& some_number(std::string_view key, std::uint64_t value) {
    return value == 0 ? *this : member(key, value);
  }
  json_writer& some_flag(std::string_view key, bool value) { return value ? member(key, true) : *this; }

  [[nodiscard]] const std::string& view() const noexcept { return out_; }
  [[nodiscard]] std::string take() noexcept { return std::move(out_); }

 private:
  json_writer& open(char bracket) {
    comma();
    out_.push_back(bracket);
    fresh_ = true;
    return *this;
  }
  json_writer& close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
    return *this;
  }
  void comma() {
    if (!fresh_) out_.push_back(',');
    fresh_ = false;
  }

  std::string out_;
  bool fresh_ = true;
};

}  // namespace kbve::detail
