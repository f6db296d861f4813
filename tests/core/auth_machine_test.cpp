#include "kbve/auth/machine.hpp"

#include <gtest/gtest.h>

#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using enum effect_kind;
using test::at_noon;
using test::event;
using test::failed;
using test::machine;
using test::received;
using test::refreshed;
using test::session;
using test::signed_in;
using test::with_text;

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;

TEST(Machine, ASignInIsStoredBeforeAnybodyIsTold) {
  machine one;
  EXPECT_EQ(one.step(event(event_kind::sign_in_started, at_noon)).state.now, phase::signing_in);
  one.step(received(at_noon, session()));
  EXPECT_EQ(one.state.now, phase::signed_in);
  ASSERT_GE(one.effects.size(), 3U);
  EXPECT_EQ(one.effects.front().kind, store);
  EXPECT_TRUE(one.asks(notify));
  ASSERT_TRUE(one.asks(wake));
  const std::uint64_t at = one.find(wake)->at;
  EXPECT_GE(at, at_noon + hour - 150 * second);
  EXPECT_LE(at, at_noon + hour - 120 * second);
}

TEST(Machine, ASignInThatNeverEndsIsGivenUp) {
  machine one;
  one.step(event(event_kind::sign_in_started, at_noon));
  EXPECT_EQ(one.step(event(event_kind::tick, at_noon + 3 * minute)).state.now, phase::anonymous);
}

TEST(Machine, ATokenIsRefreshedBeforeItEndsAndOnce) {
  auto one = signed_in();
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + minute)).asks(use));
  EXPECT_FALSE(one.asks(refresh));
  one.step(event(event_kind::tick, at_noon + hour - minute));
  ASSERT_TRUE(one.asks(refresh));
  const std::uint64_t flight = one.find(refresh)->id;
  EXPECT_LT(one.find(refresh)->at, at_noon + hour - minute + flight_time) << "the fetch ends before the lease";
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + hour - 59 * second)).asks(use))
      << "the old one is good still";
  EXPECT_FALSE(one.asks(refresh));
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + hour - 40 * second)).asks(use));
  one.step(refreshed(at_noon + hour - 40 * second, flight, session(at_noon + hour - 40 * second)));
  EXPECT_EQ(one.state.held->issued_at, at_noon + hour - 40 * second);
  EXPECT_FALSE(one.state.refreshing);
}

TEST(Machine, WhoeverNeedsATokenThatHasEndedWaitsForTheFlight) {
  auto one = signed_in();
  one.step(event(event_kind::needed, at_noon + 2 * hour));
  EXPECT_TRUE(one.asks(refresh));
  EXPECT_TRUE(one.asks(wait));
  one.step(event(event_kind::needed, at_noon + 2 * hour + second));
  EXPECT_FALSE(one.asks(refresh));
  EXPECT_TRUE(one.asks(wait));
}

TEST(Machine, AShortLivedTokenIsNotRefreshedInALoop) {
  machine one;
  one.step(received(at_noon, session(at_noon, "u1", "s1", 0)));
  EXPECT_FALSE(one.step(event(event_kind::tick, at_noon + second)).asks(refresh));
  EXPECT_TRUE(one.step(event(event_kind::tick, at_noon + 6 * second)).asks(refresh));
}

TEST(Machine, ARefusedTokenIsRefreshedOnceAndNotWhileItIsFresh) {
  auto one = signed_in();
  const std::string print = fingerprint(one.state.held->proof.access);
  EXPECT_EQ(one.step(with_text(event_kind::unauthorized, at_noon + 5 * second, print)).refused(),
            "session_expired");
  EXPECT_EQ(one.state.now, phase::signed_in) << "that server may be another one's";
  one.step(with_text(event_kind::unauthorized, at_noon + 5 * minute, print));
  ASSERT_TRUE(one.asks(refresh) && one.asks(wait));
  const std::uint64_t flight = one.find(refresh)->id;
  one.step(refreshed(at_noon + 5 * minute, flight, session(at_noon + 5 * minute)));
  EXPECT_TRUE(one.step(with_text(event_kind::unauthorized, at_noon + 5 * minute + second, print)).asks(use))
      << "a newer one is here already";
}

