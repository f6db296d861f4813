#pragma once

/// How the three windows are cut, and the bounds that keep their memory small.

#include <array>
#include <cstddef>
#include <cstdint>

namespace kbve::uptime {

struct window_shape {
  std::uint64_t width;  ///< Milliseconds of one slice.
  std::size_t slices;
};

/// An hour in minutes, a day in quarters of an hour, thirty days in quarters of a day.
inline constexpr std::array<window_shape, 3> shapes{{{60'000, 60}, {900'000, 96}, {21'600'000, 120}}};

inline constexpr std::uint32_t most_counted = 1'000'000'000;

/// Ten minutes without a look, and nobody knows.
inline constexpr std::uint64_t stale_after = 600'000;

}  // namespace kbve::uptime
