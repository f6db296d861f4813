/// Strapi 5, users-permissions: what is sent.

#include <utility>

#include "reading.hpp"

namespace kbve::auth {
namespace {

/// Cookies of the server: it keeps its refresh token, and the provider's session, in them.
http_request with_cookies(const backend& to, http_request request) {
  request.with_credentials = to.cookies;
  if (to.cookies && to.ask_cookie) add_header(request, "x-strapi-refresh-cookie", "httpOnly");
  return request;
}

http_request make(const backend& to, std::string_view method, std::string_view path, std::string body = {}) {
  return json_request(to, method, path, std::move(body));
}

/// The server's root: its health is not under /api.
std::string root_of(std::string_view url) {
  if (url.ends_with("/api")) url.remove_suffix(4);
  return std::string(url);
}

std::string_view name_of(const action& what) noexcept {
  return !what.get("username").empty() ? what.get("username") : what.get("email");
}

std::string two_passwords(json_writer& to, std::string_view password) {
  to.member("password", password).member("passwordConfirmation", password);
  return to.close_object().take();
}

/// A refresh proves itself by its own token alone: with a Bearer beside it that has ended, it is refused.
result<http_request> refresh(const backend& to, const tokens& proof) {
  switch (proof.mode) {
    case strapi_mode::legacy:
      return unsupported("This Strapi server keeps no sessions to refresh; sign in again when the token ends.");
    case strapi_mode::body:
      if (proof.refresh.empty()) return no_session();
      return with_cookies(
          to, make(to, "POST", "/auth/refresh",
                   json_writer().open_object().member("refreshToken", proof.refresh).close_object().take()));
    case strapi_mode::cookie:
      if (!to.cookies) return no_session();
      return with_cookies(to, make(to, "POST", "/auth/refresh", "{}"));
    case strapi_mode::unknown: return no_session();
  }
  return no_session();
}

/// What a legacy server has no route for.
result<http_request> of_sessions(const backend& to, const tokens& proof, std::string_view method,
                                 std::string_view path, std::string body = {}) {
  if (proof.mode == strapi_mode::legacy) {
    return unsupported("This Strapi server keeps no sessions; a token is valid until it ends.");
  }
  return with_bearer(with_cookies(to, make(to, method, path, std::move(body))), proof);
}

result<http_request> update(const backend& to, const action& what, const tokens& proof) {
  const auto id = path_part(proof.user_id);
  if (!id) return no_session();
  json_writer out;
  out.open_object();
  for (const std::string_view name : {"email", "username", "password"}) out.some(name, what.get(name));
  // Strapi's users are flat: own fields lie beside the others.
  if (const auto data = json_object::read(what.json("data"))) {
    for (const detail::json_member& member : data->members()) {
      if (!what.get(member.name).empty()) return missing("data");
      out.raw_member(member.name, member.value);
    }
  }
  return with_bearer(make(to, "PUT", "/users/" + *id, out.close_object().take()), proof);
}

}  // namespace

result<http_request> strapi_request(const backend& to, const action& what, const tokens& proof) {
  json_writer body;
  body.open_object();
  switch (what.kind) {
    case action_kind::sign_up:
      if (what.get("username").empty()) return missing("username");
      if (what.get("email").empty()) return missing("email");
      // More than these three is refused, unless the server's owner has allowed it.
      for (const std::string_view name : {"username", "email", "password"}) body.member(name, what.get(name));
      return with_cookies(to, make(to, "POST", "/auth/local/register", body.close_object().take()));
    case action_kind::sign_in:
      if (name_of(what).empty()) return missing("username");
      body.member("identifier", name_of(what)).member("password", what.get("password"));
      return with_cookies(to, make(to, "POST", "/auth/local", body.close_object().take()));
    case action_kind::verify: {
      if (what.get("kind") != "email") return unsupported("Strapi confirms addresses and nothing else.");
      if (what.get("token").empty()) return missing("token");
      http_request out = make(to, "GET", "/auth/email-confirmation");
      add_query(out.url, "confirmation", what.get("token"));
      // It answers by sending the person to a page of the application's.
      out.navigate = true;
      return out;
    }
    case action_kind::oauth_start: {
      const auto provider = path_part(what.get("provider"));
      if (!provider) return missing("provider");
      http_request out = make(to, "GET", "/connect/" + *provider);
      add_query(out.url, "callback", what.get("redirectTo"));
      out.navigate = true;
      return out;
    }
    case action_kind::oauth_finish: {
      const auto provider = path_part(what.get("provider"));
      if (!provider) return missing("provider");
      if (what.get("accessToken").empty()) return missing("accessToken");
      http_request out = make(to, "GET", "/auth/" + *provider + "/callback");
      add_query(out.url, "access_token", what.get("accessToken"));
      return with_cookies(to, std::move(out));
    }
    case action_kind::refresh: return refresh(to, proof);
    case action_kind::sign_out:
      if (what.get("scope") == "others") return unsupported("Strapi signs out this session or all of them.");
      if (what.get("scope") == "global") body.member("scope", "all");
      body.some("refreshToken", proof.refresh);
      return of_sessions(to, proof, "POST", "/auth/logout", body.close_object().take());
    case action_kind::get_user: return with_bearer(make(to, "GET", "/users/me?populate=role"), proof);
    case action_kind::update_user: return update(to, what, proof);
    case action_kind::change_password:
      if (what.get("currentPassword").empty()) return missing("currentPassword");
      body.member("currentPassword", what.get("currentPassword"));
      return with_bearer(
          with_cookies(to, make(to, "POST", "/auth/change-password", two_passwords(body, what.get("password")))),
          proof);
    case action_kind::request_reset:
      body.member("email", what.get("email"));
      return make(to, "POST", "/auth/forgot-password", body.close_object().take());
    case action_kind::reset_password:
      if (what.get("code").empty()) return missing("code");
      body.member("code", what.get("code"));
      return with_cookies(to, make(to, "POST", "/auth/reset-password", two_passwords(body, what.get("password"))));
    case action_kind::resend:
      if (what.get("kind") != "signup")
        return unsupported("Strapi sends the mail of a new account again, no other.");
      if (what.get("email").empty()) return missing("email");
      body.member("email", what.get("email"));
      return make(to, "POST", "/auth/send-email-confirmation", body.close_object().take());
    case action_kind::list_sessions: return of_sessions(to, proof, "GET", "/auth/sessions");
    case action_kind::revoke_session: {
      const auto id = path_part(what.get("sessionId"));
      if (!id) return missing("sessionId");
      return of_sessions(to, proof, "DELETE", "/auth/sessions/" + *id);
    }
    case action_kind::health: {
      http_request out = make(to, "GET", "");
      out.url = root_of(to.url) + "/_health";
      return out;
    }
    default: return unsupported(sentence(errc::not_supported));
  }
}

}  // namespace kbve::auth
