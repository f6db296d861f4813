#include "kbve/core/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace kbve {
namespace {

TEST(Bytes, BigEndianNumbers) {
  byte_array<4> four;
  put_be32(four, 0x01020304);
  EXPECT_EQ(four, (byte_array<4>{1, 2, 3, 4}));
  EXPECT_EQ(get_be32(four), 0x01020304U);
  byte_array<8> eight;
  put_be64(eight, 0x0102030405060708);
  EXPECT_EQ(eight, (byte_array<8>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(get_be64(eight), 0x0102030405060708U);
  put_be64(eight, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(get_be64(eight), std::numeric_limits<std::uint64_t>::max());
}

TEST(Canonical, WritesWhatTheFormatSays) {
  canonical_writer out;
  out.text("ab").integer(258).data(byte_array<3>{7, 8, 9}).list(2).text("").text("é");
  const bytes expected{0, 0, 0, 2, 'a',  'b',        //
                       0, 0, 0, 0, 0,    0,   1, 2,  //
                       0, 0, 0, 3, 7,    8,   9,     //
                       0, 0, 0, 2, 0,    0,   0, 0,  //
                       0, 0, 0, 2, 0xC3, 0xA9};
  EXPECT_EQ(bytes(out.view().begin(), out.view().end()), expected);
  out.clear();
  EXPECT_TRUE(out.view().empty());
}

TEST(Canonical, NeighboursNeverRunIntoEachOther) {
  canonical_writer one;
  canonical_writer other;
  one.text("ab").text("c");
  other.text("a").text("bc");
  EXPECT_NE(bytes(one.view().begin(), one.view().end()), bytes(other.view().begin(), other.view().end()));
}

TEST(Packed, ReadsWhatItWrote) {
  bytes buffer;
  packed_writer out(buffer);
  out.u8(0xFE);
  out.u16(0xBEEF);
  out.u32(0xDEADBEEF);
  out.u64(0x0123456789ABCDEF);
  out.f64(-0.5);
  out.raw(as_bytes("tail"));
  EXPECT_EQ(buffer[1], 0xEF) << "little-endian";
  EXPECT_EQ(buffer.size(), 1U + 2 + 4 + 8 + 8 + 4);

  packed_reader in(buffer);
  EXPECT_EQ(in.u8(), 0xFE);
  EXPECT_EQ(in.u16(), 0xBEEF);
  EXPECT_EQ(in.u32(), 0xDEADBEEF);
  EXPECT_EQ(in.u64(), 0x0123456789ABCDEFU);
  EXPECT_EQ(in.f64(), -0.5);
  EXPECT_FALSE(in.done());
  EXPECT_EQ(as_text(in.take(4)), "tail");
  EXPECT_TRUE(in.done());
}

TEST(Packed, ReadingPastTheEndIsRememberedAndTouchesNothing) {
  const bytes buffer{1, 2, 3};
  packed_reader in(buffer);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0U) << "what is left is not read as something else";
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.done());

  packed_reader huge(buffer);
  EXPECT_TRUE(huge.take(std::numeric_limits<std::size_t>::max()).empty());
  EXPECT_FALSE(huge.ok());

  packed_reader short_array(buffer);
  EXPECT_EQ(short_array.array<4>(), (byte_array<4>{}));
  EXPECT_FALSE(short_array.ok());
  packed_reader whole_array(buffer);
  EXPECT_EQ(whole_array.array<3>(), (byte_array<3>{1, 2, 3}));
  EXPECT_TRUE(whole_array.done());
}

TEST(Packed, TakesWholeNumbersOnly) {
  std::uint64_t out = 42;
  EXPECT_TRUE(to_integer(0, out));
  EXPECT_EQ(out, 0U);
  EXPECT_TRUE(to_integer(9007199254740991.0, out));
  EXPECT_EQ(out, 9007199254740991U);
  out = 42;
  for (const double bad : {-1.0, 0.5, 9007199254740992.0, 1e300, std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(to_integer(bad, out)) << bad;
  }
  EXPECT_EQ(out, 42U);
}

/// RFC 3629 written down once more, from its table of code points instead of its table of bytes.
bool is_utf8_by_decoding(const bytes& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::uint8_t lead = text[at];
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (size == 0 || at + size > text.size()) return false;
    std::uint32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
      if (text[at + i] >> 6 != 2) return false;
      point = point << 6 | (text[at + i] & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < smallest[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += size;
  }
  return true;
}

TEST(Utf8, AgreesWithTheDefinitionOnEveryPairAndOnEdgeBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const bytes text{static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)};
      ASSERT_EQ(is_utf8(text), is_utf8_by_decoding(text)) << a << ' ' << b;
    }
  }
  const bytes edges{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1,
                    0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  bytes text(4);
  for (const std::uint8_t a : edges) {
    for (const std::uint8_t b : edges) {
      for (const std::uint8_t c : edges) {
        for (const std::uint8_t d : edges) {
          text = {a, b, c, d};
          ASSERT_EQ(is_utf8(text), is_utf8_by_decoding(text))
              << int{a} << ' ' << int{b} << ' ' << int{c} << ' ' << int{d};
        }
      }
    }
  }
}

TEST(Utf8, KnownTexts) {
  EXPECT_TRUE(is_utf8(std::string_view()));
  EXPECT_TRUE(is_utf8("a plain text that is longer than eight bytes"));
  EXPECT_TRUE(is_utf8("ASCII first, then Grüße, 日本語 and \U0001F512"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80")) << "a lone surrogate";
  EXPECT_FALSE(is_utf8("\xC0\xAF")) << "an overlong slash";
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
  EXPECT_FALSE(is_utf8("0123456789\xE6\x97")) << "cut off";
}

}  // namespace
}  // namespace kbve
