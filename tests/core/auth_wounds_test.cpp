/// Each test here is somebody's open wound: what clients of these backends are known to do wrong.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "kbve/auth/machine.hpp"
#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using enum effect_kind;
using test::at_noon;
using test::event;
using test::failed;
using test::machine;
using test::of_tab;
using test::received;
using test::refreshed;
using test::session;
using test::signed_in;
using test::with_text;

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

TEST(Wounds, RandomLogoutWithSeveralTabs) {
  // Four tabs wake up with an ended session, and look at the same state one after the other.
  for (int round = 0; round < 50; ++round) {
    auto shared = signed_in();
    const std::uint64_t now = at_noon + 2 * hour;
    int sent = 0;
    std::uint64_t flight = 0;
    for (const std::string_view tab : {"a", "b", "c", "d"}) {
      shared.step(of_tab(event(event_kind::needed, now), tab));
      EXPECT_TRUE(shared.asks(wait));
      if (!shared.asks(refresh)) continue;
      ++sent;
      flight = shared.find(refresh)->id;
    }
    EXPECT_EQ(sent, 1);
    shared.step(of_tab(refreshed(now + second, flight, session(now)), "a"));
    for (const std::string_view tab : {"b", "c", "d"}) {
      EXPECT_TRUE(shared.step(of_tab(event(event_kind::needed, now + second), tab)).asks(use));
      EXPECT_FALSE(shared.asks(refresh));
    }
    EXPECT_EQ(shared.state.held->issued_at, now);
  }
}

TEST(Wounds, AlreadyUsedIsReadOnceMoreBeforeTheSessionIsCalledDead) {
  auto one = signed_in();
  const std::uint64_t now = at_noon + 2 * hour;
  one.step(event(event_kind::tick, now));
  const std::uint64_t flight = one.find(refresh)->id;
  one.step(failed(event_kind::refresh_failed, now, errc::session_expired, flight));
  EXPECT_EQ(one.state.now, phase::signed_in);
  EXPECT_TRUE(one.asks(reread));
  EXPECT_FALSE(one.step(event(event_kind::tick, now + second)).asks(refresh));
  EXPECT_TRUE(one.asks(reread)) << "asked for again, should the tab that was asked have died";

  auto won = one;
  won.step(received(now, session(now)));
  EXPECT_EQ(won.step(event(event_kind::reread, now + second)).state.now, phase::signed_in)
      << "another tab's session was there";

  EXPECT_EQ(one.step(event(event_kind::reread, now + second)).state.now, phase::expired);
}

TEST(Wounds, AFailedRefreshNeverDeletesAGoodSession) {
  for (const errc code : {errc::session_expired, errc::server_error, errc::network, errc::rate_limited,
                          errc::bad_response, errc::user_blocked, errc::invalid_input}) {
    auto one = signed_in();
    const std::uint64_t now = at_noon + hour - minute;
    one.step(event(event_kind::tick, now));
    one.step(failed(event_kind::refresh_failed, now, code, one.find(refresh)->id));
    one.step(event(event_kind::reread, now + second));
    EXPECT_TRUE(one.step(event(event_kind::needed, now + 2 * second)).asks(use)) << name(code);
    EXPECT_EQ(one.state.now, phase::signed_in) << name(code);
  }
}

/// Appwrite's: no token of its own, and good for a year.
machine signed_in_without_token() {
  auto came = session(at_noon, "u1", "s1", 365 * day);
  came.proof.access.clear();
  came.proof.refresh.clear();
  came.proof.secret = R"({"a_session_p1":"x"})";
  machine out;
  out.step(received(at_noon, came));
  return out;
}

TEST(Wounds, ASessionWithoutATokenThatWasRevokedIsOver) {
  auto one = signed_in_without_token();
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + hour)).asks(use));
  one.step(event(event_kind::woke, at_noon + day));
  ASSERT_TRUE(one.asks(refresh));
  one.step(failed(event_kind::refresh_failed, at_noon + day, errc::session_missing, one.find(refresh)->id));
  EXPECT_EQ(one.state.now, phase::signed_in) << "another tab may have been quicker";
  EXPECT_TRUE(one.asks(reread));
  one.step(event(event_kind::reread, at_noon + day + second));
  EXPECT_EQ(one.state.now, phase::expired) << "nothing was given out that would last until its end";
  EXPECT_EQ(one.step(event(event_kind::needed, at_noon + day + second)).refused(), "session_expired");
}

