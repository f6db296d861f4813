#include "kbve/auth/strapi.hpp"

#include <gtest/gtest.h>

#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using test::at_noon;
using test::code;
using test::seconds;

constexpr std::string_view sign_in = R"({"type":"signIn","username":"ann","password":"p"})";
constexpr std::string_view refresh = R"({"type":"refresh"})";
constexpr std::string_view ann = R"({"id":7,"documentId":"d","username":"ann","email":"a@b.c","confirmed":true})";

std::string legacy_token() {
  return test::hs256(R"({"id":7,"iat":)" + seconds(at_noon) + R"(,"exp":)" + seconds(at_noon + 2'592'000'000) +
                     "}");
}
std::string access_token(std::string_view type = "access", std::string_view user = "\"7\"") {
  return test::hs256(R"({"userId":)" + std::string(user) + R"(,"sessionId":"s1","type":")" + std::string(type) +
                     R"(","iat":)" + seconds(at_noon) + R"(,"exp":)" + seconds(at_noon + 600'000) + "}");
}
std::string body(std::string_view token, std::string_view more = "") {
  return R"({"jwt":")" + std::string(token) + "\"" + std::string(more) + R"(,"user":)" + std::string(ann) + "}";
}
std::string refusal_body(int status, std::string_view name, std::string_view message) {
  return R"({"data":null,"error":{"status":)" + std::to_string(status) + R"(,"name":")" + std::string(name) +
         R"(","message":")" + std::string(message) + R"(","details":{}}})";
}

auto answer(std::string_view action, std::uint32_t status, std::string_view text, const tokens& proof = {}) {
  return test::response(test::strapi(), action, status, text, proof);
}
std::string sent(std::string_view action, const tokens& proof = {}) {
  return test::request(test::strapi(), action, proof);
}

const tokens in_body{
    .access = "a.b.c", .refresh = "r.r.r", .session_id = "s1", .user_id = "7", .mode = strapi_mode::body};
const tokens in_cookie{.access = "a.b.c", .session_id = "s1", .user_id = "7", .mode = strapi_mode::cookie};
const tokens in_legacy{.access = "a.b.c", .user_id = "7", .mode = strapi_mode::legacy};

