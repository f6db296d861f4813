#include "reading.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detail/json_text.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/jose/jwt.hpp"

namespace kbve::auth {
namespace {

/// At most `most` bytes of it, cut where a character ends, without control characters.
std::string shown(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out.push_back(c);
  }
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out;
}

}  // namespace

std::string text_of(const json_object& from, std::string_view name, std::size_t most) {
  auto text = from.text(name);
  return text && text->size() <= most ? *std::move(text) : std::string();
}

std::string proof_of(const json_object& from, std::string_view name) {
  std::string out = text_of(from, name, max_token);
  return is_header_safe(out) ? out : std::string();
}

std::string id_of(const json_object& from, std::string_view name) {
  const std::string_view value = from.find(name);
  const bool is_number =
      !value.empty() && value.size() <= 20 && value.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? std::string(value) : text_of(from, name, 256);
}

bool flag_of(const json_object& from, std::string_view name) {
  return from.find(name) == "true";
}

std::optional<std::uint64_t> number_of(const json_object& from, std::string_view name) {
  const std::string_view value = from.find(name);
  if (value.empty() || value.front() < '0' || value.front() > '9') return std::nullopt;
  std::uint64_t out = 0;
  if (!to_integer(std::floor(detail::json_number_value(value)), out)) return std::nullopt;
  return out;
}

std::uint64_t date_of(const json_object& from, std::string_view name) {
  const auto seconds = number_of(from, name);
  return seconds && *seconds < 253'402'300'800 ? *seconds * 1'000 : 0;
}

std::optional<json_object> object_of(const json_object& from, std::string_view name) {
  const std::string_view value = from.find(name);
  return value.starts_with('{') ? json_object::read(value) : std::nullopt;
}

std::string raw_of(const json_object& from, std::size_t most) {
  std::string out;
  from.append_to(out);
  if (out.size() > most) out.clear();
  return out;
}

std::optional<token_claims> read_token(std::string_view token) {
  if (token.size() > max_token) return std::nullopt;
  auto read = jose::decode_jwt(token, max_token);
  if (!read) return std::nullopt;
  const auto claims = json_object::read(read->claims);
  if (!claims) return std::nullopt;
  token_claims out;
  out.subject = id_of(*claims, "sub");
  if (out.subject.empty()) out.subject = id_of(*claims, "userId");
  if (out.subject.empty()) {
    out.subject = id_of(*claims, "id");
    out.legacy = !out.subject.empty();
  }
  out.session_id = id_of(*claims, "session_id");
  if (out.session_id.empty()) out.session_id = id_of(*claims, "sessionId");
  out.type = text_of(*claims, "type", 64);
  out.issued_at = date_of(*claims, "iat");
  out.expires_at = date_of(*claims, "exp");
  out.level = text_of(*claims, "aal", 16) == "aal2" ? 2 : 1;
  out.json = std::move(read->claims);
  return out;
}

std::unexpected<refusal> bad_response(const http_response& response) {
  refusal out = refuse(errc::bad_response);
  out.status = response.status;
  return std::unexpected(std::move(out));
}

answered<json_object> body_of(const http_response& response) {
  if (response.body.size() > max_body_size) return bad_response(response);
  auto read = json_object::read(response.body);
  if (!read) return bad_response(response);
  return *std::move(read);
}

refusal refused_by(errc code, const http_response& response, std::string_view backend_code,
                   std::string_view message, const reading& with) {
  refusal out = refuse(code);
  out.status = response.status;
  out.backend_code = shown(backend_code, 128);
  out.backend_message = shown(message, max_backend_message);
  if (code == errc::rate_limited || code == errc::server_error) {
    out.why.retry_at = retry_at(response, message, with.now, with.skew);
  }
  return out;
}

errc code_by_status(std::uint32_t status) noexcept {
  if (status == 429) return errc::rate_limited;
  if (status == 401) return errc::session_missing;
  if (status == 408 || status >= 500) return errc::server_error;
  if (status == 400 || status == 422) return errc::invalid_input;
  return errc::bad_response;
}

outcome done() {
  return {};
}

outcome as_outcome(session came) {
  outcome out;
  out.kind = outcome_kind::session;
  out.signed_in = std::move(came);
  return out;
}

outcome as_outcome(user who) {
  outcome out;
  out.kind = outcome_kind::user;
  out.who = std::move(who);
  return out;
}

outcome as_outcome(pending next) {
  outcome out;
  out.kind = outcome_kind::pending;
  out.next = std::move(next);
  return out;
}

}  // namespace kbve::auth
