#pragma once

/// JSON as a tree, for headers, roots and schemas, which are small and of a known shape. Reading answers "no"
/// for whatever is not as wanted and never throws; a general library's number conversion and error texts would
/// be a quarter of the WASM module.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"

namespace kbve::detail {

enum class json_kind : std::uint8_t {
  null,
  boolean,
  integer,  ///< Without sign, fraction and exponent, and below 2^53.
  number,   ///< Any other number.
  string,
  array,
  object,
};

/// A value, and its name where it is a member of an object.
struct json {
  json_kind kind = json_kind::null;
  bool flag = false;           ///< Of a boolean.
  std::uint64_t integer = 0;   ///< Of an integer.
  std::string text;            ///< Of a string, decoded.
  std::string name;            ///< Of a member, decoded.
  std::vector<json> children;  ///< Of an array or an object.
};

/// How deep such a tree may be, and how many members any object in it may have: finding a name twice compares each
/// with each.
inline constexpr std::size_t max_tree_depth = 16;
inline constexpr std::size_t max_object_members = 1'024;

/// The tree, or nothing when `text` is longer than `max_size`, nested deeper than `max_tree_depth`, not JSON,
/// names a member twice, has an object of more than `max_object_members`, or has half a surrogate pair. Size and
/// depth are looked at before anything is built.
[[nodiscard]] std::optional<json> parse_json(std::string_view text, std::size_t max_size);

/// Overwrites every text in it, where a secret may have come in as one.
void wipe_texts(json& tree) noexcept;

/// The member `name` of an object, or nullptr when there is none or `parent` is no object.
[[nodiscard]] const json* member(const json& parent, std::string_view name) noexcept;

/// True when `value` is an object of exactly these members.
[[nodiscard]] bool has_exactly(const json& value, std::initializer_list<std::string_view> names) noexcept;

/// The member as an integer from 0 to 2^53 − 1.
[[nodiscard]] std::optional<std::uint64_t> integer_member(const json& parent, std::string_view name) noexcept;

/// The member as a text of at most `max_size` bytes. The view lives as long as `parent`.
[[nodiscard]] std::optional<std::string_view> text_member(const json& parent, std::string_view name,
                                                          std::size_t max_size) noexcept;

/// The member as base64url of exactly `out.size()` bytes.
[[nodiscard]] bool bytes_member(const json& parent, std::string_view name, mutable_bytes_view out) noexcept;

}  // namespace kbve::detail
