#pragma once

/// Whether a service answers: sliding windows over an hour, a day and thirty days, in memory that has an upper
/// bound whatever comes. Times are milliseconds since 1970.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/result.hpp"

namespace kbve::uptime {

enum class health : std::uint8_t { unknown, up, degraded, down };

[[nodiscard]] std::string_view name(health of) noexcept;

/// One look at the service. What was not asked because the device was offline is no sample.
struct sample {
  std::uint64_t at = 0;
  health seen = health::up;      ///< up, or degraded or down.
  std::uint32_t latency_ms = 0;  ///< Of an answer.
};

/// Judges an answer: 5xx and none are down; 429, other refusals and anything slower than `slow_ms` are degraded.
[[nodiscard]] health judge(std::uint32_t status, std::uint32_t latency_ms, std::uint32_t slow_ms) noexcept;

inline constexpr std::size_t latency_steps = 24;

/// What was seen in one slice of time.
struct slice {
  std::uint64_t number = 0;             ///< Of the slice since 1970.
  std::array<std::uint32_t, 3> seen{};  ///< up, degraded, down.
  std::array<std::uint32_t, latency_steps> latencies{};

  friend bool operator==(const slice&, const slice&) = default;
};

struct summary {
  std::uint64_t samples = 0;
  std::optional<double> ratio;  ///< Of answered samples, 0 to 1; nothing without samples.
  std::optional<std::uint32_t> p50;
  std::optional<std::uint32_t> p95;  ///< Milliseconds, within a tenth or so.
};

enum class window : std::uint8_t { hour, day, month };

/// A slice of a window, as a chart draws it.
struct piece {
  std::uint64_t from = 0;
  std::array<std::uint32_t, 3> seen{};  ///< up, degraded, down.
  std::optional<std::uint32_t> p50;
  std::optional<std::uint32_t> p95;  ///< Milliseconds, as in summary.
};

class state {
 public:
  /// Adds a sample. One that is older than the longest window, or further ahead than a minute, is dropped.
  void add(const sample& seen, std::uint64_t now);

  /// What is shown: damped, so that one lost answer is no outage and a service that comes and goes is degraded.
  [[nodiscard]] health shown(std::uint64_t now) const noexcept;
  [[nodiscard]] summary over(window which, std::uint64_t now) const;
  /// The slices of a window in which anything was seen, the oldest first.
  [[nodiscard]] std::vector<piece> pieces(window which, std::uint64_t now) const;
  /// When to look again: about every minute, sooner while something is unclear. `random` is any 32 bits.
  [[nodiscard]] std::uint64_t next_look(std::uint64_t now, std::uint32_t random) const noexcept;

  [[nodiscard]] std::string to_json() const;
  /// Reads what `to_json` wrote; '' is a new state. `invalid_input`.
  [[nodiscard]] static result<state> parse(std::string_view json);
  /// `{"health","since","windows":{"hour":{…},"day":{…},"month":{…}}}`.
  [[nodiscard]] std::string view(std::uint64_t now) const;
  /// `{"width","slices":[{"from","up","degraded","down","p50","p95"}, …]}`; `width` is that of a slice in
  /// milliseconds.
  [[nodiscard]] std::string history(window which, std::uint64_t now) const;

  friend bool operator==(const state&, const state&) = default;

 private:
  void change(health to, std::uint64_t now) noexcept;
  [[nodiscard]] std::uint32_t penalty_at(std::uint64_t now) const noexcept;

  std::array<std::vector<slice>, 3> slices_;
  health settled_ = health::unknown;
  health candidate_ = health::unknown;
  std::uint32_t in_a_row_ = 0;
  std::uint64_t since_ = 0;
  std::uint64_t last_ = 0;
  std::uint32_t penalty_ = 0;
  std::uint64_t penalty_at_ = 0;
  bool suppressed_ = false;
};

struct badge {
  std::string_view label;  ///< Any text; 64 characters of it are shown.
  window over = window::month;
};

/// A badge as SVG text, on its own or within a page: a name for those who hear it, no script, no style, no font
/// or picture from elsewhere, contrast of 4.5 to 1 at least. Whatever the label is, it is only text.
[[nodiscard]] std::string badge_svg(const state& of, const badge& how, std::uint64_t now);

}  // namespace kbve::uptime
