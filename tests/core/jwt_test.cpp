#include "kbve/jose/jwt.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/tokens.hpp"

namespace kbve::jose {
namespace {

using test::hs256;
using test::part;
using test::signed_token;

constexpr std::uint64_t now = 1'700'000'000'000;

key_set secret() {
  return *key_set::secret(as_bytes(test::hmac_secret));
}

std::string verdict(std::string_view token, std::string_view policy = R"({"algorithms":["HS256"]})") {
  const auto rules = jwt_policy::parse(policy);
  EXPECT_TRUE(rules) << policy;
  if (!rules) return "bad policy";
  const auto checked = verify_jwt(token, secret(), *rules, now);
  return checked ? "accepted" : std::string(name(checked.error().code)) + " " + checked.error().field;
}

TEST(Jwt, HeaderAndClaimsComeAsTheyWere) {
  const auto read =
      decode_jwt(signed_token(R"( {"alg":"HS256" , "x":[1, 2.5e3,{"y":null}]} )", R"({"a":"é","b":-0.0})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->header, R"({"alg":"HS256" , "x":[1, 2.5e3,{"y":null}]})");
  EXPECT_EQ(read->claims, R"({"a":"é","b":-0.0})");
}

TEST(Jwt, NumbersBeyondTheSafeOnesSurviveAsText) {
  const auto read = decode_jwt(hs256(
      R"({"a":9007199254740991,"b":9007199254740992,"c":[-9007199254740992, 12345678901234567890],"d":{"e":1e16},"f":9007199254740991.5,"g":1e-300,"h":0.9e16})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(
      read->claims,
      R"({"a":9007199254740991,"b":"9007199254740992","c":["-9007199254740992", "12345678901234567890"],"d":{"e":"1e16"},"f":"9007199254740991.5","g":1e-300,"h":0.9e16})");
}

TEST(Jwt, APayloadAloneIsHeldToTheSame) {
  const auto same = check_claims(R"( {"a":"é","b":9007199254740991} )");
  ASSERT_TRUE(same);
  EXPECT_FALSE(*same);
  const auto changed = check_claims(R"({"a":9007199254740993})");
  ASSERT_TRUE(changed);
  EXPECT_EQ(*changed, R"({"a":"9007199254740993"})");
  for (const std::string_view wrong : {"", "[]", R"({"a":1,"a":1})", R"({"a":"\ud800"})", "{\"a\":\"\xff\"}"}) {
    const auto refused = check_claims(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, errc::jwt_malformed);
    EXPECT_EQ(refused.error().field, "claims");
    EXPECT_FALSE(decode_claims(part(wrong) + "."));
  }
  EXPECT_EQ(decode_claims(part(R"({"a":1})") + ".").value_or("refused"), R"({"a":1})");
  EXPECT_FALSE(decode_claims(part("{}")));
  EXPECT_FALSE(decode_claims(part("{}") + ".."));
  EXPECT_FALSE(decode_claims(part("{}") + ".A"));
}

TEST(Jwt, ThreePartsOfStrictBase64url) {
  const std::string token = hs256("{}");
  for (const std::string& wrong : {std::string(), std::string("."), std::string(".."), std::string("a.b"),
                                   token + ".", "." + token, token + ".e30.", token + "=", token + "\n",
                                   " " + token, token.substr(0, token.rfind('.')), part("{}") + ".e30.x"}) {
    EXPECT_EQ(verdict(wrong).substr(0, 13), "jwt_malformed") << wrong;
  }
}

TEST(Jwt, OneJsonObjectWithoutANameTwice) {
  for (const std::string_view wrong :
       {"", "[]", "\"a\"", "null", "{", "{}}", "{} {}", R"({"a":1,"a":1})", R"({"a":1,"\u0061":1})",
        R"({"a":{"b":1,"b":2}})", R"([{"a":1}])", R"({"a":1,})", R"({'a':1})", R"({"a":01})", R"({"a":NaN})"}) {
    EXPECT_EQ(verdict(hs256(wrong)), "jwt_malformed claims") << wrong;
    EXPECT_EQ(verdict(signed_token(wrong, "{}")), "jwt_malformed header") << wrong;
  }
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256","alg":"HS256"})", "{}")), "jwt_malformed header");
  EXPECT_EQ(verdict(hs256(R"({"a":{"b":1},"c":{"b":1},"b":[{"b":1},{"b":2}]})")), "accepted");
}

std::string nested(std::size_t depth) {
  std::string text = "{\"a\":";
  for (std::size_t i = 1; i < depth; ++i) text += "[";
  for (std::size_t i = 1; i < depth; ++i) text += "]";
  if (depth == 1) text += "1";
  return text + "}";
}

TEST(Jwt, DepthMembersAndSizeHaveLimits) {
  EXPECT_EQ(verdict(hs256(nested(32))), "accepted");
  EXPECT_EQ(verdict(hs256(nested(33))), "jwt_malformed claims");
  std::string many = "{";
  for (int i = 0; i < 1'024; ++i) many += "\"" + std::to_string(i) + "\":0,";
  EXPECT_EQ(verdict(hs256(many.substr(0, many.size() - 1) + "}")), "accepted");
  EXPECT_EQ(verdict(hs256(many + "\"one more\":0}")), "jwt_malformed claims");
  const std::string long_token = hs256(R"({"a":")" + std::string(60'000, 'a') + "\"}");
  EXPECT_EQ(verdict(long_token), "too_large token");
  EXPECT_EQ(verdict(long_token, R"({"algorithms":["HS256"],"maxBytes":100000})"), "accepted");
  EXPECT_EQ(verdict(hs256("{}"), R"({"algorithms":["HS256"],"maxBytes":10})"), "too_large token");
}

TEST(Jwt, ExpNbfAndIat) {
  EXPECT_EQ(verdict(hs256(R"({"exp":1700000001})")), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"exp":1700000000})")), "jwt_expired exp");
  EXPECT_EQ(verdict(hs256(R"({"exp":1700000000.5})")), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"exp":17000000005e-1})")), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"exp":-1})")), "jwt_expired exp");
  EXPECT_EQ(verdict(hs256(R"({"nbf":1700000000})")), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"nbf":1700000000.001})")), "jwt_not_yet_valid nbf");
  EXPECT_EQ(verdict(hs256(R"({"iat":1800000000})")), "accepted");
  for (const char* claim : {"exp", "nbf", "iat"}) {
    for (const char* value : {"\"1700000001\"", "null", "true", "[1]", "1e999", "-1e999"}) {
      EXPECT_EQ(verdict(hs256("{\"" + std::string(claim) + "\":" + value + "}")),
                "jwt_claim_invalid " + std::string(claim))
          << value;
    }
  }
}

