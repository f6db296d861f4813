#include "kbve/jose/jwt.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compact.hpp"
#include "detail/json_object.hpp"
#include "detail/json_text.hpp"

namespace kbve::jose {
namespace {

using detail::json_object;

std::unexpected<error> not_claims() {
  return fail(errc::jwt_malformed,
              "The token's claims are not one JSON object in strict form; ask its issuer for another.", "claims");
}

std::unexpected<error> invalid(std::string_view message, std::string_view claim) {
  return fail(errc::jwt_claim_invalid, message, claim);
}

/// A NumericDate (RFC 7519 section 2) in seconds, fractions allowed.
result<std::optional<double>> date_claim(const json_object& claims, std::string_view name) {
  const std::string_view value = claims.find(name);
  if (value.empty()) return std::nullopt;
  const bool is_number = value.front() == '-' || (value.front() >= '0' && value.front() <= '9');
  const double seconds = is_number ? detail::json_number_value(value) : HUGE_VAL;
  if (!std::isfinite(seconds)) {
    return invalid("A time in the token is not a number of seconds; ask its issuer for another.", name);
  }
  return seconds;
}

/// `application/` is put before a type without a slash, and case means nothing (RFC 7515 section 4.1.9).
std::string full_type(std::string_view type) {
  std::string out = type.contains('/') ? "" : "application/";
  for (const char c : type) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  return out;
}

bool names_any(std::string_view value, const std::vector<std::string>& wanted) {
  const auto named = detail::string_list(value, false);
  return named && std::ranges::any_of(*named, [&](const std::string& one) {
           return std::ranges::find(wanted, one) != wanted.end();
         });
}

result<void> check_texts(const jws& token, const json_object& claims, const jwt_policy& policy) {
  if (policy.type && (!token.type || full_type(*token.type) != full_type(*policy.type))) {
    return invalid("The token is of another type than the one asked for; it was made for something else.", "typ");
  }
  for (const std::string& name : policy.required_claims) {
    if (claims.find(name).empty()) return invalid("The token lacks a claim that is required here.", name);
  }
  const auto issuer = policy.issuers.empty() ? std::nullopt : claims.text("iss");
  if (!policy.issuers.empty() && (!issuer || std::ranges::find(policy.issuers, *issuer) == policy.issuers.end())) {
    return invalid("The token was issued by nobody who is trusted here.", "iss");
  }
  if (policy.subject && claims.text("sub") != policy.subject) {
    return invalid("The token is about another subject than the one asked for.", "sub");
  }
  if (!policy.audiences.empty() && !names_any(claims.find("aud"), policy.audiences)) {
    return invalid("The token is meant for another audience.", "aud");
  }
  return {};
}

result<void> check_times(const json_object& claims, const jwt_policy& policy, std::uint64_t now_ms) {
  const auto now = static_cast<double>(now_ms / 1000);  // NOLINT(bugprone-integer-division): whole seconds
  const double tolerance = policy.clock_tolerance;
  const auto issued = date_claim(claims, "iat");
  if (!issued) return std::unexpected(issued.error());
  const auto begins = date_claim(claims, "nbf");
  if (!begins) return std::unexpected(begins.error());
  const auto ends = date_claim(claims, "exp");
  if (!ends) return std::unexpected(ends.error());
  if (*begins && **begins > now + tolerance) {
    return fail(errc::jwt_not_yet_valid,
                "The token is not valid yet; try again later, or set this device's clock.", "nbf");
  }
  if (*ends && **ends <= now - tolerance) {
    return fail(errc::jwt_expired, "The token has expired; sign in again or refresh it.", "exp");
  }
  if (policy.max_token_age) {
    if (!*issued) return invalid("The token does not say when it was issued, and its age is limited here.", "iat");
    const double age = now - **issued;
    if (age - tolerance > static_cast<double>(*policy.max_token_age)) {
      return fail(errc::jwt_expired, "The token is older than allowed here; sign in again or refresh it.", "iat");
    }
    if (age < -tolerance)
      return invalid("The token says it was issued in the future; set this device's clock.", "iat");
  }
  return {};
}

jwt halves(std::string header, const json_object& claims) {
  jwt out{.header = std::move(header), .claims = {}};
  claims.append_to(out.claims);
  return out;
}

}  // namespace

result<jwt> decode_jwt(std::string_view token, std::size_t max_size) {
  auto read = read_jws(token, max_size);
  if (!read) return std::unexpected(std::move(read).error());
  const auto claims = json_object::read(as_text(read->payload));
  if (!claims) return not_claims();
  return halves(std::move(read->header), *claims);
}

result<std::string> decode_claims(std::string_view rest, std::size_t max_size) {
  if (rest.size() > max_size) return too_large();
  // From the end, where the shorter part is; a dot more is found by the decoder.
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return not_three_parts();
  const std::string_view text = rest.substr(0, dot);
  const auto payload = base64url::decode(text);
  if (!payload) return text.contains('.') ? not_three_parts() : not_base64url("payload");
  if (!base64url::decode(rest.substr(dot + 1))) return not_base64url("signature");
  const auto claims = json_object::read(as_text(*payload));
  if (!claims) return not_claims();
  std::string out;
  claims->append_to(out);
  return out;
}

result<std::optional<std::string>> check_claims(std::string_view payload) {
  const auto claims = json_object::read(payload);
  if (!claims) return not_claims();
  if (!claims->has_wide_numbers()) return std::nullopt;
  std::string out;
  claims->append_to(out);
  return out;
}

result<jwt> verify_jwt(std::string_view token, const key_set& keys, const jwt_policy& policy, std::uint64_t now) {
  auto read = verify_jws(token, keys, policy);
  if (!read) return std::unexpected(std::move(read).error());
  const auto claims = json_object::read(as_text(read->payload));
  if (!claims) return not_claims();
  if (auto checked = check_texts(*read, *claims, policy); !checked)
    return std::unexpected(std::move(checked).error());
  if (auto checked = check_times(*claims, policy, now); !checked)
    return std::unexpected(std::move(checked).error());
  return halves(std::move(read->header), *claims);
}

}  // namespace kbve::jose
