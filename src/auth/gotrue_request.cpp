/// Supabase Auth (GoTrue): what is sent. Routes and members as internal/api of GoTrue has them.

#include <utility>

#include "kbve/auth/gotrue.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

/// The members of an action as a JSON object, under the names GoTrue has for them.
class body_writer {
 public:
  explicit body_writer(const action& what) : what_(&what) { out_.open_object(); }

  body_writer& copy(std::string_view from, std::string_view to) {
    out_.some(to, what_->get(from));
    return *this;
  }
  body_writer& copy(std::string_view name) { return copy(name, name); }
  body_writer& raw(std::string_view from, std::string_view to) {
    if (const auto json = what_->json(from); !json.empty()) out_.raw_member(to, json);
    return *this;
  }
  body_writer& text(std::string_view name, std::string_view value) {
    out_.member(name, value);
    return *this;
  }
  /// An e-mail address, or else a number and how it is reached.
  body_writer& identity() {
    if (!what_->get("email").empty()) return copy("email");
    return copy("phone").copy("channel");
  }
  body_writer& captcha() {
    if (const auto token = what_->get("captchaToken"); !token.empty()) {
      out_.name("gotrue_meta_security").open_object().member("captcha_token", token).close_object();
    }
    return *this;
  }
  /// S256 and nothing else.
  body_writer& challenge() {
    if (const auto challenge = what_->get("codeChallenge"); !challenge.empty()) {
      out_.member("code_challenge", challenge).member("code_challenge_method", "s256");
    }
    return *this;
  }
  [[nodiscard]] std::string take() { return out_.close_object().take(); }

 private:
  const action* what_;
  json_writer out_;
};

bool has_identity(const action& what) noexcept {
  return !what.get("email").empty() || !what.get("phone").empty();
}

class writer {
 public:
  writer(const backend& to, const action& what, const tokens& proof) : to_(&to), what_(&what), proof_(&proof) {}

  result<http_request> run() {
    const action& what = *what_;
    switch (what.kind) {
      case action_kind::sign_up:
        if (!has_identity(what)) return missing("email");
        return post(redirecting("/signup"),
                    body().identity().copy("password").raw("data", "data").captcha().challenge().take());
      case action_kind::sign_in_anonymous: return post("/signup", body().raw("data", "data").captcha().take());
      case action_kind::sign_in:
        if (!has_identity(what)) return missing("email");
        return post("/token?grant_type=password", body().identity().copy("password").captcha().take());
      case action_kind::sign_in_id_token:
        return post("/token?grant_type=id_token", body()
                                                      .copy("provider")
                                                      .copy("idToken", "id_token")
                                                      .copy("accessToken", "access_token")
                                                      .copy("nonce")
                                                      .captcha()
                                                      .take());
      case action_kind::send_otp:
      case action_kind::send_magic_link:
        if (!has_identity(what)) return missing("email");
        return post(
            redirecting("/otp"),
            body().identity().raw("data", "data").raw("createUser", "create_user").captcha().challenge().take());
      case action_kind::verify: return verify();
      case action_kind::oauth_start: return oauth();
      case action_kind::oauth_finish:
        if (what.get("code").empty()) return missing("code");
        if (what.get("codeVerifier").empty()) return missing("codeVerifier");
        return post("/token?grant_type=pkce",
                    body().copy("code", "auth_code").copy("codeVerifier", "code_verifier").take());
      case action_kind::refresh:
        if (proof_->refresh.empty()) return no_session();
        return post("/token?grant_type=refresh_token", body().text("refresh_token", proof_->refresh).take());
      default: return signed_in();
    }
  }