TEST(Machine, ASecondFactorStepsUp) {
  machine one;
  auto first = session();
  first.needs_factor = true;
  EXPECT_EQ(one.step(received(at_noon, first)).state.now, phase::mfa_required);
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + minute)).asks(use)) << "it is good for the factor";
  auto second_level = session(at_noon + minute);
  second_level.level = 2;
  EXPECT_EQ(one.step(received(at_noon + minute, second_level)).state.now, phase::signed_in);
  EXPECT_TRUE(one.state.revocations.empty()) << "it is the same session";
}

TEST(Machine, AFactorTheBackendAsksForLaterIsWaitedForThroughARefresh) {
  machine one;
  auto came = session();
  came.who.reset();
  one.step(received(at_noon, came)).step(event(event_kind::needs_factor, at_noon + second));
  EXPECT_EQ(one.state.now, phase::mfa_required);
  one.step(event(event_kind::tick, at_noon + hour));
  auto next = session(at_noon + hour);
  next.who.reset();
  one.step(refreshed(at_noon + hour, one.find(refresh)->id, next));
  EXPECT_EQ(one.state.now, phase::mfa_required);
}

TEST(Machine, AConfirmationIsWaitedFor) {
  machine one;
  one.step(event(event_kind::sign_in_started, at_noon));
  one.step(with_text(event_kind::needs_confirmation, at_noon, "a@b.c"));
  EXPECT_EQ(one.state.now, phase::confirmation_required);
  EXPECT_EQ(one.state.waits_for, "a@b.c");
  one.step(received(at_noon + minute, session(at_noon + minute)));
  EXPECT_EQ(one.state.waits_for, "");
}

TEST(Machine, WhoWasSignedInIsShownUntilTheNextSessionCame) {
  auto one = signed_in();
  one.step(event(event_kind::tick, at_noon + 2 * hour));
  one.step(failed(event_kind::refresh_failed, at_noon + 2 * hour, errc::session_expired, one.find(refresh)->id));
  one.step(event(event_kind::reread, at_noon + 2 * hour));
  ASSERT_EQ(one.state.now, phase::expired);
  one.step(event(event_kind::sign_in_started, at_noon + 2 * hour));
  EXPECT_TRUE(view_of(one.state, at_noon + 2 * hour).contains("ann@example.com"));
  one.step(failed(event_kind::sign_in_failed, at_noon + 2 * hour, errc::invalid_credentials));
  EXPECT_EQ(one.state.now, phase::expired);
  one.step(with_text(event_kind::needs_confirmation, at_noon + 2 * hour, "ann@example.com"));
  EXPECT_EQ(one.state.now, phase::confirmation_required);
}

TEST(Machine, AFailedSignInSaysWhyAndChangesNothingElse) {
  machine one;
  one.step(event(event_kind::sign_in_started, at_noon));
  one.step(failed(event_kind::sign_in_failed, at_noon, errc::invalid_credentials));
  EXPECT_EQ(one.state.now, phase::anonymous);
  EXPECT_EQ(one.state.last_error->code, errc::invalid_credentials);
  auto two = signed_in();
  two.step(failed(event_kind::sign_in_failed, at_noon + second, errc::invalid_credentials));
  EXPECT_EQ(two.state.now, phase::signed_in);
}

TEST(Machine, AServerWithoutRefreshLetsTheTokenEnd) {
  auto one = signed_in();
  one.step(event(event_kind::tick, at_noon + hour - minute));
  one.step(
      failed(event_kind::refresh_failed, at_noon + hour - minute, errc::not_supported, one.find(refresh)->id));
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + hour - second)).asks(use));
  EXPECT_EQ(one.step(event(event_kind::tick, at_noon + hour + second)).state.now, phase::expired);
  EXPECT_EQ(one.step(event(event_kind::needed, at_noon + hour + second)).refused(), "session_expired");
  EXPECT_TRUE(one.state.held->proof.access.empty());
  EXPECT_EQ(one.state.held->who->email, "ann@example.com") << "who it was is shown at the next sign-in";
}

TEST(Machine, ADeadTabsFlightIsTakenOver) {
  auto one = signed_in();
  one.step(event(event_kind::tick, at_noon + 2 * hour));
  ASSERT_TRUE(one.asks(refresh));
  auto other = event(event_kind::tick, at_noon + 2 * hour + second);
  other.tab = "other";
  EXPECT_FALSE(one.step(other).asks(refresh));
  EXPECT_TRUE(one.step(with_text(event_kind::tab_gone, at_noon + 2 * hour + 2 * second, "tab")).asks(refresh));
  EXPECT_TRUE(one.step(event(event_kind::tick, at_noon + 2 * hour + 40 * second)).asks(refresh))
      << "and where nobody tells, when the lease has ended";
}

