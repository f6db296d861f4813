#pragma once

/// Who is signed in, and what proves it: the same values for all backends, and their JSON.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/result.hpp"

namespace kbve::auth {

/// How a Strapi server keeps its sessions; found out from its answers, never configured.
enum class strapi_mode : std::uint8_t {
  unknown,
  legacy,  ///< One JWT, no refresh, nothing to sign out from.
  body,    ///< A refresh token in the answer's body.
  cookie,  ///< A refresh token in an httpOnly cookie, which no script ever sees.
};

/// What a request proves itself with. All of it is secret, and printable ASCII.
struct tokens {
  std::string access{};   ///< A JWT; empty with Appwrite.
  std::string refresh{};  ///< Opaque; empty where a cookie holds it.
  std::string secret{};   ///< Appwrite's X-Fallback-Cookies; empty where a cookie holds the session.
  std::string session_id{};
  std::string user_id{};
  strapi_mode mode = strapi_mode::unknown;

  friend bool operator==(const tokens&, const tokens&) = default;
};

struct factor {
  std::string id{};
  std::string type{};  ///< totp, phone, webauthn, …
  std::string name{};
  bool verified = false;

  friend bool operator==(const factor&, const factor&) = default;
};

struct user {
  std::string id{};
  std::string email{};
  std::string phone{};
  std::string username{};
  std::string name{};
  std::string avatar{};
  std::string new_email{};  ///< Asked for and not yet confirmed.
  bool email_confirmed = false;
  bool phone_confirmed = false;
  bool anonymous = false;
  std::vector<factor> factors{};
  std::string raw{};  ///< The backend's own object as JSON; empty when it was over `max_raw_user` bytes.

  friend bool operator==(const user&, const user&) = default;
};

inline constexpr std::size_t max_raw_user = 65'536;
inline constexpr std::size_t max_token = 8'192;
inline constexpr std::size_t max_avatar = 16'384;
inline constexpr std::size_t max_short_text = 1'024;

struct session {
  tokens proof;
  std::uint64_t issued_at = 0;   ///< Milliseconds on the backend's clock; 0 when it does not say.
  std::uint64_t expires_at = 0;  ///< Milliseconds on the backend's clock.
  std::uint32_t level = 1;       ///< 2 once a second factor was shown.
  bool can_refresh = false;
  bool needs_factor = false;   ///< The backend knows a second factor of this person, and it was not shown.
  std::optional<user> who;     ///< Not every answer with a session says it.
  std::string claims;          ///< Of the access token, as JSON; form only, no signature was checked.
  std::string provider_token;  ///< Of the OAuth provider, where it is handed on.
  std::string provider_refresh_token;

  [[nodiscard]] std::string to_json() const;
  /// Reads what `to_json` wrote. `invalid_input`, with the member as field, for everything else.
  [[nodiscard]] static result<session> parse(std::string_view json);

  friend bool operator==(const session&, const session&) = default;
};

[[nodiscard]] std::string to_json(const user& who);
[[nodiscard]] std::string to_json(const tokens& proof);
[[nodiscard]] result<tokens> parse_tokens(std::string_view json);

/// True for a text that may stand in a header: printable ASCII, at most `max_token` bytes, not empty.
[[nodiscard]] bool is_header_safe(std::string_view text) noexcept;

}  // namespace kbve::auth
