#include "kbve/core/result.hpp"

#include <utility>

namespace kbve {

std::string_view name_without_accounts(errc code) noexcept {
  switch (code) {
    case errc::locked: return "locked";
    case errc::absent: return "absent";
    case errc::exists: return "exists";
    case errc::wrong_secret: return "wrong_secret";
    case errc::too_many_attempts: return "too_many_attempts";
    case errc::tampered: return "tampered";
    case errc::rolled_back: return "rolled_back";
    case errc::read_only: return "read_only";
    case errc::unsupported_format: return "unsupported_format";
    case errc::kdf_out_of_range: return "kdf_out_of_range";
    case errc::no_portable_slot: return "no_portable_slot";
    case errc::last_slot: return "last_slot";
    case errc::invalid_field: return "invalid_field";
    case errc::too_large: return "too_large";
    case errc::conflict: return "conflict";
    case errc::not_serializable: return "not_serializable";
    case errc::storage_unavailable: return "storage_unavailable";
    case errc::storage_full: return "storage_full";
    case errc::storage_closed: return "storage_closed";
    case errc::evicted: return "evicted";
    case errc::out_of_memory: return "out_of_memory";
    case errc::unsupported: return "unsupported";
    case errc::aborted: return "aborted";
    case errc::cookie_too_large: return "cookie_too_large";
    case errc::cookie_invalid: return "cookie_invalid";
    case errc::jwt_malformed: return "jwt_malformed";
    case errc::jwt_alg_not_allowed: return "jwt_alg_not_allowed";
    case errc::jwt_key_not_found: return "jwt_key_not_found";
    case errc::jwt_key_unfit: return "jwt_key_unfit";
    case errc::jwt_signature_invalid: return "jwt_signature_invalid";
    case errc::jwt_crit_unsupported: return "jwt_crit_unsupported";
    case errc::jwt_expired: return "jwt_expired";
    case errc::jwt_not_yet_valid: return "jwt_not_yet_valid";
    case errc::jwt_claim_invalid: return "jwt_claim_invalid";
    case errc::jwe_malformed: return "jwe_malformed";
    case errc::jwe_open_failed: return "jwe_open_failed";
    default: return {};
  }
}

std::string_view name(errc code) noexcept {
  switch (code) {
    case errc::invalid_credentials: return "invalid_credentials";
    case errc::email_not_confirmed: return "email_not_confirmed";
    case errc::phone_not_confirmed: return "phone_not_confirmed";
    case errc::user_exists: return "user_exists";
    case errc::user_not_found: return "user_not_found";
    case errc::user_blocked: return "user_blocked";
    case errc::weak_password: return "weak_password";
    case errc::signup_disabled: return "signup_disabled";
    case errc::provider_disabled: return "provider_disabled";
    case errc::otp_invalid: return "otp_invalid";
    case errc::captcha_required: return "captcha_required";
    case errc::mfa_required: return "mfa_required";
    case errc::mfa_invalid: return "mfa_invalid";
    case errc::reauthentication_required: return "reauthentication_required";
    case errc::session_expired: return "session_expired";
    case errc::session_missing: return "session_missing";
    case errc::session_exists: return "session_exists";
    case errc::rate_limited: return "rate_limited";
    case errc::pkce_mismatch: return "pkce_mismatch";
    case errc::identity_mismatch: return "identity_mismatch";
    case errc::invalid_input: return "invalid_input";
    case errc::not_supported: return "not_supported";
    case errc::network: return "network";
    case errc::server_error: return "server_error";
    case errc::bad_response: return "bad_response";
    default: return name_without_accounts(code);
  }
}

[[gnu::noinline]] error::error() noexcept = default;
[[gnu::noinline]] error::error(errc of, std::string_view says, std::string_view about)
    : code(of), message(says), field(about) {}
[[gnu::noinline]] error::error(const error& other) = default;
[[gnu::noinline]] error::error(error&& other) noexcept = default;
[[gnu::noinline]] error& error::operator=(const error& other) = default;
[[gnu::noinline]] error& error::operator=(error&& other) noexcept = default;
[[gnu::noinline]] error::~error() = default;

// Not inline: there are hundreds of calls, and each would build two strings in place.
[[gnu::noinline, gnu::cold]] std::unexpected<error> fail(errc code, std::string_view message,
                                                         std::string_view field) {
  return std::unexpected<error>(std::in_place, code, message, field);
}

}  // namespace kbve
