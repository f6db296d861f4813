#include "kbve/core/base64url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kbve::base64url {
namespace {

TEST(Base64url, Rfc4648VectorsWithoutPadding) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(encode(as_bytes(plain)), text);
    const auto back = decode(text);
    EXPECT_TRUE(back && as_text(*back) == plain) << text;
  }
  EXPECT_EQ(encode(byte_array<3>{0xFB, 0xEF, 0xFF}), "--__");
}

TEST(Base64url, EveryLengthAndEveryByteComesBack) {
  bytes data;
  for (int i = 0; i < 300; ++i) {
    const std::string text = encode(data);
    EXPECT_EQ(text.size(), encoded_size(data.size()));
    const auto back = decode(text);
    EXPECT_TRUE(back && *back == data) << i;
    data.push_back(static_cast<std::uint8_t>(i * 7 + i / 256));
  }
}

TEST(Base64url, EveryValueHasOneTextOnly) {
  for (const char* text :
       {"Zg==", "Zg=", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zm9v.", "Zé9v"}) {
    EXPECT_FALSE(decode(text)) << text;
  }
  EXPECT_FALSE(decode("Zh")) << "four bits left over that are not zero";
  EXPECT_FALSE(decode("Zm9")) << "two bits left over that are not zero";
  EXPECT_FALSE(decode(std::string_view("Zg\0A", 4)));
}

TEST(Base64url, IntoMemoryOfAKnownSize) {
  byte_array<3> out{};
  EXPECT_TRUE(decode_into("Zm9v", out));
  EXPECT_EQ(as_text(out), "foo");
  EXPECT_FALSE(decode_into("Zm8", out));
  EXPECT_FALSE(decode_into("Zm9vYg", out));
  EXPECT_FALSE(decode_into("Zm9=", out));
  EXPECT_TRUE(decode_into("", {}));
}

TEST(Base64url, AppendsToWhatIsThere) {
  std::string text = "a.";
  append(text, as_bytes("foob"));
  EXPECT_EQ(text, "a.Zm9vYg");
}

}  // namespace
}  // namespace kbve::base64url
