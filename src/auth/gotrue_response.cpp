/// Supabase Auth (GoTrue): what its answers say.

#include <utility>

#include "kbve/auth/gotrue.hpp"
#include "kbve/http/cookie.hpp"
#include "reading.hpp"
#include "session_json.hpp"

namespace kbve::auth {
namespace {

bool is_there(const json_object& from, std::string_view name) {
  return !text_of(from, name).empty();
}

std::vector<factor> factors_of(const json_object& from) {
  std::vector<factor> out;
  const std::string_view text = from.find("factors");
  const auto list = detail::parse_json(text, text.size());
  if (!list) return out;
  for (const detail::json& entry : list->children) {
    const auto id = detail::text_member(entry, "id", 256);
    if (!id || out.size() == max_factors) continue;
    out.push_back({.id = std::string(*id),
                   .type = std::string(detail::text_member(entry, "factor_type", 64).value_or("")),
                   .name = std::string(detail::text_member(entry, "friendly_name", 256).value_or("")),
                   .verified = detail::text_member(entry, "status", 64) == "verified"});
  }
  return out;
}

std::optional<user> user_from(const json_object& from) {
  user out;
  out.id = text_of(from, "id", 256);
  if (out.id.empty()) return std::nullopt;
  out.email = text_of(from, "email");
  out.phone = text_of(from, "phone");
  out.new_email = text_of(from, "new_email");
  out.email_confirmed = is_there(from, "email_confirmed_at");
  out.phone_confirmed = is_there(from, "phone_confirmed_at");
  out.anonymous = flag_of(from, "is_anonymous");
  if (const auto said = object_of(from, "user_metadata")) {
    // Providers differ in what they call it.
    for (const std::string_view name : {"username", "user_name", "preferred_username"}) {
      if (out.username.empty()) out.username = text_of(*said, name);
    }
    out.name = text_of(*said, "full_name");
    if (out.name.empty()) out.name = text_of(*said, "name");
    out.avatar = text_of(*said, "avatar_url", max_avatar);
    if (out.avatar.empty()) out.avatar = text_of(*said, "picture", max_avatar);
  }
  out.factors = factors_of(from);
  out.raw = raw_of(from, max_raw_user);
  return out;
}

/// A session is one only when token, times and person fit each other.
answered<outcome> read_session(const json_object& body, const http_response& response, const reading& with) {
  session out;
  out.proof.access = text_of(body, "access_token", max_token);
  out.proof.refresh = proof_of(body, "refresh_token");
  auto claims = read_token(out.proof.access);
  const auto who = object_of(body, "user");
  if (!claims || !who || out.proof.refresh.empty()) return bad_response(response);
  std::string kind = text_of(body, "token_type", 16);
  for (char& c : kind) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  out.who = user_from(*who);
  if (kind != "bearer" || !out.who) return bad_response(response);
  if (!claims->subject.empty() && claims->subject != out.who->id) return bad_response(response);
  out.proof.user_id = out.who->id;
  out.proof.session_id = claims->session_id;
  out.issued_at = claims->issued_at;
  out.expires_at = claims->expires_at;
  if (out.expires_at == 0) {
    // A hook of the server's owner may take claims away; the answer says it too.
    out.expires_at = date_of(body, "expires_at");
    if (out.expires_at == 0) return bad_response(response);
  }
  out.level = claims->level;
  out.claims = std::move(claims->json);
  out.can_refresh = true;
  for (const factor& one : out.who->factors) out.needs_factor |= one.verified && out.level < 2;
  out.provider_token = proof_of(body, "provider_token");
  out.provider_refresh_token = proof_of(body, "provider_refresh_token");
  // Another person than the one who asked: whoever mixed that up, nobody goes on as them.
  if (!with.proof.user_id.empty() && with.proof.user_id != out.proof.user_id) {
    return std::unexpected(refused_by(errc::identity_mismatch, response, "", "", with));
  }
  outcome came = as_outcome(std::move(out));
  if (const auto weak = object_of(body, "weak_password")) {
    came.reasons = detail::string_list(weak->find("reasons"), true).value_or(std::vector<std::string>());
    if (came.reasons.size() > max_listed) came.reasons.clear();
  }
  return came;
}

answered<outcome> read_user(const json_object& body, const http_response& response) {
  auto who = user_from(body);
  if (!who) return bad_response(response);
  return as_outcome(*std::move(who));
}

refusal read_refusal(const http_response& response, const reading& with) {
  const auto body = response.body.size() <= max_body_size ? json_object::read(response.body) : std::nullopt;
  if (!body) {
    // A gateway's page, perhaps.
    return refused_by(code_by_status(response.status), response, "", "", with);
  }
  std::string code = text_of(*body, "error_code", 128);
  if (code.empty()) code = text_of(*body, "code", 128);
  if (code.empty()) code = text_of(*body, "error", 128);
  std::string message;
  for (const std::string_view name : {"msg", "message", "error_description", "error"}) {
    if (message.empty()) message = text_of(*body, name, max_token);
  }
  errc ours = gotrue_code(code);
  if (ours == errc::bad_response) ours = code_by_status(response.status);
  refusal out = refused_by(ours, response, code, message, with);
  if (const auto weak = object_of(*body, "weak_password")) {
    out.reasons = detail::string_list(weak->find("reasons"), true).value_or(std::vector<std::string>());
    if (out.reasons.size() > max_listed) out.reasons.clear();
  }
  return out;
}

pending sent(step what) {
  pending out;
  out.what = what;
  return out;
}

answered<outcome> read_enrolment(const json_object& body, const http_response& response) {
  const auto totp = object_of(body, "totp");
  pending out = sent(step::mfa_enroll);
  out.factor_id = text_of(body, "id", 256);
  if (!totp || out.factor_id.empty()) return bad_response(response);
  out.secret = text_of(*totp, "secret");
  out.uri = text_of(*totp, "uri", 4'096);
  if (!out.uri.starts_with("otpauth://")) return bad_response(response);
  // In an <img> no script of it runs.
  const std::string picture = text_of(*totp, "qr_code", max_raw_user);
  if (picture.starts_with("<")) out.picture = "data:image/svg+xml;utf-8," + http::encode_value(picture);
  return as_outcome(std::move(out));
}

answered<outcome> read_success(const action& what, const http_response& response, const reading& with) {
  if (what.kind == action_kind::sign_out) return done();
  const auto read = body_of(response);
  if (!read) return std::unexpected(read.error());
  const json_object& body = *read;
  const bool has_session = !body.find("access_token").empty();
  switch (what.kind) {
    case action_kind::sign_up: {
      if (has_session) return read_session(body, response, {.now = with.now, .skew = with.skew, .proof = {}});
      auto who = user_from(body);
      if (!who) return bad_response(response);
      pending next = sent(step::confirmation);
      next.user_id = who->id;
      // GoTrue answers so for an address it knows, lest anybody learn that.
      next.maybe_exists = body.find("identities") == "[]";
      if (!next.maybe_exists) next.who = std::move(who);
      return as_outcome(std::move(next));
    }
    case action_kind::sign_in:
    case action_kind::sign_in_anonymous:
    case action_kind::sign_in_id_token:
    case action_kind::oauth_finish:
      return read_session(body, response, {.now = with.now, .skew = with.skew, .proof = {}});
    case action_kind::verify:
      if (has_session) return read_session(body, response, {.now = with.now, .skew = with.skew, .proof = {}});
      // The first half of a secured change of address: the other mail is to be opened too.
      return body.find("msg").empty() ? answered<outcome>(bad_response(response))
                                      : as_outcome(sent(step::confirmation));
    case action_kind::refresh:
    case action_kind::mfa_confirm:
    case action_kind::mfa_verify: return read_session(body, response, with);
    case action_kind::get_user:
    case action_kind::update_user:
    case action_kind::upgrade_anonymous:
    case action_kind::change_password:
    case action_kind::reset_password: return read_user(body, response);
    case action_kind::send_otp: return as_outcome(sent(step::otp_sent));
    case action_kind::send_magic_link: return as_outcome(sent(step::link_sent));
    case action_kind::request_reset: return as_outcome(sent(step::reset_sent));
    case action_kind::resend: return as_outcome(sent(step::otp_sent));
    case action_kind::reauthenticate: return as_outcome(sent(step::nonce_sent));
    case action_kind::mfa_enroll: return read_enrolment(body, response);
    case action_kind::mfa_challenge: {
      pending next = sent(step::mfa_challenge);
      next.challenge_id = text_of(body, "id", 256);
      next.factor_id = what.get("factorId");
      next.expires_at = date_of(body, "expires_at");
      if (next.challenge_id.empty()) return bad_response(response);
      return as_outcome(std::move(next));
    }
    case action_kind::mfa_remove: return done();
    default: return bad_response(response);
  }
}

}  // namespace

answered<outcome> gotrue_response(const action& what, const http_response& response, const reading& with) {
  if (is_success(response)) return read_success(what, response, with);
  // A session that is gone needs no signing out.
  const bool gone = response.status == 401 || response.status == 403 || response.status == 404;
  if (what.kind == action_kind::sign_out && gone) return done();
  return std::unexpected(read_refusal(response, with));
}

}  // namespace kbve::auth
