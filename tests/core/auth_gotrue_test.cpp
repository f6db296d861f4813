#include "kbve/auth/gotrue.hpp"

#include <gtest/gtest.h>

#include "support/accounts.hpp"

namespace kbve::auth {
namespace {

using test::at_noon;
using test::code;
using test::gotrue;
using test::gotrue_session;
using test::gotrue_token;

constexpr std::string_view sign_in = R"({"type":"signIn","email":"a@b.c","password":"p"})";
constexpr std::string_view refresh = R"({"type":"refresh"})";

std::string sent(std::string_view action, const tokens& proof = {}) {
  return test::request(gotrue(), action, proof);
}

auto answer(std::string_view action, std::uint32_t status, std::string_view body, const tokens& proof = {}) {
  return test::response(gotrue(), action, status, body, proof);
}

const tokens proof{.access = "a.b.c", .refresh = "abcdefghijkl", .user_id = "u1"};

TEST(Gotrue, RequestsAreWhatTheServerReads) {
  const std::string at = "http://127.0.0.1:9999";
  EXPECT_EQ(sent(R"({"type":"signUp","email":"a@b.c","password":"p","data":{"n":1},"redirectTo":"http://x/?a=1",
      "captchaToken":"c","codeChallenge":"ch"})"),
            "POST " + at + "/signup?redirect_to=http%3A%2F%2Fx%2F%3Fa%3D1 " +
                R"({"email":"a@b.c","password":"p","data":{"n":1},"gotrue_meta_security":{"captcha_token":"c"},)" +
                R"("code_challenge":"ch","code_challenge_method":"s256"})");
  EXPECT_EQ(sent(sign_in), "POST " + at + R"(/token?grant_type=password {"email":"a@b.c","password":"p"})");
  EXPECT_EQ(sent(R"({"type":"signIn","phone":"+491","password":"p"})"),
            "POST " + at + R"(/token?grant_type=password {"phone":"+491","password":"p"})");
  EXPECT_EQ(sent(R"({"type":"signInAnonymous"})"), "POST " + at + "/signup {}");
  EXPECT_EQ(sent(R"({"type":"sendOtp","email":"a@b.c","createUser":false})"),
            "POST " + at + R"(/otp {"email":"a@b.c","create_user":false})");
  EXPECT_EQ(sent(R"({"type":"verify","kind":"email","tokenHash":"h","email":"a@b.c"})"),
            "POST " + at + R"(/verify {"type":"email","token_hash":"h"})")
      << "a hash beside an address is refused by the server";
  EXPECT_EQ(sent(R"({"type":"oauthFinish","code":"x","codeVerifier":"y"})"),
            "POST " + at + R"(/token?grant_type=pkce {"auth_code":"x","code_verifier":"y"})");
  EXPECT_EQ(sent(refresh, proof),
            "POST " + at + R"(/token?grant_type=refresh_token {"refresh_token":"abcdefghijkl"})");
  EXPECT_EQ(sent(R"({"type":"changePassword","password":"n","currentPassword":"o","nonce":"1"})", proof),
            "PUT " + at + R"(/user {"password":"n","current_password":"o","nonce":"1"})");
  EXPECT_EQ(sent(R"({"type":"mfaEnroll","friendlyName":"phone"})", proof),
            "POST " + at + R"(/factors {"factor_type":"totp","friendly_name":"phone"})");
  EXPECT_EQ(sent(R"({"type":"mfaVerify","factorId":"f1","challengeId":"c1","code":"123456"})", proof),
            "POST " + at + R"(/factors/f1/verify {"challenge_id":"c1","code":"123456"})");
  EXPECT_EQ(sent(R"({"type":"mfaRemove","factorId":"f1"})", proof), "DELETE " + at + "/factors/f1");
  EXPECT_EQ(sent(R"({"type":"health"})"), "GET " + at + "/health");
}

TEST(Gotrue, SigningOutIsOfThisDeviceUnlessSaidOtherwise) {
  EXPECT_EQ(sent(R"({"type":"signOut"})", proof), "POST http://127.0.0.1:9999/logout?scope=local");
  EXPECT_EQ(sent(R"({"type":"signOut","scope":"global"})", proof),
            "POST http://127.0.0.1:9999/logout?scope=global");
}

TEST(Gotrue, OauthIsPkceWithS256OrNothing) {
  EXPECT_EQ(sent(R"({"type":"oauthStart","provider":"github"})"), "invalid_input codeChallenge");
  const auto what =
      action::parse(R"({"type":"oauthStart","provider":"github","codeChallenge":"ch","redirectTo":"http://x"})");
  const auto made = make_request(gotrue(), *what, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->url,
            "http://127.0.0.1:9999/authorize?provider=github&redirect_to=http%3A%2F%2Fx&code_challenge=ch"
            "&code_challenge_method=s256");
  EXPECT_TRUE(made->navigate);
  EXPECT_TRUE(made->headers.empty());
}

TEST(Gotrue, HeadersCarryVersionKeyAndTokenWhereTheyBelong) {
  const auto open = make_request(gotrue(), *action::parse(sign_in), proof);
  ASSERT_TRUE(open);
  EXPECT_EQ(test::header_of(*open, "X-Supabase-Api-Version"), "2024-01-01");
  EXPECT_EQ(test::header_of(*open, "apikey"), "sb_publishable_x");
  EXPECT_EQ(test::header_of(*open, "Authorization"), "") << "a sign-in proves itself by the password";
  const auto proven = make_request(gotrue(), *action::parse(R"({"type":"getUser"})"), proof);
  ASSERT_TRUE(proven);
  EXPECT_EQ(test::header_of(*proven, "Authorization"), "Bearer a.b.c");
  EXPECT_EQ(sent(R"({"type":"getUser"})"), "session_missing ");
  EXPECT_EQ(sent(R"({"type":"getUser"})", {.access = "a\r\nX: y"}), "session_missing ")
      << "no token breaks out of its header";
}

TEST(Gotrue, NoFactorBreaksOutOfItsPath) {
  EXPECT_EQ(sent(R"({"type":"mfaRemove","factorId":"../admin/users"})", proof),
            "DELETE http://127.0.0.1:9999/factors/..%2Fadmin%2Fusers");
  EXPECT_EQ(sent(R"({"type":"mfaRemove","factorId":".."})", proof), "invalid_input factorId");
}

TEST(Gotrue, ASessionIsReadWithItsTimesAndItsPerson) {
  const std::string user =
      R"({"id":"u1","email":"ann@example.com","email_confirmed_at":"2025-01-01T00:00:00Z","phone":"",)"
      R"("user_metadata":{"user_name":"ann","full_name":"Ann","avatar_url":"https://x/a.png"},"is_anonymous":false,)"
      R"("factors":[{"id":"f1","factor_type":"totp","status":"unverified","friendly_name":"p"}],"identities":[]})";
  const auto got = answer(sign_in, 200, gotrue_session(gotrue_token(), user));
  ASSERT_TRUE(got) << code(got);
  ASSERT_TRUE(got->signed_in);
  const session& in = *got->signed_in;
  EXPECT_EQ(in.issued_at, at_noon);
  EXPECT_EQ(in.expires_at, at_noon + 3'600'000);
  EXPECT_EQ(in.proof.session_id, "s1");
  EXPECT_EQ(in.proof.refresh, "abcdefghijkl");
  EXPECT_TRUE(in.can_refresh);
  EXPECT_FALSE(in.needs_factor) << "an unverified factor asks for nothing";
  EXPECT_EQ(in.who->username, "ann");
  EXPECT_EQ(in.who->avatar, "https://x/a.png");
  EXPECT_TRUE(in.who->email_confirmed);
  EXPECT_EQ(in.who->raw, user);
}

TEST(Gotrue, AVerifiedFactorIsAskedForOnce) {
  const std::string user = R"({"id":"u1","factors":[{"id":"f1","factor_type":"totp","status":"verified"}]})";
  auto got = answer(sign_in, 200, gotrue_session(gotrue_token(), user));
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->signed_in->needs_factor);
  got = answer(R"({"type":"mfaVerify","factorId":"f1","challengeId":"c","code":"1"})", 200,
               gotrue_session(gotrue_token(at_noon, "u1", R"("aal":"aal2","session_id":"s1")"), user), proof);
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->signed_in->needs_factor);
  EXPECT_EQ(got->signed_in->level, 2U);
}

