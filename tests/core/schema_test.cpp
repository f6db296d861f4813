#include "kbve/vault/schema.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace kbve::vault {
namespace {

schema parsed(std::string_view text) {
  auto out = schema::parse(text);
  EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error().message);
  return out ? *std::move(out) : schema();
}

/// Passes, and is stored as it is.
bool passes_unchanged(const schema& fields, std::string_view name, std::string_view value) {
  const auto checked = fields.check(name, value);
  return checked.has_value() && !checked->has_value();
}

errc refusal(const schema& fields, std::string_view name, std::string_view value) {
  const auto checked = fields.check(name, value);
  EXPECT_FALSE(checked) << name << " " << value;
  if (checked) return errc::unsupported;
  EXPECT_EQ(checked.error().field, name);
  EXPECT_TRUE(checked.error().message.ends_with(".")) << checked.error().message;
  return checked.error().code;
}

constexpr std::string_view custom = R"({"fields":[
  {"name":"nickname","type":"string","maxBytes":4},
  {"name":"about","type":"string"},
  {"name":"age","type":"number"},
  {"name":"adult","type":"boolean"},
  {"name":"mood","type":"enum","values":["good","bad","\u00fc"]}]})";

TEST(Schema, ReadsJsonStrings) {
  const schema fields;
  EXPECT_TRUE(fields.check("username", R"("ann")"));
  EXPECT_TRUE(fields.check("username", R"("")"));
  EXPECT_TRUE(fields.check("username", R"("\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00")"));
  EXPECT_TRUE(fields.check("theme", R"("d\u0061rk")"));
  for (const std::string_view value :
       {"", "null", "1", "true", "[]", "{}", R"("a)", R"(a")", R"("a" "b")", R"("\x")", R"("\u12")", "\"\n\"",
        "\"\xff\"", "\"\xed\xa0\x80\"", R"(["a"])"}) {
    EXPECT_EQ(refusal(fields, "username", value), errc::invalid_field) << value;
  }
}

TEST(Schema, RefusesHalfASurrogatePair) {
  const schema lax = parsed(R"({"validate":false})");
  for (const std::string_view value : {R"("\ud800")", R"("\udc00")", R"("a\udfffb")", R"("\ud800\ud800")",
                                       R"("\ud83dx\ude00")", R"("\ude00\ud83d")", R"("\ud83d\\ude00")"}) {
    EXPECT_EQ(refusal(schema(), "username", value), errc::invalid_field) << value;
    EXPECT_EQ(refusal(lax, "username", value), errc::invalid_field) << value;
  }
}

TEST(Schema, ChecksTheProfilesRules) {
  const schema fields;
  EXPECT_EQ(refusal(fields, "email", R"("nobody")"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "theme", R"("")"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "nickname", R"("")"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "", R"("")"), errc::invalid_field);
  const auto phone = fields.check("phone", R"("+49 151 12345678")");
  ASSERT_TRUE(phone);
  EXPECT_EQ(*phone, R"("+4915112345678")");
  EXPECT_TRUE(passes_unchanged(fields, "phone", R"("+4915112345678")"));
}

