#include "detail/json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "detail/json_object.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/secret.hpp"
#include "support/given_back.hpp"

namespace kbve::detail {
namespace {

/// Texts whose every mutation is tried; between them they have every kind of value and escape.
const std::vector<std::string>& samples() {
  static const std::vector<std::string> all{
      R"({"a":[1,-2.5e+10,0,"x\n\u00fc\ud83d\ude00"],"b":{"c":null,"d":true,"e":false},"":""})",
      R"( [ ] )",
      R"([[],{},[{"k":[0.1,1E5]}]])",
      "\"plain text longer than eight bytes \xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80 and on\"",
      "-0.0e-0",
      R"("\"\\\/\b\f\n\r\t")",
  };
  return all;
}

bool nlohmann_takes(const std::string& text) {
  return nlohmann::json::accept(text);
}

/// The other library refuses half a surrogate pair; `JSON.parse` and we take it.
bool may_have_half_a_pair(const std::string& text) {
  return text.find("\\ud") != std::string::npos || text.find("\\uD") != std::string::npos;
}

TEST(Json, AgreesWithAnotherParserOnEveryMutation) {
  std::size_t taken = 0;
  std::size_t refused = 0;
  const auto compare = [&](const std::string& text) {
    const bool ours = check_json(text) == json_flaw::none;
    // To the other library a NUL ends the text.
    const bool theirs = !text.contains('\0') && nlohmann_takes(text);
    ASSERT_TRUE(ours == theirs || (ours && may_have_half_a_pair(text))) << text;
    ++(ours ? taken : refused);
  };
  for (const std::string& sample : samples()) {
    compare(sample);
    for (std::size_t i = 0; i < sample.size(); ++i) {
      compare(sample.substr(0, i));
      compare(sample.substr(i));
      std::string changed = sample;
      for (int byte = 0; byte < 256; ++byte) {
        changed[i] = static_cast<char>(byte);
        compare(changed);
      }
      compare(std::string(sample).erase(i, 1));
      compare(std::string(sample).insert(i, 1, '0'));
      compare(std::string(sample).insert(i, 1, '"'));
    }
  }
  EXPECT_GT(taken, 1'000U);
  EXPECT_GT(refused, 1'000U);
}

TEST(Json, FindsWhatEndsAStringAtEveryPlace) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at <= length; ++at) {
      for (const char odd : {'"', '\\', '\n', '\x1f', '\x7f', '\x80', '\xff'}) {
        std::string text = "\"" + std::string(length, 'x') + "\"";
        text.insert(1 + at, 1, odd);
        EXPECT_EQ(check_json(text) == json_flaw::none, nlohmann_takes(text)) << text;
      }
    }
  }
}

TEST(Json, ASecretInATextLeavesNothingBehind) {
  constexpr std::string_view secret = "what nobody is to find";
  const test::search_of_given_back search(secret);
  std::string decoded;
  // Escapes end the run that is copied at once, so that the text grows several times.
  ASSERT_TRUE(
      decode_json_inside(R"(what nobody is to find\n0123456789\n0123456789\n0123456789\n0123456789\n)", decoded));
  ASSERT_TRUE(decoded.starts_with(secret));
  wipe(decoded);
  EXPECT_EQ(search.found(), 0U);
  auto tree = parse_json(R"({"a":[{"b":"what nobody is to find"}],"c":"what nobody is to find"})", 100);
  ASSERT_TRUE(tree);
  wipe_texts(*tree);
  tree.reset();
  EXPECT_EQ(search.found(), 0U);
}

TEST(Json, HalfAPairIsSeenWithoutDecoding) {
  const std::vector<std::string> pieces{"x",         R"(\n)",     R"(\\)",     R"(\u0041)",
                                        R"(\ud83d)", R"(\udbff)", R"(\ude00)", R"(\udfff)",
                                        R"(\ue000)", R"(\ud7ff)", "u"};
  std::string decoded;
  std::size_t halves = 0;
  for (const std::string& a : pieces) {
    for (const std::string& b : pieces) {
      for (const std::string& c : pieces) {
        const std::string text = std::string(a).append(b).append(c);
        ASSERT_EQ(check_json("\"" + text + "\""), json_flaw::none) << text;
        const bool whole = decode_json_inside(text, decoded);
        EXPECT_EQ(has_whole_pairs(text), whole) << text;
        EXPECT_EQ(json_object::read(R"({"a":")" + text + "\"}").has_value(), whole) << text;
        halves += whole ? 0 : 1;
      }
    }
  }
  EXPECT_GT(halves, 100U);
  EXPECT_TRUE(has_whole_pairs(""));
}

