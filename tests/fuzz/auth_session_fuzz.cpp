/// Any state and any events, one after the other: the machine is a pure function whose promises hold whatever
/// comes. Input: events packed in a few bytes each, or, after a zero byte, a state and an event as JSON.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <source_location>
#include <string>
#include <utility>

#include "detail/json_text.hpp"
#include "kbve/auth/machine.hpp"
#include "kbve/core/bytes.hpp"

namespace {

using namespace kbve;
using namespace kbve::auth;

void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::cerr << "broken promise, line " << where.line() << '\n';
  std::abort();
}

/// The promises of a single step.
void check(const machine_state& before, const event& happened, const stepped& next) {
  const bool changed = next.state != before;
  if (changed) {
    const auto back = machine_state::parse(next.state.to_json());
    expect(back && *back == next.state);
    expect(detail::check_json(next.to_json()) == detail::json_flaw::none);
    expect(detail::check_json(view_of(next.state, happened.now)) == detail::json_flaw::none);
  }
  expect(next.state.revision == before.revision + (changed ? 1 : 0));
  expect(changed == (!next.effects.empty() && next.effects.front().kind == effect_kind::store));
  expect(next.state.revocations.size() <= max_revocations && next.state.flows.size() <= max_flows);
  expect(next.state.limits.entries().size() <= max_limits);

  std::size_t refreshes = 0;
  for (const effect& one : next.effects) {
    if (one.kind == effect_kind::refresh) {
      ++refreshes;
      // Never two in flight: whoever had the lease has lost it, by time, by death, or by an answer.
      const bool held = before.refreshing && happened.now < before.refreshing->until &&
                        before.refreshing->until <= happened.now + flight_time;
      const bool ended = happened.kind == event_kind::tab_gone || happened.kind == event_kind::refreshed ||
                         happened.kind == event_kind::refresh_failed || happened.kind == event_kind::received ||
                         happened.kind == event_kind::sign_out;
      expect(!held || ended);
      expect(next.state.refreshing && next.state.refreshing->id == one.id && one.id > before.last_flight);
      expect(one.at < next.state.refreshing->until);
    }
    if (one.kind == effect_kind::use) {
      expect(next.state.held.has_value());
      expect(next.state.now == phase::signed_in || next.state.now == phase::mfa_required);
      expect(next.state.expires_at == 0 || happened.now < next.state.expires_at);
    }
    if (one.kind == effect_kind::wake) expect(one.at > happened.now);
  }
  expect(refreshes <= 1);

  // Never cleared while the token is good, but by signing out, by another sign-in, or because it was refused.
  const bool good = before.held && !before.held->proof.access.empty() &&
                    (before.now == phase::signed_in || before.now == phase::mfa_required) &&
                    (before.expires_at == 0 || happened.now < before.expires_at) && before.spent.empty();
  if (good && happened.kind != event_kind::sign_out && happened.kind != event_kind::received &&
      happened.kind != event_kind::refreshed && happened.kind != event_kind::unauthorized) {
    expect(next.state.now == phase::signed_in || next.state.now == phase::mfa_required);
    expect(next.state.held->proof == before.held->proof);
  }
  // One person only.
  if (next.state.bind && !next.state.bound_to.empty() && happened.kind == event_kind::received &&
      before.bound_to == next.state.bound_to && next.state.held && !before.held) {
    expect(next.state.held->proof.user_id == next.state.bound_to);
  }
  // A wait is never made shorter while it lasts.
  for (const limit& entry : before.limits.entries()) {
    const std::uint64_t was = before.limits.retry_at(entry.key, happened.now);
    if (was != 0 && next.state.limits.entries().size() < max_limits) {
      expect(next.state.limits.retry_at(entry.key, happened.now) >= was);
    }
  }
}

session make_session(std::uint8_t of, std::uint64_t now) {
  session out;
  out.proof.user_id = (of & 1U) != 0 ? "u1" : "u2";
  out.proof.session_id = (of & 2U) != 0 ? "s1" : "s2";
  out.proof.access = "a" + std::to_string(now);
  if ((of & 4U) != 0) out.proof.refresh = "r" + std::to_string(now);
  out.proof.mode = static_cast<strapi_mode>((of >> 3U) & 3U);
  out.can_refresh = (of & 32U) != 0;
  out.needs_factor = (of & 64U) != 0;
  out.issued_at = now;
  out.expires_at = now + ((of & 128U) != 0 ? 3'600'000 : of * 100ULL);
  return out;
}

/// Kind, time passed, who or why, which.
event make_event(packed_reader& in, std::uint64_t& now, const machine_state& state) {
  event out;
  out.kind = static_cast<event_kind>(in.u8() % (static_cast<unsigned>(event_kind::unbind) + 1));
  const std::uint16_t passed = in.u16();
  // Mostly onward, and now and then back by as much as a day.
  now = (passed & 15U) == 15 ? now - std::min<std::uint64_t>(now - 1, passed * 1'300ULL) : now + passed * 10ULL;
  now = std::min<std::uint64_t>(now, 253'402'300'799'999);
  out.now = now;
  const std::uint8_t who = in.u8();
  const std::uint8_t which = in.u8();
  out.tab = (which & 1U) != 0 ? "a" : "b";
  out.text = (which & 2U) != 0 ? "a" : state.held ? fingerprint(state.held->proof.access) : "";
  if (out.kind == event_kind::sign_out && (which & 4U) != 0) out.text = "global";
  out.action = (which & 8U) != 0 ? "signIn" : "sendOtp";
  out.id = (which & 16U) != 0 && state.refreshing ? state.refreshing->id : which & 3U;
  out.chance = which * 16'000'000U;
  if (out.kind == event_kind::flow_begun) out.random = bytes(48, which);
  const bool wants_session = out.kind == event_kind::received || out.kind == event_kind::refreshed;
  if (wants_session || (out.kind == event_kind::revocation_refreshed && (which & 32U) != 0)) {
    out.came = make_session(who, now);
  } else if (out.kind == event_kind::user_changed) {
    out.who = user{.id = (who & 1U) != 0 ? "u1" : "u2"};
  } else if (out.kind != event_kind::answered || (which & 64U) != 0) {
    out.why = refuse(all_errors.at(who % all_errors.size()));
    out.why->why.retry_at = (which & 128U) != 0 ? now + who * 1'000ULL : 0;
  }
  const bool may_succeed = out.kind == event_kind::revoked && (which & 64U) == 0;
  if (may_succeed) out.why.reset();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size != 0 && data[0] == 0) {
    const std::string_view text = as_text({data + 1, size - 1});
    const std::size_t split = std::min(text.find('\n'), text.size());
    const auto state = machine_state::parse(text.substr(0, split));
    const auto happened = event::parse(text.substr(std::min(split + 1, text.size())));
    if (state) {
      const auto again = machine_state::parse(state->to_json());
      expect(again && *again == *state);
    }
    if (state && happened) check(*state, *happened, advance(*state, *happened));
    return 0;
  }
  packed_reader in({data, size});
  machine_state state;
  std::uint64_t now = 1'760'000'000'000;
  for (int steps = 0; steps < 64 && !in.at_end(); ++steps) {
    const event happened = make_event(in, now, state);
    stepped next = advance(state, happened);
    check(state, happened, next);
    state = std::move(next.state);
  }
  return 0;
}
