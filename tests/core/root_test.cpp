#include "kbve/vault/root.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kbve/core/base64url.hpp"
#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

crypto::hmac_tag number(std::string_view hex) {
  crypto::hmac_tag out{};
  const bytes value = test::unhex(std::string(64 - hex.size(), '0') + std::string(hex));
  std::ranges::copy(value, out.begin());
  return out;
}

set_sum sum_of(const std::vector<crypto::hmac_tag>& terms) {
  set_sum out;
  for (const crypto::hmac_tag& term : terms) out.add(term);
  return out;
}

TEST(SetSum, AddsBigEndianNumbersModulo2To256) {
  const std::string all(64, 'f');
  EXPECT_EQ(sum_of({number("1"), number("ff")}).to_bytes(), number("100"));
  EXPECT_EQ(sum_of({number("ffffffffffffffff"), number("1")}).to_bytes(), number("10000000000000000"));
  EXPECT_EQ(sum_of({number(all), number("1")}).to_bytes(), number("0"));
  EXPECT_EQ(sum_of({number(all), number(all)}).to_bytes(), number(std::string(63, 'f') + "e"));
  // A carry that meets a limb of ones.
  EXPECT_EQ(sum_of({number("ffffffffffffffffffffffffffffffff"), number("1")}).to_bytes(),
            number("100000000000000000000000000000000"));
  set_sum sum;
  sum.subtract(number("1"));
  EXPECT_EQ(sum.to_bytes(), number(all));
  sum.add(number("1"));
  EXPECT_EQ(sum, set_sum());
  EXPECT_EQ(set_sum(number("123456789abcdef0fedcba9876543210")).to_bytes(),
            number("123456789abcdef0fedcba9876543210"));
}

TEST(SetSum, DoesNotDependOnTheOrder) {
  std::mt19937 random(1);
  std::vector<crypto::hmac_tag> terms;
  for (int i = 0; i < 50; ++i) {
    crypto::hmac_tag term;
    for (std::uint8_t& byte : term) byte = static_cast<std::uint8_t>(random());
    if (i % 5 == 0) std::fill(term.begin(), term.begin() + 20, std::uint8_t{0xff});
    terms.push_back(term);
  }
  const set_sum expected = sum_of(terms);
  for (int i = 0; i < 20; ++i) {
    std::ranges::shuffle(terms, random);
    EXPECT_EQ(sum_of(terms), expected);
  }
}

TEST(SetSum, KeptUpToDateEqualsComputedAgain) {
  const auto vault = test::new_vault();
  std::mt19937 random(7);
  std::map<std::string, version> records;
  set_sum kept;
  for (std::uint64_t step = 1; step <= 3'000; ++step) {
    const std::string id = "entry/" + std::to_string(random() % 40);
    const auto old = records.find(id);
    if (old != records.end()) kept.subtract(vault.term(id, old->second, 0));
    if (old != records.end() && random() % 4 == 0) {
      records.erase(old);
    } else {
      const version next{.rev = step, .writer = {static_cast<std::uint8_t>(random())}};
      records[id] = next;
      kept.add(vault.term(id, next, 0));
    }
    if (step % 100 != 0) continue;
    set_sum again;
    for (const auto& [each, at] : records) again.add(vault.term(each, at, 0));
    ASSERT_EQ(kept, again) << step;
  }
}

TEST(Root, ComesBackFromItsJson) {
  const root written{
      .rev = 9'007'199'254'740'991, .header_rev = 2, .sealed = 3, .count = 0, .sum = set_sum(number("ff"))};
  const std::string text = to_json(written);
  EXPECT_EQ(text, R"({"rev":9007199254740991,"header_rev":2,"sealed":3,"count":0,"sum":")" +
                      base64url::encode(number("ff")) + "\"}");
  EXPECT_EQ(parse_root(text), written);
  EXPECT_EQ(parse_root(R"({"sum":")" + base64url::encode(number("ff")) +
                       R"(", "count":0,"sealed":3,"header_rev":2,"rev":9007199254740991})"),
            written);
}

TEST(Root, RefusesWrongShapes) {
  const std::string good = to_json(root{.rev = 1, .header_rev = 2, .sealed = 3, .count = 4, .sum = {}});
  ASSERT_TRUE(parse_root(good));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse_root(good.substr(0, size))) << size;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"rev\":1", "\"rev\":-1"},
           {"\"rev\":1", "\"rev\":1.5"},
           {"\"rev\":1", "\"rev\":\"1\""},
           {"\"rev\":1", "\"rev\":9007199254740992"},
           {"\"count\":4", "\"count\":null"},
           {"\"count\":4", "\"count\":4,\"more\":1"},
           {"\"sum\":\"A", "\"sum\":\""},
           {"\"sum\":\"A", "\"sum\":\"AA"},
       }) {
    std::string changed = good;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_FALSE(parse_root(changed)) << changed;
  }
}

}  // namespace
}  // namespace kbve::vault
