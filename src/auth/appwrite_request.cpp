/// Appwrite: what is sent. Routes and members as its OpenAPI document for clients has them (1.8.1).

#include <algorithm>
#include <utility>

#include "kbve/auth/appwrite.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

class writer {
 public:
  writer(const backend& to, const action& what, const tokens& proof) : to_(&to), what_(&what), proof_(&proof) {}

  result<http_request> run() {
    const action& what = *what_;
    switch (what.kind) {
      case action_kind::sign_up:
        if (what.get("email").empty()) return missing("email");
        return send("POST", "/account", own_id().copy("email").copy("password").copy("name").done());
      case action_kind::sign_in:
        if (what.get("email").empty()) return missing("email");
        return send("POST", "/account/sessions/email", copy("email").copy("password").done());
      case action_kind::sign_in_anonymous: return send("POST", "/account/sessions/anonymous", "{}");
      case action_kind::send_otp:
        if (!what.get("email").empty())
          return send("POST", "/account/tokens/email", own_id().copy("email").done());
        if (what.get("phone").empty()) return missing("email");
        return send("POST", "/account/tokens/phone", own_id().copy("phone").done());
      case action_kind::send_magic_link:
        return send("POST", "/account/tokens/magic-url", own_id().copy("email").copy("redirectTo", "url").done());
      case action_kind::verify: return verify();
      case action_kind::oauth_start: return oauth();
      case action_kind::oauth_finish:
        if (what.get("userId").empty()) return missing("userId");
        if (what.get("secret").empty()) return missing("secret");
        return send("POST", "/account/sessions/token", copy("userId").copy("secret").done());
      case action_kind::refresh: return send("PATCH", "/account/sessions/current", "");
      case action_kind::sign_out:
        if (what.get("scope") == "others") return unsupported("Appwrite signs out one session or all of them.");
        return sign_out();
      case action_kind::get_user: return send("GET", "/account", "");
      case action_kind::update_user: return update();
      case action_kind::upgrade_anonymous:
        return send("PATCH", "/account/email", copy("email").copy("password").done());
      case action_kind::change_password:
        return send("PATCH", "/account/password", copy("password").copy("currentPassword", "oldPassword").done());
      case action_kind::request_reset:
        if (what.get("redirectTo").empty()) return missing("redirectTo");
        return send("POST", "/account/recovery", copy("email").copy("redirectTo", "url").done());
      case action_kind::reset_password:
        if (what.get("userId").empty()) return missing("userId");
        if (what.get("secret").empty()) return missing("secret");
        return send("PUT", "/account/recovery", copy("userId").copy("secret").copy("password").done());
      case action_kind::resend:
        if (what.get("kind") == "sms") return send("POST", "/account/verifications/phone", "");
        if (what.get("kind") != "signup")
          return unsupported("Appwrite sends the mail or SMS of an account again.");
        if (what.get("redirectTo").empty()) return missing("redirectTo");
        return send("POST", "/account/verifications/email", copy("redirectTo", "url").done());
      default: return more();
    }
  }

 private:
  /// Second factors, sessions and what is left.
  result<http_request> more() {
    const action& what = *what_;
    switch (what.kind) {
      case action_kind::mfa_enroll: return send("POST", "/account/mfa/authenticators/totp", "{}");
      case action_kind::mfa_confirm:
        return send("PUT", "/account/mfa/authenticators/totp", copy("code", "otp").done());
      case action_kind::mfa_challenge: {
        const auto factor = what.get("factor");
        return send("POST", "/account/mfa/challenge", text("factor", factor.empty() ? "totp" : factor).done());
      }
      case action_kind::mfa_verify:
        return send("PUT", "/account/mfa/challenge", copy("challengeId").copy("code", "otp").done());
      case action_kind::mfa_remove: return send("DELETE", "/account/mfa/authenticators/totp", "");
      case action_kind::mfa_require:
        return send("PATCH", "/account/mfa", raw("mfa", what.json("required")).done());
      case action_kind::list_sessions: return send("GET", "/account/sessions", "");
      case action_kind::revoke_session: {
        const auto id = path_part(what.get("sessionId"));
        if (!id) return missing("sessionId");
        return send("DELETE", "/account/sessions/" + *id, "");
      }
      case action_kind::create_jwt: {
        const auto seconds = what.json("duration");
        return send("POST", "/account/jwts", seconds.empty() ? "{}" : raw("duration", seconds).done());
      }
      case action_kind::health: {
        // Without the session: it is nobody's matter who asks whether the server is there.
        http_request out = json_request(*to_, "GET", "/ping");
        add_header(out, "X-Appwrite-Project", to_->project);
        return out;
      }
      default: return unsupported(sentence(errc::not_supported));
    }
  }

