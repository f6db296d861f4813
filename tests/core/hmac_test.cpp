#include "kbve/crypto/hmac.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

bytes tag_of(bytes_view key, bytes_view message) {
  const hmac_tag tag = hmac_sha256(key, message);
  return {tag.begin(), tag.end()};
}

TEST(Hmac, Rfc4231) {
  EXPECT_EQ(tag_of(bytes(20, 0x0B), as_bytes("Hi There")),
            test::unhex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
  EXPECT_EQ(tag_of(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")),
            test::unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  EXPECT_EQ(tag_of(bytes(131, 0xAA), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
            test::unhex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST(Hmac, AKeyMadeReadyServesManyMessages) {
  const bytes secret(32, 7);
  const hmac_key key{bytes_view(secret)};
  std::string message;
  for (int size = 0; size < 200; ++size) {
    EXPECT_EQ(key.tag(as_bytes(message)), hmac_sha256(secret, as_bytes(message))) << size;
    message.push_back(static_cast<char>('a' + size % 26));
  }
}

TEST(Hmac, VerifiesWholeTagsOnly) {
  const hmac_key key{as_bytes("key")};
  hmac_tag tag = key.tag(as_bytes("message"));
  EXPECT_TRUE(key.verify(as_bytes("message"), tag));
  EXPECT_FALSE(key.verify(as_bytes("messagf"), tag));
  EXPECT_FALSE(key.verify(as_bytes("message"), std::span(tag).first(31)));
  EXPECT_FALSE(key.verify(as_bytes("message"), {}));
  for (std::uint8_t& byte : tag) {
    byte ^= 1;
    EXPECT_FALSE(key.verify(as_bytes("message"), tag));
    byte ^= 1;
  }
}

TEST(Hmac, AMovedKeyWorksAndItsOldPlaceDoesNot) {
  hmac_key from{as_bytes("key")};
  const hmac_tag expected = from.tag(as_bytes("message"));
  hmac_key to(std::move(from));
  EXPECT_EQ(to.tag(as_bytes("message")), expected);
  hmac_key assigned{as_bytes("another")};
  assigned = std::move(to);
  EXPECT_EQ(assigned.tag(as_bytes("message")), expected);
#if GTEST_HAS_DEATH_TEST
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is the question
  EXPECT_DEATH(static_cast<void>(from.tag({})), "");
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_DEATH(static_cast<void>(to.tag({})), "");
#endif
}

TEST(Hmac, AKeyIsWipedWhereItLay) {
  alignas(hmac_key) unsigned char place[sizeof(hmac_key)]{};
  auto* key = new (place) hmac_key{as_bytes("key")};
  key->~hmac_key();
  const volatile unsigned char* seen = place;
  for (std::size_t i = 0; i < sizeof place; ++i) ASSERT_EQ(seen[i], 0) << i;
}

}  // namespace
}  // namespace kbve::crypto
