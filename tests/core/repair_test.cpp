/// What a person accepts: headers that are signed anew, and what they are signed with.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "kbve/crypto/kdf.hpp"
#include "kbve/vault/vault.hpp"
#include "support/lockers.hpp"

namespace kbve::vault {
namespace {

using test::stored_record;

constexpr std::uint64_t now = test::now;

stored_record stored(const sealed_root& root) {
  return {.id = "root", .version = root.version, .epoch = root.epoch, .nonce = root.nonce, .box = root.box};
}

/// A locker in its third epoch and with its sixth header, a record of each epoch, and the root of them.
struct whole_locker {
  vault made = test::new_vault();
  std::vector<stored_record> records;
  stored_record root;

  whole_locker() {
    EXPECT_TRUE(made.wrap_slot(test::passphrase_slot(1), test::key_of(0x77).view()));
    EXPECT_TRUE(made.wrap_slot(test::passphrase_slot(2), test::key_of(0x78).view()));
    for (int epoch = 1; epoch <= 3; ++epoch) {
      records.push_back(test::seal(made, "entry/" + std::to_string(epoch), std::to_string(epoch)));
      if (epoch < 3) EXPECT_TRUE(made.raise_epoch());
    }
    for (int rev = 2; rev <= 6; ++rev) EXPECT_TRUE(made.raise_header());
    set_sum sum;
    for (const stored_record& record : records) sum.add(made.term(record.id, record.version, 0));
    root = stored(*made.rebuild_root(sum, records.size(), now));
  }

  [[nodiscard]] vault opened(header with) const {
    return vault::adopt(std::move(with), made.root_key().clone(), schema());
  }