TEST(Gotrue, NothingButAWholeSessionIsOne) {
  const std::string token = gotrue_token();
  const std::string good = gotrue_session(token);
  ASSERT_TRUE(answer(sign_in, 200, good));
  const auto without = [&](std::string_view part, std::string_view instead) {
    std::string body = good;
    body.replace(body.find(part), part.size(), instead);
    return code(answer(sign_in, 200, body));
  };
  EXPECT_EQ(without("\"token_type\":\"bearer\"", "\"token_type\":\"mac\""), "bad_response");
  EXPECT_EQ(without("abcdefghijkl", ""), "bad_response");
  EXPECT_EQ(without("abcdefghijkl", "abc\\u0000"), "bad_response");
  EXPECT_EQ(without("{\"id\":\"u1\"}", "{\"id\":\"u2\"}"), "bad_response") << "another person than the token's";
  EXPECT_EQ(without("{\"id\":\"u1\"}", "null"), "bad_response");
  EXPECT_EQ(without(token, "not.a.token"), "bad_response");
  EXPECT_EQ(without(token, ""), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, good + "x")), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, "")), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, "<html>")), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, "[]")), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 200, std::string(max_body_size + 1, ' '))), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 500, good)), "server_error") << "a session in a failure is none";
  EXPECT_EQ(code(answer(sign_in, 302, good)), "bad_response");
  EXPECT_EQ(code(answer(sign_in, 0, good)), "network");
}