TEST(Machine, AYearLongSessionIsMadeLongerAMonthBeforeItEnds) {
  constexpr std::uint64_t day = 24 * hour;
  machine one;
  one.step(received(at_noon, session(at_noon, "u1", "s1", 365 * day)));
  EXPECT_FALSE(one.step(event(event_kind::tick, at_noon + 300 * day)).asks(refresh));
  EXPECT_TRUE(one.step(event(event_kind::tick, at_noon + 336 * day)).asks(refresh));
}

TEST(Machine, AFlowGoesOutAndComesBackOnce) {
  machine one;
  auto begin = with_text(event_kind::flow_begun, at_noon, "oauth");
  begin.random = bytes(48, 7);
  one.step(begin);
  ASSERT_TRUE(one.asks(effect_kind::flow));
  const auth::flow begun = *one.find(effect_kind::flow)->begun;
  EXPECT_EQ(one.find(effect_kind::flow)->challenge, *pkce_challenge(begun.verifier));
  one.step(with_text(event_kind::flow_back, at_noon + minute, begun.id));
  EXPECT_EQ(one.find(effect_kind::flow)->begun->verifier, begun.verifier);
  EXPECT_EQ(one.step(with_text(event_kind::flow_back, at_noon + minute, begun.id)).refused(), "pkce_mismatch");
}

TEST(Machine, OnlyStatesOfItsOwnAreRead) {
  EXPECT_TRUE(machine_state::parse(""));
  const std::string good = signed_in().state.to_json();
  EXPECT_TRUE(machine_state::parse(good));
  const auto without = [&](std::string_view part, std::string_view instead) {
    std::string text = good;
    text.replace(text.find(part), part.size(), instead);
    return machine_state::parse(text).has_value();
  };
  EXPECT_FALSE(without("\"version\":1", "\"version\":2"));
  EXPECT_FALSE(without("\"phase\":\"signed-in\"", "\"phase\":\"root\""));
  EXPECT_FALSE(without("\"phase\":\"signed-in\"", "\"phase\":\"anonymous\""));
  EXPECT_FALSE(without("\"userId\":\"u1\"", "\"userId\":\"u2\"")) << "a session of two people";
  EXPECT_FALSE(without("\"limits\":[]", "\"limits\":{}"));
  EXPECT_FALSE(machine_state::parse("{}"));
  EXPECT_FALSE(machine_state::parse(good + "x"));
}

TEST(Machine, TheViewShowsNoToken) {
  const auto one = signed_in();
  const std::string view = view_of(one.state, at_noon);
  EXPECT_TRUE(view.starts_with(R"({"state":"signed-in","user":{"id":"u1")")) << view;
  EXPECT_FALSE(view.contains(one.state.held->proof.access));
  EXPECT_FALSE(view.contains(one.state.held->proof.refresh));
}

TEST(Event, CarriesWhatItsKindNeeds) {
  const auto field = [](std::string_view json) {
    const auto read = auth::event::parse(json);
    return read ? "" : read.error().field;
  };
  EXPECT_EQ(field(R"({"type":"tick","now":5})"), "");
  EXPECT_EQ(field(R"({"type":"tick"})"), "now");
  EXPECT_EQ(field(R"({"type":"jump","now":5})"), "type");
  EXPECT_EQ(field(R"({"type":"","now":5})"), "type");
  EXPECT_EQ(field(R"({"type":"tick","now":5,"extra":1})"), "extra");
  EXPECT_EQ(field(R"({"type":"tick","now":1e300})"), "now");
  EXPECT_EQ(field(R"({"type":"received","now":5})"), "session");
  EXPECT_EQ(field(R"({"type":"refreshFailed","now":5})"), "why");
  EXPECT_EQ(field(R"({"type":"refreshFailed","now":5,"why":{"code":"oops"}})"), "why");
  EXPECT_EQ(field(R"({"type":"refreshFailed","now":5,"why":{"code":"network"}})"), "");
  EXPECT_EQ(field(R"({"type":"userChanged","now":5})"), "user");
  EXPECT_EQ(field(R"({"type":"asked","now":5})"), "action");
  EXPECT_EQ(field(R"({"type":"received","now":5,"session":)" + session().to_json() + "}"), "");
  EXPECT_EQ(field(R"({"type":"received","now":5,"session":{"proof":{"userId":"u","access":"\u0000"}}})"),
            "session");
}

}  // namespace
}  // namespace kbve::auth
