#include "kbve/auth/appwrite.hpp"

#include <gtest/gtest.h>

#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using test::at_noon;
using test::code;

constexpr std::string_view sign_in = R"({"type":"signIn","email":"a@b.c","password":"p"})";
constexpr std::string_view session_body =
    R"({"$id":"s1","$createdAt":"2025-10-09T08:53:20.000+00:00","userId":"u1","expire":"2026-10-09T08:53:20.000+00:00",)"
    R"("provider":"email","current":true,"factors":["password"],"secret":""})";
constexpr std::string_view fallback = R"({"a_session_p1":"eyJpZCI6"})";
const tokens proof{.secret = std::string(fallback), .session_id = "s1", .user_id = "u1"};

auto answer(std::string_view action, std::uint32_t status, std::string_view body, const tokens& with = {},
            std::vector<http_header> headers = {}) {
  return test::response(test::appwrite(), action, status, body, with, std::move(headers));
}
std::string sent(std::string_view action, const tokens& with = {}) {
  return test::request(test::appwrite(), action, with);
}
std::string refusal_body(int status, std::string_view type) {
  return R"({"message":"m","code":)" + std::to_string(status) + R"(,"type":")" + std::string(type) +
         R"(","version":"1.8.1"})";
}

TEST(Appwrite, ItsYearLongSessionIsKeptFromTheHeaderAndSentBack) {
  const auto got =
      answer(sign_in, 201, session_body, {}, {{.name = "X-Fallback-Cookies", .value = std::string(fallback)}});
  ASSERT_TRUE(got) << code(got);
  EXPECT_EQ(got->signed_in->proof.secret, fallback);
  EXPECT_EQ(got->signed_in->expires_at - got->signed_in->issued_at, 365ULL * 86'400'000);
  const auto next = make_request(test::appwrite(), *action::parse(R"({"type":"getUser"})"), got->signed_in->proof);
  ASSERT_TRUE(next);
  EXPECT_EQ(test::header_of(*next, "X-Fallback-Cookies"), fallback);
  EXPECT_EQ(test::header_of(*next, "X-Appwrite-Project"), "p1");
}

TEST(Appwrite, OnlyTheSessionOfThisProjectIsKept) {
  EXPECT_EQ(fallback_session(R"({"a_session_p2":"x","a_session_p1":"y","other":"z"})", "p1"),
            R"({"a_session_p1":"y"})");
  EXPECT_EQ(fallback_session(R"({"a_session_p1":"y","a_session_p1_legacy":"z"})", "p1"),
            R"({"a_session_p1":"y","a_session_p1_legacy":"z"})");
  for (const std::string_view none :
       {"", "[]", "{}", R"({"a_session_p2":"x"})", R"({"a_session_p1":""})", R"({"a_session_p1":5})",
        R"({"a_session_p1":"\u0001"})", R"({"a_session_p1":"é"})", "not json"}) {
    EXPECT_FALSE(fallback_session(none, "p1")) << none;
  }
}

TEST(Appwrite, WithoutTheHeaderTheCookieHoldsIt) {
  const auto got = answer(sign_in, 201, session_body);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->signed_in->proof.secret, "");
  auto alone = test::appwrite();
  alone.cookies = false;
  EXPECT_EQ(code(test::response(alone, sign_in, 201, session_body)), "bad_response")
      << "nothing could ever prove this session";
}

TEST(Appwrite, MakingItLongerKeepsWhatProvesIt) {
  const auto got = answer(R"({"type":"refresh"})", 200, session_body, proof);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->signed_in->proof.secret, fallback);
  EXPECT_EQ(sent(R"({"type":"refresh"})", proof), "PATCH https://a.example/v1/account/sessions/current");
}

