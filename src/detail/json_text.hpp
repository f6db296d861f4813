#pragma once

/// JSON (RFC 8259) as text: checked, decoded and written without building a tree. This is the hot path's
/// JSON; whoever needs a tree uses json.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"

namespace kbve::detail {

/// How deep arrays and objects may be nested in a value that is stored.
inline constexpr std::size_t max_json_depth = 512;

enum class json_flaw : std::uint8_t {
  none,
  malformed,  ///< Not one JSON value in well-formed UTF-8.
  too_deep,   ///< Nested deeper than asked for.
};

/// Whether `text` is exactly one JSON value. A `\ud800` without its other half passes, as `JSON.parse` lets it
/// pass; `decode_json_string` refuses it. Allocates nothing, one pass. `max_depth` is `max_json_depth` at most.
[[nodiscard]] json_flaw check_json(std::string_view text, std::size_t max_depth = max_json_depth) noexcept;

/// What came of decoding a JSON string.
enum class decoded : std::uint8_t {
  ok,
  not_a_string,
  lone_surrogate,
};

/// Decodes `text`, which must be one JSON string and nothing else, into UTF-8. `out` is unspecified unless ok.
[[nodiscard]] decoded decode_json_string(std::string_view text, std::string& out);

/// Decodes what stands between the quotes of a JSON string that `check_json` has taken. False for half a
/// surrogate pair.
[[nodiscard]] bool decode_json_inside(std::string_view inside, std::string& out);

/// Whether `decode_json_inside` would succeed. Nothing is written, so that nothing of a secret stays behind.
[[nodiscard]] bool has_whole_pairs(std::string_view inside) noexcept;

/// Whether a JSON number that `check_json` has taken is one that a double can hold: 1e999 is not.
[[nodiscard]] bool is_finite_json_number(std::string_view number) noexcept;

/// Whether such a number lies within ±(2^53 − 1), where JavaScript keeps every integer apart from the next.
[[nodiscard]] bool is_safe_json_number(std::string_view number) noexcept;

/// Such a number as a double, within a few units of the last place; integers below 2^53 are exact. Infinite
/// when it is not finite.
[[nodiscard]] double json_number_value(std::string_view number) noexcept;

/// Appends `value`, which must be well-formed UTF-8, as a JSON string. Escapes what JSON demands and nothing
/// else, as `JSON.stringify` does.
void append_json_string(std::string& out, std::string_view value);

/// Appends an integer.
void append_json_integer(std::string& out, std::uint64_t value);

/// Appends bytes as a JSON string of base64url.
void append_json_bytes(std::string& out, bytes_view value);

}  // namespace kbve::detail
