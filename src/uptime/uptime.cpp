#include "kbve/uptime/uptime.hpp"

#include <algorithm>

#include "slices.hpp"

namespace kbve::uptime {
namespace {

constexpr std::uint64_t second = 1'000;

/// So many alike in a row settle the matter.
constexpr std::uint32_t to_settle = 2;

// Flap damping, after RFC 2439: each change costs, the cost halves with time, and above a line the service is
// shown as degraded until it has been quiet.
constexpr std::uint32_t cost_of_change = 1'000;
constexpr std::uint32_t suppress_above = 3'000;
constexpr std::uint32_t reuse_below = 1'000;
constexpr std::uint32_t most_penalty = 12'000;
constexpr std::uint64_t half_life = 300 * second;

/// Upper ends of the latency steps: about a fifth more each time, from 5 ms to half a minute.
constexpr std::array<std::uint32_t, latency_steps> step_ends{
    5,   10,  15,  20,  30,  45,    65,    90,    120,   160,   200,    250,
    320, 400, 500, 650, 850, 1'100, 1'500, 2'200, 3'500, 6'000, 12'000, 30'000};

std::size_t step_of(std::uint32_t latency) noexcept {
  const auto found = std::ranges::lower_bound(step_ends, latency);
  return std::min<std::size_t>(static_cast<std::size_t>(found - step_ends.begin()), latency_steps - 1);
}

/// The latency below which `share` of all lie, taken evenly through the step it falls in.
std::optional<std::uint32_t> percentile(const std::array<std::uint64_t, latency_steps>& counts,
                                        std::uint64_t share) noexcept {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  if (total == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (total * share + 99) / 100);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < latency_steps; ++i) {
    const std::uint64_t count = counts.at(i);
    if (below + count < rank) {
      below += count;
      continue;
    }
    const std::uint64_t from = i == 0 ? 0 : step_ends.at(i - 1);
    const std::uint64_t width = step_ends.at(i) - from;
    return static_cast<std::uint32_t>(from + width * (rank - below) / count);
  }
  return std::nullopt;
}

/// A count that stays where it is rather than start again.
void count_up(std::uint32_t& count) noexcept {
  if (count < most_counted) ++count;
}

/// The slice for that time in a window, in order; nothing for one that lies before all that are kept.
slice* slice_at(std::vector<slice>& slices, const window_shape& shape, std::uint64_t number) {
  const auto found = std::ranges::lower_bound(slices, number, {}, &slice::number);
  if (found != slices.end() && found->number == number) return &*found;
  slice made;
  made.number = number;
  const auto put = slices.insert(found, made);
  const auto at = static_cast<std::size_t>(put - slices.begin());
  if (slices.size() <= shape.slices) return &slices[at];
  slices.erase(slices.begin());
  return at == 0 ? nullptr : &slices[at - 1];
}

}  // namespace

std::string_view name(health of) noexcept {
  switch (of) {
    case health::unknown: return "unknown";
    case health::up: return "up";
    case health::degraded: return "degraded";
    case health::down: return "down";
  }
  return "";
}

health judge(std::uint32_t status, std::uint32_t latency_ms, std::uint32_t slow_ms) noexcept {
  if (status < 200 || status >= 500) return health::down;
  return status >= 300 || latency_ms > slow_ms ? health::degraded : health::up;
}

void state::add(const sample& seen, std::uint64_t now) {
  if (seen.seen == health::unknown || seen.at > now + 60 * second) return;
  bool kept = false;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const window_shape& shape = shapes.at(i);
    std::vector<slice>& slices = slices_.at(i);
    const std::uint64_t newest = now / shape.width;
    // Out of the window, on either side: a clock that was set forward and back leaves slices in the future.
    std::erase_if(
        slices, [&](const slice& one) { return one.number > newest + 1 || one.number + shape.slices <= newest; });
    const std::uint64_t number = seen.at / shape.width;
    if (number + shape.slices <= newest) continue;
    slice* const into = slice_at(slices, shape, number);
    if (into == nullptr) continue;
    kept = true;
    count_up(into->seen.at(static_cast<std::size_t>(seen.seen) - 1));
    if (seen.seen != health::down) count_up(into->latencies.at(step_of(seen.latency_ms)));
  }
  // An old one counts; it says nothing about how things stand.
  if (!kept || (seen.at < last_ && last_ <= now)) return;
  last_ = seen.at;
  in_a_row_ = seen.seen == candidate_ ? std::min(in_a_row_ + 1, to_settle) : 1;
  candidate_ = seen.seen;
  if (candidate_ != settled_ && (in_a_row_ >= to_settle || settled_ == health::unknown)) change(candidate_, now);
}

