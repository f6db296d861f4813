#include "kbve/auth/limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using test::at_noon;

TEST(Times, AreReadAsBackendsWriteThem) {
  EXPECT_EQ(parse_time("2025-10-09T08:53:20.000+00:00"), at_noon);
  EXPECT_EQ(parse_time("2025-10-09T08:53:20Z"), at_noon);
  EXPECT_EQ(parse_time("2025-10-09T10:53:20.1234567+02:00"), at_noon + 123);
  EXPECT_EQ(parse_time("2025-10-09T07:53:20-01:00"), at_noon);
  EXPECT_EQ(parse_time("2024-02-29T00:00:00Z"), 1'709'164'800'000U);
  EXPECT_EQ(parse_time("1970-01-01T00:00:01Z"), 1'000U);
  for (const std::string_view none :
       {"", "2025-10-09", "2025-13-09T08:53:20Z", "2025-10-09T24:53:20Z", "2025-10-09T08:53:20X",
        "2025-10-09T08:53:20.Z", "1969-10-09T08:53:20Z", "2025-1a-09T08:53:20Z", "2025-10-09T08:53:20+0200"}) {
    EXPECT_EQ(parse_time(none), 0U) << none;
  }
  EXPECT_EQ(parse_http_date("Thu, 09 Oct 2025 08:53:20 GMT"), at_noon);
  EXPECT_EQ(parse_http_date("Thu, 09 cto 2025 08:53:20 GMT"), 0U);
  EXPECT_EQ(parse_http_date("Thursday, 09-Oct-25 08:53:20 GMT"), 0U);
}

std::uint64_t wait(std::vector<http_header> headers, std::string_view message = "", std::int64_t skew = 0) {
  const http_response got{.status = 429, .headers = std::move(headers), .body = {}};
  return retry_at(got, message, at_noon, skew);
}

TEST(RateLimit, NobodySaysForHowLongAndWeKnow) {
  EXPECT_EQ(wait({{.name = "Retry-After", .value = "30"}}), at_noon + 30'000);
  EXPECT_EQ(wait({{.name = "retry-after", .value = "Thu, 09 Oct 2025 08:54:20 GMT"}}), at_noon + 60'000);
  EXPECT_EQ(wait({{.name = "RateLimit-Reset", .value = "12"}}), at_noon + 12'000);
  EXPECT_EQ(wait({{.name = "X-RateLimit-Reset", .value = test::seconds(at_noon + 50'000)}}), at_noon + 50'000);
  EXPECT_EQ(wait({}, "For security purposes, you can only request this after 47 seconds."), at_noon + 47'000);
  EXPECT_EQ(wait({}, "Too many requests"), 0U);
  EXPECT_EQ(wait({{.name = "Retry-After", .value = "soon"}}), 0U);
  EXPECT_EQ(wait({{.name = "Retry-After", .value = "99999999999"}}), at_noon + max_wait) << "believed for an hour";
}

TEST(RateLimit, AWrongDeviceClockDoesNotMoveTheWait) {
  const auto reset = test::seconds(at_noon + 86'400'000 + 50'000);
  EXPECT_EQ(wait({{.name = "X-RateLimit-Reset", .value = reset}}, "", 86'400'000), at_noon + 50'000)
      << "by the skew";
  EXPECT_EQ(wait({{.name = "X-RateLimit-Reset", .value = reset},
                  {.name = "Date", .value = "Fri, 10 Oct 2025 08:53:20 GMT"}}),
            at_noon + 50'000)
      << "by the answer's own date";
}

TEST(BackOff, DoublesWithChanceAndEnds) {
  EXPECT_EQ(back_off(0, 5, 1'000, 60'000), 0U);
  std::uint64_t least = 0;
  for (std::uint32_t failures = 1; failures < 12; ++failures) {
    const std::uint64_t low = back_off(failures, 0, 1'000, 60'000);
    const std::uint64_t high = back_off(failures, UINT32_MAX, 1'000, 60'000);
    EXPECT_EQ(high, std::min<std::uint64_t>(1'000ULL << (failures - 1), 60'000));
    EXPECT_EQ(low, high / 2);
    EXPECT_GE(low, least);
    least = low;
  }
  EXPECT_EQ(back_off(UINT32_MAX, UINT32_MAX, 1'000, 60'000), 60'000U);
}

TEST(Breaker, OpensAfterFiveFailuresAndLetsOneTry) {
  breaker circuit;
  for (int i = 0; i < 4; ++i) circuit.failed(at_noon, 0);
  EXPECT_EQ(circuit.closed_until(at_noon), 0U);
  circuit.failed(at_noon, 0);
  const std::uint64_t until = circuit.closed_until(at_noon);
  ASSERT_GT(until, at_noon);
  EXPECT_EQ(circuit.closed_until(until), 0U);
  circuit.probe(until);
  EXPECT_GT(circuit.closed_until(until), until) << "one tries, the others wait";
  circuit.succeeded();
  EXPECT_EQ(circuit.closed_until(until), 0U);
}

TEST(Limits, AreOfOneActionAndOneIdentity) {
  limit_table table;
  const auto key = limit_table::key_of("signIn", "ann@example.com");
  EXPECT_FALSE(key.contains("ann"));
  EXPECT_LE(limit_table::key_of(std::string(999, 'x'), std::string(999, 'y')).size(), 64U);
  table.refused(key, at_noon + 10'000, at_noon, 0);
  EXPECT_EQ(table.retry_at(key, at_noon), at_noon + 10'000);
  EXPECT_EQ(table.retry_at(limit_table::key_of("signIn", "bo@example.com"), at_noon), 0U);
  EXPECT_EQ(table.retry_at(limit_table::key_of("sendOtp", "ann@example.com"), at_noon), 0U);
  EXPECT_EQ(table.latest(at_noon), at_noon + 10'000);
  EXPECT_EQ(table.retry_at(key, at_noon + 10'000), 0U);
}

TEST(Limits, AWaitNeverGetsShorterAndGrowsByItself) {
  limit_table table;
  std::uint64_t before = 0;
  for (int i = 0; i < 20; ++i) {
    table.refused("a", 0, at_noon, 7);
    EXPECT_GE(table.retry_at("a", at_noon), before);
    before = table.retry_at("a", at_noon);
  }
  EXPECT_GT(before, at_noon + 300'000);
  table.refused("a", at_noon + 1'000, at_noon, 7);
  table.answered("a", at_noon);
  EXPECT_EQ(table.retry_at("a", at_noon), before);
}

TEST(Limits, AClockSetBackMakesNobodyWaitForADay) {
  limit_table table;
  table.refused("a", at_noon + 10'000, at_noon, 0);
  EXPECT_LE(table.retry_at("a", at_noon - 86'400'000), at_noon - 86'400'000 + max_wait);
}

TEST(Limits, TheTableHasABound) {
  limit_table table;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    table.refused("k" + std::to_string(i), at_noon + 1'000 + i, at_noon, 0);
  EXPECT_EQ(table.entries().size(), max_limits);
  EXPECT_NE(table.retry_at("k999", at_noon), 0U) << "the one that is over first makes room";
  table.sweep(at_noon + 2'000'000);
  EXPECT_TRUE(table.entries().empty());
}

TEST(Response, ItsHeadIsReadWithinLimits) {
  const auto field = [](std::string_view head) {
    const auto read = http_response::parse(head, "");
    return read ? "" : read.error().field;
  };
  EXPECT_EQ(field(R"({"status":200,"headers":[["a","b"]]})"), "");
  EXPECT_EQ(field(R"({"status":1000,"headers":[]})"), "status");
  EXPECT_EQ(field(R"({"status":200})"), "headers");
  EXPECT_EQ(field(R"({"status":200,"headers":[["a"]]})"), "headers");
  EXPECT_EQ(field("{"), "head");
  EXPECT_FALSE(http_response::parse(R"({"status":200,"headers":[]})", std::string(max_body_size + 1, 'x')));
}

TEST(Refusal, EveryCodeOfThisRoomHasASentenceOfItsOwn) {
  std::vector<std::string_view> seen;
  for (const errc code : all_errors) {
    if (code < errc::invalid_credentials) continue;
    EXPECT_GT(sentence(code).size(), 20U) << name(code);
    EXPECT_EQ(std::ranges::count(seen, sentence(code)), 0) << name(code);
    seen.push_back(sentence(code));
  }
  EXPECT_EQ(seen.size(), 25U);
}

}  // namespace
}  // namespace kbve::auth
