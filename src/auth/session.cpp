#include "kbve/auth/session.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "detail/json.hpp"
#include "detail/json_object.hpp"
#include "detail/json_writer.hpp"
#include "session_json.hpp"

namespace kbve::auth {
namespace {

using detail::json;
using detail::json_kind;

constexpr std::array<std::string_view, 4> modes{"unknown", "legacy", "body", "cookie"};

constexpr std::size_t max_session_size = 262'144;
/// Beyond every date a backend can write, and far from where sums of times would overflow.
constexpr std::uint64_t max_time = 1'000'000'000'000'000;

std::unexpected<error> bad(std::string_view field) {
  return fail(errc::invalid_input, "This is no session as the core writes one.", field);
}

void write(detail::json_writer& to, const user& who) {
  to.open_object().member("id", who.id);
  to.some("email", who.email).some("phone", who.phone).some("username", who.username).some("name", who.name);
  to.some("avatar", who.avatar).some("newEmail", who.new_email);
  to.member("emailConfirmed", who.email_confirmed).member("phoneConfirmed", who.phone_confirmed);
  to.member("anonymous", who.anonymous).name("factors").open_array();
  for (const factor& one : who.factors) {
    to.open_object().member("id", one.id).member("type", one.type).some("name", one.name);
    to.member("verified", one.verified).close_object();
  }
  // As a text: however deep it is, the state around it can still be read.
  to.close_array().some("raw", who.raw).close_object();
}

bool read_text(const json& from, std::string& out, std::size_t most = max_short_text) {
  out = from.text;
  return from.kind == json_kind::string && from.text.size() <= most;
}

/// A token: printable, so that it may stand in a header and no state grows beyond its bound.
bool read_token(const json& from, std::string& out) {
  return read_text(from, out, max_token) && (out.empty() || is_header_safe(out));
}

bool read_flag(const json& from, bool& out) {
  out = from.flag;
  return from.kind == json_kind::boolean;
}

bool read_number(const json& from, std::uint64_t& out) {
  out = from.integer;
  return from.kind == json_kind::integer && from.integer <= max_time;
}

bool read_factors(const json& from, std::vector<factor>& out) {
  if (from.kind != json_kind::array || from.children.size() > max_factors) return false;
  for (const json& entry : from.children) {
    factor one;
    if (entry.kind != json_kind::object) return false;
    for (const json& member : entry.children) {
      const bool well = member.name == "id"         ? read_text(member, one.id)
                        : member.name == "type"     ? read_text(member, one.type)
                        : member.name == "name"     ? read_text(member, one.name)
                        : member.name == "verified" ? read_flag(member, one.verified)
                                                    : false;
      if (!well) return false;
    }
    out.push_back(std::move(one));
  }
  return true;
}

bool read_user_member(const json& from, user& out) {
  if (from.name == "id") return read_text(from, out.id) && !out.id.empty();
  if (from.name == "email") return read_text(from, out.email);
  if (from.name == "phone") return read_text(from, out.phone);
  if (from.name == "username") return read_text(from, out.username);
  if (from.name == "name") return read_text(from, out.name);
  if (from.name == "avatar") return read_text(from, out.avatar, max_avatar);
  if (from.name == "newEmail") return read_text(from, out.new_email);
  if (from.name == "emailConfirmed") return read_flag(from, out.email_confirmed);
  if (from.name == "phoneConfirmed") return read_flag(from, out.phone_confirmed);
  if (from.name == "anonymous") return read_flag(from, out.anonymous);
  if (from.name == "factors") return read_factors(from, out.factors);
  return from.name == "raw" && read_text(from, out.raw, max_raw_user);
}

bool read_session_member(const json& from, session& out) {
  if (from.name == "proof") {
    auto proof = tokens_of(from);
    if (!proof) return false;
    out.proof = *std::move(proof);
    return true;
  }
  if (from.name == "user") {
    auto who = user_of(from);
    if (!who) return false;
    out.who = *std::move(who);
    return true;
  }
  if (from.name == "issuedAt") return read_number(from, out.issued_at);
  if (from.name == "expiresAt") return read_number(from, out.expires_at);
  if (from.name == "level") {
    std::uint64_t level = 0;
    if (!read_number(from, level) || level < 1 || level > 2) return false;
    out.level = static_cast<std::uint32_t>(level);
    return true;
  }
  if (from.name == "canRefresh") return read_flag(from, out.can_refresh);
  if (from.name == "needsFactor") return read_flag(from, out.needs_factor);
  if (from.name == "claims") {
    // They are shown as the object they are.
    return read_text(from, out.claims, max_token) && detail::json_object::read(out.claims).has_value();
  }
  if (from.name == "providerToken") return read_token(from, out.provider_token);
  return from.name == "providerRefreshToken" && read_token(from, out.provider_refresh_token);
}

}  // namespace

bool is_header_safe(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_token &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

void write_json(detail::json_writer& to, const tokens& proof) {
  to.open_object().some("access", proof.access).some("refresh", proof.refresh).some("secret", proof.secret);
  to.some("sessionId", proof.session_id).some("userId", proof.user_id);
  to.member("mode", modes.at(static_cast<std::size_t>(proof.mode))).close_object();
}

void write_json(detail::json_writer& to, const session& of) {
  to.open_object().name("proof");
  write_json(to, of.proof);
  to.some_number("issuedAt", of.issued_at).some_number("expiresAt", of.expires_at).member("level", of.level);
  to.member("canRefresh", of.can_refresh).some_flag("needsFactor", of.needs_factor);
  if (of.who) write(to.name("user"), *of.who);
  to.some("claims", of.claims).some("providerToken", of.provider_token);
  to.some("providerRefreshToken", of.provider_refresh_token).close_object();
}

std::optional<tokens> tokens_of(const json& from) {
  if (from.kind != json_kind::object) return std::nullopt;
  tokens out;
  for (const json& member : from.children) {
    bool well = false;
    if (member.name == "access") {
      well = read_token(member, out.access);
    } else if (member.name == "refresh") {
      well = read_token(member, out.refresh);
    } else if (member.name == "secret") {
      well = read_token(member, out.secret);
    } else if (member.name == "sessionId") {
      well = read_text(member, out.session_id);
    } else if (member.name == "userId") {
      well = read_text(member, out.user_id);
    } else if (member.name == "mode") {
      const auto mode = std::ranges::find(modes, member.text);
      well = mode != modes.end();
      if (well) out.mode = static_cast<strapi_mode>(mode - modes.begin());
    }
    if (!well) return std::nullopt;
  }
  return out;
}

std::optional<user> user_of(const json& from) {
  if (from.kind != json_kind::object) return std::nullopt;
  user out;
  for (const json& member : from.children) {
    if (!read_user_member(member, out)) return std::nullopt;
  }
  return out.id.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<session> session_of(const json& from) {
  if (from.kind != json_kind::object) return std::nullopt;
  session out;
  for (const json& member : from.children) {
    if (!read_session_member(member, out)) return std::nullopt;
  }
  if (out.proof.user_id.empty() || (out.who && out.who->id != out.proof.user_id)) return std::nullopt;
  return out;
}

std::string session::to_json() const {
  detail::json_writer out;
  write_json(out, *this);
  return out.take();
}

std::string to_json(const user& who) {
  detail::json_writer out;
  write(out, who);
  return out.take();
}

std::string to_json(const tokens& proof) {
  detail::json_writer out;
  write_json(out, proof);
  return out.take();
}

result<session> session::parse(std::string_view text) {
  const auto tree = detail::parse_json(text, max_session_size);
  auto out = tree ? session_of(*tree) : std::nullopt;
  if (!out) return bad("session");
  return *std::move(out);
}

result<tokens> parse_tokens(std::string_view text) {
  if (text.empty()) return tokens();
  const auto tree = detail::parse_json(text, max_session_size);
  auto out = tree ? tokens_of(*tree) : std::nullopt;
  if (!out) return bad("proof");
  return *std::move(out);
}

}  // namespace kbve::auth
