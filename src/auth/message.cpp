#include "kbve/auth/message.hpp"

#include <algorithm>

#include "detail/json.hpp"
#include "detail/json_writer.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) noexcept {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::unexpected<error> bad_head(std::string_view field) {
  return fail(errc::invalid_input, "This is no response as the core reads one; look at its type.", field);
}

void write_texts(detail::json_writer& to, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  to.name(name).open_array();
  for (const std::string& text : texts) to.text(text);
  to.close_array();
}

}  // namespace

std::string http_request::to_json() const {
  detail::json_writer out;
  out.open_object().member("method", method).member("url", url).name("headers").open_array();
  for (const http_header& header : headers) out.open_array().text(header.name).text(header.value).close_array();
  out.close_array().some("body", body);
  out.member("credentials", with_credentials ? "include" : "omit").member("navigate", navigate).close_object();
  return out.take();
}

std::string_view http_response::header(std::string_view name) const noexcept {
  for (const http_header& header : headers) {
    if (same_name(header.name, name)) return header.value;
  }
  return {};
}

result<http_response> http_response::parse(std::string_view head, std::string_view body) {
  if (body.size() > max_body_size) return bad_head("body");
  const auto tree = detail::parse_json(head, max_headers * max_header_size);
  if (!tree) return bad_head("head");
  http_response out;
  const auto status = detail::integer_member(*tree, "status");
  if (!status || *status > 999) return bad_head("status");
  out.status = static_cast<std::uint32_t>(*status);
  out.body = body;
  const detail::json* const headers = detail::member(*tree, "headers");
  if (headers == nullptr || headers->kind != detail::json_kind::array || headers->children.size() > max_headers) {
    return bad_head("headers");
  }
  for (const detail::json& pair : headers->children) {
    if (pair.kind != detail::json_kind::array || pair.children.size() != 2) return bad_head("headers");
    const detail::json& name = pair.children[0];
    const detail::json& value = pair.children[1];
    if (name.kind != detail::json_kind::string || value.kind != detail::json_kind::string ||
        name.text.size() + value.text.size() > max_header_size) {
      return bad_head("headers");
    }
    out.headers.push_back({.name = name.text, .value = value.text});
  }
  return out;
}

std::string refusal::to_json() const {
  detail::json_writer out;
  out.open_object().member("code", name(why.code)).member("message", why.message).some("field", why.field);
  out.some_number("retryAt", why.retry_at).some_number("status", status);
  out.some("backendCode", backend_code).some("backendMessage", backend_message);
  write_texts(out, "reasons", reasons);
  write_texts(out, "fields", fields);
  return out.close_object().take();
}

std::string_view sentence(errc code) noexcept {
  switch (code) {
    case errc::invalid_credentials: return "The name or the password is wrong; try again or reset the password.";
    case errc::email_not_confirmed:
      return "The address is not confirmed yet; open the link in the mail, or have it sent again.";
    case errc::phone_not_confirmed:
      return "The number is not confirmed yet; enter the code, or have it sent again.";
    case errc::user_exists: return "There is an account of this name already; sign in instead.";
    case errc::user_not_found: return "There is no such account; register first.";
    case errc::user_blocked: return "This account was blocked; ask those who run the service.";
    case errc::weak_password: return "The password is too weak; choose a longer one that nobody else uses.";
    case errc::signup_disabled: return "New accounts are not taken at present; ask those who run the service.";
    case errc::provider_disabled: return "This way of signing in is switched off; choose another.";
    case errc::otp_invalid: return "The code or link is wrong, used or too old; ask for another.";
    case errc::captcha_required:
      return "The service wants a captcha solved first; show it and send its token along.";
    case errc::mfa_required: return "A second factor is needed; enter its code.";
    case errc::mfa_invalid: return "The second factor was not accepted; wait for the next code and try again.";
    case errc::reauthentication_required:
      return "For this, prove again who you are: enter the password or the code in the mail.";
    case errc::session_expired: return "The session has ended; sign in again.";
    case errc::session_missing: return "Nobody is signed in; sign in first.";
    case errc::session_exists: return "Somebody is signed in already; sign out first.";
    case errc::rate_limited: return "The service was asked too often; wait until it may be asked again.";
    case errc::pkce_mismatch: return "This sign-in was not begun here, or too long ago; begin it again.";
    case errc::identity_mismatch:
      return "This locker belongs to somebody else; use another one, or empty it first.";
    case errc::invalid_input: return "The service does not take one of the values; correct it and try again.";
    case errc::not_supported: return "This backend cannot do that; look at the table of what each can.";
    case errc::network: return "The service could not be reached; check the connection and try again.";
    case errc::server_error: return "The service has a problem; try again later.";
    default: return "The service answered with something that is no answer; check its address and version.";
  }
}

refusal refuse(errc code, std::string_view field) {
  return error(code, sentence(code), field);
}

refusal no_answer() {
  return refuse(errc::network);
}

}  // namespace kbve::auth
