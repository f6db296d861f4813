#include "kbve/auth/machine.hpp"

#include <algorithm>
#include <utility>

#include "kbve/core/base64url.hpp"
#include "kbve/crypto/sha2.hpp"
#include "machine_step.hpp"

namespace kbve::auth {
namespace {

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t day = 86'400 * second;
/// A token that is refused this soon after it came would be refused again.
constexpr std::uint64_t fresh_for = 30 * second;
/// No token is refreshed sooner after it came, however short it lives.
constexpr std::uint64_t least_gap = 5 * second;
constexpr std::uint64_t refresh_base = 2 * second;
constexpr std::uint64_t refresh_most = 300 * second;
constexpr std::uint64_t longest_life = 36'500 * day;

/// How long before its end a token is refreshed.
std::uint64_t margin_of(std::uint64_t life) noexcept {
  const std::uint64_t tenth = life / 10;
  const std::uint64_t wanted =
      life <= day ? std::clamp(tenth, 30 * second, 120 * second) : std::min(tenth, 30 * day);
  return std::min(wanted, life / 2);
}

}  // namespace

std::string fingerprint(std::string_view token) {
  if (token.empty()) return {};
  return base64url::encode(bytes_view(crypto::sha256(as_bytes(token))).first(12));
}

bool stepper::is_signed_in() const noexcept {
  return state_.held && (state_.now == phase::signed_in || state_.now == phase::mfa_required);
}

bool stepper::is_valid() const noexcept {
  return is_signed_in() && (state_.expires_at == 0 || now_ < state_.expires_at);
}

bool stepper::is_spent() const {
  return !state_.spent.empty() && state_.spent == fingerprint(held().proof.access);
}

bool stepper::in_flight() const noexcept {
  // A lease that lies further ahead than it was ever given was written under another clock.
  return state_.refreshing && now_ < state_.refreshing->until && state_.refreshing->until <= now_ + flight_time;
}

bool stepper::can_refresh() const noexcept {
  return is_signed_in() && held().can_refresh && !state_.ended && !state_.doubted;
}

std::uint64_t stepper::not_before() const noexcept {
  return std::max(believable(state_.next_try, now_), state_.circuit.closed_until(now_));
}

bool stepper::begin_refresh() {
  if (!can_refresh() || in_flight() || now_ < not_before()) return false;
  state_.refreshing = flight{.id = ++state_.last_flight, .tab = what_.tab, .until = now_ + flight_time};
  state_.circuit.probe(now_);
  add({.kind = effect_kind::refresh, .at = now_ + fetch_time, .id = state_.last_flight});
  return true;
}

void stepper::learn_skew(const session& came) noexcept {
  if (came.issued_at == 0) return;
  // JWTs count whole seconds: the middle of one is the best guess.
  const std::uint64_t there = came.issued_at + (came.issued_at % second == 0 ? second / 2 : 0);
  const std::uint64_t here = began() + (now_ - began()) / 2;
  state_.skew = static_cast<std::int64_t>(there) - static_cast<std::int64_t>(here);
}

void stepper::adopt(session came) {
  learn_skew(came);
  const bool same = state_.held && state_.held->proof.user_id == came.proof.user_id;
  // Not every backend says who it is each time.
  if (!came.who && same) came.who = held().who;
  const auto server_now = static_cast<std::int64_t>(now_) + state_.skew;
  const std::uint64_t from = came.issued_at != 0 ? came.issued_at
                             : server_now > 0    ? static_cast<std::uint64_t>(server_now)
                                                 : 0;
  const std::uint64_t life = came.expires_at > from ? std::min(came.expires_at - from, longest_life) : 0;
  state_.received_at = now_;
  state_.expires_at = began() + life;
  state_.refresh_at = 0;
  if (came.can_refresh) {
    const std::uint64_t margin = margin_of(life);
    const std::uint64_t early = margin + margin / 4 * what_.chance / UINT32_MAX;
    const std::uint64_t due = state_.expires_at > early ? state_.expires_at - early : 0;
    state_.refresh_at = std::max(due, now_ + least_gap);
  }
  const bool still_waits = what_.kind == event_kind::refreshed && state_.now == phase::mfa_required &&
                           came.level < 2 && !came.needs_factor && !given().who;
  state_.now = came.needs_factor || still_waits ? phase::mfa_required : phase::signed_in;
  state_.held = std::move(came);
  state_.ended = state_.doubted = state_.suspect = false;
  state_.spent.clear();
  state_.refreshing.reset();
  state_.failures = 0;
  state_.next_try = 0;
  state_.signing_until = 0;
  state_.circuit.succeeded();
  state_.waits_for.clear();
  state_.last_error.reset();
}

/// The session is over; who it was stays to be seen.
void stepper::expire() {
  state_.now = phase::expired;
  session left;
  left.proof.user_id = held().proof.user_id;
  left.who = std::move(held().who);
  state_.held = std::move(left);
  forget_times();
  if (!state_.last_error) state_.last_error = error(errc::session_expired, sentence(errc::session_expired));
}

void stepper::forget_times() {
  state_.refreshing.reset();
  state_.received_at = state_.refresh_at = state_.expires_at = state_.next_try = 0;
  state_.signing_until = 0;
  state_.failures = 0;
  state_.ended = state_.doubted = state_.suspect = false;
  state_.spent.clear();
}

/// The backend takes the refresh token no more. An access token that was given out is good until it ends; where
/// there is none, what the backend has just refused is all there was.
void stepper::die() {
  state_.doubted = false;
  if (is_valid() && !is_spent() && !held().proof.access.empty()) {
    state_.ended = true;
    state_.refresh_at = 0;
  } else {
    expire();
  }
}

/// What is due, whatever has happened.
void stepper::look() {
  if (state_.refreshing && !in_flight()) state_.refreshing.reset();
  if (state_.now == phase::signing_in && believable(state_.signing_until, now_) <= now_) {
    state_.now = resting_phase();
    state_.signing_until = 0;
  }
  if (is_signed_in()) {
    // It came in the future: the clock was set back since, and no time of ours means anything.
    if (now_ + 60 * second < state_.received_at && held().can_refresh) state_.suspect = true;
    if (state_.doubted && !in_flight()) {
      add({.kind = effect_kind::reread});
    } else if (state_.refresh_at != 0 && (state_.suspect || now_ >= state_.refresh_at)) {
      begin_refresh();
    }
    const bool goes_on = held().can_refresh && !state_.ended;
    if (!is_valid() && !goes_on) expire();
  }
  state_.limits.sweep(now_);
  pump_revocations();
}

/// Somebody wants the token.
void stepper::answer_need() {
  if (!is_signed_in()) {
    const errc code = state_.now == phase::expired ? errc::session_expired : errc::session_missing;
    return refuse_now(code, 0);
  }
  const bool good = is_valid() && !state_.suspect && !is_spent();
  if (good) {
    add({.kind = effect_kind::use, .at = state_.expires_at});
    return;
  }
  if (in_flight() || begin_refresh()) {
    add({.kind = effect_kind::wait, .at = state_.refreshing ? state_.refreshing->until : now_ + second});
    return;
  }
  if (!can_refresh() && !state_.doubted) {
    // Nothing better can be had: what there is may be tried while it lasts.
    if (is_valid() && !is_spent()) return add({.kind = effect_kind::use, .at = state_.expires_at});
    return refuse_now(errc::session_expired, 0);
  }
  if (state_.doubted) return add({.kind = effect_kind::wait, .at = now_ + second});
  refuse_now(state_.last_error ? state_.last_error->code : errc::network, not_before());
}

void stepper::answer_unauthorized() {
  if (!is_signed_in()) return answer_need();
  const std::string current = fingerprint(held().proof.access);
  // It was refused under a token that is no longer the one held.
  if (what_.text != current) return answer_need();
  const bool fresh = now_ >= state_.received_at && now_ - state_.received_at < fresh_for;
  if (fresh || !can_refresh()) return refuse_now(errc::session_expired, 0);
  if (current.empty()) {
    // No token tells what was refused from what would be sent next: a refresh has to say whether it still holds.
    state_.suspect = true;
  } else {
    state_.spent = current;
  }
  answer_need();
}

void stepper::refreshed() {
  session came = given();
  const bool current = state_.refreshing && state_.refreshing->id == what_.id;
  const bool same = is_signed_in() && held().proof.user_id == came.proof.user_id;
  if (current && is_signed_in()) {
    if (same) return adopt(std::move(came));
    // A refresh never makes somebody else of a person.
    state_.refreshing.reset();
    queue_revocation(came, "local");
    refuse_now(errc::identity_mismatch, 0);
    return die();
  }
  // Late: the lease had ended. The newer of two is the one the backend still takes.
  const bool same_session = same && held().proof.session_id == came.proof.session_id;
  if (same_session && came.issued_at > held().issued_at) return adopt(std::move(came));
  // Signed out meanwhile: these are the tokens to sign out with now.
  for (revocation& waiting : state_.revocations) {
    if (!came.proof.session_id.empty() && waiting.proof.session_id == came.proof.session_id) {
      waiting.access_expires = came.expires_at;
      waiting.proof = std::move(came.proof);
      return;
    }
  }
}

void stepper::refresh_failed() {
  if (!state_.refreshing || state_.refreshing->id != what_.id) return;
  state_.refreshing.reset();
  if (!is_signed_in()) return;
  const error& why = reason();
  state_.last_error = why;
  switch (why.code) {
    case errc::session_expired:
    case errc::session_missing:
    case errc::invalid_credentials:
    case errc::invalid_input:
    case errc::user_blocked:
    case errc::user_not_found:
    case errc::identity_mismatch:
      // Perhaps another tab was quicker and its tokens are in the storage already.
      state_.doubted = true;
      return;
    case errc::not_supported:
      // A Strapi server in its legacy mode has no such route.
      held().can_refresh = false;
      state_.refresh_at = 0;
      return;
    default: break;
  }
  state_.failures = std::min<std::uint32_t>(state_.failures + 1, 64);
  const std::uint64_t own = now_ + back_off(state_.failures, what_.chance, refresh_base, refresh_most);
  state_.next_try = std::max(own, believable(why.retry_at, now_));
  if (why.code == errc::server_error || why.code == errc::bad_response) {
    state_.circuit.failed(now_, what_.chance);
  }
}

void stepper::received() {
  session came = given();
  const std::string person = came.proof.user_id;
  if (state_.bind && !state_.bound_to.empty() && state_.bound_to != person) {
    // Nobody shall be left signed in by what was refused here.
    queue_revocation(came, "local");
    state_.now = resting_phase();
    state_.signing_until = 0;
    state_.last_error = error(errc::identity_mismatch, sentence(errc::identity_mismatch));
    return refuse_now(errc::identity_mismatch, 0);
  }
  // What goes by a cookie alone would now sign out the one who has just come.
  std::erase_if(state_.revocations, [](const revocation& one) { return is_ambient(one.proof); });
  if (is_signed_in()) {
    const tokens& old = held().proof;
    const bool other = !old.session_id.empty() && old.session_id != came.proof.session_id;
    if (other && !is_ambient(old)) queue_revocation(held(), "local");
    if (old.user_id != person) state_.held.reset();
  }
  if (state_.bind) state_.bound_to = person;
  adopt(std::move(came));
}

phase stepper::resting_phase() const noexcept {
  if (is_signed_in()) return state_.now;
  if (!state_.held) return phase::anonymous;
  return phase::expired;
}

void stepper::refuse_now(errc code, std::uint64_t retry_at) {
  error why(code, sentence(code));
  why.retry_at = retry_at;
  add({.kind = effect_kind::refused, .why = std::move(why)});
}

}  // namespace kbve::auth
