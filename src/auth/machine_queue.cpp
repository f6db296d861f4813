/// The machine's other half: what ends a session, what is sent later, and how often anything may be sent.

#include <algorithm>
#include <utility>

#include "machine_step.hpp"

namespace kbve::auth {
namespace {

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t revocation_base = 5 * second;
constexpr std::uint64_t revocation_most = 3'600 * second;
constexpr std::uint64_t sign_in_time = 120 * second;

/// Whether the backend will never say anything else.
bool is_final(errc code) noexcept {
  return code != errc::network && code != errc::server_error && code != errc::rate_limited &&
         code != errc::bad_response;
}

/// Whether an event has what its kind carries.
bool is_whole(const event& what) noexcept {
  switch (what.kind) {
    case event_kind::received:
    case event_kind::refreshed: return what.came.has_value();
    case event_kind::sign_in_failed:
    case event_kind::refresh_failed: return what.why.has_value();
    case event_kind::revocation_refreshed: return what.came || what.why;
    default: return true;
  }
}

}  // namespace

bool is_ambient(const tokens& proof) noexcept {
  return proof.mode == strapi_mode::cookie || (proof.access.empty() && proof.secret.empty());
}

void stepper::sign_in_failed() {
  const error& why = reason();
  state_.last_error = why;
  state_.signing_until = 0;
  if (why.code == errc::email_not_confirmed || why.code == errc::phone_not_confirmed) {
    if (!is_signed_in()) state_.now = phase::confirmation_required;
    state_.waits_for = what_.text;
    return;
  }
  if (state_.now == phase::signing_in) state_.now = resting_phase();
}

void stepper::sign_out() {
  // Here at once, whatever the network says; there as soon as it can be told.
  if (is_signed_in()) queue_revocation(held(), what_.text == "global" ? "global" : "local");
  state_.held.reset();
  state_.now = phase::anonymous;
  forget_times();
  state_.waits_for.clear();
  state_.last_error.reset();
}

void stepper::queue_revocation(const session& of, std::string_view scope) {
  // A legacy token cannot be taken back: it is forgotten, and ends by itself.
  if (of.proof.mode == strapi_mode::legacy) return;
  if (state_.revocations.size() >= max_revocations) state_.revocations.erase(state_.revocations.begin());
  std::uint64_t id = 0;
  for (const revocation& one : state_.revocations) id = std::max(id, one.id);
  state_.revocations.push_back({.id = id + 1,
                                .proof = of.proof,
                                .scope = std::string(scope),
                                .access_expires = of.proof.access.empty() ? 0 : of.expires_at,
                                .added = now_});
}

/// By the backend's clock: what ends until then may have ended when a request gets there.
std::int64_t stepper::usable_until() const noexcept {
  return static_cast<std::int64_t>(now_ + 5 * second) + state_.skew;
}

/// Sends the next sign-out that is due. One at a time: a backend in trouble gets no volley.
void stepper::pump_revocations() {
  std::erase_if(state_.revocations,
                [this](const revocation& one) { return now_ > one.added && now_ - one.added > revocation_life; });
  if (state_.circuit.closed_until(now_) != 0) return;
  const auto is_busy = [this](const revocation& one) {
    return one.busy_until > now_ && one.busy_until <= now_ + flight_time;
  };
  if (std::ranges::any_of(state_.revocations, is_busy)) return;
  const auto due = std::ranges::find_if(
      state_.revocations, [this](const revocation& one) { return believable(one.next_try, now_) <= now_; });
  if (due == state_.revocations.end()) return;
  due->busy_until = now_ + flight_time;
  state_.circuit.probe(now_);
  // A token that has ended signs nobody out, while the refresh token beside it would live on.
  const bool over = due->access_expires != 0 && static_cast<std::int64_t>(due->access_expires) <= usable_until();
  const bool renew = over && !due->proof.refresh.empty();
  add({.kind = renew ? effect_kind::refresh_revocation : effect_kind::revoke,
       .at = now_ + fetch_time,
       .id = due->id,
       .text = due->scope,
       .proof = due->proof});
}

void stepper::put_off(revocation& waiting) {
  const error& why = reason();
  waiting.busy_until = 0;
  waiting.unreached = why.code == errc::network;
  waiting.failures = std::min<std::uint32_t>(waiting.failures + 1, 64);
  const std::uint64_t own = now_ + back_off(waiting.failures, what_.chance, revocation_base, revocation_most);
  waiting.next_try = std::max(own, believable(why.retry_at, now_));
  if (why.code == errc::server_error || why.code == errc::bad_response) {
    state_.circuit.failed(now_, what_.chance);
  }
}

void stepper::revoked() {
  const auto found = std::ranges::find(state_.revocations, what_.id, &revocation::id);
  if (found == state_.revocations.end()) return;
  if (what_.why && !is_final(reason().code)) return put_off(*found);
  state_.circuit.succeeded();
  state_.revocations.erase(found);
}

void stepper::revocation_refreshed() {
  const auto found = std::ranges::find(state_.revocations, what_.id, &revocation::id);
  if (found == state_.revocations.end()) return;
  if (what_.came) {
    found->proof = given().proof;
    found->access_expires = given().expires_at;
    found->busy_until = 0;
    found->failures = 0;
    // However short the new token lives: it was given to be used once.
    if (static_cast<std::int64_t>(found->access_expires) <= usable_until()) {
      found->access_expires = 0;
    }
    return;
  }
  if (!is_final(reason().code)) return put_off(*found);
  // It ended by itself.
  state_.revocations.erase(found);
}

void stepper::answer_ask() {
  const std::string key = limit_table::key_of(what_.action, what_.text);
  if (const std::uint64_t at = state_.limits.retry_at(key, now_); at != 0) {
    return refuse_now(errc::rate_limited, at);
  }
  if (const std::uint64_t at = state_.circuit.closed_until(now_); at != 0) {
    return refuse_now(errc::server_error, at);
  }
  state_.circuit.probe(now_);
  add({.kind = effect_kind::send, .text = what_.action});
}

void stepper::count_answer() {
  const std::string key = limit_table::key_of(what_.action, what_.text);
  if (!what_.why) {
    state_.limits.answered(key, now_);
    state_.circuit.succeeded();
    return;
  }
  error why = reason();
  switch (why.code) {
    case errc::rate_limited:
      state_.limits.refused(key, why.retry_at, now_, what_.chance);
      why.retry_at = state_.limits.retry_at(key, now_);
      break;
    case errc::server_error:
    case errc::bad_response: state_.circuit.failed(now_, what_.chance); break;
    case errc::network: break;
    default:
      // It said no, and so it is there.
      state_.limits.answered(key, now_);
      state_.circuit.succeeded();
  }
  state_.last_error = std::move(why);
}

void stepper::begin_flow() {
  auto begun = make_flow(what_.random, what_.text, now_);
  auto challenge = begun ? pkce_challenge(begun->verifier) : std::unexpected(begun.error());
  if (!challenge) return add({.kind = effect_kind::refused, .why = challenge.error()});
  add_flow(state_.flows, *begun);
  add({.kind = effect_kind::flow, .challenge = *std::move(challenge), .begun = *std::move(begun)});
}

void stepper::end_flow() {
  auto back = take_flow(state_.flows, what_.text, now_);
  if (!back) return add({.kind = effect_kind::refused, .why = back.error()});
  add({.kind = effect_kind::flow, .begun = *std::move(back)});
}

/// Waits that came from having no network are over; those the backend asked for are not.
void stepper::come_online() {
  if (state_.last_error && state_.last_error->code == errc::network) state_.next_try = 0;
  for (revocation& one : state_.revocations) {
    if (one.unreached) one.next_try = 0;
  }
}

void stepper::run() {
  // What lacks what its kind carries says no more than that time has passed.
  if (is_whole(what_)) take();
  look();
  if (what_.kind == event_kind::needed) answer_need();
  if (what_.kind == event_kind::unauthorized) answer_unauthorized();
}

void stepper::take() {
  switch (what_.kind) {
    case event_kind::tick:
    case event_kind::needed:
    case event_kind::unauthorized: break;
    case event_kind::sign_in_started:
      if (!is_signed_in()) {
        state_.now = phase::signing_in;
        state_.signing_until = now_ + sign_in_time;
      }
      state_.last_error.reset();
      break;
    case event_kind::sign_in_failed: sign_in_failed(); break;
    case event_kind::received: received(); break;
    case event_kind::needs_confirmation:
      if (!is_signed_in()) state_.now = phase::confirmation_required;
      state_.signing_until = 0;
      state_.waits_for = what_.text;
      break;
    case event_kind::needs_factor:
      if (is_signed_in()) state_.now = phase::mfa_required;
      break;
    case event_kind::user_changed:
      if (is_signed_in() && what_.who && what_.who->id == held().proof.user_id) held().who = what_.who;
      break;
    case event_kind::refreshed: refreshed(); break;
    case event_kind::refresh_failed: refresh_failed(); break;
    case event_kind::reread:
      if (state_.doubted && is_signed_in()) die();
      break;
    case event_kind::tab_gone:
      if (state_.refreshing && state_.refreshing->tab == what_.text) state_.refreshing.reset();
      break;
    case event_kind::woke:
      if (is_signed_in() && held().can_refresh) state_.suspect = true;
      break;
    case event_kind::online: come_online(); break;
    case event_kind::sign_out: sign_out(); break;
    case event_kind::revoked: revoked(); break;
    case event_kind::revocation_refreshed: revocation_refreshed(); break;
    case event_kind::asked: answer_ask(); break;
    case event_kind::answered: count_answer(); break;
    case event_kind::flow_begun: begin_flow(); break;
    case event_kind::flow_back: end_flow(); break;
    case event_kind::bind:
      state_.bind = true;
      if (!what_.text.empty()) {
        state_.bound_to = what_.text;
      } else if (state_.bound_to.empty() && is_signed_in()) {
        state_.bound_to = held().proof.user_id;
      }
      break;
    case event_kind::unbind: state_.bound_to.clear(); break;
  }
}

namespace {

/// The next time at which anything is due, or 0.
std::uint64_t next_wake(const machine_state& state, std::uint64_t now) noexcept {
  std::uint64_t out = 0;
  const auto soonest = [&](std::uint64_t at) {
    if (at > now && (out == 0 || at < out)) out = at;
  };
  const std::uint64_t open = state.circuit.closed_until(now);
  if (state.refreshing) {
    soonest(state.refreshing->until);
  } else if (state.refresh_at != 0) {
    soonest(std::max({state.suspect ? 0 : state.refresh_at, believable(state.next_try, now), open}));
  }
  soonest(state.expires_at);
  if (state.now == phase::signing_in) soonest(believable(state.signing_until, now));
  for (const revocation& one : state.revocations) {
    soonest(std::max({one.busy_until, believable(one.next_try, now), open}));
  }
  return out;
}

}  // namespace

stepped advance(machine_state state, const event& happened) {
  const machine_state before = state;
  stepped out{.state = std::move(state), .effects = {}};
  stepper(out.state, happened, out.effects).run();
  if (out.state != before) {
    // First of all, so that nobody is told of a session that a crash could still take.
    out.state.revision = before.revision + 1;
    out.effects.insert(out.effects.begin(), effect{.kind = effect_kind::store});
    if (view_of(before, happened.now) != view_of(out.state, happened.now)) {
      out.effects.push_back({.kind = effect_kind::notify});
    }
  }
  if (const std::uint64_t at = next_wake(out.state, happened.now); at != 0) {
    out.effects.push_back({.kind = effect_kind::wake, .at = at});
  }
  return out;
}

}  // namespace kbve::auth
