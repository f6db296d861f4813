#pragma once

/// The only error path of the core: every operation that can fail returns `result<T>`.
///
/// Nothing in this library throws, and a caller never calls `.value()`: in a build without exceptions it
/// would end the program. Test the result, then dereference it or read `.error()`.

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace kbve {

/// Everything that can go wrong, under one stable name each. The names are public: TypeScript's union of
/// error codes is generated from this list. Append, never rename or reorder.
enum class errc : std::uint8_t {
  // The locker: its secret, its state and what is stored.
  locked,               ///< The operation needs an unlocked locker.
  absent,               ///< There is no locker, or no such thing in it.
  exists,               ///< There is one already; it is never overwritten.
  wrong_secret,         ///< The secret opens no slot.
  too_many_attempts,    ///< Try again at `error::retry_at`.
  tampered,             ///< Sealed bytes do not open, or are not where they belong.
  rolled_back,          ///< An older copy of the whole database was put back.
  read_only,            ///< The locker is open for reading only.
  unsupported_format,   ///< Written by a version this one does not know; nothing was touched.
  kdf_out_of_range,     ///< Key derivation costs outside the limits; no memory was taken.
  no_portable_slot,     ///< A backup would contain no slot that opens elsewhere.
  last_slot,            ///< The last slot cannot be removed.
  invalid_field,        ///< A value breaks the rules of `error::field`.
  too_large,            ///< A value, key or input is over its limit.
  conflict,             ///< Somebody else changed it first.
  not_serializable,     ///< The value has no JSON form.
  storage_unavailable,  ///< The environment offers no storage.
  storage_full,         ///< The quota is reached.
  storage_closed,       ///< The storage was closed and could not be reopened.
  evicted,              ///< The browser removed the locker's data.
  out_of_memory,        ///< Memory for the work could not be had.
  unsupported,          ///< The environment lacks what this needs.
  aborted,              ///< The caller gave up.
  cookie_too_large,     ///< The sealed cookies are over their limit; none was written.
  cookie_invalid,       ///< A cookie is not one of ours, or does not open.

  // JOSE: tokens signed (JWT, RFC 7519) and sealed (JWE, RFC 7516).
  jwt_malformed,          ///< It is no token: its form, its JSON or its base64url is not what the RFC asks for.
  jwt_alg_not_allowed,    ///< Its algorithm is not among those that were named.
  jwt_key_not_found,      ///< There is no key for it.
  jwt_key_unfit,          ///< The key must not be used, or not for this algorithm.
  jwt_signature_invalid,  ///< The signature does not hold.
  jwt_crit_unsupported,   ///< Its header demands an extension that is not understood.
  jwt_expired,            ///< Its time is over: `exp`, or its age.
  jwt_not_yet_valid,      ///< Its time has not come: `nbf` is in the future.
  jwt_claim_invalid,      ///< A claim, `error::field`, is not what was asked for.
  jwe_malformed,          ///< It is no sealed token of the kind that is opened here.
  jwe_open_failed,        ///< It does not open with this key, or was changed.

  // Accounts: what Supabase Auth, Strapi and Appwrite answer, under one set of names.
  invalid_credentials,        ///< The name or the password is wrong; which of them is not told.
  email_not_confirmed,        ///< The address must be confirmed first.
  phone_not_confirmed,        ///< The number must be confirmed first.
  user_exists,                ///< There is an account of this name, address or number already.
  user_not_found,             ///< There is no such account.
  user_blocked,               ///< The account was blocked.
  weak_password,              ///< The password breaks a rule of the backend.
  signup_disabled,            ///< New accounts are not taken.
  provider_disabled,          ///< This way of signing in is switched off.
  otp_invalid,                ///< A code or link is wrong, used or too old.
  captcha_required,           ///< The backend asks for a captcha.
  mfa_required,               ///< A second factor must be shown first.
  mfa_invalid,                ///< The second factor was not accepted.
  reauthentication_required,  ///< The person must prove again who they are.
  session_expired,            ///< The session has ended; sign in again.
  session_missing,            ///< The operation needs a session.
  session_exists,             ///< The backend refuses a second session.
  rate_limited,               ///< Try again at `error::retry_at`.
  pkce_mismatch,              ///< A sign-in comes back that was not begun here.
  identity_mismatch,          ///< The session is of another person than the locker.
  invalid_input,              ///< The backend, or the action, does not take `error::field`.
  not_supported,              ///< The backend cannot do this.
  network,                    ///< No answer came.
  server_error,               ///< The backend failed.
  bad_response,               ///< What came is no answer of this backend.
};

/// Every code, in the order of the enumeration.
inline constexpr std::array all_errors{
    errc::locked,
    errc::absent,
    errc::exists,
    errc::wrong_secret,
    errc::too_many_attempts,
    errc::tampered,
    errc::rolled_back,
    errc::read_only,
    errc::unsupported_format,
    errc::kdf_out_of_range,
    errc::no_portable_slot,
    errc::last_slot,
    errc::invalid_field,
    errc::too_large,
    errc::conflict,
    errc::not_serializable,
    errc::storage_unavailable,
    errc::storage_full,
    errc::storage_closed,
    errc::evicted,
    errc::out_of_memory,
    errc::unsupported,
    errc::aborted,
    errc::cookie_too_large,
    errc::cookie_invalid,
    errc::jwt_malformed,
    errc::jwt_alg_not_allowed,
    errc::jwt_key_not_found,
    errc::jwt_key_unfit,
    errc::jwt_signature_invalid,
    errc::jwt_crit_unsupported,
    errc::jwt_expired,
    errc::jwt_not_yet_valid,
    errc::jwt_claim_invalid,
    errc::jwe_malformed,
    errc::jwe_open_failed,
    errc::invalid_credentials,
    errc::email_not_confirmed,
    errc::phone_not_confirmed,
    errc::user_exists,
    errc::user_not_found,
    errc::user_blocked,
    errc::weak_password,
    errc::signup_disabled,
    errc::provider_disabled,
    errc::otp_invalid,
    errc::captcha_required,
    errc::mfa_required,
    errc::mfa_invalid,
    errc::reauthentication_required,
    errc::session_expired,
    errc::session_missing,
    errc::session_exists,
    errc::rate_limited,
    errc::pkce_mismatch,
    errc::identity_mismatch,
    errc::invalid_input,
    errc::not_supported,
    errc::network,
    errc::server_error,
    errc::bad_response,
};

/// Whether it is one of the codes of accounts, which nothing but the auth room answers.
[[nodiscard]] constexpr bool is_account_error(errc code) noexcept {
  return code >= errc::invalid_credentials && code <= errc::bad_response;
}

/// The code as a text equal to its enumerator. The text is static and ends with a NUL.
[[nodiscard]] std::string_view name(errc code) noexcept;
/// The same without the codes of accounts, which have no name here: what every visitor downloads is without them.
[[nodiscard]] std::string_view name_without_accounts(errc code) noexcept;

/// What went wrong. `message` is one English sentence that also says a way out; it never contains a secret
/// or a stored value.
struct error {
  errc code{};
  std::string message;
  std::string field;           ///< The field or record it is about, or empty.
  std::uint64_t retry_at = 0;  ///< Milliseconds since 1970: not before then. 0 means it does not apply.

  // Not inline, so that the hundreds of functions that may fail do not each carry the code for two strings.
  error() noexcept;
  error(errc of, std::string_view says, std::string_view about = {});
  error(const error& other);
  error(error&& other) noexcept;
  error& operator=(const error& other);
  error& operator=(error&& other) noexcept;
  ~error();

  friend bool operator==(const error&, const error&) = default;
};

template <class T>
using result = std::expected<T, error>;

/// Builds the failure to return from a function whose type is `result<T>`, for any T.
[[nodiscard]] std::unexpected<error> fail(errc code, std::string_view message, std::string_view field = {});

}  // namespace kbve
