/// Strapi 5, users-permissions: what its answers say, and which of its three modes they show.

#include <array>
#include <utility>

#include "kbve/auth/strapi.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

struct phrase {
  std::string_view text;
  errc code;
};

/// Pieces of Strapi's sentences; the first that is found decides.
constexpr auto phrases = std::to_array<phrase>({
    {"Invalid identifier or password", errc::invalid_credentials},
    {"current password is invalid", errc::invalid_credentials},
    {"email is not confirmed", errc::email_not_confirmed},
    {"blocked by an administrator", errc::user_blocked},
    {"already taken", errc::user_exists},
    {"Register action is currently disabled", errc::signup_disabled},
    {"provider is disabled", errc::provider_disabled},
    {"completed provider session", errc::pkce_mismatch},
    {"Invalid refresh token", errc::session_expired},
    {"Missing refresh token", errc::session_missing},
    {"Incorrect code provided", errc::otp_invalid},
    {"Invalid token", errc::otp_invalid},
    {"different than your current password", errc::weak_password},
    {"password must be at least", errc::weak_password},
    {"Password validation failed", errc::weak_password},
});

std::optional<user> user_from(const json_object& from) {
  user out;
  out.id = id_of(from, "id");
  if (out.id.empty()) return std::nullopt;
  out.email = text_of(from, "email");
  out.username = text_of(from, "username");
  out.phone = text_of(from, "phone");
  out.email_confirmed = flag_of(from, "confirmed");
  out.raw = raw_of(from, max_raw_user);
  return out;
}

/// The mode, as an answer with a token shows it. Registering shows a refresh token even where a cookie will hold
/// the next one; the first refresh then tells.
strapi_mode mode_of(const token_claims& claims, bool has_refresh) noexcept {
  if (has_refresh) return strapi_mode::body;
  if (claims.type == "access") return strapi_mode::cookie;
  return claims.legacy ? strapi_mode::legacy : strapi_mode::cookie;
}

answered<outcome> read_session(const json_object& body, const http_response& response, const tokens& before,
                               const reading& with) {
  session out;
  out.proof.access = text_of(body, "jwt", max_token);
  out.proof.refresh = proof_of(body, "refreshToken");
  auto claims = read_token(out.proof.access);
  // A refresh token is signed with the same secret and has the same form; it is no access token.
  if (!claims || claims->subject.empty() || claims->expires_at == 0) return bad_response(response);
  if (!claims->type.empty() && claims->type != "access") return bad_response(response);
  if (const auto who = object_of(body, "user")) {
    out.who = user_from(*who);
    if (!out.who || out.who->id != claims->subject) return bad_response(response);
  }
  out.proof.mode = mode_of(*claims, !out.proof.refresh.empty());
  out.proof.user_id = claims->subject;
  out.proof.session_id = claims->session_id;
  out.issued_at = claims->issued_at;
  out.expires_at = claims->expires_at;
  out.claims = std::move(claims->json);
  out.can_refresh = out.proof.mode != strapi_mode::legacy;
  if (!before.user_id.empty() && before.user_id != out.proof.user_id) {
    return std::unexpected(refused_by(errc::identity_mismatch, response, "", "", with));
  }
  return as_outcome(std::move(out));
}

/// Registering with confirmation by mail switched on: a person and no token.
answered<outcome> read_sign_up(const json_object& body, const http_response& response, const reading& with) {
  if (!body.find("jwt").empty()) return read_session(body, response, {}, with);
  const auto object = object_of(body, "user");
  auto who = object ? user_from(*object) : std::nullopt;
  if (!who) return bad_response(response);
  pending next;
  next.user_id = who->id;
  next.who = std::move(who);
  return as_outcome(std::move(next));
}

