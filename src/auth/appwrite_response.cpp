/// Appwrite: what its answers say.

#include <algorithm>
#include <array>
#include <utility>

#include "kbve/auth/appwrite.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

constexpr auto codes = std::to_array<std::pair<std::string_view, errc>>({
    {"general_access_forbidden", errc::not_supported},
    {"general_argument_invalid", errc::invalid_input},
    {"general_rate_limit_exceeded", errc::rate_limited},
    {"general_unauthorized_scope", errc::session_missing},
    {"user_already_exists", errc::user_exists},
    {"user_auth_method_unsupported", errc::provider_disabled},
    {"user_blocked", errc::user_blocked},
    {"user_challenge_required", errc::mfa_required},
    {"user_count_exceeded", errc::signup_disabled},
    {"user_email_already_exists", errc::user_exists},
    {"user_email_not_verified", errc::email_not_confirmed},
    {"user_invalid_credentials", errc::invalid_credentials},
    {"user_invalid_token", errc::otp_invalid},
    {"user_jwt_invalid", errc::session_expired},
    {"user_more_factors_required", errc::mfa_required},
    {"user_not_found", errc::user_not_found},
    {"user_password_mismatch", errc::invalid_credentials},
    {"user_password_personal_data", errc::weak_password},
    {"user_password_recently_used", errc::weak_password},
    {"user_phone_already_exists", errc::user_exists},
    {"user_phone_not_verified", errc::phone_not_confirmed},
    {"user_session_already_exists", errc::session_exists},
    {"user_session_not_found", errc::session_expired},
    {"user_unauthorized", errc::session_missing},
});

static_assert(std::ranges::is_sorted(codes, {}, &std::pair<std::string_view, errc>::first));

std::optional<user> user_from(const json_object& from) {
  user out;
  out.id = text_of(from, "$id", 256);
  if (out.id.empty()) return std::nullopt;
  out.email = text_of(from, "email");
  out.phone = text_of(from, "phone");
  out.name = text_of(from, "name");
  out.email_confirmed = flag_of(from, "emailVerification");
  out.phone_confirmed = flag_of(from, "phoneVerification");
  out.anonymous = out.email.empty() && out.phone.empty();
  out.raw = raw_of(from, max_raw_user);
  return out;
}

answered<outcome> read_session(const backend& from, const json_object& body, const http_response& response,
                               const tokens& before, const reading& with) {
  session out;
  out.proof.session_id = text_of(body, "$id", 256);
  out.proof.user_id = text_of(body, "userId", 256);
  out.expires_at = parse_time(text_of(body, "expire", 64));
  if (out.proof.session_id.empty() || out.proof.user_id.empty() || out.expires_at == 0) {
    return bad_response(response);
  }
  if (!before.user_id.empty() && before.user_id != out.proof.user_id) {
    return std::unexpected(refused_by(errc::identity_mismatch, response, "", "", with));
  }
  const std::string_view header = response.header("x-fallback-cookies");
  if (auto fallback = fallback_session(header, from.project)) {
    out.proof.secret = *std::move(fallback);
  } else {
    out.proof.secret = before.secret;
  }
  // Neither a cookie nor what stands for it: this session could never be shown to the server again.
  if (out.proof.secret.empty() && !from.cookies) return bad_response(response);
  out.issued_at = parse_time(text_of(body, before.user_id.empty() ? "$createdAt" : "$updatedAt", 64));
  out.can_refresh = true;
  const std::string_view factors = body.find("factors");
  const auto shown = detail::string_list(factors, false);
  out.level = shown && shown->size() > 1 ? 2 : 1;
  out.provider_token = proof_of(body, "providerAccessToken");
  out.provider_refresh_token = proof_of(body, "providerRefreshToken");
  return as_outcome(std::move(out));
}

pending from_token(const json_object& body, step what) {
  pending out;
  out.what = what;
  out.user_id = text_of(body, "userId", 256);
  out.phrase = text_of(body, "phrase", 256);
  out.expires_at = parse_time(text_of(body, "expire", 64));
  return out;
}

answered<outcome> read_user(const json_object& body, const http_response& response, const reading& with) {
  auto who = user_from(body);
  if (!who || (!with.proof.user_id.empty() && who->id != with.proof.user_id)) return bad_response(response);
  return as_outcome(*std::move(who));
}

answered<outcome> read_sessions(const json_object& body, const http_response& response) {
  const std::string_view text = body.find("sessions");
  const auto list = detail::parse_json(text, text.size());
  if (!list || list->kind != detail::json_kind::array) return bad_response(response);
  outcome out;
  out.kind = outcome_kind::sessions;
  for (const detail::json& entry : list->children) {
    const auto id = detail::text_member(entry, "$id", 256);
    if (!id || out.sessions.size() == max_listed) continue;
    const detail::json* const current = detail::member(entry, "current");
    std::string device(detail::text_member(entry, "clientName", 128).value_or(""));
    if (const auto system = detail::text_member(entry, "osName", 128); system && !system->empty()) {
      device.append(device.empty() ? "" : ", ").append(*system);
    }
    out.sessions.push_back({.id = std::string(*id),
                            .device = std::move(device),
                            .created = std::string(detail::text_member(entry, "$createdAt", 64).value_or("")),
                            .current = current != nullptr && current->flag});
  }
  return out;
}