TEST(Strapi, ItsThreeModesAreFoundOutFromTheAnswer) {
  auto got = answer(sign_in, 200, body(legacy_token()));
  ASSERT_TRUE(got) << code(got);
  EXPECT_EQ(got->signed_in->proof.mode, strapi_mode::legacy);
  EXPECT_FALSE(got->signed_in->can_refresh);
  EXPECT_EQ(got->signed_in->expires_at, at_noon + 2'592'000'000);

  got = answer(sign_in, 200, body(access_token(), R"(,"refreshToken":"r.r.r")"));
  ASSERT_TRUE(got) << code(got);
  EXPECT_EQ(got->signed_in->proof.mode, strapi_mode::body);
  EXPECT_EQ(got->signed_in->proof.refresh, "r.r.r");
  EXPECT_EQ(got->signed_in->proof.session_id, "s1");

  got = answer(sign_in, 200, body(access_token()));
  ASSERT_TRUE(got) << code(got);
  EXPECT_EQ(got->signed_in->proof.mode, strapi_mode::cookie);
  EXPECT_TRUE(got->signed_in->can_refresh);
  EXPECT_EQ(got->signed_in->who->username, "ann");
  EXPECT_EQ(got->signed_in->who->id, "7");
}

TEST(Strapi, RegisteringShowsATokenThatTheFirstRefreshPutsIntoTheCookie) {
  const auto made = answer(R"({"type":"signUp","username":"ann","email":"a@b.c","password":"p"})", 200,
                           body(access_token(), R"(,"refreshToken":"r.r.r")"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->signed_in->proof.mode, strapi_mode::body);
  const auto next = answer(refresh, 200, R"({"jwt":")" + access_token() + "\"}", made->signed_in->proof);
  ASSERT_TRUE(next) << code(next);
  EXPECT_EQ(next->signed_in->proof.mode, strapi_mode::cookie);
  EXPECT_EQ(next->signed_in->proof.refresh, "");
  EXPECT_FALSE(next->signed_in->who) << "a refresh does not say who it is";
}

TEST(Strapi, EachModeRefreshesInItsOwnWay) {
  const std::string at = "http://localhost:1337/api";
  EXPECT_EQ(sent(refresh, in_body), "POST " + at + R"(/auth/refresh {"refreshToken":"r.r.r"})");
  EXPECT_EQ(sent(refresh, in_cookie), "POST " + at + "/auth/refresh {}");
  EXPECT_EQ(sent(refresh, in_legacy), "not_supported ");
  EXPECT_EQ(sent(refresh), "session_missing ");
  const auto made = make_request(test::strapi(), *action::parse(refresh), in_cookie);
  EXPECT_TRUE(made->with_credentials);
  EXPECT_EQ(test::header_of(*made, "Authorization"), "")
      << "an ended Bearer is refused even where none is asked for";
}

TEST(Strapi, RequestsAreWhatTheServerReads) {
  const std::string at = "http://localhost:1337/api";
  EXPECT_EQ(sent(sign_in), "POST " + at + R"(/auth/local {"identifier":"ann","password":"p"})");
  EXPECT_EQ(sent(R"({"type":"signUp","email":"a@b.c","password":"p"})"), "invalid_input username");
  EXPECT_EQ(sent(R"({"type":"signOut","scope":"global"})", in_body),
            "POST " + at + R"(/auth/logout {"scope":"all","refreshToken":"r.r.r"})");
  EXPECT_EQ(sent(R"({"type":"signOut"})", in_legacy), "not_supported ");
  EXPECT_EQ(
      sent(R"({"type":"changePassword","password":"n","currentPassword":"o"})", in_body),
      "POST " + at + R"(/auth/change-password {"currentPassword":"o","password":"n","passwordConfirmation":"n"})");
  EXPECT_EQ(sent(R"({"type":"updateUser","username":"bo","data":{"shoe":43}})", in_body),
            "PUT " + at + R"(/users/7 {"username":"bo","shoe":43})");
  EXPECT_EQ(sent(R"({"type":"oauthFinish","provider":"github","accessToken":"t"})"),
            "GET " + at + "/auth/github/callback?access_token=t");
  EXPECT_EQ(sent(R"({"type":"revokeSession","sessionId":"a/b"})", in_body),
            "DELETE " + at + "/auth/sessions/a%2Fb");
  EXPECT_EQ(sent(R"({"type":"health"})"), "GET http://localhost:1337/_health") << "not under /api";
  for (const std::string_view type : {"signInAnonymous", "mfaEnroll", "reauthenticate", "createJwt"}) {
    EXPECT_EQ(sent(R"({"type":")" + std::string(type) + "\"}", in_body), "not_supported ") << type;
  }
}

TEST(Strapi, TheMessageIsAllThatTellsErrorsApart) {
  const auto says = [](int status, std::string_view name, std::string_view message) {
    return code(answer(sign_in, static_cast<std::uint32_t>(status), refusal_body(status, name, message)));
  };
  EXPECT_EQ(says(400, "ValidationError", "Invalid identifier or password"), "invalid_credentials");
  EXPECT_EQ(says(400, "ApplicationError", "Your account email is not confirmed"), "email_not_confirmed");
  EXPECT_EQ(says(400, "ApplicationError", "Your account has been blocked by an administrator"), "user_blocked");
  EXPECT_EQ(says(400, "ApplicationError", "Email or Username are already taken"), "user_exists");
  EXPECT_EQ(says(400, "ApplicationError", "Register action is currently disabled"), "signup_disabled");
  EXPECT_EQ(says(401, "UnauthorizedError", "Invalid refresh token"), "session_expired");
  EXPECT_EQ(says(400, "ValidationError", "Missing refresh token"), "session_missing");
  EXPECT_EQ(says(400, "ValidationError", "Incorrect code provided"), "otp_invalid");
  EXPECT_EQ(says(401, "UnauthorizedError", "Missing or invalid credentials"), "session_expired");
  EXPECT_EQ(says(403, "ForbiddenError", "Forbidden"), "not_supported");
  EXPECT_EQ(says(404, "NotFoundError", "Not Found"), "not_supported");
  EXPECT_EQ(says(429, "RateLimitError", "Too many requests, please try again later."), "rate_limited");
  EXPECT_EQ(says(500, "InternalServerError", "Internal Server Error"), "server_error");
}