answered<outcome> read_sessions(const json_object& body, const http_response& response) {
  const std::string_view text = body.find("data");
  const auto list = detail::parse_json(text, text.size());
  if (!list || list->kind != detail::json_kind::array) return bad_response(response);
  outcome out;
  out.kind = outcome_kind::sessions;
  for (const detail::json& entry : list->children) {
    const auto id = detail::text_member(entry, "id", 256);
    if (!id || out.sessions.size() == max_listed) continue;
    // What the server made of the browser's own words; else the id that the application has given.
    auto device = detail::text_member(entry, "deviceName", 256);
    if (!device || device->empty()) device = detail::text_member(entry, "deviceId", 256);
    const detail::json* const current = detail::member(entry, "current");
    out.sessions.push_back({.id = std::string(*id),
                            .device = std::string(device.value_or("")),
                            .created = std::string(detail::text_member(entry, "loginAt", 64).value_or("")),
                            .current = current != nullptr && current->flag});
  }
  return out;
}

refusal read_refusal(const http_response& response, const reading& with) {
  const auto body = response.body.size() <= max_body_size ? json_object::read(response.body) : std::nullopt;
  const auto said = body ? object_of(*body, "error") : std::nullopt;
  if (!said) return refused_by(code_by_status(response.status), response, "", "", with);
  const std::string name = text_of(*said, "name", 128);
  const std::string message = text_of(*said, "message", max_token);
  refusal out = refused_by(strapi_code(name, message, response.status), response, name, message, with);
  if (const auto more = object_of(*said, "details")) {
    const std::string_view text = more->find("errors");
    const auto list = detail::parse_json(text, text.size());
    for (const detail::json& entry : list ? list->children : std::vector<detail::json>()) {
      const detail::json* const path = detail::member(entry, "path");
      if (path == nullptr || path->children.empty() || out.fields.size() == max_listed) continue;
      out.fields.push_back(path->children.front().text);
    }
  }
  constexpr std::string_view unknown = "Invalid parameters: ";
  if (message.starts_with(unknown)) out.fields.push_back(out.backend_message.substr(unknown.size()));
  if (!out.fields.empty() && out.why.code == errc::invalid_input) out.why.field = out.fields.front();
  return out;
}

answered<outcome> read_success(const action& what, const http_response& response, const reading& with) {
  // These may answer with no body at all.
  if (what.kind == action_kind::sign_out || what.kind == action_kind::revoke_session) return done();
  const auto read = body_of(response);
  if (!read) return std::unexpected(read.error());
  const json_object& body = *read;
  pending next;
  switch (what.kind) {
    case action_kind::sign_up: return read_sign_up(body, response, with);
    case action_kind::sign_in:
    case action_kind::oauth_finish:
    case action_kind::reset_password: return read_session(body, response, {}, with);
    case action_kind::refresh:
    case action_kind::change_password: return read_session(body, response, with.proof, with);
    case action_kind::get_user:
    case action_kind::update_user: {
      auto who = user_from(body);
      if (!who || (!with.proof.user_id.empty() && who->id != with.proof.user_id)) return bad_response(response);
      return as_outcome(*std::move(who));
    }
    case action_kind::request_reset: next.what = step::reset_sent; return as_outcome(std::move(next));
    case action_kind::resend: return as_outcome(std::move(next));
    case action_kind::list_sessions: return read_sessions(body, response);
    default: return bad_response(response);
  }
}

}  // namespace

errc strapi_code(std::string_view name, std::string_view message, std::uint32_t status) noexcept {
  if (status == 429 || name == "RateLimitError") return errc::rate_limited;
  for (const phrase& known : phrases) {
    if (message.contains(known.text)) return known.code;
  }
  if (status >= 500) return errc::server_error;
  if (status == 401) return errc::session_expired;
  // The role lacks the permission, or the route is not there in this mode.
  if (status == 403 || status == 404 || status == 405) return errc::not_supported;
  return errc::invalid_input;
}

answered<outcome> strapi_response(const backend& from, const action& what, const http_response& response,
                                  const reading& with) {
  if (is_success(response)) {
    auto out = read_success(what, response, with);
    // A cookie the browser was told not to keep refreshes nothing.
    if (out && out->signed_in && out->signed_in->proof.mode == strapi_mode::cookie && !from.cookies) {
      out->signed_in->can_refresh = false;
    }
    return out;
  }
  const bool gone = response.status == 401 || response.status == 404;
  if (what.kind == action_kind::sign_out && gone) return done();
  return std::unexpected(read_refusal(response, with));
}

}  // namespace kbve::auth
