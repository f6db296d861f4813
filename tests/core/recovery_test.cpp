#include "kbve/vault/recovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

using code_bytes = byte_array<recovery_code_size>;

code_bytes code_of(std::string_view hex) {
  code_bytes code{};
  std::ranges::copy(test::unhex(hex), code.begin());
  return code;
}

std::string written(const code_bytes& code) {
  byte_array<recovery_text_size> out{};
  write_recovery_code(code, out);
  return std::string(as_text(out));
}

recovery_flaw flaw_of(std::string_view text) {
  code_bytes code{1};
  const recovery_flaw flaw = read_recovery_code(as_bytes(text), code);
  if (flaw != recovery_flaw::none) {
    EXPECT_EQ(code, code_bytes{}) << text;
  }
  return flaw;
}

struct example {
  std::string_view hex;
  std::string_view text;
};

// Made with another program from Crockford's description: integer division, and the remainder of 37.
constexpr std::array examples{
    example{"00000000000000000000000000000000", "00000-00000-00000-00000-00000-00"},
    example{"ffffffffffffffffffffffffffffffff", "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-Z*"},
    example{"000102030405060708090a0b0c0d0e0f", "00041-06105-0R3GG-28A1C-60T3G-F6"},
    example{"0123456789abcdeffedcba9876543210", "014D2-PF2DB-SQQZX-Q5TK1-V58CG-GA"},
    example{"80000000000000000000000000000000", "40000-00000-00000-00000-00000-0="},
    example{"00000000000000000000000000000001", "00000-00000-00000-00000-00000-11"},
    example{"0123456789abcdeffedcba9876543226", "014D2-PF2DB-SQQZX-Q5TK1-V58CH-6*"},
    example{"0123456789abcdeffedcba9876543227", "014D2-PF2DB-SQQZX-Q5TK1-V58CH-7~"},
    example{"0123456789abcdeffedcba9876543228", "014D2-PF2DB-SQQZX-Q5TK1-V58CH-8$"},
    example{"0123456789abcdeffedcba9876543229", "014D2-PF2DB-SQQZX-Q5TK1-V58CH-9="},
    example{"0123456789abcdeffedcba987654322a", "014D2-PF2DB-SQQZX-Q5TK1-V58CH-AU"},
};

TEST(Recovery, IsCrockfordsBase32WithItsCheckSymbol) {
  for (const auto& [hex, text] : examples) {
    EXPECT_EQ(written(code_of(hex)), text);
    code_bytes read{};
    EXPECT_EQ(read_recovery_code(as_bytes(text), read), recovery_flaw::none) << text;
    EXPECT_EQ(read, code_of(hex)) << text;
  }
}

TEST(Recovery, ReadsWhatPeopleType) {
  const code_bytes expected = code_of("000102030405060708090a0b0c0d0e0f");
  for (const std::string_view text :
       {"00041061050R3GG28A1C60T3GF6", "ooo4i-o61o5-or3gg-28alc-6ot3g-f6",
        " 00041 06105 0R3GG\t28A1C 60T3G F6\r\n", "OOO4L--06IO5--0r3Gg--28AiC--60t3G--F6--"}) {
    code_bytes read{};
    EXPECT_EQ(read_recovery_code(as_bytes(text), read), recovery_flaw::none) << text;
    EXPECT_EQ(read, expected) << text;
  }
  EXPECT_EQ(flaw_of("014d2-pf2db-sqqzx-q5tk1-v58ch-au"), recovery_flaw::none);
}

TEST(Recovery, FindsEveryWrongSymbolAndEveryTwoThatChangedPlaces) {
  constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (const auto& [hex, text] : examples) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '-') continue;
      for (const char other : digits) {
        std::string wrong(text);
        wrong[at] = other;
        if (wrong != text) {
          EXPECT_EQ(flaw_of(wrong), recovery_flaw::check) << wrong;
        }
      }
      const std::size_t next = at + 1 < text.size() && text[at + 1] == '-' ? at + 2 : at + 1;
      if (next >= text.size() || text[at] == text[next]) continue;
      std::string swapped(text);
      std::swap(swapped[at], swapped[next]);
      EXPECT_NE(flaw_of(swapped), recovery_flaw::none) << swapped;
    }
  }
}

TEST(Recovery, SaysWhatIsWrongWithATextThatIsNoCode) {
  for (const std::string_view text :
       {"", "-", "00041-06105-0R3GG-28A1C-60T3G-F", "00041-06105-0R3GG-28A1C-60T3G-F66",
        "00041-06105-0R3GG-28A1C-60T3G-F\u00e9"}) {
    EXPECT_EQ(flaw_of(text), recovery_flaw::length) << text;
  }
  for (const std::string_view text : {"U0041-06105-0R3GG-28A1C-60T3G-F6", "00041-06105-0R3GG-28A1C-60T3G-F!",
                                      "0004*-06105-0R3GG-28A1C-60T3G-F6", "00041-06105-0R3GG-28A1C-60T_G-F6"}) {
    EXPECT_EQ(flaw_of(text), recovery_flaw::symbol) << text;
  }
  // 2^128, whose check is right.
  EXPECT_EQ(flaw_of("80000-00000-00000-00000-00000-0~"), recovery_flaw::check);
  EXPECT_EQ(flaw_of(std::string(100'000, '0')), recovery_flaw::length);
  EXPECT_EQ(flaw_of(std::string(100'000, '-')), recovery_flaw::length);
}

TEST(Recovery, ErrorsAreSentencesWithoutTheCode) {
  const auto good = parse_recovery_code("014D2-PF2DB-SQQZX-Q5TK1-V58CG-GA");
  ASSERT_TRUE(good);
  EXPECT_TRUE(std::ranges::equal(good->view(), code_of("0123456789abcdeffedcba9876543210")));
  std::vector<std::string> told;
  for (const std::string_view text :
       {"014D2", "014D2-PF2DB-SQQZX-Q5TK1-V58CG-G!", "014D2-PF2DB-SQQZX-Q5TK1-V58CG-GB"}) {
    const auto bad = parse_recovery_code(text);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, errc::invalid_field);
    EXPECT_EQ(bad.error().field, "recovery");
    EXPECT_EQ(bad.error().message.find("014D2"), std::string::npos);
    EXPECT_EQ(std::ranges::count(told, bad.error().message), 0);
    told.push_back(bad.error().message);
  }
}

}  // namespace
}  // namespace kbve::vault
