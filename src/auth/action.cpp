/// The table of what each backend can, and actions read by it.

#include <algorithm>
#include <utility>

#include "kbve/auth/backend.hpp"
#include "kbve/core/secret.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

using enum support;

constexpr std::size_t max_action_size = 262'144;
constexpr std::size_t max_data_size = 65'536;

constexpr std::array<capability, action_count> table{{
    {action_kind::sign_up,
     "signUp",
     "email phone username password! name data captchaToken redirectTo codeChallenge channel userId",
     {yes, yes, yes},
     "Strapi wants username and email; Appwrite makes the account and no session."},
    {action_kind::sign_in,
     "signIn",
     "email phone username password! captchaToken",
     {yes, yes, yes},
     "Strapi takes username or email, Appwrite email alone."},
    {action_kind::sign_in_anonymous,
     "signInAnonymous",
     "data captchaToken",
     {partly, no, yes},
     "GoTrue: if anonymous users are switched on."},
    {action_kind::sign_in_id_token,
     "signInIdToken",
     "provider! idToken! accessToken nonce captchaToken",
     {yes, no, no},
     "Appwrite has it from a version on that is not released everywhere."},
    {action_kind::upgrade_anonymous, "upgradeAnonymous", "email! password! redirectTo", {yes, no, yes}, ""},
    {action_kind::send_otp,
     "sendOtp",
     "email phone data createUser captchaToken channel userId codeChallenge redirectTo",
     {yes, no, yes},
     ""},
    {action_kind::send_magic_link,
     "sendMagicLink",
     "email! redirectTo data createUser captchaToken userId codeChallenge",
     {yes, no, yes},
     "GoTrue: one request for link and code; the mail template decides."},
    {action_kind::verify,
     "verify",
     "kind! email phone token tokenHash userId secret captchaToken",
     {yes, partly, yes},
     "Strapi: kind email with a token alone."},
    {action_kind::oauth_start,
     "oauthStart",
     "provider! redirectTo failureTo scopes codeChallenge",
     {yes, yes, yes},
     "GoTrue: PKCE S256 always."},
    {action_kind::oauth_finish,
     "oauthFinish",
     "code codeVerifier provider accessToken userId secret",
     {yes, yes, yes},
     "GoTrue: code and codeVerifier; Strapi: provider and accessToken; Appwrite: userId and secret."},
    {action_kind::refresh,
     "refresh",
     "",
     {yes, partly, partly},
     "Strapi: not in its legacy mode. Appwrite has no rotating token: the session is made longer."},
    {action_kind::sign_out,
     "signOut",
     "scope",
     {yes, partly, yes},
     "scope is local (as nobody says), global or others (GoTrue). Strapi: not in its legacy mode."},
    {action_kind::get_user, "getUser", "", {yes, yes, yes}, ""},
    {action_kind::update_user,
     "updateUser",
     "email phone username name data password redirectTo channel",
     {yes, partly, yes},
     "Strapi: if the role may. Appwrite: one change at a time, email and phone with the password."},
    {action_kind::change_password, "changePassword", "password! currentPassword nonce", {yes, yes, yes}, ""},
    {action_kind::request_reset,
     "requestReset",
     "email! redirectTo captchaToken codeChallenge",
     {yes, yes, yes},
     "No backend but Appwrite tells whether there is such an account."},
    {action_kind::reset_password,
     "resetPassword",
     "password! code userId secret",
     {yes, yes, yes},
     "GoTrue: verify the link first, its session allows it; Strapi: code; Appwrite: userId and secret."},
    {action_kind::resend,
     "resend",
     "kind! email phone redirectTo captchaToken codeChallenge",
     {yes, partly, partly},
     "Strapi: kind signup. Appwrite: kind signup or sms, when signed in."},
    {action_kind::reauthenticate, "reauthenticate", "", {yes, no, no}, "GoTrue sends a code for changePassword."},
    {action_kind::mfa_enroll, "mfaEnroll", "friendlyName issuer", {yes, no, yes}, "TOTP."},
    {action_kind::mfa_confirm,
     "mfaConfirm",
     "code! factorId challengeId",
     {yes, no, yes},
     "The first code of a new factor. GoTrue: like mfaVerify, after mfaChallenge."},
    {action_kind::mfa_challenge,
     "mfaChallenge",
     "factorId factor",
     {yes, no, yes},
     "GoTrue: factorId; Appwrite: factor, such as totp or recoverycode."},
    {action_kind::mfa_verify, "mfaVerify", "code! challengeId! factorId", {yes, no, yes}, ""},
    {action_kind::mfa_remove, "mfaRemove", "factorId", {yes, no, yes}, ""},
    {action_kind::mfa_require,
     "mfaRequire",
     "required!",
     {no, no, yes},
     "GoTrue: a verified factor is asked for by itself."},
    {action_kind::list_sessions, "listSessions", "", {no, partly, yes}, "Strapi: not in its legacy mode."},
    {action_kind::revoke_session,
     "revokeSession",
     "sessionId!",
     {no, partly, yes},
     "Strapi: not in its legacy mode."},
    {action_kind::create_jwt, "createJwt", "duration", {no, no, yes}, "Of 900 seconds, if nobody says."},
    {action_kind::health, "health", "", {yes, yes, yes}, ""},
}};

