/// Accounts and uptime through the door. Nothing is decided here: JSON comes in and JSON goes out.

#include <cmath>
#include <utility>

#include "door.hpp"
#include "kbve/auth/backend.hpp"
#include "kbve/auth/machine.hpp"
#include "kbve/crypto/random.hpp"
#include "kbve/uptime/uptime.hpp"

namespace kbve::wasm {
namespace {

std::string_view text(std::uint32_t size) noexcept {
  return as_text(input(size));
}

/// What a backend refused is an answer like others, with a kind of its own.
std::string refused(const auth::refusal& why) {
  return R"({"kind":"refused","why":)" + why.to_json() + "}";
}

result<std::string> request_of(packed_reader& in) {
  const auto to = auth::backend::parse(take_text(in));
  if (!to) return std::unexpected(to.error());
  const auto what = auth::action::parse(take_text(in));
  if (!what) return std::unexpected(what.error());
  const auto proof = auth::parse_tokens(take_text(in));
  if (!proof) return std::unexpected(proof.error());
  const auto request = auth::make_request(*to, *what, *proof);
  if (!request) return std::unexpected(request.error());
  return request->to_json();
}

result<std::string> outcome_of(packed_reader& in, double now, double skew) {
  auth::reading with;
  if (!to_integer(std::floor(now), with.now) || !(std::abs(skew) < 1e15)) {
    return fail(errc::invalid_input, "Times are numbers of milliseconds.", "now");
  }
  with.skew = static_cast<std::int64_t>(skew);
  const auto from = auth::backend::parse(take_text(in));
  if (!from) return std::unexpected(from.error());
  const auto what = auth::action::parse(take_text(in));
  if (!what) return std::unexpected(what.error());
  auto proof = auth::parse_tokens(take_text(in));
  if (!proof) return std::unexpected(proof.error());
  with.proof = *std::move(proof);
  const std::string_view head = take_text(in);
  const auto response = auth::http_response::parse(head, take_text(in));
  if (!response) return std::unexpected(response.error());
  const auto outcome = auth::read_response(*from, *what, *response, with);
  return outcome ? outcome->to_json() : refused(outcome.error());
}

/// Randomness is drawn here where the event brings none: the machine itself has none of its own.
result<std::string> step_of(packed_reader& in) {
  auto state = auth::machine_state::parse(take_text(in));
  if (!state) return std::unexpected(state.error());
  auto happened = auth::event::parse(take_text(in));
  if (!happened) return std::unexpected(happened.error());
  if (happened->chance == 0) {
    const auto drawn = crypto::random_array<4>();
    happened->chance = get_be32(drawn);
  }
  if (happened->kind == auth::event_kind::flow_begun && happened->random.empty()) {
    happened->random.resize(48);
    crypto::fill_random(happened->random);
  }
  const auth::stepped next = auth::advance(*std::move(state), *happened);
  std::string out = next.to_json();
  // What is seen goes with it, so that a step is one call.
  out.pop_back();
  return out.append(R"(,"view":)").append(auth::view_of(next.state, happened->now)).append("}");
}

uptime::window window_of(std::uint32_t over) noexcept {
  return over == 0 ? uptime::window::hour : over == 1 ? uptime::window::day : uptime::window::month;
}

result<std::uint64_t> time_of(double now) {
  std::uint64_t out = 0;
  if (to_integer(std::floor(now), out)) return out;
  return fail(errc::invalid_input, "The time is a number of milliseconds since 1970.", "now");
}

}  // namespace

/// Input: backend · action · proof or ''. Output: a request.
KBVE_DOOR(authRequest) std::int32_t auth_request(std::uint32_t size) {
  packed_reader in(input(size));
  auto made = request_of(in);
  wipe_input(size);
  return answer(std::move(made));
}

/// Input: backend · action · proof or '' · status and headers · body. Output: an outcome, or {"kind":"refused"}.
KBVE_DOOR(authResponse) std::int32_t auth_response(std::uint32_t size, double now, double skew) {
  packed_reader in(input(size));
  auto read = outcome_of(in, now, skew);
  wipe_input(size);
  return answer(std::move(read));
}

/// Input: state or '' · event. Output: {"state","effects","view"}.
KBVE_DOOR(authStep) std::int32_t auth_step(std::uint32_t size) {
  packed_reader in(input(size));
  auto next = step_of(in);
  wipe_input(size);
  return answer(std::move(next));
}

/// Input: state or ''. Output: what is seen of it.
KBVE_DOOR(authView) std::int32_t auth_view(std::uint32_t size, double now) {
  const auto at = time_of(now);
  if (!at) return refuse(at.error());
  const auto state = auth::machine_state::parse(text(size));
  wipe_input(size);
  return state ? answer(auth::view_of(*state, *at)) : refuse(state.error());
}

/// Input: an address that was returned to. Output: what it says as JSON, or nothing.
KBVE_DOOR(authRedirect) std::int32_t auth_redirect(std::uint32_t size) {
  const auto back = auth::read_redirect(text(size));
  wipe_input(size);
  return back ? answer(auth::to_json(*back)) : 0;
}

/// Input: an access token. Output: its fingerprint, as the event unauthorized names it.
KBVE_DOOR(authFingerprint) std::int32_t auth_fingerprint(std::uint32_t size) {
  std::string print = auth::fingerprint(text(size));
  wipe_input(size);
  return answer(std::move(print));
}

/// Output: the names of all codes, one a line. The build makes TypeScript's union of them.
KBVE_DOOR(errorCodes) std::int32_t error_codes() {
  std::string out;
  for (const errc code : all_errors) out.append(name(code)).push_back('\n');
  return answer(std::move(out));
}

/// Output: the table of what each backend can.
KBVE_DOOR(authCapabilities) std::int32_t auth_capabilities() {
  return answer(auth::capabilities_json());
}

/// Input: state or ''. The sample beside it. Output: the new state.
KBVE_DOOR(uptimeAdd)
std::int32_t uptime_add(std::uint32_t size, double at, std::uint32_t status, std::uint32_t latency,
                        std::uint32_t slow, double now) {
  const auto seen = time_of(at);
  const auto when = time_of(now);
  if (!seen || !when) return refuse(seen ? when.error() : seen.error());
  auto state = uptime::state::parse(text(size));
  if (!state) return refuse(state.error());
  state->add({.at = *seen, .seen = uptime::judge(status, latency, slow), .latency_ms = latency}, *when);
  return answer(state->to_json());
}

/// Input: state or ''. Output: what is seen of it, with the time of the next look.
KBVE_DOOR(uptimeView) std::int32_t uptime_view(std::uint32_t size, double now) {
  const auto when = time_of(now);
  if (!when) return refuse(when.error());
  const auto state = uptime::state::parse(text(size));
  if (!state) return refuse(state.error());
  const auto drawn = crypto::random_array<4>();
  std::string out = state->view(*when);
  out.pop_back();
  return answer(
      out.append(R"(,"nextLook":)").append(std::to_string(state->next_look(*when, get_be32(drawn)))).append("}"));
}

/// Input: state or ''. Output: the slices of a window. `over`: 0 an hour, 1 a day, 2 thirty days.
KBVE_DOOR(uptimeHistory) std::int32_t uptime_history(std::uint32_t size, std::uint32_t over, double now) {
  const auto when = time_of(now);
  if (!when) return refuse(when.error());
  const auto state = uptime::state::parse(text(size));
  if (!state) return refuse(state.error());
  return answer(state->history(window_of(over), *when));
}

/// Input: state or '' · label. Output: SVG. `over` as above.
KBVE_DOOR(uptimeBadge) std::int32_t uptime_badge(std::uint32_t size, std::uint32_t over, double now) {
  const auto when = time_of(now);
  if (!when) return refuse(when.error());
  packed_reader in(input(size));
  const auto state = uptime::state::parse(take_text(in));
  if (!state) return refuse(state.error());
  return answer(uptime::badge_svg(*state, {.label = take_text(in), .over = window_of(over)}, *when));
}

}  // namespace kbve::wasm