TEST(Strapi, FieldsThatAreWrongAreNamed) {
  auto got = answer(sign_in, 400,
                    R"({"data":null,"error":{"status":400,"name":"ValidationError","message":"2 errors occurred",)"
                    R"("details":{"errors":[{"path":["email"],"message":"m","name":"ValidationError"},)"
                    R"({"path":["password"],"message":"m","name":"ValidationError"}]}}})");
  EXPECT_EQ(code(got), "invalid_input");
  EXPECT_EQ(got.error().fields, (std::vector<std::string>{"email", "password"}));
  EXPECT_EQ(got.error().why.field, "email");
  got = answer(sign_in, 400, refusal_body(400, "ValidationError", "Invalid parameters: deviceId"));
  EXPECT_EQ(got.error().fields, (std::vector<std::string>{"deviceId"}));
}

// Captured from Strapi 5.54: tests/servers/fixtures/strapi.json.
TEST(Strapi, SessionsAreListedUnderTheNamesTheServerHas) {
  const auto got = answer(R"({"type":"listSessions"})", 200,
                          R"({"data":[{"id":"2068771c","deviceId":"372488eb","current":true,)"
                          R"("loginAt":"2026-11-23T20:44:56.318Z","lastActiveAt":"2026-11-23T20:44:56.563Z"},)"
                          R"({"id":"a1a72570","deviceId":"x","deviceName":"Firefox on Linux","current":false}]})",
                          in_body);
  ASSERT_TRUE(got) << code(got);
  ASSERT_EQ(got->sessions.size(), 2U);
  EXPECT_EQ(got->sessions[0].id, "2068771c");
  EXPECT_EQ(got->sessions[0].device, "372488eb");
  EXPECT_EQ(got->sessions[0].created, "2026-11-23T20:44:56.318Z");
  EXPECT_TRUE(got->sessions[0].current);
  EXPECT_EQ(got->sessions[1].device, "Firefox on Linux");
  EXPECT_FALSE(got->sessions[1].current);
}

TEST(Strapi, APasswordThatIsTooWeakIsToldApart) {
  const auto says = [](std::string_view message) {
    return code(answer(sign_in, 400, refusal_body(400, "ValidationError", message)));
  };
  EXPECT_EQ(says("password must be at least 6 characters"), "weak_password");
  EXPECT_EQ(says("Your new password must be different than your current password"), "weak_password");
  EXPECT_EQ(says("Password validation failed."), "weak_password");
  EXPECT_EQ(says("Password must be less than 73 bytes"), "invalid_input") << "it is not weak";
}

TEST(Strapi, ARefreshTokenIsNoAccessToken) {
  EXPECT_EQ(code(answer(sign_in, 200, body(access_token("refresh")))), "bad_response");
}

TEST(Strapi, ATokenOfSomebodyElseIsNoSession) {
  EXPECT_EQ(code(answer(sign_in, 200, body(access_token("access", "8")))), "bad_response");
  EXPECT_EQ(code(answer(refresh, 200, R"({"jwt":")" + access_token("access", "8") + "\"}", in_body)),
            "identity_mismatch");
  EXPECT_EQ(code(answer(sign_in, 200, R"({"jwt":"x","user":{"id":7}})")), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, R"({"user":{"id":7}})")), "bad_response");
}

TEST(Strapi, RegisteringWithConfirmationGivesNoToken) {
  const auto got = answer(R"({"type":"signUp","username":"ann","email":"a@b.c","password":"p"})", 200,
                          R"({"user":)" + std::string(ann) + "}");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->next->what, step::confirmation);
}

TEST(Strapi, TheResetTimeIsReadWhereTheServerLetsUs) {
  const auto got =
      test::response(test::strapi(), sign_in, 429, refusal_body(429, "RateLimitError", "Too many requests"), {},
                     {{.name = "X-RateLimit-Reset", .value = seconds(at_noon + 50'000)}});
  EXPECT_EQ(got.error().why.retry_at, at_noon + 50'000);
}

TEST(Strapi, WithoutCookiesACookieModeSessionJustEnds) {
  auto to = test::strapi();
  to.cookies = false;
  const auto got = test::response(to, sign_in, 200, body(access_token()));
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->signed_in->can_refresh);
  EXPECT_EQ(test::request(to, refresh, in_cookie), "session_missing ");
}

}  // namespace
}  // namespace kbve::auth
