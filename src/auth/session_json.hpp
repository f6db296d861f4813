#pragma once

/// Sessions within other JSON: a state, an event, an outcome.

#include <cstddef>
#include <optional>

#include "detail/json.hpp"
#include "detail/json_writer.hpp"
#include "kbve/auth/session.hpp"

namespace kbve::auth {

inline constexpr std::size_t max_factors = 32;

void write_json(detail::json_writer& to, const tokens& proof);
void write_json(detail::json_writer& to, const session& of);
[[nodiscard]] std::optional<tokens> tokens_of(const detail::json& from);
[[nodiscard]] std::optional<user> user_of(const detail::json& from);
[[nodiscard]] std::optional<session> session_of(const detail::json& from);

}  // namespace kbve::auth