answered<outcome> read_jwt(const json_object& body, const http_response& response, const reading& with) {
  outcome out;
  out.kind = outcome_kind::jwt;
  out.text = text_of(body, "jwt", max_token);
  const auto claims = read_token(out.text);
  if (!claims || claims->expires_at == 0) return bad_response(response);
  if (!with.proof.user_id.empty() && claims->subject != with.proof.user_id) return bad_response(response);
  out.expires_at = claims->expires_at;
  return out;
}

answered<outcome> read_success(const backend& from, const action& what, const http_response& response,
                               const reading& with) {
  if (what.kind == action_kind::sign_out || what.kind == action_kind::revoke_session ||
      what.kind == action_kind::mfa_remove) {
    return done();
  }
  const auto read = body_of(response);
  if (!read) return std::unexpected(read.error());
  const json_object& body = *read;
  switch (what.kind) {
    case action_kind::sign_up: {
      auto who = user_from(body);
      if (!who) return bad_response(response);
      pending next{.what = step::sign_in, .user_id = who->id};
      next.who = std::move(who);
      return as_outcome(std::move(next));
    }
    case action_kind::verify:
      // Of an address or a number: a token that was used. Of a sign-in: the session.
      if (what.get("kind") == "email" || what.get("kind") == "phone") return done();
      return read_session(from, body, response, {}, with);
    case action_kind::sign_in:
    case action_kind::sign_in_anonymous:
    case action_kind::oauth_finish: return read_session(from, body, response, {}, with);
    case action_kind::refresh:
    case action_kind::mfa_verify: return read_session(from, body, response, with.proof, with);
    case action_kind::get_user:
    case action_kind::update_user:
    case action_kind::upgrade_anonymous:
    case action_kind::change_password:
    case action_kind::mfa_confirm:
    case action_kind::mfa_require: return read_user(body, response, with);
    case action_kind::send_otp: return as_outcome(from_token(body, step::otp_sent));
    case action_kind::send_magic_link: return as_outcome(from_token(body, step::link_sent));
    case action_kind::request_reset: return as_outcome(from_token(body, step::reset_sent));
    case action_kind::resend: return as_outcome(from_token(body, step::confirmation));
    case action_kind::reset_password: return done();
    case action_kind::mfa_enroll: {
      pending next{.what = step::mfa_enroll};
      next.secret = text_of(body, "secret");
      next.uri = text_of(body, "uri", 4'096);
      if (!next.uri.starts_with("otpauth://")) return bad_response(response);
      return as_outcome(std::move(next));
    }
    case action_kind::mfa_challenge: {
      pending next = from_token(body, step::mfa_challenge);
      next.challenge_id = text_of(body, "$id", 256);
      if (next.challenge_id.empty()) return bad_response(response);
      return as_outcome(std::move(next));
    }
    case action_kind::list_sessions: return read_sessions(body, response);
    case action_kind::create_jwt: return read_jwt(body, response, with);
    default: return bad_response(response);
  }
}

refusal read_refusal(const action& what, const http_response& response, const reading& with) {
  const auto body = response.body.size() <= max_body_size ? json_object::read(response.body) : std::nullopt;
  if (!body) return refused_by(code_by_status(response.status), response, "", "", with);
  const std::string type = text_of(*body, "type", 128);
  errc code = appwrite_code(type);
  if (code == errc::bad_response) code = code_by_status(response.status);
  // The same type for a wrong code of a second factor and of a mail.
  if (type == "user_invalid_token" &&
      (what.kind == action_kind::mfa_verify || what.kind == action_kind::mfa_confirm)) {
    code = errc::mfa_invalid;
  }
  return refused_by(code, response, type, text_of(*body, "message", max_token), with);
}

}  // namespace

errc appwrite_code(std::string_view type) noexcept {
  const auto found = std::ranges::lower_bound(codes, type, {}, &std::pair<std::string_view, errc>::first);
  return found != codes.end() && found->first == type ? found->second : errc::bad_response;
}

std::optional<std::string> fallback_session(std::string_view header, std::string_view project) {
  if (header.size() > max_token) return std::nullopt;
  const auto read = json_object::read(header);
  if (!read) return std::nullopt;
  const std::string name = std::string("a_session_").append(project);
  json_writer out;
  out.open_object();
  bool found = false;
  for (const std::string& cookie : {name, name + "_legacy"}) {
    const std::string value = proof_of(*read, cookie);
    if (value.empty()) continue;
    out.member(cookie, value);
    found = true;
  }
  std::string text = out.close_object().take();
  if (!found || !is_header_safe(text)) return std::nullopt;
  return text;
}

answered<outcome> appwrite_response(const backend& from, const action& what, const http_response& response,
                                    const reading& with) {
  if (is_success(response)) return read_success(from, what, response, with);
  refusal no = read_refusal(what, response, with);
  const bool gone = no.why.code == errc::session_missing || no.why.code == errc::session_expired;
  if (what.kind == action_kind::sign_out && gone) return done();
  return std::unexpected(std::move(no));
}

}  // namespace kbve::auth
