/// Uptime as JSON and back.

#include <algorithm>
#include <cmath>
#include <utility>

#include "detail/json.hpp"
#include "detail/json_writer.hpp"
#include "kbve/uptime/uptime.hpp"
#include "slices.hpp"

namespace kbve::uptime {
namespace {

using detail::json;
using detail::json_kind;
using detail::json_writer;

constexpr std::size_t max_state_size = 262'144;
constexpr std::array<std::string_view, 3> windows{"hour", "day", "month"};
constexpr std::array<health, 4> all_health{health::unknown, health::up, health::degraded, health::down};

/// `[number, up, degraded, down, step, count, step, count, …]`: most steps are empty.
void write(json_writer& to, const slice& one) {
  to.open_array().integer(one.number);
  for (const std::uint32_t count : one.seen) to.integer(count);
  for (std::size_t i = 0; i < latency_steps; ++i) {
    if (one.latencies.at(i) != 0) to.integer(i).integer(one.latencies.at(i));
  }
  to.close_array();
}

/// Nothing of what nobody has measured.
void some_percentiles(json_writer& to, std::optional<std::uint32_t> p50, std::optional<std::uint32_t> p95) {
  if (p50) to.member("p50", *p50);
  if (p95) to.member("p95", *p95);
}

bool read_count(const json& from, std::uint32_t& out) {
  if (from.kind != json_kind::integer || from.integer > most_counted) return false;
  out = static_cast<std::uint32_t>(from.integer);
  return true;
}

bool read_slice(const json& from, std::vector<slice>& out) {
  const std::vector<json>& parts = from.children;
  if (from.kind != json_kind::array || parts.size() < 4 || parts.size() % 2 != 0 ||
      parts.size() > 4 + 2 * latency_steps || parts[0].kind != json_kind::integer) {
    return false;
  }
  slice one;
  one.number = parts[0].integer;
  if (!out.empty() && out.back().number >= one.number) return false;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!read_count(parts[i + 1], one.seen.at(i))) return false;
  }
  for (std::size_t i = 4; i < parts.size(); i += 2) {
    if (parts[i].kind != json_kind::integer || parts[i].integer >= latency_steps) return false;
    if (!read_count(parts[i + 1], one.latencies.at(static_cast<std::size_t>(parts[i].integer)))) return false;
  }
  out.push_back(one);
  return true;
}

std::optional<health> health_in(const json& from, std::string_view member) {
  const auto text = detail::text_member(from, member, 16);
  const auto found = std::ranges::find(all_health, text.value_or(""), name);
  return found == all_health.end() ? std::nullopt : std::optional(*found);
}

std::uint64_t number_in(const json& from, std::string_view member) noexcept {
  return detail::integer_member(from, member).value_or(0);
}

/// A share as a decimal fraction of four places, 1 only where it is the whole: an outage is never rounded away. No
/// double is ever printed.
std::string fraction(double ratio) {
  auto parts = static_cast<std::uint64_t>(std::lround(ratio * 10'000));
  if (ratio < 1) parts = std::min<std::uint64_t>(parts, 9'999);
  std::string digits = std::to_string(parts % 10'000);
  digits.insert(0, 4 - digits.size(), '0');
  return std::to_string(parts / 10'000) + "." + digits;
}

}  // namespace

std::string state::to_json() const {
  json_writer out;
  out.open_object().member("version", std::uint64_t{1});
  for (std::size_t i = 0; i < windows.size(); ++i) {
    out.name(windows.at(i)).open_array();
    for (const slice& one : slices_.at(i)) write(out, one);
    out.close_array();
  }
  out.member("settled", name(settled_)).member("candidate", name(candidate_));
  out.some_number("inARow", in_a_row_).some_number("since", since_).some_number("last", last_);
  out.some_number("penalty", penalty_).some_number("penaltyAt", penalty_at_);
  out.some_flag("suppressed", suppressed_);
  return out.close_object().take();
}

result<state> state::parse(std::string_view text) {
  state out;
  if (text.empty()) return out;
  const auto bad = [] {
    return fail(errc::invalid_input, "This is no uptime state of this version; begin a new one.", "state");
  };
  const auto tree = detail::parse_json(text, max_state_size);
  if (!tree || number_in(*tree, "version") != 1) return bad();
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const json* const list = detail::member(*tree, windows.at(i));
    if (list == nullptr || list->kind != json_kind::array || list->children.size() > shapes.at(i).slices) {
      return bad();
    }
    for (const json& one : list->children) {
      if (!read_slice(one, out.slices_.at(i))) return bad();
    }
  }
  const auto settled = health_in(*tree, "settled");
  const auto candidate = health_in(*tree, "candidate");
  if (!settled || !candidate) return bad();
  out.settled_ = *settled;
  out.candidate_ = *candidate;
  out.in_a_row_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(number_in(*tree, "inARow"), 2));
  out.since_ = number_in(*tree, "since");
  out.last_ = number_in(*tree, "last");
  out.penalty_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(number_in(*tree, "penalty"), 12'000));
  out.penalty_at_ = number_in(*tree, "penaltyAt");
  const json* const suppressed = detail::member(*tree, "suppressed");
  out.suppressed_ = suppressed != nullptr && suppressed->flag;
  return out;
}

std::string state::view(std::uint64_t now) const {
  json_writer out;
  out.open_object().member("health", name(shown(now))).some_number("since", since_);
  out.name("windows").open_object();
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const summary found = over(static_cast<window>(i), now);
    out.name(windows.at(i)).open_object().member("samples", found.samples);
    if (found.ratio) out.raw_member("ratio", fraction(*found.ratio));
    some_percentiles(out, found.p50, found.p95);
    out.close_object();
  }
  return out.close_object().close_object().take();
}

std::string state::history(window which, std::uint64_t now) const {
  json_writer out;
  out.open_object().member("width", shapes.at(static_cast<std::size_t>(which)).width);
  out.name("slices").open_array();
  for (const piece& one : pieces(which, now)) {
    out.open_object().member("from", one.from);
    for (std::size_t i = 0; i < one.seen.size(); ++i) out.member(name(all_health.at(i + 1)), one.seen.at(i));
    some_percentiles(out, one.p50, one.p95);
    out.close_object();
  }
  return out.close_array().close_object().take();
}

}  // namespace kbve::uptime