TEST(Wounds, ASessionWithoutATokenIsRenewedWhenItIsAnsweredWith401) {
  auto one = signed_in_without_token();
  EXPECT_EQ(one.step(with_text(event_kind::unauthorized, at_noon + 5 * second, "")).refused(), "session_expired")
      << "it came a moment ago: that answer means something else";
  const std::uint64_t now = at_noon + day;
  one.step(with_text(event_kind::unauthorized, now, ""));
  ASSERT_TRUE(one.asks(refresh)) << "whether it is still good is for the backend to say";
  EXPECT_TRUE(one.asks(wait));
  EXPECT_FALSE(one.step(event(event_kind::needed, now + second)).asks(use));
  const std::uint64_t flight = one.state.refreshing->id;

  auto good = one;
  auto longer = *one.state.held;
  longer.issued_at = now;
  longer.expires_at = now + 365 * day;
  good.step(refreshed(now + second, flight, longer));
  EXPECT_TRUE(good.step(event(event_kind::needed, now + second)).asks(use));

  one.step(failed(event_kind::refresh_failed, now + second, errc::session_missing, flight));
  one.step(event(event_kind::reread, now + 2 * second));
  EXPECT_EQ(one.state.now, phase::expired);
}

TEST(Wounds, ThirtyThousandRequestsAnHour) {
  // A backend that answers 500, 429 or nothing at all, and a page that looks every second.
  for (const errc code : {errc::server_error, errc::rate_limited, errc::network, errc::bad_response}) {
    auto one = signed_in();
    int sent = 0;
    for (std::uint64_t now = at_noon + 2 * hour; now < at_noon + 3 * hour; now += second) {
      one.step(event(event_kind::needed, now));
      if (!one.asks(refresh)) continue;
      ++sent;
      one.step(failed(event_kind::refresh_failed, now, code, one.find(refresh)->id));
    }
    EXPECT_LE(sent, 30) << name(code);
    EXPECT_GE(sent, 5) << name(code);
    EXPECT_EQ(one.state.now, phase::signed_in) << name(code);
  }
}

TEST(Wounds, AWrongDeviceClockMakesARefreshLoop) {
  // The device is a day ahead or behind; the server counts its own time.
  for (const bool ahead : {true, false}) {
    machine one;
    int sent = 0;
    std::uint64_t server = at_noon;
    const auto device = [&] { return ahead ? server + day : server - day; };
    one.step(received(device(), session(server)));
    EXPECT_NEAR(static_cast<double>(one.state.skew), ahead ? -86'400'000.0 : 86'400'000.0, 1'000.0);
    for (const std::uint64_t end = server + 10 * hour; server < end; server += 10 * second) {
      one.step(event(event_kind::needed, device()));
      if (!one.asks(refresh)) continue;
      ++sent;
      one.step(refreshed(device(), one.find(refresh)->id, session(server / 1'000 * 1'000)));
    }
    EXPECT_GE(sent, 9);
    EXPECT_LE(sent, 11) << "one for each life of a token";
  }
}

TEST(Wounds, AClockThatWasSetIsNoticedBeforeTheTokenIsUsed) {
  auto one = signed_in();
  one.step(event(event_kind::woke, at_noon + minute));
  ASSERT_TRUE(one.asks(refresh));
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + minute)).asks(wait));
  one.step(refreshed(at_noon + minute, one.state.refreshing->id, session(at_noon + minute)));
  EXPECT_TRUE(one.step(event(event_kind::needed, at_noon + minute)).asks(use));
  // Set back while nobody looked: the session came in what is now the future.
  one.step(event(event_kind::needed, at_noon - day));
  EXPECT_TRUE(one.asks(refresh));
}

