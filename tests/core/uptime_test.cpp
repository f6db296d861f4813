#include "kbve/uptime/uptime.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace kbve::uptime {
namespace {

constexpr std::uint64_t noon = 1'760'000'000'000;
constexpr std::uint64_t minute = 60'000;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

void see(state& of, std::uint64_t at, health seen, std::uint32_t latency = 100) {
  of.add({.at = at, .seen = seen, .latency_ms = latency}, at);
}

TEST(Uptime, AnAnswerIsJudgedByStatusAndTime) {
  EXPECT_EQ(judge(200, 100, 1'000), health::up);
  EXPECT_EQ(judge(204, 1'001, 1'000), health::degraded);
  EXPECT_EQ(judge(429, 10, 1'000), health::degraded);
  EXPECT_EQ(judge(503, 10, 1'000), health::down);
  EXPECT_EQ(judge(0, 10, 1'000), health::down);
}

TEST(Uptime, OneLostAnswerIsNoOutage) {
  state of;
  EXPECT_EQ(of.shown(noon), health::unknown);
  see(of, noon, health::up);
  EXPECT_EQ(of.shown(noon), health::up) << "the first look says what there is to say";
  see(of, noon + minute, health::down);
  EXPECT_EQ(of.shown(noon + minute), health::up);
  see(of, noon + 2 * minute, health::down);
  EXPECT_EQ(of.shown(noon + 2 * minute), health::down);
  see(of, noon + 3 * minute, health::up);
  EXPECT_EQ(of.shown(noon + 3 * minute), health::down);
  see(of, noon + 4 * minute, health::up);
  EXPECT_EQ(of.shown(noon + 4 * minute), health::up);
}

TEST(Uptime, WhatComesAndGoesIsDegradedUntilItIsQuiet) {
  state of;
  std::uint64_t at = noon;
  for (int i = 0; i < 10; ++i) {
    for (int twice = 0; twice < 2; ++twice) see(of, at += 20'000, i % 2 == 0 ? health::up : health::down);
  }
  EXPECT_EQ(of.shown(at), health::degraded);
  for (int i = 0; i < 40; ++i) see(of, at += minute, health::up);
  EXPECT_EQ(of.shown(at), health::up);
  for (int i = 0; i < 2; ++i) see(of, at += minute, health::down);
  EXPECT_EQ(of.shown(at), health::down) << "after it has been quiet one outage is one";
}

TEST(Uptime, NothingSeenForLongIsUnknown) {
  state of;
  see(of, noon, health::up);
  EXPECT_EQ(of.shown(noon + 11 * minute), health::unknown);
}

TEST(Uptime, WindowsSlide) {
  state of;
  for (std::uint64_t i = 0; i < 60; ++i) see(of, noon + i * minute, i < 30 ? health::down : health::up);
  EXPECT_NEAR(*of.over(window::hour, noon + 59 * minute).ratio, 0.5, 1e-9);
  EXPECT_NEAR(*of.over(window::hour, noon + 89 * minute).ratio, 1.0, 0.02);
  EXPECT_FALSE(of.over(window::hour, noon + 3 * hour).ratio);
  EXPECT_NEAR(*of.over(window::day, noon + 3 * hour).ratio, 0.5, 1e-9);
  EXPECT_FALSE(of.over(window::day, noon + 2 * day).ratio);
  EXPECT_NEAR(*of.over(window::month, noon + 29 * day).ratio, 0.5, 1e-9);
  EXPECT_FALSE(of.over(window::month, noon + 32 * day).ratio);
}

TEST(Uptime, PercentilesAreNearThoseOfTheSamples) {
  state of;
  for (std::uint32_t i = 1; i <= 1'000; ++i) see(of, noon + i, health::up, i);
  const summary found = of.over(window::hour, noon + minute);
  ASSERT_TRUE(found.p50 && found.p95);
  EXPECT_NEAR(*found.p50, 500, 50);
  EXPECT_NEAR(*found.p95, 950, 95);
  state none;
  see(none, noon, health::down, 5'000);
  EXPECT_FALSE(none.over(window::hour, noon).p50) << "what did not answer has no latency";
}

TEST(Uptime, MemoryHasABoundWhateverComes) {
  state of;
  std::uint64_t at = noon;
  for (int i = 0; i < 20'000; ++i) see(of, at += 7 * minute, health::up, static_cast<std::uint32_t>(i % 40'000));
  EXPECT_LT(of.to_json().size(), 100'000U);
  EXPECT_TRUE(state::parse(of.to_json()));
}

TEST(Uptime, AClockSetForwardAndBackLeavesNothingBehind) {
  state of;
  see(of, noon, health::up);
  see(of, noon + 365 * day, health::down);
  see(of, noon + 365 * day + minute, health::down);
  see(of, noon + minute, health::up);
  see(of, noon + 2 * minute, health::up);
  EXPECT_EQ(of.shown(noon + 2 * minute), health::up);
  EXPECT_NEAR(*of.over(window::hour, noon + 2 * minute).ratio, 1.0, 1e-9);
  of.add({.at = noon + day, .seen = health::down, .latency_ms = 1}, noon + 2 * minute);
  EXPECT_EQ(of.over(window::day, noon + 2 * minute).samples, 2U) << "a look that lies ahead is none";
}

TEST(Uptime, TheStateComesBackFromItsJson) {
  state of;
  for (std::uint32_t i = 0; i < 50; ++i) {
    see(of, noon + i * hour, i % 7 == 0 ? health::down : i % 5 == 0 ? health::degraded : health::up, i * 37);
  }
  const auto back = state::parse(of.to_json());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, of);
  EXPECT_TRUE(state::parse(""));
  for (const std::string_view wrong : {"{}", "[]", R"({"version":2})", R"({"version":1,"hour":[],"day":[]})",
                                       R"({"version":1,"hour":[[1,2]],"day":[],"month":[]})"}) {
    EXPECT_FALSE(state::parse(wrong)) << wrong;
  }
}

TEST(Uptime, LooksAreSpreadAndSoonerWhileSomethingIsUnclear) {
  state of;
  see(of, noon, health::up);
  EXPECT_GE(of.next_look(noon, 0), noon + 48'000);
  EXPECT_LE(of.next_look(noon, UINT32_MAX), noon + 72'000);
  see(of, noon + 1, health::down);
  EXPECT_LE(of.next_look(noon, UINT32_MAX), noon + 24'000);
}

TEST(Uptime, TheViewIsWhatIsShown) {
  state of;
  see(of, noon, health::up, 100);
  see(of, noon + minute, health::down);
  EXPECT_TRUE(
      of.view(noon + minute)
          .starts_with(
              R"({"health":"up","since":1760000000000,"windows":{"hour":{"samples":2,"ratio":0.5000,"p50":120,"p95":120})"))
      << of.view(noon + minute);
}

TEST(Uptime, OneOutageInAMonthIsSeenInTheView) {
  state of;
  constexpr std::uint64_t looks = 43'199;
  for (std::uint64_t i = 0; i <= looks; ++i) see(of, noon + i * minute, i == 40'000 ? health::down : health::up);
  const std::string view = of.view(noon + looks * minute);
  EXPECT_TRUE(view.substr(view.find("\"month\"")).contains(R"("ratio":0.9999)")) << view;
  EXPECT_TRUE(view.contains(R"("day":{"samples":1433,"ratio":1.0000)")) << view;
  state well;
  see(well, noon, health::up);
  EXPECT_TRUE(well.view(noon).contains(R"("ratio":1.0000)")) << well.view(noon);
}

TEST(Uptime, TheHistoryHasASliceWhereSomethingWasSeenAndNoOther) {
  state of;
  constexpr std::uint64_t quarter = 15 * minute;
  const std::uint64_t begin = noon / quarter * quarter;
  see(of, begin, health::up, 100);
  see(of, begin + minute, health::degraded, 400);
  see(of, begin + 4 * quarter, health::down);
  const std::uint64_t now = begin + 4 * quarter;
  const auto found = of.pieces(window::day, now);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].from, begin);
  EXPECT_EQ(found[0].seen, (std::array<std::uint32_t, 3>{1, 1, 0}));
  EXPECT_EQ(found[0].p50, 120U);
  EXPECT_EQ(found[0].p95, 400U);
  EXPECT_EQ(found[1].seen, (std::array<std::uint32_t, 3>{0, 0, 1}));
  EXPECT_EQ(found[1].p50, std::nullopt);
  EXPECT_EQ(of.history(window::day, now), R"({"width":900000,"slices":[{"from":)" + std::to_string(begin) +
                                              R"(,"up":1,"degraded":1,"down":0,"p50":120,"p95":400},{"from":)" +
                                              std::to_string(now) + R"(,"up":0,"degraded":0,"down":1}]})");
  // A day later nothing of it is in the window; an empty state has no slice either.
  EXPECT_TRUE(of.pieces(window::day, now + 100 * quarter).empty());
  EXPECT_EQ(state().history(window::hour, now), R"({"width":60000,"slices":[]})");
}

TEST(Badge, IsAccessibleAndSaysTheSameAsItShows) {
  state of;
  for (std::uint64_t i = 0; i < 1'000; ++i) see(of, noon + i * minute, i == 5 ? health::down : health::up);
  const std::string svg = badge_svg(of, {.label = "API", .over = window::month}, noon + 1'000 * minute);
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.contains("role=\"img\" aria-label=\"API: up, 99.90 % in 30 days\"") ||
              svg.contains("aria-label=\"API: up, 99.9 % in 30 days\""))
      << svg;
  EXPECT_TRUE(svg.contains("<title>API: up"));
  EXPECT_FALSE(svg.contains("style"));
  EXPECT_FALSE(svg.contains("href"));
}

TEST(Badge, AnOutageIsNeverRoundedAway) {
  state of;
  for (std::uint64_t i = 0; i < 30'000; ++i) see(of, noon + i * 60'000, i == 5 ? health::down : health::up);
  const std::string svg = badge_svg(of, {.label = "x", .over = window::month}, noon + 30'000 * minute);
  EXPECT_TRUE(svg.contains("up 99.99 %")) << svg;
}

TEST(Badge, WhateverTheLabelIsItIsOnlyText) {
  const state of;
  const auto inside = [&](std::string_view label) {
    const std::string svg = badge_svg(of, {.label = label}, noon);
    EXPECT_EQ(svg.find('<', svg.find("<title>") + 1), svg.find("</title>")) << svg;
    return svg;
  };
  const std::string svg = inside("</title><script>alert(1)</script>\"' &");
  EXPECT_FALSE(svg.contains("<script"));
  EXPECT_TRUE(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; &amp;"));
  EXPECT_FALSE(inside(std::string("a\0b\x1b", 4)).contains('\0'));
  EXPECT_TRUE(inside("\xff\xfe").contains("uptime: unknown")) << "what is no text is no label";
  EXPECT_LT(inside(std::string(100'000, 'w')).size(), 2'000U);
  EXPECT_TRUE(inside("").contains("uptime: unknown"));
}

/// WCAG 2.2: relative luminance, against white.
double contrast(std::string_view hex) {
  const auto part = [&](std::size_t at) {
    const double c = std::stoi(std::string(hex.substr(at, 2)), nullptr, 16) / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 1.05 / (0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) + 0.05);
}

TEST(Badge, CanBeReadInEveryState) {
  for (const health seen : {health::unknown, health::up, health::degraded, health::down}) {
    state of;
    see(of, noon, seen);
    const std::string svg = badge_svg(of, {.label = "x"}, noon);
    EXPECT_TRUE(svg.contains(name(seen)));
    for (std::size_t at = svg.find("fill=\"#"); at != std::string::npos; at = svg.find("fill=\"#", at + 1)) {
      const std::string colour = svg.substr(at + 6, svg.find('"', at + 6) - at - 6);
      if (colour == "#fff") continue;
      EXPECT_GE(contrast(colour), 4.5) << colour;
    }
  }
}

}  // namespace
}  // namespace kbve::uptime
