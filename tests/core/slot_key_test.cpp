#include "kbve/vault/slot_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

/// `size` bytes that count up.
bytes counting_from(std::uint8_t first, std::size_t size) {
  bytes out(size);
  for (std::uint8_t& byte : out) byte = first++;
  return out;
}

byte_array<32> salt() {
  byte_array<32> out{};
  std::ranges::copy(counting_from(32, out.size()), out.begin());
  return out;
}

void expect_key(const slot_kdf& kdf, const bytes& secret, const bytes& expected) {
  const auto key = slot_key(kdf, secret);
  EXPECT_TRUE(key && std::ranges::equal(key->view(), expected));
  EXPECT_FALSE(slot_key(kdf, bytes_view(secret).first(secret.size() - 1)));
  bytes longer = secret;
  longer.push_back(0);
  EXPECT_FALSE(slot_key(kdf, longer));
  EXPECT_FALSE(slot_key(kdf, {}));
}

// The expected keys are another program's: HMAC-SHA-256 twice, as RFC 5869 says.
TEST(SlotKey, IsHkdfWithTheKindsOwnLabelWhereTheSecretIsStrong) {
  expect_key(recovery_kdf{.salt = salt()}, counting_from(0, 16),
             test::unhex("33dab3e1fb74453460be988b812ca7ac58ed8cd4352150a27fe1332a0baa237d"));
  passkey_kdf passkey;
  passkey.salt = salt();
  expect_key(passkey, counting_from(64, prf_output_size),
             test::unhex("0e6d76970c73bccaf95c51838682a2cb2fa38e17b5b6892f035e30d4f20aeda1"));
}

TEST(SlotKey, IsTheSecretItselfWhereThatIsAKey) {
  expect_key(passphrase_kdf{}, counting_from(7, 32), counting_from(7, 32));
  expect_key(device_kdf{}, counting_from(7, 32), counting_from(7, 32));
}

TEST(SlotKey, IsMadeWhereASlotIsWrappedAndOpened) {
  vault made = test::new_vault();
  const bytes code = counting_from(1, 16);
  ASSERT_TRUE(
      made.wrap_slot({.id = {1}, .label = "paper", .created = 5, .kdf = recovery_kdf{.salt = salt()}}, code));
  const header written = made.current_header();
  const auto opened = vault::unlock(written, 0, code, {});
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->root_key() == made.root_key());

  const auto refusal = [&written](const bytes& secret) {
    const auto got = vault::unlock(written, 0, secret, {});
    return got ? errc::aborted : got.error().code;
  };
  EXPECT_EQ(refusal(counting_from(2, 16)), errc::wrong_secret);
  EXPECT_EQ(refusal(counting_from(1, 32)), errc::invalid_field);
  const auto wrapped =
      made.wrap_slot({.id = {2}, .label = "", .created = 5, .kdf = recovery_kdf{}}, counting_from(1, 15));
  ASSERT_FALSE(wrapped);
  EXPECT_EQ(wrapped.error().code, errc::invalid_field);
}

}  // namespace
}  // namespace kbve::vault