void state::change(health to, std::uint64_t now) noexcept {
  // The first look at all is no change.
  if (settled_ != health::unknown) {
    const std::uint32_t left = penalty_at(now);
    // It has been quiet long enough: what was held against it is forgotten.
    if (left < reuse_below) suppressed_ = false;
    penalty_ = std::min(left + cost_of_change, most_penalty);
    penalty_at_ = now;
    if (penalty_ > suppress_above) suppressed_ = true;
  }
  settled_ = to;
  since_ = now;
}

std::uint32_t state::penalty_at(std::uint64_t now) const noexcept {
  if (now <= penalty_at_) return penalty_;
  const std::uint64_t halves = (now - penalty_at_) / half_life;
  if (halves >= 32) return 0;
  const std::uint64_t part = (now - penalty_at_) % half_life;
  const std::uint32_t whole = penalty_ >> halves;
  // Straight between two halves: near enough, and without a logarithm.
  return static_cast<std::uint32_t>(whole - whole / 2 * part / half_life);
}

health state::shown(std::uint64_t now) const noexcept {
  if (settled_ == health::unknown) return settled_;
  // Nothing was seen for long: what was true then says nothing now.
  if (now > last_ && now - last_ > stale_after) return health::unknown;
  if (suppressed_ && penalty_at(now) >= reuse_below) return health::degraded;
  return settled_;
}

summary state::over(window which, std::uint64_t now) const {
  const auto at = static_cast<std::size_t>(which);
  const window_shape& shape = shapes.at(at);
  const std::uint64_t newest = now / shape.width;
  std::array<std::uint64_t, latency_steps> counts{};
  std::uint64_t answered = 0;
  summary out;
  for (const slice& one : slices_.at(at)) {
    if (one.number > newest + 1 || one.number + shape.slices <= newest) continue;
    for (const std::uint32_t count : one.seen) out.samples += count;
    answered += std::uint64_t{one.seen[0]} + one.seen[1];
    for (std::size_t i = 0; i < latency_steps; ++i) counts.at(i) += one.latencies.at(i);
  }
  if (out.samples == 0) return out;
  out.ratio = static_cast<double>(answered) / static_cast<double>(out.samples);
  out.p50 = percentile(counts, 50);
  out.p95 = percentile(counts, 95);
  return out;
}

std::vector<piece> state::pieces(window which, std::uint64_t now) const {
  const auto at = static_cast<std::size_t>(which);
  const window_shape& shape = shapes.at(at);
  const std::uint64_t newest = now / shape.width;
  std::vector<piece> out;
  for (const slice& one : slices_.at(at)) {
    if (one.number > newest + 1 || one.number + shape.slices <= newest) continue;
    std::array<std::uint64_t, latency_steps> counts{};
    std::ranges::copy(one.latencies, counts.begin());
    out.push_back({.from = one.number * shape.width,
                   .seen = one.seen,
                   .p50 = percentile(counts, 50),
                   .p95 = percentile(counts, 95)});
  }
  return out;
}

std::uint64_t state::next_look(std::uint64_t now, std::uint32_t random) const noexcept {
  const bool unclear = settled_ == health::unknown || candidate_ != settled_ || settled_ == health::down;
  const std::uint64_t about = (unclear ? 20 : 60) * second;
  // A fifth either way, so that all the pages that opened together do not ask together.
  return now + about * 4 / 5 + about * 2 / 5 * random / UINT32_MAX;
}

}  // namespace kbve::uptime