  /// By its id: a cookie may be somebody else's by the time a sign-out gets through.
  result<http_request> sign_out() {
    if (what_->get("scope") == "global") return send("DELETE", "/account/sessions", "");
    const auto id = path_part(proof_->session_id);
    return send("DELETE", "/account/sessions/" + id.value_or("current"), "");
  }

  result<http_request> verify() {
    const action& what = *what_;
    if (what.get("userId").empty()) return missing("userId");
    const auto secret = what.get("secret").empty() ? what.get("token") : what.get("secret");
    if (secret.empty()) return missing("secret");
    copy("userId").text("secret", secret);
    if (what.get("kind") == "email") return send("PUT", "/account/verifications/email", done());
    if (what.get("kind") == "phone") return send("PUT", "/account/verifications/phone", done());
    return send("POST", "/account/sessions/token", done());
  }

  result<http_request> oauth() {
    const auto provider = path_part(what_->get("provider"));
    if (!provider) return missing("provider");
    if (what_->get("redirectTo").empty()) return missing("redirectTo");
    http_request out;
    out.method = "GET";
    // The token's way: the other one leaves the session in a cookie that other sites' pages cannot use.
    out.url = to_->url + "/account/tokens/oauth2/" + *provider;
    out.navigate = true;
    add_query(out.url, "project", to_->project);
    add_query(out.url, "success", what_->get("redirectTo"));
    const auto failure = what_->get("failureTo");
    add_query(out.url, "failure", failure.empty() ? what_->get("redirectTo") : failure);
    for (std::string_view scopes = what_->get("scopes"); !scopes.empty();) {
      const std::size_t size = std::min(scopes.find(' '), scopes.size());
      add_query(out.url, "scopes%5B%5D", scopes.substr(0, size));
      scopes.remove_prefix(std::min(size + 1, scopes.size()));
    }
    return out;
  }

  /// Appwrite has a route for each thing that may change.
  result<http_request> update() {
    const action& what = *what_;
    int changes = 0;
    for (const std::string_view name : {"email", "phone", "name", "data"})
      changes += what.json(name).empty() ? 0 : 1;
    if (changes != 1) {
      return fail(errc::invalid_input, "Appwrite takes one change at a time: email, phone, name or data.", "data");
    }
    if (!what.get("name").empty()) return send("PATCH", "/account/name", copy("name").done());
    if (!what.json("data").empty()) return send("PATCH", "/account/prefs", raw("prefs", what.json("data")).done());
    if (what.get("password").empty()) return missing("password");
    const bool email = !what.get("email").empty();
    return send("PATCH", email ? "/account/email" : "/account/phone",
                copy(email ? "email" : "phone").copy("password").done());
  }

  writer& copy(std::string_view from, std::string_view to) {
    body_.some(to, what_->get(from));
    return *this;
  }
  writer& copy(std::string_view name) { return copy(name, name); }
  writer& text(std::string_view name, std::string_view value) {
    body_.member(name, value);
    return *this;
  }
  writer& raw(std::string_view name, std::string_view json) {
    body_.raw_member(name, json);
    return *this;
  }
  writer& own_id() {
    const auto id = what_->get("userId");
    return text("userId", id.empty() ? "unique()" : id);
  }
  [[nodiscard]] std::string done() const { return "{" + body_.view() + "}"; }

  result<http_request> send(std::string_view method, std::string_view path, std::string body) {
    http_request out = json_request(*to_, method, path, std::move(body));
    out.with_credentials = to_->cookies;
    add_header(out, "X-Appwrite-Project", to_->project);
    add_header(out, "X-Appwrite-Response-Format", appwrite_format);
    if (!to_->api_key.empty()) add_header(out, "X-Appwrite-Dev-Key", to_->api_key);
    if (is_header_safe(proof_->secret)) add_header(out, "X-Fallback-Cookies", proof_->secret);
    return out;
  }

  const backend* to_;
  const action* what_;
  const tokens* proof_;
  json_writer body_;
};

}  // namespace

result<http_request> appwrite_request(const backend& to, const action& what, const tokens& proof) {
  return writer(to, what, proof).run();
}

}  // namespace kbve::auth
