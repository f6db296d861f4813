#pragma once

/// The session machine: a pure function of state, event and `now`. All tabs of a locker share one state, which
/// lies sealed in it: a tab reads it, steps, and writes it back in one storage transaction. So a refresh that one
/// tab has begun is seen by all, with or without Web Locks.
///
/// Times in events and in the state are the device's clock, milliseconds since 1970, unless said otherwise.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/auth/flow.hpp"
#include "kbve/auth/limits.hpp"
#include "kbve/auth/message.hpp"
#include "kbve/auth/session.hpp"
#include "kbve/core/result.hpp"

namespace kbve::auth {

enum class phase : std::uint8_t {
  anonymous,
  signing_in,
  signed_in,
  mfa_required,
  confirmation_required,
  expired,
};

/// A refresh under way. It is a lease: when `until` has passed nobody waits for it any more.
struct flight {
  std::uint64_t id = 0;
  std::string tab;
  std::uint64_t until = 0;

  friend bool operator==(const flight&, const flight&) = default;
};

/// Milliseconds a refresh may take from request to sealed answer. The fetch's own time limit is shorter.
inline constexpr std::uint64_t flight_time = 30'000;
inline constexpr std::uint64_t fetch_time = 20'000;

/// A sign-out the backend has not heard of yet.
struct revocation {
  std::uint64_t id = 0;
  tokens proof;
  std::string scope;                 ///< local, global.
  std::uint64_t access_expires = 0;  ///< On the backend's clock.
  std::uint64_t added = 0;
  std::uint64_t next_try = 0;
  std::uint64_t busy_until = 0;
  std::uint32_t failures = 0;
  bool unreached = false;  ///< The last try met no server.

  friend bool operator==(const revocation&, const revocation&) = default;
};

inline constexpr std::size_t max_revocations = 8;
inline constexpr std::uint64_t revocation_life = 30ULL * 24 * 3'600'000;

struct machine_state {
  std::uint64_t revision = 0;  ///< One more with every change.
  phase now = phase::anonymous;
  std::uint64_t signing_until = 0;  ///< A sign-in that has not ended by then was given up.
  std::optional<session> held;      ///< Once expired: the person alone.
  std::uint64_t received_at = 0;    ///< When `held` came.
  std::uint64_t refresh_at = 0;     ///< When to refresh it; 0: never.
  std::uint64_t expires_at = 0;     ///< When its access token ends, on the device's clock; 0: never.
  bool ended = false;               ///< The backend takes the refresh token no more; what is left is used up.
  bool doubted = false;             ///< It said so once; storage is read again before it is believed.
  bool suspect = false;  ///< The clock jumped, or a proof without a token had a 401: refresh before use.
  std::string spent;     ///< Fingerprint of an access token that was answered with 401.

  std::optional<flight> refreshing;
  std::uint64_t last_flight = 0;
  std::uint32_t failures = 0;  ///< Of refreshes, in a row.
  std::uint64_t next_try = 0;
  breaker circuit;
  std::int64_t skew = 0;  ///< What the backend's clock is ahead of the device's.
  limit_table limits;

  std::vector<revocation> revocations;
  std::vector<flow> flows;
  bool bind = false;      ///< One person only.
  std::string bound_to;   ///< Their id, once known.
  std::string waits_for;  ///< An address or number that is to be confirmed.
  std::optional<error> last_error;

  /// For sealing. Without what must not be written down: there is nothing of the kind.
  [[nodiscard]] std::string to_json() const;
  /// Reads what `to_json` wrote; '' is a new state. `invalid_input` for everything else: what is sealed is ours,
  /// but perhaps of a version that is not.
  [[nodiscard]] static result<machine_state> parse(std::string_view json);

