/// What backends write about time: dates, and how long to wait.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "kbve/auth/limits.hpp"
#include "kbve/auth/message.hpp"

namespace kbve::auth {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;

/// `size` digits as a number.
std::optional<std::uint64_t> digits(std::string_view text, std::size_t at, std::size_t size) noexcept {
  if (at > text.size() || text.size() - at < size) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// Days from 1970 to a date of the Gregorian calendar, for years from 1970 to 9999.
std::uint64_t days_to(std::uint64_t year, std::uint64_t month, std::uint64_t day) noexcept {
  const std::uint64_t y = month <= 2 ? year - 1 : year;
  const std::uint64_t shifted = month <= 2 ? month + 9 : month - 3;
  const std::uint64_t in_era = y % 400;
  const std::uint64_t of_year = (153 * shifted + 2) / 5 + day - 1;
  return y / 400 * 146'097 + in_era * 365 + in_era / 4 - in_era / 100 + of_year - 719'468;
}

std::uint64_t to_ms(std::uint64_t year, std::uint64_t month, std::uint64_t day, std::uint64_t hour,
                    std::uint64_t minute, std::uint64_t second) noexcept {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
    return 0;
  }
  return days_to(year, month, day) * day_ms + hour * 3'600'000 + minute * 60'000 + second * 1'000;
}

/// All of a text as a whole number, with blanks around it; nothing over eleven digits.
std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text.empty() || text.size() > 11 ? std::nullopt : digits(text, 0, text.size());
}

/// The number before " second" in "… you can only request this after 47 seconds." (GoTrue).
std::optional<std::uint64_t> seconds_said(std::string_view message) noexcept {
  const std::size_t after = message.find("after ");
  if (after == std::string_view::npos) return std::nullopt;
  const std::string_view rest = message.substr(after + 6);
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (size == 0 || size > 9 || !rest.substr(size).starts_with(" second")) return std::nullopt;
  return digits(rest, 0, size);
}

}  // namespace

std::uint64_t parse_time(std::string_view text) noexcept {
  // 2026-10-15T06:38:00[.123][Z|+00:00]
  if (text.size() < 19 || text.size() > 40 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return 0;
  }
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return 0;
  std::uint64_t at = to_ms(*year, *month, *day, *hour, *minute, *second);
  if (at == 0) return 0;
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    std::uint64_t fraction = 0;
    for (std::size_t i = 1; i <= 3; ++i) {
      fraction = fraction * 10 + (i < end ? static_cast<std::uint64_t>(rest[i] - '0') : 0);
    }
    if (end == 1) return 0;
    at += fraction;
    rest.remove_prefix(end);
  }
  if (rest.empty() || rest == "Z" || rest == "z") return at;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return 0;
  const auto hours = digits(rest, 1, 2);
  const auto minutes = digits(rest, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return 0;
  const std::uint64_t offset = *hours * 3'600'000 + *minutes * 60'000;
  if (rest[0] == '-') return at + offset;
  return at > offset ? at - offset : 0;
}

std::uint64_t parse_http_date(std::string_view text) noexcept {
  // Wed, 21 Oct 2026 07:28:00 GMT
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return 0;
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = months.find(text.substr(8, 3));
  const auto day = digits(text, 5, 2);
  const auto year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2);
  const auto minute = digits(text, 20, 2);
  const auto second = digits(text, 23, 2);
  if (month == std::string_view::npos || month % 3 != 0 || !day || !year || !hour || !minute || !second) return 0;
  return to_ms(*year, month / 3 + 1, *day, *hour, *minute, *second);
}

std::uint64_t retry_at(const http_response& response, std::string_view message, std::uint64_t now,
                       std::int64_t skew) {
  // The backend's own clock, where its answer shows it: nothing is learned wrong from a device set wrong.
  const std::uint64_t shown = parse_http_date(response.header("date"));
  const std::int64_t ahead = shown != 0 ? static_cast<std::int64_t>(shown) - static_cast<std::int64_t>(now) : skew;
  const auto here = [&](std::uint64_t there) {
    const std::int64_t at = static_cast<std::int64_t>(there) - ahead;
    return at <= static_cast<std::int64_t>(now) ? now : static_cast<std::uint64_t>(at);
  };
  std::optional<std::uint64_t> at;
  if (const std::string_view after = response.header("retry-after"); !after.empty()) {
    if (const auto seconds = whole_number(after)) {
      at = now + *seconds * 1'000;
    } else if (const std::uint64_t date = parse_http_date(after); date != 0) {
      at = here(date);
    }
  }
  for (const std::string_view name : {"ratelimit-reset", "x-ratelimit-reset"}) {
    if (at) break;
    const auto reset = whole_number(response.header(name));
    if (!reset) continue;
    // Seconds to wait, or seconds since 1970: no wait lasts thirty years.
    at = *reset < 1'000'000'000 ? now + *reset * 1'000 : here(*reset * 1'000);
  }
  if (!at) {
    if (const auto seconds = seconds_said(message)) at = now + *seconds * 1'000;
  }
  return at ? believable(*at, now) : 0;
}

}  // namespace kbve::auth