TEST(Appwrite, RequestsAreWhatTheServerReads) {
  const std::string at = "https://a.example/v1/account";
  EXPECT_EQ(sent(R"({"type":"signUp","email":"a@b.c","password":"p","name":"Ann"})"),
            "POST " + at + R"x( {"userId":"unique()","email":"a@b.c","password":"p","name":"Ann"})x");
  EXPECT_EQ(sent(sign_in), "POST " + at + R"(/sessions/email {"email":"a@b.c","password":"p"})");
  EXPECT_EQ(sent(R"({"type":"sendOtp","phone":"+491"})"),
            "POST " + at + R"x(/tokens/phone {"userId":"unique()","phone":"+491"})x");
  EXPECT_EQ(sent(R"({"type":"oauthFinish","userId":"u","secret":"s"})"),
            "POST " + at + R"(/sessions/token {"userId":"u","secret":"s"})");
  EXPECT_EQ(sent(R"({"type":"signOut"})", proof), "DELETE " + at + "/sessions/s1");
  EXPECT_EQ(sent(R"({"type":"signOut","scope":"global"})", proof), "DELETE " + at + "/sessions");
  EXPECT_EQ(sent(R"({"type":"updateUser","data":{"a":[1]}})", proof),
            "PATCH " + at + R"(/prefs {"prefs":{"a":[1]}})");
  EXPECT_EQ(sent(R"({"type":"updateUser","name":"x","data":{}})", proof), "invalid_input data");
  EXPECT_EQ(sent(R"({"type":"updateUser","email":"x@y.z"})", proof), "invalid_input password");
  EXPECT_EQ(sent(R"({"type":"createJwt","duration":60})", proof), "POST " + at + R"(/jwts {"duration":60})");
  EXPECT_EQ(sent(R"({"type":"mfaRequire","required":true})", proof), "PATCH " + at + R"(/mfa {"mfa":true})");
  EXPECT_EQ(sent(R"({"type":"mfaVerify","challengeId":"c","code":"1"})", proof),
            "PUT " + at + R"(/mfa/challenge {"challengeId":"c","otp":"1"})");
  EXPECT_EQ(sent(R"({"type":"mfaConfirm","code":"1"})", proof),
            "PUT " + at + R"(/mfa/authenticators/totp {"otp":"1"})");
  EXPECT_EQ(
      sent(R"({"type":"oauthStart","provider":"github","redirectTo":"https://x/y","scopes":"a b"})"),
      "GET " + at +
          "/tokens/oauth2/github?project=p1&success=https%3A%2F%2Fx%2Fy&failure=https%3A%2F%2Fx%2Fy&scopes%5B%5D=a"
          "&scopes%5B%5D=b");
  EXPECT_EQ(sent(R"({"type":"health"})"), "GET https://a.example/v1/ping");
  EXPECT_EQ(sent(R"({"type":"signInIdToken","provider":"g","idToken":"t"})"), "not_supported ");
}

TEST(Appwrite, ItsTypesTellErrorsApart) {
  const auto says = [](std::string_view action, int status, std::string_view type) {
    return code(answer(action, static_cast<std::uint32_t>(status), refusal_body(status, type)));
  };
  EXPECT_EQ(says(sign_in, 401, "user_invalid_credentials"), "invalid_credentials");
  EXPECT_EQ(says(sign_in, 401, "user_session_already_exists"), "session_exists");
  EXPECT_EQ(says(sign_in, 401, "user_more_factors_required"), "mfa_required");
  EXPECT_EQ(says(sign_in, 409, "user_already_exists"), "user_exists");
  EXPECT_EQ(says(sign_in, 403, "user_blocked"), "user_blocked");
  EXPECT_EQ(says(sign_in, 429, "general_rate_limit_exceeded"), "rate_limited");
  EXPECT_EQ(says(R"({"type":"getUser"})", 401, "general_unauthorized_scope"), "session_missing");
  EXPECT_EQ(says(R"({"type":"mfaVerify","challengeId":"c","code":"1"})", 401, "user_invalid_token"),
            "mfa_invalid");
  EXPECT_EQ(says(R"({"type":"oauthFinish","userId":"u","secret":"s"})", 401, "user_invalid_token"), "otp_invalid");
  EXPECT_EQ(says(sign_in, 501, "something_new"), "server_error");
}

TEST(Appwrite, RegisteringMakesNoSession) {
  const auto got =
      answer(R"({"type":"signUp","email":"a@b.c","password":"p"})", 201, R"({"$id":"u1","email":"a@b.c"})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->next->what, step::sign_in);
  EXPECT_FALSE(got->signed_in);
}

TEST(Appwrite, NothingButAWholeSessionIsOne) {
  const auto without = [](std::string_view part, std::string_view instead) {
    std::string body(session_body);
    body.replace(body.find(part), part.size(), instead);
    return code(answer(sign_in, 201, body));
  };
  EXPECT_EQ(without("\"$id\":\"s1\"", "\"$id\":\"\""), "bad_response");
  EXPECT_EQ(without("\"userId\":\"u1\"", "\"userId\":7.5"), "bad_response");
  EXPECT_EQ(without("2026-10-09T08:53:20.000+00:00", "soon"), "bad_response");
  EXPECT_EQ(code(answer(R"({"type":"refresh"})", 200, session_body, {.secret = "x", .user_id = "u2"})),
            "identity_mismatch");
}

TEST(Appwrite, AJwtIsNoSessionButATokenWithAnEnd) {
  const std::string jwt =
      test::hs256(R"({"userId":"u1","sessionId":"s1","exp":)" + test::seconds(at_noon + 900'000) + "}");
  const auto got = answer(R"({"type":"createJwt"})", 201, R"({"jwt":")" + jwt + "\"}", proof);
  ASSERT_TRUE(got) << code(got);
  EXPECT_EQ(got->kind, outcome_kind::jwt);
  EXPECT_EQ(got->expires_at, at_noon + 900'000);
  EXPECT_EQ(code(answer(R"({"type":"createJwt"})", 201, R"({"jwt":"x.y.z"})", proof)), "bad_response");
}

TEST(Appwrite, SessionsAreListedWithTheirDevices) {
  const auto got =
      answer(R"({"type":"listSessions"})", 200,
             R"({"total":2,"sessions":[{"$id":"s1","clientName":"Firefox","osName":"Linux","current":true},)"
             R"({"$id":"s2","clientName":"","osName":""}]})",
             proof);
  ASSERT_TRUE(got);
  ASSERT_EQ(got->sessions.size(), 2U);
  EXPECT_EQ(got->sessions[0].device, "Firefox, Linux");
  EXPECT_TRUE(got->sessions[0].current);
  EXPECT_FALSE(got->sessions[1].current);
}

TEST(Appwrite, AMissingFactorDoesNotPassForASignedOutSession) {
  EXPECT_EQ(code(answer(R"({"type":"signOut"})", 401, refusal_body(401, "user_more_factors_required"), proof)),
            "mfa_required");
  EXPECT_TRUE(answer(R"({"type":"signOut"})", 401, refusal_body(401, "general_unauthorized_scope"), proof));
  EXPECT_TRUE(answer(R"({"type":"signOut"})", 404, refusal_body(404, "user_session_not_found"), proof));
}

}  // namespace
}  // namespace kbve::auth
