/// What happened, read from JSON.

#include <algorithm>
#include <array>
#include <utility>

#include "kbve/auth/machine.hpp"
#include "kbve/core/base64url.hpp"
#include "reading.hpp"
#include "session_json.hpp"

namespace kbve::auth {
namespace {

using detail::json;

/// What an event of a kind must carry besides its time.
enum needs : std::uint8_t { nothing = 0, a_session = 1, a_user = 2, a_reason = 4, an_action = 8 };

struct kind_name {
  std::string_view name;
  std::uint8_t must;
};

constexpr std::array<kind_name, 24> kinds{{
    {"tick", nothing},           {"needed", nothing},     {"signInStarted", nothing},
    {"signInFailed", a_reason},  {"received", a_session}, {"needsConfirmation", nothing},
    {"needsFactor", nothing},    {"userChanged", a_user}, {"refreshed", a_session},
    {"refreshFailed", a_reason}, {"reread", nothing},     {"unauthorized", nothing},
    {"tabGone", nothing},        {"woke", nothing},       {"online", nothing},
    {"signOut", nothing},        {"revoked", nothing},    {"revocationRefreshed", nothing},
    {"asked", an_action},        {"answered", an_action}, {"flowBegun", nothing},
    {"flowBack", nothing},       {"bind", nothing},       {"unbind", nothing},
}};

static_assert(kinds.size() == static_cast<std::size_t>(event_kind::unbind) + 1);

/// The end of the year 9999.
constexpr std::uint64_t last_time = 253'402'300'799'999;

std::unexpected<error> bad(std::string_view field) {
  return fail(errc::invalid_input, "This is not what an event has there; look at its type.", field);
}

bool read_text(const json& from, std::string& out, std::size_t most) {
  out = from.text;
  return from.kind == detail::json_kind::string && from.text.size() <= most;
}

bool read_number(const json& from, std::uint64_t& out, std::uint64_t most) {
  out = from.integer;
  return from.kind == detail::json_kind::integer && from.integer <= most;
}

bool read_chance(const json& from, std::uint32_t& out) {
  std::uint64_t wide = 0;
  if (!read_number(from, wide, UINT32_MAX)) return false;
  out = static_cast<std::uint32_t>(wide);
  return true;
}

bool read_random(const json& from, bytes& out) {
  auto decoded = from.text.size() <= 128 ? base64url::decode(from.text) : std::nullopt;
  if (!decoded) return false;
  out = *std::move(decoded);
  return true;
}

/// The refusal is the same JSON wherever it stands; it is small.
bool read_why(const json& from, std::optional<refusal>& out) {
  refusal read;
  const auto code = detail::text_member(from, "code", 64);
  const auto found = std::ranges::find(all_errors, code.value_or(""), [](errc one) { return name(one); });
  if (found == all_errors.end()) return false;
  read = refuse(*found, detail::text_member(from, "field", max_short_text).value_or(""));
  if (const auto message = detail::text_member(from, "message", max_short_text)) read.why.message = *message;
  read.why.retry_at = detail::integer_member(from, "retryAt").value_or(0);
  out = std::move(read);
  return true;
}

bool read_member(const json& from, event& out) {
  if (from.name == "type") return true;
  if (from.name == "now") return read_number(from, out.now, last_time);
  if (from.name == "sent") return read_number(from, out.sent, last_time);
  if (from.name == "id") return read_number(from, out.id, last_time);
  if (from.name == "tab") return read_text(from, out.tab, 64);
  if (from.name == "text") return read_text(from, out.text, max_short_text);
  if (from.name == "action") return read_text(from, out.action, 32);
  if (from.name == "chance") return read_chance(from, out.chance);
  if (from.name == "random") return read_random(from, out.random);
  if (from.name == "session") return (out.came = session_of(from)).has_value();
  if (from.name == "user") return (out.who = user_of(from)).has_value();
  return from.name == "why" && read_why(from, out.why);
}

}  // namespace

result<event> event::parse(std::string_view text) {
  const auto tree = detail::parse_json(text, max_state_size);
  const auto type = tree ? detail::text_member(*tree, "type", 32) : std::nullopt;
  if (!type) return bad("type");
  const auto found = std::ranges::find(kinds, *type, &kind_name::name);
  if (found == kinds.end()) return bad("type");
  event out;
  out.kind = static_cast<event_kind>(found - kinds.begin());
  for (const json& member : tree->children) {
    if (!read_member(member, out)) return bad(member.name);
  }
  if (out.now == 0) return bad("now");
  if ((found->must & a_session) != 0 && !out.came) return bad("session");
  if ((found->must & a_user) != 0 && !out.who) return bad("user");
  if ((found->must & a_reason) != 0 && !out.why) return bad("why");
  if ((found->must & an_action) != 0 && out.action.empty()) return bad("action");
  if (out.kind == event_kind::revocation_refreshed && !out.came && !out.why) return bad("session");
  return out;
}

}  // namespace kbve::auth