TEST(Wounds, OfflineForAnHourIsStillSignedIn) {
  auto one = signed_in();
  for (std::uint64_t now = at_noon + 50 * minute; now < at_noon + 2 * hour; now += 10 * second) {
    one.step(event(event_kind::tick, now));
    if (one.asks(refresh)) {
      one.step(failed(event_kind::refresh_failed, now, errc::network, one.find(refresh)->id));
    }
    ASSERT_EQ(one.state.now, phase::signed_in);
  }
  const std::uint64_t back = at_noon + 2 * hour;
  EXPECT_EQ(one.step(event(event_kind::needed, back)).refused(), "network");
  EXPECT_TRUE(one.step(event(event_kind::online, back)).asks(refresh))
      << "and tries as soon as there is a network";
}

TEST(Wounds, SigningOutWorksOfflineAndIsToldLater) {
  auto one = signed_in();
  one.step(with_text(event_kind::sign_out, at_noon + minute, "local"));
  EXPECT_EQ(one.state.now, phase::anonymous);
  EXPECT_FALSE(one.state.held);
  ASSERT_TRUE(one.asks(revoke));
  const std::uint64_t id = one.find(revoke)->id;
  EXPECT_EQ(one.find(revoke)->proof->session_id, "s1");
  one.step(failed(event_kind::revoked, at_noon + minute, errc::network, id));
  EXPECT_EQ(one.state.revocations.size(), 1U);
  EXPECT_FALSE(one.step(event(event_kind::tick, at_noon + minute + second)).asks(revoke));
  ASSERT_TRUE(one.step(event(event_kind::online, at_noon + minute + 2 * second)).asks(revoke));
  auto told = event(event_kind::revoked, at_noon + minute + 3 * second);
  told.id = id;
  EXPECT_TRUE(one.step(told).state.revocations.empty());
}

TEST(Wounds, ASignOutThatComesTooLateRenewsItsTokenFirst) {
  auto one = signed_in();
  one.step(with_text(event_kind::sign_out, at_noon + minute, "global"));
  one.step(failed(event_kind::revoked, at_noon + minute, errc::network, one.find(revoke)->id));
  one.step(event(event_kind::online, at_noon + 5 * hour));
  ASSERT_TRUE(one.asks(refresh_revocation)) << "an ended token signs nobody out, and the refresh token lives on";
  auto fresh = event(event_kind::revocation_refreshed, at_noon + 5 * hour);
  fresh.id = one.find(refresh_revocation)->id;
  fresh.came = session(at_noon + 5 * hour);
  one.step(fresh);
  ASSERT_TRUE(one.asks(revoke));
  EXPECT_EQ(one.find(revoke)->text, "global");
  EXPECT_EQ(one.find(revoke)->proof->access, fresh.came->proof.access);
  EXPECT_EQ(one.state.now, phase::anonymous) << "nobody is signed in by it";
}

TEST(Wounds, ATokenOfTwoSecondsIsRenewedOnceForASignOutAndThenUsed) {
  auto one = signed_in();
  one.step(with_text(event_kind::sign_out, at_noon + minute, "local"));
  one.step(failed(event_kind::revoked, at_noon + minute, errc::network, one.find(revoke)->id));
  one.step(event(event_kind::online, at_noon + 5 * hour));
  ASSERT_TRUE(one.asks(refresh_revocation));
  auto fresh = event(event_kind::revocation_refreshed, at_noon + 5 * hour);
  fresh.id = one.find(refresh_revocation)->id;
  fresh.came = session(at_noon + 5 * hour);
  fresh.came->expires_at = at_noon + 5 * hour + 2 * second;
  one.step(fresh);
  EXPECT_FALSE(one.asks(refresh_revocation)) << "it would be renewed for ever";
  EXPECT_TRUE(one.asks(revoke));
}

TEST(Wounds, ARefreshThatEndsAfterTheSignOutSignsNobodyInAgain) {
  auto one = signed_in();
  const std::uint64_t now = at_noon + hour - minute;
  one.step(event(event_kind::tick, now));
  const std::uint64_t flight = one.find(refresh)->id;
  one.step(with_text(event_kind::sign_out, now + second, "local"));
  one.step(refreshed(now + 2 * second, flight, session(now + second)));
  EXPECT_EQ(one.state.now, phase::anonymous);
  ASSERT_EQ(one.state.revocations.size(), 1U);
  EXPECT_EQ(one.state.revocations[0].proof.access, session(now + second).proof.access)
      << "what is signed out is what the backend has given last";
}