static_assert(std::ranges::all_of(table, [](const capability& row) {
  return static_cast<std::size_t>(row.kind) == static_cast<std::size_t>(&row - table.data());
}));

constexpr std::array<std::string_view, 3> support_names{"no", "yes", "partly"};

/// The next word of a list; `must` when it ends with an exclamation mark.
struct word {
  std::string_view text;
  bool must = false;
};
word next_word(std::string_view& list) noexcept {
  const std::size_t size = std::min(list.find(' '), list.size());
  word out{.text = list.substr(0, size)};
  list.remove_prefix(std::min(size + 1, list.size()));
  if (out.text.ends_with('!')) {
    out.text.remove_suffix(1);
    out.must = true;
  }
  return out;
}

bool may_carry(const capability& row, std::string_view name) noexcept {
  for (std::string_view list = row.members; !list.empty();) {
    if (next_word(list).text == name) return true;
  }
  return false;
}

std::unexpected<error> bad(std::string_view message, std::string_view field) {
  return fail(errc::invalid_input, message, field);
}

}  // namespace

std::span<const capability, action_count> capabilities() noexcept {
  return table;
}

std::string capabilities_json() {
  json_writer out;
  out.open_array();
  for (const capability& row : table) {
    out.open_object().member("action", row.name);
    constexpr std::array<std::string_view, 3> backends{"gotrue", "strapi", "appwrite"};
    for (std::size_t i = 0; i < backends.size(); ++i) {
      out.member(backends.at(i), support_names.at(static_cast<std::size_t>(row.by.at(i))));
    }
    out.some("note", row.note).close_object();
  }
  return out.close_array().take();
}

result<action> action::parse(std::string_view text) {
  const auto read = text.size() <= max_action_size ? json_object::read(text) : std::nullopt;
  if (!read) return bad("An action is a JSON object with a type; look at the table of actions.", "type");
  const std::string type = text_of(*read, "type", 64);
  const auto row = std::ranges::find(table, type, &capability::name);
  if (row == table.end()) return bad("There is no action of this type; look at the table of actions.", "type");
  action out;
  out.kind = row->kind;
  // Growing would leave copies behind.
  out.values_.reserve(read->members().size());
  for (const detail::json_member& member : read->members()) {
    if (member.name == "type") continue;
    if (!may_carry(*row, member.name)) {
      return bad("The action does not take this; look at the table of actions.", member.name);
    }
    const std::string_view json = member.value;
    auto decoded = detail::string_value(json);
    bool well = false;
    if (member.name == "data") {
      well = json.starts_with('{') && json.size() <= max_data_size;
    } else if (member.name == "createUser" || member.name == "required") {
      well = json == "true" || json == "false";
    } else if (member.name == "duration") {
      well = json.size() <= 4 && json.find_first_not_of("0123456789") == std::string_view::npos;
    } else {
      well = decoded && decoded->size() <= max_token;
    }
    if (!well) return bad("This is of another type, or longer, than the action takes.", member.name);
    value& made = out.values_.emplace_back();
    made.name = member.name;
    made.text = decoded ? std::string_view(*decoded) : json;
    made.json = json;
    if (decoded) wipe(*decoded);
  }
  for (std::string_view list = row->members; !list.empty();) {
    const word wanted = next_word(list);
    if (wanted.must && out.get(wanted.text).empty()) {
      return bad("The action needs this, and it is absent or empty.", wanted.text);
    }
  }
  return out;
}

action::value::~value() {
  wipe(text);
  wipe(json);
}

std::string_view action::get(std::string_view name) const noexcept {
  const auto found = std::ranges::find(values_, name, &value::name);
  return found == values_.end() ? std::string_view() : std::string_view(found->text);
}

std::string_view action::json(std::string_view name) const noexcept {
  const auto found = std::ranges::find(values_, name, &value::name);
  return found == values_.end() ? std::string_view() : std::string_view(found->json);
}

}  // namespace kbve::auth
