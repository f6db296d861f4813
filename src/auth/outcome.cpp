/// Outcomes as JSON, for the other side of the door.

#include <utility>

#include "reading.hpp"
#include "session_json.hpp"

namespace kbve::auth {
namespace {

constexpr std::array<std::string_view, 9> steps{"confirmation", "otp_sent",      "link_sent",
                                                "reset_sent",   "nonce_sent",    "sign_in",
                                                "mfa_enroll",   "mfa_challenge", "mfa_required"};
constexpr std::array<std::string_view, 7> kinds{"done", "session", "user", "pending", "sessions", "jwt", "health"};

void write(json_writer& to, const pending& next) {
  to.open_object().member("step", steps.at(static_cast<std::size_t>(next.what)));
  to.some("userId", next.user_id).some("factorId", next.factor_id).some("challengeId", next.challenge_id);
  to.some("secret", next.secret).some("uri", next.uri).some("picture", next.picture).some("phrase", next.phrase);
  to.some_number("expiresAt", next.expires_at).some_flag("maybeExists", next.maybe_exists);
  if (next.who) to.raw_member("user", to_json(*next.who));
  to.close_object();
}

}  // namespace

std::string outcome::to_json() const {
  json_writer out;
  out.open_object().member("kind", kinds.at(static_cast<std::size_t>(kind)));
  if (signed_in) write_json(out.name("session"), *signed_in);
  if (who) out.raw_member("user", auth::to_json(*who));
  if (next) write(out.name("pending"), *next);
  if (kind == outcome_kind::sessions) {
    out.name("sessions").open_array();
    for (const remote_session& one : sessions) {
      out.open_object().member("id", one.id).some("device", one.device).some("created", one.created);
      out.member("current", one.current).close_object();
    }
    out.close_array();
  }
  if (kind == outcome_kind::jwt) out.member("jwt", text).member("expiresAt", expires_at);
  if (kind == outcome_kind::health) out.some("version", text);
  if (!reasons.empty()) {
    out.name("weakPassword").open_array();
    for (const std::string& reason : reasons) out.text(reason);
    out.close_array();
  }
  return out.close_object().take();
}

}  // namespace kbve::auth