TEST(Wounds, EqualStateNeverNotifies) {
  auto one = signed_in();
  for (int i = 1; i <= 20; ++i) {
    one.step(event(event_kind::tick, at_noon + static_cast<std::uint64_t>(i) * second));
    EXPECT_FALSE(one.asks(notify));
    EXPECT_FALSE(one.asks(store));
    one.step(event(event_kind::needed, at_noon + static_cast<std::uint64_t>(i) * second));
    EXPECT_FALSE(one.asks(notify));
    EXPECT_FALSE(one.asks(store));
  }
  auto same = event(event_kind::user_changed, at_noon + minute);
  same.who = session().who;
  EXPECT_FALSE(one.step(same).asks(notify));
  const std::uint64_t revision = one.state.revision;
  one.step(event(event_kind::tick, at_noon + hour - minute));
  EXPECT_TRUE(one.asks(store)) << "other tabs must see the flight";
  EXPECT_FALSE(one.asks(notify)) << "stale data is kept while fetching";
  EXPECT_EQ(one.state.revision, revision + 1);
}

TEST(Wounds, OneVerifierIsNotOverwrittenByTheNext) {
  machine one;
  auto first = with_text(event_kind::flow_begun, at_noon, "oauth");
  first.random = bytes(48, 1);
  auto second_one = first;
  second_one.random = bytes(48, 2);
  const auth::flow a = *one.step(first).find(effect_kind::flow)->begun;
  const auth::flow b = *one.step(second_one).find(effect_kind::flow)->begun;
  EXPECT_EQ(one.step(with_text(event_kind::flow_back, at_noon, a.id)).find(effect_kind::flow)->begun->verifier,
            a.verifier);
  EXPECT_EQ(one.step(with_text(event_kind::flow_back, at_noon, b.id)).find(effect_kind::flow)->begun->verifier,
            b.verifier);
  EXPECT_EQ(one.step(with_text(event_kind::flow_back, at_noon, "made-up")).refused(), "pkce_mismatch");
}

TEST(Wounds, RateLimitedAndEverybodySaysForHowLong) {
  machine one;
  auto ask = with_text(event_kind::asked, at_noon, "ann@example.com");
  ask.action = "signIn";
  EXPECT_TRUE(one.step(ask).asks(send));
  auto no = ask;
  no.kind = event_kind::answered;
  no.why = refuse(errc::rate_limited);
  no.why->why.retry_at = at_noon + 40 * second;
  one.step(no);
  EXPECT_TRUE(view_of(one.state, at_noon).contains("\"retryAt\":" + std::to_string(at_noon + 40 * second)));
  EXPECT_EQ(one.step(ask).refused(), "rate_limited");
  EXPECT_EQ(one.find(refused)->why->retry_at, at_noon + 40 * second);
  auto other = ask;
  other.text = "bo@example.com";
  EXPECT_TRUE(one.step(other).asks(send)) << "another one's wait is not mine";
  ask.now = at_noon + 41 * second;
  EXPECT_TRUE(one.step(ask).asks(send));
}

TEST(Wounds, ABackendInTroubleIsLeftAlone) {
  machine one;
  auto ask = with_text(event_kind::asked, at_noon, "");
  ask.action = "sendOtp";
  auto no = ask;
  no.kind = event_kind::answered;
  no.why = refuse(errc::server_error);
  int sent = 0;
  for (std::uint64_t now = at_noon; now < at_noon + hour; now += second) {
    ask.now = no.now = now;
    if (!one.step(ask).asks(send)) {
      EXPECT_EQ(one.refused(), "server_error");
      EXPECT_GT(one.find(refused)->why->retry_at, now);
      continue;
    }
    ++sent;
    one.step(no);
  }
  EXPECT_LE(sent, 20);
  EXPECT_GE(sent, 6) << "somebody must try from time to time";
}

