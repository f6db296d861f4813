/// GoTrue's error codes, as this library names them.

#include <algorithm>
#include <array>
#include <utility>

#include "kbve/auth/gotrue.hpp"

namespace kbve::auth {
namespace {

constexpr auto codes = std::to_array<std::pair<std::string_view, errc>>({
    {"anonymous_provider_disabled", errc::provider_disabled},
    {"bad_code_verifier", errc::pkce_mismatch},
    {"bad_json", errc::invalid_input},
    {"bad_jwt", errc::session_expired},
    {"bad_oauth_callback", errc::pkce_mismatch},
    {"bad_oauth_state", errc::pkce_mismatch},
    {"captcha_failed", errc::captcha_required},
    {"conflict", errc::server_error},
    {"current_password_invalid", errc::invalid_credentials},
    {"current_password_mismatch", errc::invalid_credentials},
    {"current_password_required", errc::reauthentication_required},
    {"email_address_invalid", errc::invalid_input},
    {"email_address_not_authorized", errc::invalid_input},
    {"email_conflict_identity_not_deletable", errc::user_exists},
    {"email_exists", errc::user_exists},
    {"email_not_confirmed", errc::email_not_confirmed},
    {"email_provider_disabled", errc::provider_disabled},
    {"flow_state_expired", errc::pkce_mismatch},
    {"flow_state_not_found", errc::pkce_mismatch},
    {"hook_timeout", errc::server_error},
    {"hook_timeout_after_retry", errc::server_error},
    {"identity_already_exists", errc::user_exists},
    {"insufficient_aal", errc::mfa_required},
    {"invalid_credentials", errc::invalid_credentials},
    {"manual_linking_disabled", errc::provider_disabled},
    {"mfa_challenge_expired", errc::mfa_invalid},
    {"mfa_factor_name_conflict", errc::invalid_input},
    {"mfa_factor_not_found", errc::mfa_invalid},
    {"mfa_ip_address_mismatch", errc::mfa_invalid},
    {"mfa_totp_enroll_not_enabled", errc::provider_disabled},
    {"mfa_totp_verify_not_enabled", errc::provider_disabled},
    {"mfa_verification_failed", errc::mfa_invalid},
    {"mfa_verification_rejected", errc::mfa_invalid},
    {"no_authorization", errc::session_missing},
    {"oauth_provider_not_supported", errc::provider_disabled},
    {"otp_disabled", errc::provider_disabled},
    {"otp_expired", errc::otp_invalid},
    {"over_email_send_rate_limit", errc::rate_limited},
    {"over_request_rate_limit", errc::rate_limited},
    {"over_sms_send_rate_limit", errc::rate_limited},
    {"phone_exists", errc::user_exists},
    {"phone_not_confirmed", errc::phone_not_confirmed},
    {"phone_provider_disabled", errc::provider_disabled},
    {"provider_disabled", errc::provider_disabled},
    {"provider_email_needs_verification", errc::email_not_confirmed},
    {"reauthentication_needed", errc::reauthentication_required},
    {"reauthentication_not_valid", errc::otp_invalid},
    {"refresh_token_already_used", errc::session_expired},
    {"refresh_token_not_found", errc::session_expired},
    {"request_timeout", errc::server_error},
    {"same_password", errc::weak_password},
    {"session_expired", errc::session_expired},
    {"session_not_found", errc::session_expired},
    {"signup_disabled", errc::signup_disabled},
    {"too_many_enrolled_mfa_factors", errc::invalid_input},
    {"unexpected_failure", errc::server_error},
    {"user_already_exists", errc::user_exists},
    {"user_banned", errc::user_blocked},
    {"user_not_found", errc::user_not_found},
    {"validation_failed", errc::invalid_input},
    {"weak_password", errc::weak_password},
});

static_assert(std::ranges::is_sorted(codes, {}, &std::pair<std::string_view, errc>::first));

}  // namespace

errc gotrue_code(std::string_view code) noexcept {
  const auto found = std::ranges::lower_bound(codes, code, {}, &std::pair<std::string_view, errc>::first);
  return found != codes.end() && found->first == code ? found->second : errc::bad_response;
}

}  // namespace kbve::auth