TEST(Json, ATreeHasABoundForTheMembersOfAnObject) {
  const auto object = [](std::size_t members) {
    std::string out = "{";
    for (std::size_t i = 0; i < members; ++i) {
      out.append(i == 0 ? "" : ",").append("\"").append(std::to_string(i)).append("\":0");
    }
    return out + "}";
  };
  EXPECT_TRUE(parse_json(object(max_object_members), 1'000'000));
  EXPECT_FALSE(parse_json(object(max_object_members + 1), 1'000'000));
  EXPECT_FALSE(parse_json("[" + object(max_object_members + 1) + "]", 1'000'000));
  // Finding a name twice compares each with each: without a bound this took minutes.
  EXPECT_FALSE(parse_json(object(40'000), 1'000'000));
}

TEST(Json, LimitsDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(check_json(nested(512)), json_flaw::none);
  EXPECT_EQ(check_json(nested(513)), json_flaw::too_deep);
  EXPECT_EQ(check_json(std::string(10'000'000, '[')), json_flaw::too_deep);
  EXPECT_EQ(check_json(nested(3), 2), json_flaw::too_deep);
  EXPECT_TRUE(parse_json(nested(16), 100));
  EXPECT_FALSE(parse_json(nested(17), 100));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects.append(R"({"a":)");
  EXPECT_EQ(check_json(objects), json_flaw::too_deep);
}

TEST(Json, DecodesStringsAsAnotherParserDoes) {
  for (const std::string_view text :
       {R"("")", R"("abc")", R"("\u0000")", R"("\u007f\u0080\u07ff\u0800\uffff")", R"("\ud800\udc00\udbff\udfff")",
        R"("\"\\\/\b\f\n\r\t")", R"("a\\")", R"("\\\\\"")"}) {
    std::string ours;
    ASSERT_EQ(decode_json_string(text, ours), decoded::ok) << text;
    EXPECT_EQ(ours, nlohmann::json::parse(text).get<std::string>());
    std::string written;
    append_json_string(written, ours);
    EXPECT_EQ(written, nlohmann::json(ours).dump()) << text;
  }
  std::string out;
  EXPECT_EQ(decode_json_string(R"("\ud800")", out), decoded::lone_surrogate);
  EXPECT_EQ(decode_json_string(R"("\ud800\u0041")", out), decoded::lone_surrogate);
  EXPECT_EQ(decode_json_string(R"("\udc00\ud800")", out), decoded::lone_surrogate);
  EXPECT_EQ(decode_json_string(R"( "a")", out), decoded::not_a_string);
  EXPECT_EQ(decode_json_string("1", out), decoded::not_a_string);
  EXPECT_EQ(decode_json_string("\"", out), decoded::not_a_string);
}

TEST(Json, EscapesControlsOnly) {
  std::string out;
  append_json_string(out, std::string_view("\0\x01\x1f\x7f/<>&'\u2028", 12));
  EXPECT_EQ(out, "\"\\u0000\\u0001\\u001f\x7f/<>&'\u2028\"");
}

/// The tree, or an empty one and a failure.
json tree_of(std::string_view text) {
  if (auto tree = parse_json(text, 1'000)) return *std::move(tree);
  ADD_FAILURE() << text;
  return {};
}

TEST(Json, BuildsTrees) {
  const json tree = tree_of(R"({"n":9007199254740991,"t":"x","b":"AAEC","l":[1,2],"o":{"p":true}})");
  EXPECT_EQ(integer_member(tree, "n"), 9'007'199'254'740'991U);
  EXPECT_EQ(text_member(tree, "t", 1), "x");
  EXPECT_FALSE(text_member(tree, "t", 0));
  EXPECT_FALSE(text_member(tree, "n", 100));
  EXPECT_FALSE(integer_member(tree, "t"));
  EXPECT_FALSE(integer_member(tree, "missing"));
  byte_array<3> three{};
  byte_array<2> two{};
  EXPECT_TRUE(bytes_member(tree, "b", three));
  EXPECT_EQ(three, (byte_array<3>{0, 1, 2}));
  EXPECT_FALSE(bytes_member(tree, "b", two));
  EXPECT_EQ(member(tree, "l")->children.size(), 2U);
  EXPECT_TRUE(member(*member(tree, "o"), "p")->flag);
  EXPECT_TRUE(has_exactly(tree, {"n", "t", "b", "l", "o"}));
  EXPECT_FALSE(has_exactly(tree, {"n", "t", "b", "l"}));
  EXPECT_FALSE(has_exactly(tree, {"n", "t", "b", "l", "x"}));
}

TEST(Json, TellsIntegersFromOtherNumbers) {
  for (const std::string_view text :
       {"9007199254740992", "18446744073709551616", "99999999999999999999999", "-1", "-0", "1.0", "1e3", "0.5"}) {
    const json tree = tree_of(text);
    EXPECT_EQ(tree.kind, json_kind::number) << text;
  }
  EXPECT_EQ(tree_of("0").kind, json_kind::integer);
}

TEST(Json, RefusesWhatATreeCannotMean) {
  EXPECT_FALSE(parse_json(R"({"a":1,"a":2})", 100));
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})", 100));
  EXPECT_FALSE(parse_json(R"(["\ud800"])", 100));
  EXPECT_FALSE(parse_json(R"({"\udfff":1})", 100));
  EXPECT_FALSE(parse_json("[1,2]", 4));
  EXPECT_TRUE(parse_json("[1,2]", 5));
}

}  // namespace
}  // namespace kbve::detail
