#include "kbve/auth/backend.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "detail/json_object.hpp"
#include "kbve/auth/flow.hpp"
#include "support/accounts.hpp"
#include "support/given_back.hpp"

namespace kbve::auth {
namespace {

using test::at_noon;

/// The members of an object's inside, each value as JSON.
std::vector<std::pair<std::string, std::string>> members_of(std::string_view inside) {
  const std::string text = "{" + std::string(inside) + "}";
  std::vector<std::pair<std::string, std::string>> out;
  const auto read = detail::json_object::read(text);
  EXPECT_TRUE(read);
  for (const detail::json_member& one : read->members()) out.emplace_back(one.name, one.value);
  return out;
}

std::string field(std::string_view json) {
  const auto read = backend::parse(json);
  return read ? "" : read.error().field;
}

TEST(Backend, IsDescribedByWhatIsKnownAndNothingElse) {
  EXPECT_EQ(backend::parse(R"({"kind":"gotrue","url":"https://x.example/auth/v1/"})")->url,
            "https://x.example/auth/v1");
  EXPECT_EQ(field(R"({"url":"https://x.example"})"), "kind");
  EXPECT_EQ(field(R"({"kind":"firebase","url":"https://x.example"})"), "kind");
  EXPECT_EQ(field(R"({"kind":"gotrue","url":"https://x.example","apikey":"k"})"), "apikey");
  EXPECT_EQ(field(R"({"kind":"gotrue","url":"https://x.example","apiKey":"a\r\nb"})"), "apiKey");
  EXPECT_EQ(field(R"({"kind":"appwrite","url":"https://x.example"})"), "project");
  EXPECT_EQ(field("[]"), "backend");
}

TEST(Backend, PasswordsAreSentOverHttpsOrToThisDevice) {
  for (const std::string_view url : {"http://example.com", "http://localhost.example.com", "http://10.0.0.1:9999",
                                     "ftp://x", "javascript:alert(1)", "https://", "https://u:p@x", "https://x?y",
                                     "https://x#y", "https://x y", "//x", "/auth"}) {
    EXPECT_EQ(field(R"({"kind":"gotrue","url":")" + std::string(url) + "\"}"), "url") << url;
  }
  for (const std::string_view url :
       {"http://localhost:9999", "http://127.0.0.1", "http://[::1]:80/x", "http://app.localhost", "https://x"}) {
    EXPECT_EQ(field(R"({"kind":"gotrue","url":")" + std::string(url) + "\"}"), "") << url;
  }
  EXPECT_EQ(field(R"({"kind":"gotrue","url":"http://10.0.0.1","allowHttp":true})"), "");
}

TEST(Action, TakesWhatTheTableSaysAndNothingElse) {
  const auto wrong = [](std::string_view json) {
    const auto read = action::parse(json);
    return read ? "" : read.error().field;
  };
  EXPECT_EQ(wrong(R"({"type":"signIn","email":"a","password":"p"})"), "");
  EXPECT_EQ(wrong(R"({"type":"fly"})"), "type");
  EXPECT_EQ(wrong("{"), "type");
  EXPECT_EQ(wrong(R"({"type":"signIn","email":"a"})"), "password");
  EXPECT_EQ(wrong(R"({"type":"signIn","email":"a","password":""})"), "password");
  EXPECT_EQ(wrong(R"({"type":"signIn","email":"a","password":"p","scope":"x"})"), "scope");
  EXPECT_EQ(wrong(R"({"type":"signIn","email":5,"password":"p"})"), "email");
  EXPECT_EQ(wrong(R"({"type":"signUp","password":"p","data":[1]})"), "data");
  EXPECT_EQ(wrong(R"({"type":"createJwt","duration":"60"})"), "duration");
  EXPECT_EQ(wrong(R"({"type":"mfaRequire","required":"yes"})"), "required");
}

TEST(Action, NoPasswordIsGivenBackUnwiped) {
  constexpr std::string_view json =
      R"({"type":"signIn","email":"a@b.c","password":"correct horse\nbattery staple, and a little more"})";
  for (const std::string_view part : {"correct horse\\nbattery staple", "battery staple, and a little more"}) {
    const test::search_of_given_back search(part);
    {
      auto read = action::parse(json);
      ASSERT_TRUE(read);
      const action moved = *std::move(read);
      EXPECT_EQ(moved.get("password"), "correct horse\nbattery staple, and a little more");
    }
    EXPECT_EQ(search.found(), 0U) << part;
  }
}

TEST(Action, EveryCellOfTheTableIsTrue) {
  // A request for each action with all it may carry: not_supported exactly where the table says no.
  constexpr std::string_view all =
      R"("email":"a@b.c","phone":"+1","username":"u","password":"p","name":"n","data":{},"captchaToken":"c",)"
      R"("redirectTo":"https://x","codeChallenge":"h","channel":"sms","userId":"u","provider":"g","idToken":"i",)"
      R"("accessToken":"a","nonce":"1","createUser":true,"kind":"signup","token":"t","tokenHash":"h","secret":"s",)"
      R"("failureTo":"https://x","scopes":"a","code":"c","codeVerifier":"v","scope":"local","currentPassword":"o",)"
      R"("friendlyName":"f","issuer":"i","factorId":"f","challengeId":"c","factor":"totp","required":true,)"
      R"("sessionId":"s","duration":60)";
  const auto every = members_of(all);
  const std::array backends{test::gotrue(), test::strapi(), test::appwrite()};
  const tokens proof{.access = "a.b.c",
                     .refresh = "r",
                     .secret = "s",
                     .session_id = "s",
                     .user_id = "7",
                     .mode = strapi_mode::body};
  for (const capability& row : capabilities()) {
    std::string json = R"({"type":")" + std::string(row.name) + "\"";
    for (const auto& [name, value] : every) {
      const bool wanted = (" " + std::string(row.members) + " ").contains(" " + name + " ") ||
                          (" " + std::string(row.members) + " ").contains(" " + name + "! ");
      // Appwrite takes one change at a time, Strapi confirms addresses alone.
      const bool one = row.kind == action_kind::update_user && name != "name";
      if (wanted && !one) json.append(",\"").append(name).append("\":").append(value);
    }
    if (row.kind == action_kind::verify) json.replace(json.find("\"signup\""), 8, "\"email\"");
    for (std::size_t i = 0; i < backends.size(); ++i) {
      const std::string sent = test::request(backends.at(i), json + "}", proof);
      EXPECT_EQ(sent == "not_supported ", row.by.at(i) == support::no) << row.name << " " << i << " " << sent;
      EXPECT_FALSE(sent.starts_with("invalid_input")) << row.name << " " << i << " " << sent;
    }
  }
  EXPECT_TRUE(
      capabilities_json().starts_with(R"([{"action":"signUp","gotrue":"yes","strapi":"yes","appwrite":"yes")"));
}

TEST(Redirect, IsReadFromTheQueryAndErrorsFromTheFragmentToo) {
  auto back = read_redirect("https://x/cb?code=abc%20d&kbve_flow=f1#top");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->code, "abc d");
  EXPECT_EQ(back->flow, "f1");
  back = read_redirect("https://x/cb?userId=u&secret=s&expire=2025");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->secret, "s");
  back = read_redirect("https://x/cb#error=access_denied&error_code=otp_expired&error_description=Too+late");
  ASSERT_TRUE(back && back->refused);
  EXPECT_EQ(back->refused->why.code, errc::otp_invalid);
  EXPECT_EQ(back->refused->backend_message, "Too late");
  EXPECT_FALSE(read_redirect("https://x/page?a=b"));
  EXPECT_FALSE(read_redirect("https://x/?userId=u"));
}

TEST(Redirect, TokensInAFragmentSignNobodyIn) {
  EXPECT_FALSE(read_redirect("https://x/cb#access_token=a.b.c&refresh_token=r&token_type=bearer"));
}

TEST(Flow, TheChallengeIsThatOfTheRfc) {
  // RFC 7636, appendix B.
  EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  EXPECT_FALSE(pkce_challenge(std::string(42, 'a')));
  EXPECT_FALSE(pkce_challenge(std::string(129, 'a')));
  EXPECT_FALSE(pkce_challenge(std::string(43, '+')));
}

TEST(Flow, IsTakenOnceByItsName) {
  std::vector<flow> ring;
  for (std::uint8_t i = 0; i < 7; ++i) {
    bytes random(48, i);
    add_flow(ring, *make_flow(random, "oauth", at_noon + i));
  }
  EXPECT_EQ(ring.size(), max_flows);
  const flow last = ring.back();
  EXPECT_NE(last.verifier, ring.front().verifier);
  EXPECT_FALSE(take_flow(ring, "elsewhere", at_noon));
  EXPECT_FALSE(take_flow(ring, "", at_noon)) << "which of five?";
  EXPECT_EQ(take_flow(ring, last.id, at_noon)->verifier, last.verifier);
  EXPECT_EQ(take_flow(ring, last.id, at_noon).error().code, errc::pkce_mismatch);
  ring.resize(1);
  EXPECT_TRUE(take_flow(ring, "", at_noon)) << "there is only one it can be";
  ring.push_back(last);
  EXPECT_FALSE(take_flow(ring, last.id, at_noon + flow_life + 10)) << "too late";
  EXPECT_FALSE(make_flow(bytes(47), "oauth", at_noon));
}

}  // namespace
}  // namespace kbve::auth
