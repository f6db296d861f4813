#pragma once

/// Strapi 5, users-permissions. Its requests and answers go through backend.hpp; here is what only it has.

#include <cstdint>
#include <string_view>

#include "kbve/core/result.hpp"

namespace kbve::auth {

/// This library's code for what Strapi says. It has no stable codes: the English sentence is all there is, with
/// the error's name and the status beside it.
[[nodiscard]] errc strapi_code(std::string_view name, std::string_view message, std::uint32_t status) noexcept;

}  // namespace kbve::auth
