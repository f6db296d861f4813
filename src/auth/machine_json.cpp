/// The machine's state as JSON and back.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "kbve/auth/machine.hpp"
#include "reading.hpp"
#include "session_json.hpp"

namespace kbve::auth {
namespace {

using detail::json;
using detail::json_kind;

constexpr std::array<std::string_view, 6> phases{
    "anonymous", "signing-in", "signed-in", "mfa-required", "confirmation-required", "expired"};
constexpr std::array<std::string_view, 12> effect_names{"store",   "notify", "wake",   "refresh",           "wait",
                                                        "use",     "reread", "revoke", "refreshRevocation", "send",
                                                        "refused", "flow"};
constexpr std::uint64_t state_version = 1;
/// What is counted on by one stays a number that JSON can hold.
constexpr std::uint64_t last_count = std::uint64_t{1} << 52U;

std::string_view name_of(phase of) noexcept {
  return phases.at(static_cast<std::size_t>(of));
}

void write(json_writer& to, const error& why) {
  to.open_object().member("code", name(why.code)).member("message", why.message).some("field", why.field);
  to.some_number("retryAt", why.retry_at).close_object();
}

void write(json_writer& to, const flow& one) {
  to.open_object().member("id", one.id).member("verifier", one.verifier).member("purpose", one.purpose);
  to.member("begun", one.begun).close_object();
}

void write(json_writer& to, const revocation& one) {
  write_json(to.open_object().member("id", one.id).name("proof"), one.proof);
  to.member("scope", one.scope).some_number("accessExpires", one.access_expires).member("added", one.added);
  to.some_number("nextTry", one.next_try).some_number("busyUntil", one.busy_until);
  to.some_number("failures", one.failures).some_flag("unreached", one.unreached).close_object();
}

std::string text_in(const json& from, std::string_view name) {
  return std::string(detail::text_member(from, name, max_short_text).value_or(""));
}
std::uint64_t number_in(const json& from, std::string_view name) noexcept {
  return detail::integer_member(from, name).value_or(0);
}
std::uint32_t count_in(const json& from, std::string_view name) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number_in(from, name), 64));
}
bool flag_in(const json& from, std::string_view name) noexcept {
  const json* const found = detail::member(from, name);
  return found != nullptr && found->kind == json_kind::boolean && found->flag;
}

/// Calls `each` for every element; false when it is no array, has too many, or one does not pass.
template <class Each>
bool read_list(const json& from, std::string_view name, std::size_t most, Each each) {
  const json* const list = detail::member(from, name);
  return list == nullptr || (list->kind == json_kind::array && list->children.size() <= most &&
                             std::ranges::all_of(list->children, each));
}

bool read_revocation(const json& from, std::vector<revocation>& out) {
  const json* const proof = detail::member(from, "proof");
  auto read = proof == nullptr ? std::nullopt : tokens_of(*proof);
  if (!read) return false;
  out.push_back({.id = number_in(from, "id"),
                 .proof = *std::move(read),
                 .scope = text_in(from, "scope"),
                 .access_expires = number_in(from, "accessExpires"),
                 .added = number_in(from, "added"),
                 .next_try = number_in(from, "nextTry"),
                 .busy_until = number_in(from, "busyUntil"),
                 .failures = count_in(from, "failures"),
                 .unreached = flag_in(from, "unreached")});
  return (out.back().scope == "local" || out.back().scope == "global") && out.back().id <= last_count;
}

bool read_flow(const json& from, std::vector<flow>& out) {
  out.push_back({.id = text_in(from, "id"),
                 .verifier = text_in(from, "verifier"),
                 .purpose = text_in(from, "purpose"),
                 .begun = number_in(from, "begun")});
  return !out.back().id.empty() && pkce_challenge(out.back().verifier).has_value();
}

bool read_limit(const json& from, limit_table& out) {
  limit entry{
      .key = text_in(from, "key"), .refusals = count_in(from, "refusals"), .retry_at = number_in(from, "retryAt")};
  return !entry.key.empty() && entry.key.size() <= 64 && out.restore(std::move(entry));
}

bool read_lists(const json& from, machine_state& out) {
  return read_list(from, "revocations", max_revocations,
                   [&](const json& one) { return read_revocation(one, out.revocations); }) &&
         read_list(from, "flows", max_flows, [&](const json& one) { return read_flow(one, out.flows); }) &&
         read_list(from, "limits", max_limits, [&](const json& one) { return read_limit(one, out.limits); });
}

bool read_objects(const json& from, machine_state& out) {
  if (const json* const held = detail::member(from, "session")) {
    out.held = session_of(*held);
    if (!out.held) return false;
  }
  const bool must = out.now == phase::signed_in || out.now == phase::mfa_required || out.now == phase::expired;
  // On the way to the next session the person of an ended one is still shown.
  const bool may = out.now != phase::anonymous;
  if (out.held ? !may : must) return false;
  if (const json* const lease = detail::member(from, "refreshing")) {
    out.refreshing =
        flight{.id = number_in(*lease, "id"), .tab = text_in(*lease, "tab"), .until = number_in(*lease, "until")};
  }
  if (const json* const why = detail::member(from, "error")) {
    const std::string code = text_in(*why, "code");
    const auto found = std::ranges::find(all_errors, code, [](errc one) { return name(one); });
    if (found == all_errors.end()) return false;
    out.last_error = error(*found, text_in(*why, "message"), text_in(*why, "field"));
    out.last_error->retry_at = number_in(*why, "retryAt");
  }
  return true;
}

}  // namespace

