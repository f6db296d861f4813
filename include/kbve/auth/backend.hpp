#pragma once

/// The three backends behind one door: an action becomes a request, a response becomes an outcome. Sans I/O:
/// who fetches, and when, is not decided here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/auth/message.hpp"
#include "kbve/auth/session.hpp"
#include "kbve/core/result.hpp"

namespace kbve::auth {

enum class backend_kind : std::uint8_t { gotrue, strapi, appwrite };

/// Where the backend is and what it wants to see from every application.
struct backend {
  backend_kind kind = backend_kind::gotrue;
  std::string url;          ///< Without a slash at its end. Strapi's ends with /api.
  std::string api_key;      ///< GoTrue: publishable key; Strapi: API token; Appwrite: dev key. May be empty.
  std::string project;      ///< Appwrite's.
  bool cookies = true;      ///< Whether the backend's cookies may be sent and kept.
  bool ask_cookie = false;  ///< Strapi: ask for the httpOnly cookie by header (its CORS list must allow it).

  /// Reads `{"kind","url","apiKey"?,"project"?,"cookies"?,"askCookie"?,"allowHttp"?}`. `invalid_input` with the
  /// member as field; http:// is refused for all but the device itself unless `allowHttp` is true, because
  /// passwords are sent there.
  [[nodiscard]] static result<backend> parse(std::string_view json);
};

enum class action_kind : std::uint8_t {
  sign_up,
  sign_in,
  sign_in_anonymous,
  sign_in_id_token,
  upgrade_anonymous,
  send_otp,
  send_magic_link,
  verify,
  oauth_start,
  oauth_finish,
  refresh,
  sign_out,
  get_user,
  update_user,
  change_password,
  request_reset,
  reset_password,
  resend,
  reauthenticate,
  mfa_enroll,
  mfa_confirm,
  mfa_challenge,
  mfa_verify,
  mfa_remove,
  mfa_require,
  list_sessions,
  revoke_session,
  create_jwt,
  health,
};

inline constexpr std::size_t action_count = 29;

/// What a backend makes of an action.
enum class support : std::uint8_t {
  no,
  yes,
  partly,  ///< Depends on how the server is set up; the note says how.
};

struct capability {
  action_kind kind;
  std::string_view name;      ///< As in JSON.
  std::string_view members;   ///< What the action may carry, apart by blanks; `!` marks what it must.
  std::array<support, 3> by;  ///< In the order of `backend_kind`.
  std::string_view note;
};

/// Every action, in the order of the enumeration: the one table, which the docs print too.
[[nodiscard]] std::span<const capability, action_count> capabilities() noexcept;
/// The table as JSON: `[{"action","gotrue","strapi","appwrite","note"}…]`, each "yes", "no" or "partly".
[[nodiscard]] std::string capabilities_json();

/// What is to be done, with what it takes.
class action {
 public:
  action_kind kind = action_kind::health;

  /// Reads `{"type":"signIn","email":…}`. `invalid_input` with the member as field: for an action or a member
  /// that is not in the table, for a wrong type, and for what must be there and is not.
  [[nodiscard]] static result<action> parse(std::string_view json);

  /// A text, number or boolean as text; empty when it is absent.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  /// The value as JSON; empty when it is absent.
  [[nodiscard]] std::string_view json(std::string_view name) const noexcept;

 private:
  /// Overwritten when it goes: it may be a password.
  struct value {
    std::string name{};
    std::string text{};
    std::string json{};

    value() = default;
    value(const value&) = default;
    value(value&&) noexcept = default;
    value& operator=(const value&) = default;
    value& operator=(value&&) noexcept = default;
    ~value();
  };
  std::vector<value> values_;
};

enum class step : std::uint8_t {
  confirmation,  ///< A link or code was sent that makes the account, or a changed address, good.
  otp_sent,
  link_sent,
  reset_sent,
  nonce_sent,  ///< A code that a changed password needs (GoTrue's reauthentication).
  sign_in,     ///< The account is made; signing in is a request of its own.
  mfa_enroll,
  mfa_challenge,
  mfa_required,
};

/// What has to happen next, and what it needs.
struct pending {
  step what = step::confirmation;
  std::string user_id{};
  std::string factor_id{};
  std::string challenge_id{};
  std::string secret{};   ///< Of a TOTP enrolment.
  std::string uri{};      ///< otpauth://…
  std::string picture{};  ///< A data: URL of the same as a QR code, where the backend draws it.
  std::string phrase{};   ///< Appwrite's, to be compared with the one in the mail.
  std::uint64_t expires_at = 0;
  bool maybe_exists = false;  ///< GoTrue answers so for an address it knows; do not tell the person.
  std::optional<user> who{};
};

struct remote_session {
  std::string id;
  std::string device;
  std::string created;
  bool current = false;
};

/// What a response came to. Exactly one of these.
enum class outcome_kind : std::uint8_t { done, session, user, pending, sessions, jwt, health };

struct outcome {
  outcome_kind kind = outcome_kind::done;
  std::optional<auth::session> signed_in;
  std::optional<auth::user> who;
  std::optional<auth::pending> next;
  std::vector<remote_session> sessions;
  std::string text;                  ///< The JWT, or the version that answered.
  std::uint64_t expires_at = 0;      ///< Of the JWT.
  std::vector<std::string> reasons;  ///< A password that was accepted although it is weak: why.

  [[nodiscard]] std::string to_json() const;
};

/// `not_supported`, `session_missing` or `invalid_input` before anything is sent; then no request is made.
[[nodiscard]] result<http_request> make_request(const backend& to, const action& what, const tokens& proof);

/// What goes with a response.
struct reading {
  std::uint64_t now = 0;  ///< The device's clock, milliseconds since 1970.
  std::int64_t skew = 0;  ///< What the backend's clock is ahead, in milliseconds.
  tokens proof;           ///< What the request proved itself with.
};

/// Never a session unless everything about it holds together.
[[nodiscard]] std::expected<outcome, refusal> read_response(const backend& from, const action& what,
                                                            const http_response& response, const reading& with);

/// What the address bar says after a sign-in by redirect.
struct redirect {
  std::string code;          ///< GoTrue, PKCE.
  std::string user_id;       ///< Appwrite.
  std::string secret;        ///< Appwrite.
  std::string access_token;  ///< Strapi: the provider's.
  std::string flow;          ///< Ours; see flow.hpp.
  std::string token_hash;    ///< GoTrue mail templates of one's own.
  std::string type;
  std::optional<refusal> refused;
};

/// Reads query and fragment of `url`. Nothing when it is no return from a backend. Tokens in a fragment
/// (GoTrue's implicit flow) are no return: anybody can write a link with theirs.
[[nodiscard]] std::optional<redirect> read_redirect(std::string_view url);

[[nodiscard]] std::string to_json(const redirect& from);

}  // namespace kbve::auth
