#include "kbve/http/cookie.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kbve/core/base64url.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/http/sealed_cookie.hpp"

namespace kbve::http {
namespace {

std::string plan(std::string_view json) {
  const auto request = cookie_request::parse(json);
  if (!request) return std::string(name(request.error().code)) + " " + request.error().field;
  const auto planned = plan_cookie(*request);
  return planned ? planned->to_json() : std::string(name(planned.error().code)) + " " + planned.error().field;
}

TEST(Cookie, AHeaderIsReadAsBrowsersAndServersDo) {
  EXPECT_EQ(to_json(parse_cookies("a=1; b=two;c=\"three\" ;; d ; =e; a=4;f=x=y; g=")),
            R"([["a","1"],["b","two"],["c","three"],["f","x=y"],["g",""]])");
  EXPECT_EQ(to_json(parse_cookies("")), "[]");
  EXPECT_EQ(to_json(parse_cookies("a=1\r\nb; c=\x7f; d=\xff; e=2")), R"([["e","2"]])");
  // RFC 6265bis section 5.6: of the control characters the tab is kept.
  EXPECT_EQ(to_json(parse_cookies("a=1\t2; b=\t3\t")), R"([["a","1\t2"],["b","3"]])");
  EXPECT_EQ(read_cookie("a=1\t2", "a").value_or(""), "1\t2");
}

TEST(Cookie, ValuesAreEncodedAsEncodeUriComponentDoes) {
  EXPECT_EQ(encode_value("a b;c,\"d\"%é☃-_.!~*'()"), "a%20b%3Bc%2C%22d%22%25%C3%A9%E2%98%83-_.!~*'()");
  for (const std::string& text :
       {std::string("{\"a\":[1,2]}"), std::string("é ☃ 𝄞"), std::string(), std::string("100%")}) {
    EXPECT_EQ(decode_value(encode_value(text)), text);
  }
  // What another writer left unencoded is given as it is.
  for (const char* raw : {"100%", "%", "%4", "%zz", "%ff", "%C3"}) EXPECT_EQ(decode_value(raw), raw);
  EXPECT_EQ(decode_value("a%41"), "aA");
}

TEST(Cookie, ALineHasItsAttributesInOrder) {
  EXPECT_EQ(plan(R"({"name":"a","value":"b c"})"),
            R"({"bytes":6,"write":[{"name":"a","value":"b%20c","line":"a=b%20c"}],"stale":[]})");
  EXPECT_EQ(
      plan(
          R"({"name":"a","value":"1","attributes":{"path":"/","domain":"example.com","maxAge":60,"expires":1700000000000,"secure":true,"httpOnly":true,"sameSite":"strict","partitioned":true}})"),
      R"({"bytes":2,"write":[{"name":"a","value":"1","line":"a=1; Domain=example.com; Path=/; Max-Age=60; Expires=Tue, 14 Nov 2023 22:13:20 GMT; HttpOnly; Secure; SameSite=Strict; Partitioned"}],"stale":[]})");
  EXPECT_NE(plan(R"({"name":"a","value":"1","attributes":{"maxAge":99999999}})").find("Max-Age=34560000"),
            std::string::npos);
}

TEST(Cookie, DatesAreRightInEveryMonthAndLeapYear) {
  const auto date = [](std::uint64_t seconds) {
    cookie_request request;
    request.name = "a";
    request.value = "";
    request.attributes.expires = seconds * 1000;
    return plan_cookie(request)->write.front().line.substr(12);
  };
  EXPECT_EQ(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date(951'868'799), "Tue, 29 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(date(951'868'800), "Wed, 01 Mar 2000 00:00:00 GMT");
  EXPECT_EQ(date(4'107'542'399), "Sun, 28 Feb 2100 23:59:59 GMT");
  EXPECT_EQ(date(4'107'542'400), "Mon, 01 Mar 2100 00:00:00 GMT");
  EXPECT_EQ(date(1'735'689'599), "Tue, 31 Dec 2024 23:59:59 GMT");
  EXPECT_EQ(date(9'999'999'999'999), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(Cookie, PrefixesBindInEitherCase) {
  const auto with = [](std::string_view name, std::string_view attributes) {
    return plan(R"({"name":")" + std::string(name) + R"(","value":"1","attributes":{)" + std::string(attributes) +
                "}}")
        .substr(0, 14);
  };
  for (const char* name : {"__Host-a", "__host-a", "__HOST-a"}) {
    EXPECT_EQ(with(name, R"("secure":true,"path":"/")"), R"({"bytes":9,"wr)");
    EXPECT_EQ(with(name, R"("path":"/")"), "cookie_invalid");
    EXPECT_EQ(with(name, R"("secure":true)"), "cookie_invalid");
    EXPECT_EQ(with(name, R"("secure":true,"path":"/","domain":"a.b")"), "cookie_invalid");
    EXPECT_EQ(with(name, R"("secure":true,"path":"/x")"), "cookie_invalid");
  }
  EXPECT_EQ(with("__Secure-a", ""), "cookie_invalid");
  EXPECT_EQ(with("__sEcUrE-a", ""), "cookie_invalid");
  EXPECT_EQ(with("__Secure-a", R"("secure":true)"), R"({"bytes":11,"w)");
  EXPECT_EQ(with("a", R"("sameSite":"none")"), "cookie_invalid");
  EXPECT_EQ(with("a", R"("partitioned":true)"), "cookie_invalid");
}

TEST(Cookie, NothingBreaksOutOfItsPlace) {
  EXPECT_EQ(plan(R"({"name":"a;b","value":"1"})"), "cookie_invalid name");
  EXPECT_EQ(plan(R"({"name":"a=b","value":"1"})"), "cookie_invalid name");
  EXPECT_EQ(plan(R"({"name":"","value":"1"})"), "cookie_invalid name");
  EXPECT_EQ(plan(R"({"name":"a.1","value":"1"})"), "cookie_invalid name");
  EXPECT_EQ(plan(R"({"name":"a","value":"1","attributes":{"path":"/;Secure"}})"), "cookie_invalid path");
  EXPECT_EQ(plan(R"({"name":"a","value":"1","attributes":{"path":"/\r\n"}})"), "cookie_invalid path");
  EXPECT_EQ(plan(R"({"name":"a","value":"1","attributes":{"domain":"a;b"}})"), "cookie_invalid domain");
  EXPECT_EQ(plan(R"({"name":"a","value":"1","attributes":{"sameSite":"Strict"}})"), "invalid_field sameSite");
  EXPECT_EQ(plan(R"({"name":"a","value":"1","attributes":{"samesite":"lax"}})"), "invalid_field samesite");
  EXPECT_EQ(plan(R"({"name":"a"})"), "invalid_field value");
  EXPECT_EQ(plan(R"({"name":"a","value":5})"), "invalid_field value");
}

std::string header_of(const cookie_plan& of) {
  std::string out;
  for (const cookie_line& line : of.write) out += (out.empty() ? "" : "; ") + line.name + "=" + line.value;
  return out;
}

TEST(Cookie, AValueOfEveryLengthComesBackOrIsRefused) {
  bool cut = false;
  for (std::size_t size = 3'900; size < 6'010; ++size) {
    cookie_request request;
    request.name = "token";
    request.value = std::string(size, 'a');
    request.attributes.secure = true;
    const auto planned = plan_cookie(request);
    if (!planned) {
      EXPECT_EQ(planned.error().code, errc::cookie_too_large);
      EXPECT_GT(size, 5'900U);
      continue;
    }
    cut = cut || planned->write.size() == 2;
    std::size_t sum = 0;
    for (const cookie_line& line : planned->write) {
      EXPECT_LE(line.line.size(), max_line_size);
      sum += line.name.size() + line.value.size();
    }
    EXPECT_EQ(sum, planned->size);
    EXPECT_LE(sum, max_cookies_size);
    const auto back = read_cookie(header_of(*planned), "token");
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, *request.value);
  }
  EXPECT_TRUE(cut);
}

TEST(Cookie, AllCookiesOfALockerHaveOneLimit) {
  const auto with = [](std::size_t others) {
    cookie_request request;
    request.name = "a";
    request.value = std::string(999, 'x');
    request.others = others;
    return plan_cookie(request).has_value();
  };
  EXPECT_TRUE(with(5'000));
  EXPECT_FALSE(with(5'001));
  EXPECT_FALSE(with(60'000));
}

TEST(Cookie, PartsNoLongerUsedAreNamed) {
  EXPECT_EQ(
      plan(R"({"name":"a","value":"1","present":["a","a.1","b"],"attributes":{"path":"/"}})"),
      R"({"bytes":2,"write":[{"name":"a","value":"1","line":"a=1; Path=/"}],"stale":[{"name":"a.1","value":"","line":"a.1=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}]})");
  const std::string both = plan(R"({"name":"a","value":null})");
  EXPECT_NE(both.find(R"("line":"a=; Max-Age=0)"), std::string::npos);
  EXPECT_NE(both.find(R"("line":"a.1=; Max-Age=0)"), std::string::npos);
  EXPECT_EQ(plan(R"({"name":"a","value":null,"present":[]})"), R"({"bytes":0,"write":[],"stale":[]})");
}

TEST(Cookie, APartThatIsMissingIsTold) {
  EXPECT_EQ(read_cookie("a=2~x", "a").error().code, errc::cookie_invalid);
  EXPECT_EQ(read_cookie("b=1", "a").error().code, errc::absent);
  EXPECT_EQ(*read_cookie("a=x; a.1=stale", "a"), "x");
  // A value that looks like a first part is no first part.
  cookie_request request;
  request.name = "a";
  request.value = "2~x";
  EXPECT_EQ(*read_cookie(header_of(*plan_cookie(request)), "a"), "2~x");
}

TEST(SealedCookie, OpensUnderItsNameAndKeyOnly) {
  const secret_key key(byte_array<32>{1, 2, 3});
  const byte_array<16> id{9, 9};
  const auto sealed = seal_cookie("token", "a value ☃", key.view(), cookie_key_id(id, 7));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(*open_cookie("token", *sealed, key.view()), "a value ☃");
  EXPECT_EQ(open_cookie("other", *sealed, key.view()).error().code, errc::cookie_invalid);
  EXPECT_EQ(open_cookie("token", *sealed, secret_key().view()).error().code, errc::cookie_invalid);
  EXPECT_EQ(epoch_of_cookie(*sealed, id), 7U);
  EXPECT_FALSE(epoch_of_cookie(*sealed, byte_array<16>{}));
  EXPECT_FALSE(epoch_of_cookie("nonsense", id));
  const bytes header = base64url::decode(sealed->substr(0, sealed->find('.'))).value_or(bytes());
  EXPECT_EQ(
      as_text(header),
      R"({"alg":"dir","enc":"A256GCM","typ":"kbve-cookie","kid":"CQkAAAAAAAAAAAAAAAAAAA.7","cookie":"token"})");
  EXPECT_FALSE(seal_cookie("token", std::string(6'001, 'a'), key.view(), ""));
  const auto unnamed = seal_cookie("token", "v", key.view(), "");
  EXPECT_FALSE(epoch_of_cookie(*unnamed, id));
  EXPECT_EQ(*open_cookie("token", *unnamed, key.view()), "v");
}

}  // namespace
}  // namespace kbve::http