TEST(Schema, CountsBytesOfUtf8) {
  const auto text = [](std::size_t count, std::string_view unit) {
    std::string out = "\"";
    for (std::size_t i = 0; i < count; ++i) out.append(unit);
    return out.append("\"");
  };
  const schema fields;
  EXPECT_TRUE(fields.check("username", text(2'048, "x")));
  EXPECT_EQ(refusal(fields, "username", text(2'049, "x")), errc::too_large);
  EXPECT_TRUE(fields.check("username", text(1'024, "\u00fc")));
  EXPECT_EQ(refusal(fields, "username", text(1'025, "\u00fc")), errc::too_large);
  EXPECT_TRUE(fields.check("username", text(2'048, "\\u0078")));
  EXPECT_EQ(refusal(fields, "username", text(2'049, "\\u0078")), errc::too_large);
  EXPECT_EQ(refusal(fields, "username", "\"" + std::string(10'000'000, 'x') + "\""), errc::too_large);
  EXPECT_TRUE(fields.check("avatar", text(1, "data:image/png," + std::string(65'000, 'x'))));
  EXPECT_EQ(refusal(fields, "avatar", text(65'537, "x")), errc::too_large);
}

TEST(Schema, AddsTypedFields) {
  const schema fields = parsed(custom);
  EXPECT_TRUE(fields.check("username", R"("still there")"));
  EXPECT_TRUE(fields.check("nickname", R"("abcd")"));
  EXPECT_EQ(refusal(fields, "nickname", R"("abcde")"), errc::too_large);
  EXPECT_EQ(refusal(fields, "nickname", "1"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "about", "\"" + std::string(2'049, 'x') + "\""), errc::too_large);

  for (const std::string_view number :
       {"0", "-0", "-1", "1.5", "1e300", "1e-400", "1.7976931348623157e308", "1.7976931348623158e308",
        "17976931348623157e292", "0.00017976931348623157e312", "0e999999999999"}) {
    EXPECT_TRUE(fields.check("age", number)) << number;
  }
  for (const std::string_view number :
       {"", "01", "+1", ".5", "1.", "1e", "NaN", "Infinity", "null", "\"1\"", "true", "1 2", "[1]", "1e309",
        "-1e999", "1.7976931348623159e308", "17976931348623158079372897140530341507993413271004e259", "100e307",
        "1e99999999999999999999999"}) {
    EXPECT_EQ(refusal(fields, "age", number), errc::invalid_field) << number;
  }

  EXPECT_TRUE(fields.check("adult", "true"));
  EXPECT_TRUE(fields.check("adult", "false"));
  for (const std::string_view value : {"null", "0", "\"true\"", "TRUE", ""}) {
    EXPECT_EQ(refusal(fields, "adult", value), errc::invalid_field) << value;
  }

  EXPECT_TRUE(fields.check("mood", R"("good")"));
  EXPECT_TRUE(fields.check("mood", R"("\u00FC")"));
  EXPECT_EQ(refusal(fields, "mood", R"("")"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "mood", R"("GOOD")"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "other", R"("x")"), errc::invalid_field);
}

TEST(Schema, KeepsTypeSizeAndUnicodeWithoutValidation) {
  std::string text(custom);
  text.insert(1, R"("validate":false,)");
  const schema fields = parsed(text);
  EXPECT_TRUE(fields.check("email", R"("nobody")"));
  EXPECT_TRUE(fields.check("theme", R"("")"));
  EXPECT_TRUE(passes_unchanged(fields, "phone", R"("+49 151")"));
  EXPECT_TRUE(fields.check("mood", R"("else")"));
  EXPECT_EQ(refusal(fields, "email", "1"), errc::invalid_field);
  EXPECT_EQ(refusal(fields, "email", "\"" + std::string(2'049, 'x') + "\""), errc::too_large);
  EXPECT_EQ(refusal(fields, "nickname", R"("abcde")"), errc::too_large);
  EXPECT_EQ(refusal(fields, "other", R"("x")"), errc::invalid_field);
}

TEST(Schema, ANumberEndsWithADigit) {
  const schema fields = parsed(R"({"fields":[{"name":"n","type":"number"}]})");
  for (const std::string_view text : {"5 ", "5\n", "-1\t", "1e3 ", "5  "}) {
    // Exactly as long as it is, so that a look at what comes after it is seen.
    const std::vector<char> alone(text.begin(), text.end());
    EXPECT_EQ(refusal(fields, "n", std::string_view(alone.data(), alone.size())), errc::invalid_field) << text;
  }
  EXPECT_TRUE(fields.check("n", "5"));
  EXPECT_TRUE(fields.check("n", "-1.5e+3"));
}

TEST(Schema, RefusesWhatIsNoSchema) {
  std::string many = R"({"fields":[)";
  for (int i = 0; i < 257; ++i)
    many.append(i == 0 ? "" : ",")
        .append(R"({"name":"f)")
        .append(std::to_string(i))
        .append(R"(","type":"number"})");
  many.append("]}");
  const std::vector<std::string> bad{
      "[]",
      "null",
      "{",
      R"({"validate":1})",
      R"({"fields":{}})",
      R"({"field":[]})",
      R"({"fields":[1]})",
      R"({"fields":[{"name":"a"}]})",
      R"({"fields":[{"type":"string"}]})",
      R"({"fields":[{"name":"","type":"string"}]})",
      R"({"fields":[{"name":1,"type":"string"}]})",
      R"({"fields":[{"name":"a","type":"date"}]})",
      R"({"fields":[{"name":"a","type":"string","max":1}]})",
      R"({"fields":[{"name":"a","type":"string","maxBytes":0}]})",
      R"({"fields":[{"name":"a","type":"string","maxBytes":-1}]})",
      R"({"fields":[{"name":"a","type":"string","maxBytes":1.5}]})",
      R"({"fields":[{"name":"a","type":"string","maxBytes":262145}]})",
      R"({"fields":[{"name":"a","type":"number","maxBytes":1}]})",
      R"({"fields":[{"name":"a","type":"string","values":["x"]}]})",
      R"({"fields":[{"name":"a","type":"enum"}]})",
      R"({"fields":[{"name":"a","type":"enum","values":[]}]})",
      R"({"fields":[{"name":"a","type":"enum","values":[1]}]})",
      R"({"fields":[{"name":"a","type":"number"},{"name":"a","type":"number"}]})",
      R"({"fields":[{"name":"email","type":"string"}]})",
      R"({"fields":[{"name":"__proto__","type":"string"}]})",
      R"({"fields":[{"name":"\ud800","type":"string"}]})",
      R"({"fields":[{"name":")" + std::string(129, 'x') + R"(","type":"string"}]})",
      many,
      std::string(300'000, ' ') + "{}",
  };
  for (const std::string& text : bad) {
    const auto read = schema::parse(text);
    ASSERT_FALSE(read) << text.substr(0, 80);
    EXPECT_EQ(read.error().code, errc::invalid_field) << text.substr(0, 80);
  }
  EXPECT_TRUE(schema::parse(""));
  EXPECT_TRUE(schema::parse("{}"));
  EXPECT_TRUE(schema::parse(R"({"fields":[],"validate":true})"));
}

}  // namespace
}  // namespace kbve::vault