  friend bool operator==(const machine_state&, const machine_state&) = default;
};

inline constexpr std::size_t max_state_size = 1'048'576;

enum class event_kind : std::uint8_t {
  tick,    ///< Time has passed, or the machine was asked to look.
  needed,  ///< Somebody wants to use the token now.
  sign_in_started,
  sign_in_failed,      ///< `why`
  received,            ///< `came`: a session from signing in, a second factor, a changed password.
  needs_confirmation,  ///< `text`: the address or number.
  needs_factor,        ///< The backend wants a second factor before anything else.
  user_changed,        ///< `who`
  refreshed,           ///< `id`: the flight; `came`.
  refresh_failed,      ///< `id`: the flight; `why`.
  reread,              ///< Storage was read again, as `effect_kind::reread` asks; the state given is the newest.
  /// A server answered 401 to the access token whose fingerprint is `text`; '' where the session has none.
  unauthorized,
  tab_gone,  ///< `text`: a tab that no longer lives.
  woke,      ///< Wall clock and monotonic clock have drifted apart: sleep, or a clock that was set.
  online,
  sign_out,              ///< `text`: local or global.
  revoked,               ///< `id`: the revocation; with `why` when it failed.
  revocation_refreshed,  ///< `id`; `came`: fresh tokens to sign out with.
  asked,                 ///< `action`, `text`: an action of an identity is about to be sent.
  answered,              ///< `action`, `text`; with `why` when it was refused.
  flow_begun,            ///< `text`: its purpose; `random` has 48 bytes.
  flow_back,             ///< `text`: its id from the redirect, or ''.
  bind,                  ///< One person only from now on: `text`, or whoever is signed in, or comes first.
  unbind,                ///< The locker was emptied: the next person may come.
};

struct event {
  event_kind kind = event_kind::tick;
  std::uint64_t now = 0;
  std::uint64_t sent = 0;  ///< When the request was sent whose answer this is; 0: not known.
  std::string tab;
  std::string text;
  std::string action;
  std::uint64_t id = 0;
  std::uint32_t chance = 0;  ///< Any 32 random bits, for jitter.
  bytes random;
  std::optional<session> came;
  std::optional<user> who;
  std::optional<refusal> why;

  /// Reads `{"type":"tick","now":…,…}`. `invalid_input` with the member as field.
  [[nodiscard]] static result<event> parse(std::string_view json);
};

enum class effect_kind : std::uint8_t {
  store,    ///< Seal the new state and hand it over in this task, before anybody is told.
  notify,   ///< What is seen from outside has changed.
  wake,     ///< Come back with a tick at `at`.
  refresh,  ///< Send a refresh as flight `id`; give up the fetch at `at`.
  wait,     ///< A refresh is under way in a tab: what is asked for comes with it, at `at` at the latest.
  use,      ///< The access token may be used.
  reread,   ///< Read storage once more, then say `reread`.
  revoke,   ///< Sign out from the backend with `proof` and `text`, the scope; then say `revoked`.
  refresh_revocation,  ///< Its access token has ended: refresh `proof`, then say `revocation_refreshed`.
  send,                ///< The action may be sent.
  refused,             ///< `why`.
  flow,                ///< `begun`: what was begun, or what has come back.
};

struct effect {
  effect_kind kind = effect_kind::store;
  std::uint64_t at = 0;
  std::uint64_t id = 0;
  std::string text{};
  std::string challenge{};  ///< Of `flow`.
  std::optional<tokens> proof{};
  std::optional<flow> begun{};
  std::optional<error> why{};
};

struct stepped {
  machine_state state;
  std::vector<effect> effects;

  /// `{"state":{…},"effects":[…]}`; what is seen of it, `view_of` says.
  [[nodiscard]] std::string to_json() const;
};

/// One step. Never fails: what cannot be done is an effect that says why.
[[nodiscard]] stepped advance(machine_state state, const event& happened);

/// What is seen from outside, as JSON: `{"state","user","claims","expiresAt","retryAt","error","level"…}`; no
/// token.
[[nodiscard]] std::string view_of(const machine_state& state, std::uint64_t now);

/// Sixteen characters that tell one token from another and say nothing of it; '' for ''.
[[nodiscard]] std::string fingerprint(std::string_view token);

}  // namespace kbve::auth