std::string machine_state::to_json() const {
  json_writer out;
  out.open_object().member("version", state_version).member("revision", revision);
  out.member("phase", name_of(now)).some_number("signingUntil", signing_until);
  if (held) write_json(out.name("session"), *held);
  out.some_number("receivedAt", received_at).some_number("refreshAt", refresh_at);
  out.some_number("expiresAt", expires_at).some_flag("ended", ended).some_flag("doubted", doubted);
  out.some_flag("suspect", suspect).some("spent", spent);
  if (refreshing) {
    out.name("refreshing").open_object().member("id", refreshing->id).member("tab", refreshing->tab);
    out.member("until", refreshing->until).close_object();
  }
  out.some_number("lastFlight", last_flight).some_number("failures", failures).some_number("nextTry", next_try);
  out.some_number("circuitFailures", circuit.failures).some_number("circuitOpenUntil", circuit.open_until);
  if (skew != 0) out.member(skew > 0 ? "ahead" : "behind", static_cast<std::uint64_t>(skew > 0 ? skew : -skew));
  out.name("limits").open_array();
  for (const limit& one : limits.entries()) {
    out.open_object().member("key", one.key).member("refusals", one.refusals).member("retryAt", one.retry_at);
    out.close_object();
  }
  out.close_array().name("revocations").open_array();
  for (const revocation& one : revocations) write(out, one);
  out.close_array().name("flows").open_array();
  for (const flow& one : flows) write(out, one);
  out.close_array().some_flag("bind", bind).some("boundTo", bound_to).some("waitsFor", waits_for);
  if (last_error) write(out.name("error"), *last_error);
  return out.close_object().take();
}

result<machine_state> machine_state::parse(std::string_view text) {
  machine_state out;
  if (text.empty()) return out;
  const auto bad = [] {
    return fail(errc::invalid_input, "This is no session state of this version; sign in again.", "state");
  };
  const auto tree = detail::parse_json(text, max_state_size);
  if (!tree || tree->kind != json_kind::object || number_in(*tree, "version") != state_version) return bad();
  const auto found = std::ranges::find(phases, text_in(*tree, "phase"));
  if (found == phases.end()) return bad();
  out.now = static_cast<phase>(found - phases.begin());
  out.revision = number_in(*tree, "revision");
  out.signing_until = number_in(*tree, "signingUntil");
  out.received_at = number_in(*tree, "receivedAt");
  out.refresh_at = number_in(*tree, "refreshAt");
  out.expires_at = number_in(*tree, "expiresAt");
  out.ended = flag_in(*tree, "ended");
  out.doubted = flag_in(*tree, "doubted");
  out.suspect = flag_in(*tree, "suspect");
  out.spent = text_in(*tree, "spent");
  out.last_flight = number_in(*tree, "lastFlight");
  out.failures = count_in(*tree, "failures");
  out.next_try = number_in(*tree, "nextTry");
  out.circuit.failures = count_in(*tree, "circuitFailures");
  out.circuit.open_until = number_in(*tree, "circuitOpenUntil");
  out.skew =
      static_cast<std::int64_t>(number_in(*tree, "ahead")) - static_cast<std::int64_t>(number_in(*tree, "behind"));
  out.bind = flag_in(*tree, "bind");
  out.bound_to = text_in(*tree, "boundTo");
  out.waits_for = text_in(*tree, "waitsFor");
  if (out.revision > last_count || out.last_flight > last_count) return bad();
  if (!read_lists(*tree, out) || !read_objects(*tree, out)) return bad();
  return out;
}

std::string view_of(const machine_state& state, std::uint64_t now) {
  json_writer out;
  out.open_object().member("state", name_of(state.now));
  if (state.held && state.held->who) out.raw_member("user", to_json(*state.held->who));
  if (state.held) {
    out.member("userId", state.held->proof.user_id).some("sessionId", state.held->proof.session_id);
    if (!state.held->claims.empty()) out.raw_member("claims", state.held->claims);
    out.member("level", state.held->level);
  }
  const std::uint64_t retry = std::max(state.limits.latest(now), believable(state.next_try, now));
  out.some_number("expiresAt", state.expires_at).some_number("retryAt", retry > now ? retry : 0);
  out.some("waitsFor", state.waits_for).some_number("pendingSignOuts", state.revocations.size());
  if (state.last_error) write(out.name("error"), *state.last_error);
  return out.close_object().take();
}

std::string stepped::to_json() const {
  json_writer out;
  out.open_object().raw_member("state", state.to_json()).name("effects").open_array();
  for (const effect& one : effects) {
    out.open_object().member("type", effect_names.at(static_cast<std::size_t>(one.kind)));
    out.some_number("at", one.at).some_number("id", one.id).some("text", one.text);
    out.some("challenge", one.challenge);
    if (one.proof) write_json(out.name("proof"), *one.proof);
    if (one.begun) write(out.name("flow"), *one.begun);
    if (one.why) write(out.name("why"), *one.why);
    out.close_object();
  }
  return out.close_array().close_object().take();
}

}  // namespace kbve::auth
