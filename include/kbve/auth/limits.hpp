#pragma once

/// How often a backend is asked: back-off with jitter, a circuit breaker, and what it said about waiting, for
/// each action and identity. Times are milliseconds since 1970 on the device's clock; a clock that was set
/// back never makes anybody wait longer than `max_wait`.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/auth/message.hpp"

namespace kbve::auth {

/// Milliseconds to wait after `failures` in a row: doubling from `base` to `most`, of which at least half is
/// waited and the rest is chance. `random` is any 32 bits.
[[nodiscard]] std::uint64_t back_off(std::uint32_t failures, std::uint32_t random, std::uint64_t base,
                                     std::uint64_t most) noexcept;

/// `at`, but not later than `max_wait` from `now`: a time that lies further ahead was not written by this clock.
[[nodiscard]] std::uint64_t believable(std::uint64_t at, std::uint64_t now) noexcept;

/// Stops asking a backend that fails, whoever asks. After `threshold` failures in a row it is open; when the
/// time is over one request may try, and its success closes it.
struct breaker {
  static constexpr std::uint32_t threshold = 5;

  std::uint32_t failures = 0;
  std::uint64_t open_until = 0;

  /// 0, or the time before which nothing is to be sent.
  [[nodiscard]] std::uint64_t closed_until(std::uint64_t now) const noexcept;
  /// Lets one through when the time is over, and nobody else for `probe_time`.
  void probe(std::uint64_t now) noexcept;
  void failed(std::uint64_t now, std::uint32_t random) noexcept;
  void succeeded() noexcept;

  static constexpr std::uint64_t probe_time = 30'000;

  friend bool operator==(const breaker&, const breaker&) = default;
};

/// One action of one identity that has to wait.
struct limit {
  std::string key;
  std::uint32_t refusals = 0;
  std::uint64_t retry_at = 0;

  friend bool operator==(const limit&, const limit&) = default;
};

inline constexpr std::size_t max_limits = 64;

class limit_table {
 public:
  /// The key of an action and an identity (address, number, name; '' for none). The identity is hashed.
  [[nodiscard]] static std::string key_of(std::string_view action, std::string_view identity);

  /// When this may be tried, or 0 for now.
  [[nodiscard]] std::uint64_t retry_at(std::string_view key, std::uint64_t now) const noexcept;
  /// The latest time of all, or 0: what a countdown shows.
  [[nodiscard]] std::uint64_t latest(std::uint64_t now) const noexcept;

  /// The backend refused with 429. `at` is what it said, or 0 for own back-off. Never makes a wait shorter.
  void refused(std::string_view key, std::uint64_t at, std::uint64_t now, std::uint32_t random);
  /// It answered: the next refusal counts as the first. A wait that was asked for stays.
  void answered(std::string_view key, std::uint64_t now);
  /// Forgets what is over.
  void sweep(std::uint64_t now);

  [[nodiscard]] const std::vector<limit>& entries() const noexcept { return entries_; }
  /// Puts one back as it was read; false when the table is full.
  [[nodiscard]] bool restore(limit entry);

  friend bool operator==(const limit_table&, const limit_table&) = default;

 private:
  std::vector<limit> entries_;
};

}  // namespace kbve::auth