TEST(Wounds, ASecondPersonNeverGetsTheFirstOnesLocker) {
  machine one;
  one.step(event(event_kind::bind, at_noon)).step(received(at_noon, session()));
  EXPECT_EQ(one.state.bound_to, "u1");
  one.step(with_text(event_kind::sign_out, at_noon + minute, "local"));
  auto told = event(event_kind::revoked, at_noon + minute);
  told.id = one.find(revoke)->id;
  one.step(told);
  one.step(event(event_kind::sign_in_started, at_noon + 2 * minute));
  one.step(received(at_noon + 2 * minute, session(at_noon + 2 * minute, "u2", "s2")));
  EXPECT_EQ(one.refused(), "identity_mismatch");
  EXPECT_EQ(one.state.now, phase::anonymous);
  EXPECT_FALSE(one.state.held);
  ASSERT_EQ(one.state.revocations.size(), 1U) << "and nobody is left signed in at the backend";
  EXPECT_EQ(one.state.revocations[0].proof.session_id, "s2");
  one.step(event(event_kind::unbind, at_noon + 3 * minute));
  one.step(received(at_noon + 3 * minute, session(at_noon + 3 * minute, "u2", "s3")));
  EXPECT_EQ(one.state.now, phase::signed_in);
  EXPECT_EQ(one.state.bound_to, "u2");
}

TEST(Wounds, ARefreshNeverMakesSomebodyElseOfAPerson) {
  auto one = signed_in();
  const std::uint64_t now = at_noon + 2 * hour;
  one.step(event(event_kind::tick, now));
  one.step(refreshed(now, one.find(refresh)->id, session(now, "u2", "s2")));
  EXPECT_EQ(one.refused(), "identity_mismatch");
  EXPECT_EQ(one.state.held->proof.user_id, "u1");
  EXPECT_EQ(one.state.revocations.size(), 1U);
}

TEST(Wounds, ACookiesSignOutDoesNotHitWhoeverCameNext) {
  machine one;
  auto first = session();
  first.proof.mode = strapi_mode::cookie;
  first.proof.refresh.clear();
  one.step(received(at_noon, first));
  one.step(with_text(event_kind::sign_out, at_noon + minute, "local"));
  one.step(failed(event_kind::revoked, at_noon + minute, errc::network, one.find(revoke)->id));
  auto next = session(at_noon + 2 * minute, "u2", "s2");
  next.proof.mode = strapi_mode::cookie;
  one.step(received(at_noon + 2 * minute, next));
  EXPECT_TRUE(one.state.revocations.empty()) << "the cookie is the second one's by now";
}

TEST(Wounds, KilledBetweenAnswerAndStoreTheOldTokenIsTriedAgain) {
  // A hundred kills at every step: before the request, under way, and after the answer. What was not stored did
  // not happen; the backend gives the same active token to the parent's holder.
  for (std::uint64_t kill = 0; kill < 100; ++kill) {
    auto shared = signed_in();
    std::uint64_t now = at_noon + 2 * hour + kill * second;
    std::string holder = "t0";
    shared.step(of_tab(event(event_kind::needed, now), holder));
    ASSERT_TRUE(shared.asks(refresh));
    for (std::uint64_t killed = 1; killed <= 3; ++killed) {
      const std::string next = "t" + std::to_string(killed);
      const bool is_told = (kill + killed) % 2 == 0;
      now += is_told ? second : flight_time + second;
      shared.step(of_tab(with_text(is_told ? event_kind::tab_gone : event_kind::tick, now, holder), next));
      ASSERT_TRUE(shared.asks(refresh))
          << "a tab that is told takes over at once, another when the lease has ended";
      EXPECT_EQ(shared.state.refreshing->tab, next);
      holder = next;
    }
    shared.step(refreshed(now, shared.find(refresh)->id, session(now)));
    ASSERT_EQ(shared.state.now, phase::signed_in);
    ASSERT_EQ(shared.state.held->issued_at, now);
  }
}

}  // namespace
}  // namespace kbve::auth
