#pragma once

/// Appwrite 1.6 to 1.9. Its requests and answers go through backend.hpp; here is what only it has.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/result.hpp"

namespace kbve::auth {

/// The shape of answers that is asked for by `X-Appwrite-Response-Format`.
inline constexpr std::string_view appwrite_format = "1.8.0";

/// This library's code for one of Appwrite's `type`s (app/config/errors.php). `bad_response` for one that is not
/// known; the status then decides.
[[nodiscard]] errc appwrite_code(std::string_view type) noexcept;

/// What of an `X-Fallback-Cookies` header is this project's session, as the header to send back; nothing when it
/// has none. The header is the session itself: whoever has it is signed in for a year.
[[nodiscard]] std::optional<std::string> fallback_session(std::string_view header, std::string_view project);

}  // namespace kbve::auth
