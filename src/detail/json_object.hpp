#pragma once

/// One JSON object as its members, each with its value as the text it was. For tokens: they are read once and
/// handed on whole, so nothing is built that nobody asks for.

#include <cstddef>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json.hpp"

namespace kbve::detail {

/// A member of the outermost object.
struct json_member {
  std::string_view name;   ///< Decoded.
  std::string_view value;  ///< JSON text as it stood there, without whitespace around it.
};

/// How deep such an object may be; no object in it has more than `max_object_members` (json.hpp).
inline constexpr std::size_t max_object_depth = 32;

class json_object {
 public:
  /// Nothing when `text` is not exactly one JSON object in well-formed UTF-8, is over the limits above, names
  /// a member twice at any depth, or has half a surrogate pair. The views point into `text`.
  [[nodiscard]] static std::optional<json_object> read(std::string_view text);

  [[nodiscard]] const std::vector<json_member>& members() const noexcept { return members_; }
  /// The value of a member, or an empty text: no JSON value is empty.
  [[nodiscard]] std::string_view find(std::string_view name) const noexcept;
  /// The value of a member that is a string, decoded. Nothing for an absent member and for another type; the
  /// two are told apart by `find`.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

  /// Whether `append_to` changes anything.
  [[nodiscard]] bool has_wide_numbers() const noexcept { return !wide_numbers_.empty(); }

  /// Appends the whole object. Numbers beyond ±(2^53 − 1), which JavaScript would round, become strings of
  /// their digits.
  void append_to(std::string& out) const;

 private:
  friend class object_reader;

  std::string_view text_;
  std::vector<json_member> members_;
  std::vector<std::string_view> wide_numbers_;
  std::forward_list<std::string> decoded_names_;
};

/// A JSON string's value, where `value` is the text of one that has been read.
[[nodiscard]] std::optional<std::string> string_value(std::string_view value);

/// The strings of an array, or a string alone as a list of one; other elements are left out when
/// `only_strings` is false, and make it nothing when it is true. `value` is text that has been read.
[[nodiscard]] std::optional<std::vector<std::string>> string_list(std::string_view value, bool only_strings);

}  // namespace kbve::detail
