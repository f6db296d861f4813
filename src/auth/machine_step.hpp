#pragma once

/// One step of the machine, in parts: machine.cpp keeps the session alive, machine_queue.cpp ends it and counts
/// what the backend allows.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "kbve/auth/machine.hpp"

namespace kbve::auth {

/// Proves itself by the browser's cookie, which belongs to whoever signed in last.
[[nodiscard]] bool is_ambient(const tokens& proof) noexcept;

class stepper {
 public:
  stepper(machine_state& state, const event& what, std::vector<effect>& effects) noexcept
      : state_(state), what_(what), effects_(effects), now_(what.now) {}

  void run();

 private:
  void take();
  void add(effect what) { effects_.push_back(std::move(what)); }
  void refuse_now(errc code, std::uint64_t retry_at);

  // Where is_signed_in() has said yes, and where the event is whole.
  // NOLINTBEGIN(bugprone-unchecked-optional-access)
  [[nodiscard]] session& held() noexcept { return *state_.held; }
  [[nodiscard]] const session& held() const noexcept { return *state_.held; }
  [[nodiscard]] const session& given() const noexcept { return *what_.came; }
  [[nodiscard]] const error& reason() const noexcept { return what_.why->why; }
  // NOLINTEND(bugprone-unchecked-optional-access)

  [[nodiscard]] bool is_signed_in() const noexcept;
  [[nodiscard]] bool is_valid() const noexcept;
  [[nodiscard]] bool is_spent() const;
  [[nodiscard]] bool in_flight() const noexcept;
  [[nodiscard]] bool can_refresh() const noexcept;
  [[nodiscard]] std::uint64_t not_before() const noexcept;
  [[nodiscard]] phase resting_phase() const noexcept;
  /// When the request was sent whose answer this is; now, where that is not known.
  [[nodiscard]] std::uint64_t began() const noexcept {
    const bool known = what_.sent != 0 && what_.sent <= now_ && now_ - what_.sent <= flight_time;
    return known ? what_.sent : now_;
  }

  bool begin_refresh();
  void learn_skew(const session& came) noexcept;
  void adopt(session came);
  void expire();
  void forget_times();
  void die();
  void look();
  void answer_need();
  void answer_unauthorized();
  void refreshed();
  void refresh_failed();
  void received();

  void sign_in_failed();
  void sign_out();
  void queue_revocation(const session& of, std::string_view scope);
  [[nodiscard]] std::int64_t usable_until() const noexcept;
  void pump_revocations();
  void revoked();
  void revocation_refreshed();
  void put_off(revocation& waiting);
  void answer_ask();
  void count_answer();
  void begin_flow();
  void end_flow();
  void come_online();

  // They live no longer than the call the step is made in.
  machine_state& state_;          // NOLINT(*-ref-data-members)
  const event& what_;             // NOLINT(*-ref-data-members)
  std::vector<effect>& effects_;  // NOLINT(*-ref-data-members)
  std::uint64_t now_;
};

}  // namespace kbve::auth