  [[nodiscard]] bool signs(const header& value) const {
    return mac_holds(value, crypto::hmac_key(crypto::hkdf_sha256_key(made.root_key().view(), value.key_id,
                                                                     as_bytes("kbve-locker/1/header"))));
  }
};

TEST(Repair, AFalseHeaderIsSignedAboveEveryOneTheRootKnew) {
  const whole_locker whole;
  header changed = whole.made.current_header();
  changed.rev = 2;
  changed.slots[1].label = "Somebody else's";
  vault opened = whole.opened(changed);
  ASSERT_EQ(opened.header_integrity(), integrity::header);
  ASSERT_TRUE(opened.open_root(whole.root.view()));

  changed.slots.resize(1);
  ASSERT_TRUE(opened.accept_header(changed));
  const header& accepted = opened.current_header();
  EXPECT_EQ(opened.header_integrity(), integrity::ok);
  EXPECT_TRUE(opened.check_writable());
  EXPECT_EQ(accepted.rev, 7U) << "above the sixth, which the root knew";
  EXPECT_EQ(accepted.slots.size(), 1U);
  EXPECT_TRUE(whole.signs(accepted));
  EXPECT_TRUE(vault::unlock(accepted, 0, test::key_of(0x77).view(), schema()));
  vault again = whole.opened(accepted);
  EXPECT_EQ(again.header_integrity(), integrity::ok);
  EXPECT_NE(again.check_root(*again.open_root(whole.root.view()), {}, 0), integrity::header);
}

TEST(Repair, AnOlderHeaderIsRaisedAboveTheRoots) {
  const whole_locker whole;
  vault sixth = whole.opened(whole.made.current_header());
  header older = sixth.current_header();
  ASSERT_TRUE(sixth.raise_header());
  const root known = *sixth.open_root(whole.root.view());
  const stored_record next = stored(*sixth.apply_root(known, {}, now));

  vault opened = whole.opened(older);
  EXPECT_EQ(opened.check_root(*opened.open_root(next.view()), known.sum, known.count), integrity::header);
  ASSERT_TRUE(opened.accept_header(older));
  EXPECT_EQ(opened.current_header().rev, 8U);
  EXPECT_EQ(opened.current_header().slots, older.slots) << "it was sealed, and so were its slots";
  EXPECT_EQ(opened.check_root(*opened.open_root(next.view()), known.sum, known.count), integrity::ok);
}

TEST(Repair, AForgedRevisionDoesNotUseUpAllThereAre) {
  const whole_locker whole;
  for (const std::uint64_t forged : {integer_limit - 1, integer_limit - 2, integer_limit / 2}) {
    header changed = whole.made.current_header();
    changed.rev = forged;
    vault opened = whole.opened(changed);
    ASSERT_TRUE(opened.open_root(whole.root.view()));
    ASSERT_TRUE(opened.accept_header(changed));
    EXPECT_EQ(opened.current_header().rev, 7U) << forged;
    EXPECT_TRUE(opened.raise_header()) << forged;
  }
}

TEST(Repair, AForgedEpochHidesNothing) {
  const whole_locker whole;
  for (const std::uint32_t forged : {0U, 1U, 2U, 4U, 0xffff'ffffU}) {
    header changed = whole.made.current_header();
    changed.epoch = forged;
    vault opened = whole.opened(changed);
    for (const stored_record& record : whole.records) {
      EXPECT_EQ(test::open(opened, record), record.id.substr(6)) << forged;
    }
    ASSERT_TRUE(opened.open_root(whole.root.view())) << forged;
    ASSERT_TRUE(opened.accept_header(changed)) << forged;
    EXPECT_EQ(opened.current_header().epoch, 3U) << forged;
    ASSERT_TRUE(opened.open_root(whole.root.view()));
    EXPECT_EQ(opened.sealed(), 4U) << "three records and the root; they go on counting: " << forged;
    const stored_record fresh = test::seal(opened, "entry/new", "4");
    vault again = whole.opened(opened.current_header());
    EXPECT_EQ(test::open(again, fresh), "4") << forged;
  }
}

TEST(Repair, WhereTheHeaderHoldsAnEpochToComeStaysShut) {
  whole_locker whole;
  ASSERT_TRUE(whole.made.raise_epoch());
  const stored_record to_come = test::seal(whole.made, "entry/4", "4");
  header third = whole.made.current_header();
  ASSERT_TRUE(whole.made.raise_header());
  third.epoch = 3;
  third.mac = mac_of(third, crypto::hmac_key(crypto::hkdf_sha256_key(whole.made.root_key().view(), third.key_id,
                                                                     as_bytes("kbve-locker/1/header"))));
  vault opened = whole.opened(third);
  ASSERT_EQ(opened.header_integrity(), integrity::ok);
  EXPECT_FALSE(test::open(opened, to_come));
}

TEST(Repair, WithNothingThatOpensTheEpochStaysAsItIsSaid) {
  const whole_locker whole;
  header changed = whole.made.current_header();
  changed.created += 1;
  vault opened = whole.opened(changed);
  ASSERT_TRUE(opened.accept_header(changed));
  EXPECT_EQ(opened.current_header().epoch, 3U);
  EXPECT_EQ(opened.current_header().rev, 7U);
}

TEST(Repair, WithNothingThatOpensAForgedEpochDoesNotUseUpAllThereAre) {
  const whole_locker whole;
  for (const std::uint32_t forged : {0xffff'ffffU, 0xffff'fffeU, 0x8000'0000U, 0U}) {
    header changed = whole.made.current_header();
    changed.epoch = forged;
    vault opened = whole.opened(changed);
    ASSERT_TRUE(opened.accept_header(changed));
    EXPECT_EQ(opened.current_header().epoch, 1U) << forged;
    EXPECT_TRUE(opened.raise_epoch()) << forged;
    EXPECT_TRUE(vault::rekeyed(opened.current_header(), schema())) << forged;
  }
  header changed = whole.made.current_header();
  changed.epoch = 0x7fff'ffffU;
  vault opened = whole.opened(changed);
  ASSERT_TRUE(opened.accept_header(changed));
  EXPECT_EQ(opened.current_header().epoch, 0x7fff'ffffU) << "it may be true, and there are as many again";
}

TEST(Repair, AnotherLockersHeaderIsNotAccepted) {
  const whole_locker whole;
  vault opened = whole.opened(whole.made.current_header());
  const header before = opened.current_header();
  header other = before;
  other.locker_id[0] ^= 1;
  const auto by_locker = opened.accept_header(other);
  ASSERT_FALSE(by_locker);
  EXPECT_EQ(by_locker.error().code, errc::conflict);
  other = before;
  other.key_id[15] ^= 1;
  const auto by_key = opened.accept_header(other);
  ASSERT_FALSE(by_key);
  EXPECT_EQ(by_key.error().code, errc::conflict);
  EXPECT_EQ(opened.current_header(), before);
}

}  // namespace
}  // namespace kbve::vault