TEST(Gotrue, ClaimsAHookTookAwayAreNotMissed) {
  const std::string bare = test::hs256(R"({"role":"authenticated"})");
  const auto got = answer(sign_in, 200, gotrue_session(bare));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->signed_in->expires_at, 1'760'003'600'000);
  EXPECT_EQ(got->signed_in->issued_at, 0U);
}

TEST(Gotrue, ARefreshNeverMakesSomebodyElseOfAPerson) {
  const auto got = answer(refresh, 200, gotrue_session(gotrue_token(at_noon, "u2"), R"({"id":"u2"})"), proof);
  EXPECT_EQ(code(got), "identity_mismatch");
  EXPECT_TRUE(answer(sign_in, 200, gotrue_session(gotrue_token(at_noon, "u2"), R"({"id":"u2"})"), proof))
      << "a sign-in may";
}

TEST(Gotrue, RegisteringWithConfirmationIsPendingAndTellsNobodyWhoIsKnown) {
  constexpr std::string_view sign_up = R"({"type":"signUp","email":"a@b.c","password":"p"})";
  auto got = answer(sign_up, 200, R"({"id":"u9","email":"a@b.c","identities":[{"id":"1"}]})");
  ASSERT_TRUE(got);
  ASSERT_EQ(got->kind, outcome_kind::pending);
  EXPECT_EQ(got->next->what, step::confirmation);
  EXPECT_FALSE(got->next->maybe_exists);
  got = answer(sign_up, 200, R"({"id":"u9","email":"a@b.c","identities":[]})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->next->what, step::confirmation);
  EXPECT_TRUE(got->next->maybe_exists);
  EXPECT_FALSE(got->next->who) << "the person in it was made up";
  ASSERT_TRUE(answer(sign_up, 200, gotrue_session(gotrue_token()))->signed_in) << "with autoconfirm";
}

TEST(Gotrue, BothShapesOfErrorsAreUnderstood) {
  auto got = answer(sign_in, 400, R"({"code":"invalid_credentials","message":"Invalid login credentials"})");
  EXPECT_EQ(code(got), "invalid_credentials");
  EXPECT_EQ(got.error().backend_code, "invalid_credentials");
  EXPECT_EQ(got.error().backend_message, "Invalid login credentials");
  EXPECT_EQ(got.error().status, 400U);
  got = answer(sign_in, 400, R"({"code":400,"error_code":"email_not_confirmed","msg":"Email not confirmed"})");
  EXPECT_EQ(code(got), "email_not_confirmed");
  EXPECT_EQ(got.error().backend_message, "Email not confirmed");
  got = answer(R"({"type":"signUp","email":"a@b.c","password":"p"})", 422,
               R"({"code":"weak_password","message":"m","weak_password":{"reasons":["length","pwned"]}})");
  EXPECT_EQ(code(got), "weak_password");
  EXPECT_EQ(got.error().reasons, (std::vector<std::string>{"length", "pwned"}));
  EXPECT_EQ(code(answer(sign_in, 400, R"({"code":"something_new","message":"m"})")), "invalid_input");
  EXPECT_EQ(code(answer(sign_in, 502, "<html>Bad gateway</html>")), "server_error");
  EXPECT_EQ(code(answer(R"({"type":"verify","kind":"email","email":"a@b.c","token":"1"})", 403,
                        R"({"code":"otp_expired","message":"Token has expired or is invalid"})")),
            "otp_invalid");
}

TEST(Gotrue, TheWaitIsInTheSentence) {
  const auto got = answer(R"({"type":"requestReset","email":"a@b.c"})", 429,
                          R"({"code":"over_email_send_rate_limit",)"
                          R"("message":"For security purposes, you can only request this after 47 seconds."})");
  EXPECT_EQ(code(got), "rate_limited");
  EXPECT_EQ(got.error().why.retry_at, at_noon + 47'000);
  EXPECT_EQ(answer(sign_in, 429, R"({"code":"over_request_rate_limit","message":"Request rate limit reached"})")
                .error()
                .why.retry_at,
            0U);
}

TEST(Gotrue, ASessionThatIsGoneNeedsNoSigningOut) {
  for (const std::uint32_t status : {204U, 401U, 403U, 404U}) {
    const auto got = answer(R"({"type":"signOut"})", status, "", proof);
    ASSERT_TRUE(got) << status;
    EXPECT_EQ(got->kind, outcome_kind::done);
  }
  EXPECT_EQ(code(answer(R"({"type":"signOut"})", 500, "", proof)), "server_error");
}

TEST(Gotrue, EnrollingShowsSecretAddressAndAPictureWithoutScripts) {
  const auto got = answer(R"({"type":"mfaEnroll"})", 200,
                          R"({"id":"f1","type":"totp","totp":{"qr_code":"<svg onload='x'/>","secret":"ABC",)"
                          R"("uri":"otpauth://totp/x"}})",
                          proof);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->next->factor_id, "f1");
  EXPECT_EQ(got->next->picture, "data:image/svg+xml;utf-8,%3Csvg%20onload%3D'x'%2F%3E");
  EXPECT_EQ(code(answer(R"({"type":"mfaEnroll"})", 200,
                        R"x({"id":"f1","totp":{"uri":"javascript:alert(1)","secret":"A"}})x", proof)),
            "bad_response");
}

TEST(Gotrue, SessionsOfOtherDevicesCannotBeListed) {
  EXPECT_EQ(sent(R"({"type":"listSessions"})", proof), "not_supported ");
  EXPECT_EQ(sent(R"({"type":"createJwt"})", proof), "not_supported ");
}

}  // namespace
}  // namespace kbve::auth