 private:
  /// What needs a session.
  result<http_request> signed_in() {
    const action& what = *what_;
    switch (what.kind) {
      case action_kind::sign_out: {
        const auto scope = what.get("scope");
        // GoTrue's own default would sign out every device of the person.
        const std::string_view wanted = scope == "global" || scope == "others" ? scope : "local";
        return proven("POST", std::string("/logout?scope=").append(wanted), "");
      }
      case action_kind::get_user: return proven("GET", "/user", "");
      case action_kind::update_user:
        return proven(
            "PUT", redirecting("/user"),
            body().copy("email").copy("phone").copy("channel").copy("password").raw("data", "data").take());
      case action_kind::upgrade_anonymous:
        return proven("PUT", redirecting("/user"), body().copy("email").copy("password").take());
      case action_kind::change_password:
      case action_kind::reset_password:
        return proven("PUT", "/user",
                      body().copy("password").copy("currentPassword", "current_password").copy("nonce").take());
      case action_kind::request_reset:
        return post(redirecting("/recover"), body().copy("email").captcha().challenge().take());
      case action_kind::resend:
        if (!has_identity(what)) return missing("email");
        return post(redirecting("/resend"), body().copy("kind", "type").identity().captcha().challenge().take());
      case action_kind::reauthenticate: return proven("GET", "/reauthenticate", "");
      case action_kind::mfa_enroll:
        return proven(
            "POST", "/factors",
            body().text("factor_type", "totp").copy("friendlyName", "friendly_name").copy("issuer").take());
      case action_kind::mfa_challenge: return factor("POST", "/challenge", "{}");
      case action_kind::mfa_confirm:
      case action_kind::mfa_verify:
        if (what.get("challengeId").empty()) return missing("challengeId");
        return factor("POST", "/verify", body().copy("challengeId", "challenge_id").copy("code").take());
      case action_kind::mfa_remove: return factor("DELETE", "", "");
      case action_kind::health: return http_request(make("GET", "/health", ""));
      default: return unsupported(sentence(errc::not_supported));
    }
  }

  result<http_request> verify() {
    const action& what = *what_;
    if (!what.get("tokenHash").empty()) {
      // With an address beside it GoTrue refuses a hash.
      return post("/verify", body().copy("kind", "type").copy("tokenHash", "token_hash").captcha().take());
    }
    if (!has_identity(what)) return missing("email");
    if (what.get("token").empty()) return missing("token");
    return post("/verify", body().copy("kind", "type").copy("email").copy("phone").copy("token").captcha().take());
  }

  result<http_request> oauth() {
    const action& what = *what_;
    if (what.get("codeChallenge").empty()) return missing("codeChallenge");
    http_request out = make("GET", "/authorize", "");
    // The person goes there: no header of ours goes along.
    out.headers.clear();
    out.navigate = true;
    add_query(out.url, "provider", what.get("provider"));
    add_query(out.url, "redirect_to", what.get("redirectTo"));
    add_query(out.url, "scopes", what.get("scopes"));
    add_query(out.url, "code_challenge", what.get("codeChallenge"));
    add_query(out.url, "code_challenge_method", "s256");
    return out;
  }

  result<http_request> factor(std::string_view method, std::string_view after, std::string body) {
    const auto id = path_part(what_->get("factorId"));
    if (!id) return missing("factorId");
    return proven(method, "/factors/" + *id + std::string(after), std::move(body));
  }

  [[nodiscard]] body_writer body() const { return body_writer(*what_); }

  [[nodiscard]] std::string redirecting(std::string path) const {
    add_query(path, "redirect_to", what_->get("redirectTo"));
    return path;
  }

  [[nodiscard]] http_request make(std::string_view method, std::string_view path, std::string body) const {
    http_request out = json_request(*to_, method, path, std::move(body));
    // Chooses the shape of errors that has stable codes.
    add_header(out, "X-Supabase-Api-Version", gotrue_api_version);
    if (!to_->api_key.empty()) add_header(out, "apikey", to_->api_key);
    return out;
  }

  result<http_request> post(std::string_view path, std::string body) const {
    return make("POST", path, std::move(body));
  }

  result<http_request> proven(std::string_view method, std::string_view path, std::string body) const {
    return with_bearer(make(method, path, std::move(body)), *proof_);
  }

  const backend* to_;
  const action* what_;
  const tokens* proof_;
};

}  // namespace

result<http_request> gotrue_request(const backend& to, const action& what, const tokens& proof) {
  return writer(to, what, proof).run();
}

}  // namespace kbve::auth