TEST(Jwt, ClockToleranceAndAge) {
  const std::string_view tolerant = R"({"algorithms":["HS256"],"clockTolerance":30})";
  EXPECT_EQ(verdict(hs256(R"({"exp":1699999971})"), tolerant), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"exp":1699999970})"), tolerant), "jwt_expired exp");
  EXPECT_EQ(verdict(hs256(R"({"nbf":1700000030})"), tolerant), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"nbf":1700000031})"), tolerant), "jwt_not_yet_valid nbf");
  const std::string_view aged = R"({"algorithms":["HS256"],"maxTokenAge":60})";
  EXPECT_EQ(verdict(hs256(R"({"iat":1699999940})"), aged), "accepted");
  EXPECT_EQ(verdict(hs256(R"({"iat":1699999939})"), aged), "jwt_expired iat");
  EXPECT_EQ(verdict(hs256(R"({"iat":1700000001})"), aged), "jwt_claim_invalid iat");
  EXPECT_EQ(verdict(hs256("{}"), aged), "jwt_claim_invalid iat");
}

TEST(Jwt, Crit) {
  const auto with = [](std::string_view members) {
    return signed_token("{\"alg\":\"HS256\"," + std::string(members) + "}", "{}");
  };
  EXPECT_EQ(verdict(with(R"("crit":["x"],"x":1)")), "jwt_crit_unsupported crit");
  EXPECT_EQ(verdict(with(R"("crit":["x"],"x":1)"), R"({"algorithms":["HS256"],"crit":"x"})"), "accepted");
  EXPECT_EQ(verdict(with(R"("crit":["x","y"],"x":1,"y":1)"), R"({"algorithms":["HS256"],"crit":["x"]})"),
            "jwt_crit_unsupported crit");
  EXPECT_EQ(verdict(with(R"("crit":["b64"],"b64":true)"), R"({"algorithms":["HS256"],"crit":["b64"]})"),
            "jwt_crit_unsupported crit");
  for (const char* wrong : {R"("crit":[])", R"("crit":"x","x":1)", R"("crit":["x"])", R"("crit":["alg"])",
                            R"("crit":[5])", R"("crit":["x","x"],"x":1)", R"("crit":null)"}) {
    EXPECT_EQ(verdict(with(wrong)), "jwt_malformed header") << wrong;
  }
}

TEST(Jwt, APolicyIsReadStrictly) {
  for (const char* wrong :
       {"", "[]", "{}", R"({"algorithms":[]})", R"({"algorithms":"HS256"})", R"({"algorithms":[5]})",
        R"({"algorithms":["HS256"],"algorithm":["HS256"]})", R"({"algorithms":["HS256"],"clockTolerance":601})",
        R"({"algorithms":["HS256"],"clockTolerance":-1})", R"({"algorithms":["HS256"],"clockTolerance":1.5})",
        R"({"algorithms":["HS256"],"maxTokenAge":"1h"})", R"({"algorithms":["HS256"],"issuer":[]})",
        R"({"algorithms":["HS256"],"issuer":["a",5]})", R"({"algorithms":["HS256"],"subject":["a"]})",
        R"({"algorithms":["HS256"],"maxBytes":0})", R"({"algorithms":["HS256"],"maxBytes":1048577})"}) {
    const auto refused = jwt_policy::parse(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, errc::invalid_field) << wrong;
  }
}

}  // namespace
}  // namespace kbve::jose
