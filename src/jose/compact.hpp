#pragma once

/// What JWS and JWE have in common: parts between dots, and a protected header.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "detail/json_object.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"

namespace kbve::jose {

/// The text cut at its dots, or nothing when there are not exactly as many parts.
template <std::size_t Parts>
[[nodiscard]] std::optional<std::array<std::string_view, Parts>> split(std::string_view text) noexcept {
  std::array<std::string_view, Parts> out;
  for (std::size_t i = 0; i + 1 < Parts; ++i) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    out[i] = text.substr(0, dot);
    text.remove_prefix(dot + 1);
  }
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  out[Parts - 1] = text;
  return out;
}

/// What is said of a signed token's form in more than one place.
[[nodiscard]] std::unexpected<error> too_large();
[[nodiscard]] std::unexpected<error> not_three_parts();
[[nodiscard]] std::unexpected<error> not_base64url(std::string_view part);

/// Decodes one part into a JSON object. Nothing when it is none.
[[nodiscard]] inline std::optional<detail::json_object> object_in(std::string_view part, bytes& memory) {
  auto decoded = base64url::decode(part);
  if (!decoded) return std::nullopt;
  memory = *std::move(decoded);
  return detail::json_object::read(as_text(memory));
}

/// A member that may be absent but is a string when it is there; false when it is something else.
[[nodiscard]] inline bool optional_text(const detail::json_object& from, std::string_view name,
                                        std::optional<std::string>& out) {
  if (from.find(name).empty()) return true;
  out = from.text(name);
  return out.has_value();
}

}  // namespace kbve::jose
