#pragma once

/// Sealed cookies (locker format 1, "Cookie"): a JWE whose protected header names the cookie, so that a value
/// moved to another name does not open, and any JOSE library can open it with the key.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"

namespace kbve::http {

/// What a locker's cookie key of one epoch goes by: `<base64url key_id>.<epoch>`.
[[nodiscard]] std::string cookie_key_id(std::span<const std::uint8_t, 16> key_id, std::uint32_t epoch);

/// The epoch of a sealed cookie that belongs to this locker's root key; nothing for every other cookie.
[[nodiscard]] std::optional<std::uint32_t> epoch_of_cookie(std::string_view sealed,
                                                           std::span<const std::uint8_t, 16> key_id);

/// Seals `value`, a text, as the cookie `name`. `kid` may be empty: the application's own key needs no name.
/// `cookie_too_large` for what no cookie could hold.
[[nodiscard]] result<std::string> seal_cookie(std::string_view name, std::string_view value,
                                              std::span<const std::uint8_t, 32> key, std::string_view kid);

/// The text. `cookie_invalid` when it is no sealed cookie, was sealed for another name or with another key, or
/// was changed.
[[nodiscard]] result<std::string> open_cookie(std::string_view name, std::string_view sealed,
                                              std::span<const std::uint8_t, 32> key);

}  // namespace kbve::http
