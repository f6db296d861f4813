#include "kbve/auth/limits.hpp"

#include <algorithm>
#include <utility>

#include "kbve/core/base64url.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/crypto/sha2.hpp"

namespace kbve::auth {
namespace {

constexpr std::uint64_t limit_base = 5'000;
constexpr std::uint64_t limit_most = 900'000;
constexpr std::uint64_t breaker_base = 30'000;
constexpr std::uint64_t breaker_most = 900'000;
/// Refusals are counted no further: the wait has long stopped growing.
constexpr std::uint32_t most_counted = 64;

}  // namespace

std::uint64_t back_off(std::uint32_t failures, std::uint32_t random, std::uint64_t base,
                       std::uint64_t most) noexcept {
  if (failures == 0) return 0;
  std::uint64_t wait = base;
  for (std::uint32_t i = 1; i < failures && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  return wait / 2 + (wait - wait / 2) * random / UINT32_MAX;
}

std::uint64_t believable(std::uint64_t at, std::uint64_t now) noexcept {
  return std::min(at, now + max_wait);
}

std::uint64_t breaker::closed_until(std::uint64_t now) const noexcept {
  const std::uint64_t until = believable(open_until, now);
  return until > now ? until : 0;
}

void breaker::probe(std::uint64_t now) noexcept {
  if (failures >= threshold) open_until = now + probe_time;
}

void breaker::failed(std::uint64_t now, std::uint32_t random) noexcept {
  failures = std::min(failures + 1, most_counted);
  if (failures < threshold) return;
  const std::uint64_t until = now + back_off(failures - threshold + 1, random, breaker_base, breaker_most);
  open_until = std::max(believable(open_until, now), until);
}

void breaker::succeeded() noexcept {
  *this = {};
}

std::string limit_table::key_of(std::string_view action, std::string_view identity) {
  std::string out(action.substr(0, 32));
  if (identity.empty()) return out;
  // A hash, so that every key has a bound; twelve bytes tell sixty-four apart.
  const auto digest = crypto::sha256(as_bytes(identity));
  out.push_back(' ');
  base64url::append(out, bytes_view(digest).first(12));
  return out;
}

std::uint64_t limit_table::retry_at(std::string_view key, std::uint64_t now) const noexcept {
  const auto found = std::ranges::find(entries_, key, &limit::key);
  if (found == entries_.end()) return 0;
  const std::uint64_t at = believable(found->retry_at, now);
  return at > now ? at : 0;
}

std::uint64_t limit_table::latest(std::uint64_t now) const noexcept {
  std::uint64_t out = 0;
  for (const limit& entry : entries_) out = std::max(out, believable(entry.retry_at, now));
  return out > now ? out : 0;
}

void limit_table::refused(std::string_view key, std::uint64_t at, std::uint64_t now, std::uint32_t random) {
  auto found = std::ranges::find(entries_, key, &limit::key);
  if (found == entries_.end()) {
    // The one that is over first makes room.
    if (entries_.size() >= max_limits) entries_.erase(std::ranges::min_element(entries_, {}, &limit::retry_at));
    entries_.push_back({.key = std::string(key)});
    found = entries_.end() - 1;
  }
  found->refusals = std::min(found->refusals + 1, most_counted);
  if (at <= now) at = now + back_off(found->refusals, random, limit_base, limit_most);
  found->retry_at = std::max(believable(found->retry_at, now), believable(at, now));
}

void limit_table::answered(std::string_view key, std::uint64_t now) {
  const auto found = std::ranges::find(entries_, key, &limit::key);
  if (found == entries_.end()) return;
  found->refusals = 0;
  if (found->retry_at <= now) entries_.erase(found);
}

void limit_table::sweep(std::uint64_t now) {
  // What is over is kept a while, or the next refusal would count as the first again.
  std::erase_if(entries_, [now](const limit& entry) { return entry.retry_at + limit_most < now; });
}

bool limit_table::restore(limit entry) {
  if (entries_.size() >= max_limits || std::ranges::contains(entries_, entry.key, &limit::key)) return false;
  entries_.push_back(std::move(entry));
  return true;
}

}  // namespace kbve::auth
