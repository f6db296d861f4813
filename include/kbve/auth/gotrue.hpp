#pragma once

/// Supabase Auth (GoTrue). Its requests and answers go through backend.hpp; here is what only it has.

#include <string_view>

#include "kbve/core/result.hpp"

namespace kbve::auth {

/// What is asked for by `X-Supabase-Api-Version`: errors with a `code` that is a text.
inline constexpr std::string_view gotrue_api_version = "2024-01-01";

/// This library's code for one of GoTrue's (internal/api/apierrors/errorcode.go). `bad_response` for a code that
/// is not known; the status then decides.
[[nodiscard]] errc gotrue_code(std::string_view code) noexcept;

}  // namespace kbve::auth
