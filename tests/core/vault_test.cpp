#include "kbve/vault/vault.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kbve/crypto/kdf.hpp"
#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

using test::stored_record;

constexpr std::uint64_t now = test::now;

/// A vault with one passphrase slot under a key of 0x77.
vault with_slot() {
  vault out = test::new_vault();
  EXPECT_TRUE(out.wrap_slot(test::passphrase_slot(1), test::key_of(0x77).view()));
  EXPECT_TRUE(out.raise_header());
  return out;
}

vault reopened(const vault& from) {
  return vault::adopt(from.current_header(), from.root_key().clone(), schema());
}

errc code_of(const result<void>& got) {
  return got ? errc::aborted : got.error().code;
}

stored_record stored(const sealed_root& root) {
  return {.id = "root", .version = root.version, .epoch = root.epoch, .nonce = root.nonce, .box = root.box};
}

TEST(Vault, ANewOneHasItsOwnIdsAndKeys) {
  const vault first = test::new_vault();
  const vault second = test::new_vault();
  EXPECT_NE(first.current_header().locker_id, second.current_header().locker_id);
  EXPECT_NE(first.current_header().key_id, second.current_header().key_id);
  EXPECT_NE(first.writer(), second.writer());
  EXPECT_FALSE(first.root_key() == second.root_key());
  EXPECT_EQ(first.current_header().tenant, "demo");
  EXPECT_EQ(first.current_header().name, "main");
  EXPECT_EQ(first.current_header().created, now);
  EXPECT_EQ(first.current_header().rev, 1U);
  EXPECT_TRUE(first.current_header().slots.empty());
  EXPECT_TRUE(mac_holds(first.current_header(), crypto::hmac_key(crypto::hkdf_sha256_key(
                                                    first.root_key().view(), first.current_header().key_id,
                                                    as_bytes("kbve-locker/1/header")))));
}

TEST(Vault, RefusesNamesThatAreNone) {
  const auto code = [](std::string_view tenant, std::string_view name, std::uint64_t date) {
    const auto made = vault::create(tenant, name, date, schema());
    return made ? errc::aborted : made.error().code;
  };
  EXPECT_EQ(code(std::string(513, 'x'), "n", now), errc::too_large);
  EXPECT_EQ(code("t", std::string(513, 'x'), now), errc::too_large);
  EXPECT_EQ(code("\xff", "n", now), errc::invalid_field);
  EXPECT_EQ(code("t", "n", integer_limit), errc::invalid_field);
  EXPECT_EQ(code("", "", 0), errc::aborted);
}

TEST(Vault, OpensWithTheSlotsKeyAndNoOther) {
  const vault made = with_slot();
  const auto opened = vault::unlock(made.current_header(), 0, test::key_of(0x77).view(), schema());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->header_integrity(), integrity::ok);
  EXPECT_TRUE(opened->root_key() == made.root_key());
  EXPECT_NE(opened->writer(), made.writer());

  const auto wrong = vault::unlock(made.current_header(), 0, test::key_of(0x78).view(), schema());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, errc::wrong_secret);
  const auto missing = vault::unlock(made.current_header(), 1, test::key_of(0x77).view(), schema());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::absent);
}

TEST(Vault, AHeaderThatDoesNotHoldOpensForReadingOnly) {
  vault made = with_slot();
  const stored_record record = test::seal(made, "entry/a", "1");
  header changed = made.current_header();
  changed.slots[0].label = "Somebody else's";
  auto opened = vault::unlock(changed, 0, test::key_of(0x77).view(), schema());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->header_integrity(), integrity::header);
  EXPECT_EQ(test::open(*opened, record), "1");
  EXPECT_EQ(code_of(opened->check_writable()), errc::read_only);
  EXPECT_EQ(code_of(opened->raise_header()), errc::read_only);
  EXPECT_EQ(code_of(opened->raise_epoch()), errc::read_only);
  EXPECT_EQ(code_of(opened->add_slot(test::passphrase_slot(2))), errc::read_only);
  EXPECT_EQ(code_of(opened->wrap_slot(test::passphrase_slot(2), test::key_of(1).view())), errc::read_only);
  EXPECT_EQ(code_of(opened->remove_slot(changed.slots[0].id)), errc::read_only);
  const auto root = opened->rebuild_root({}, 0, now);
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, errc::read_only);
  EXPECT_EQ(opened->current_header(), changed) << "a false header is never signed";
  EXPECT_EQ(opened->check_root({}, {}, 0), integrity::header);
  // The true one can be taken, and then it writes again.
  EXPECT_TRUE(opened->take_header(made.current_header()));
  EXPECT_TRUE(opened->check_writable());
}

TEST(Vault, KeepsTheLastSlot) {
  vault made = with_slot();
  const slot_id first = made.current_header().slots[0].id;
  EXPECT_EQ(code_of(made.remove_slot(first)), errc::last_slot);
  EXPECT_EQ(code_of(made.remove_slot(slot_id{9, 9})), errc::absent);
  EXPECT_EQ(code_of(made.add_slot(made.current_header().slots[0])), errc::exists);
  slot device = test::passphrase_slot(2);
  device.kdf = device_kdf{};
  EXPECT_TRUE(made.add_slot(device));
  EXPECT_TRUE(made.remove_slot(first));
  EXPECT_EQ(made.current_header().slots.size(), 1U);
  EXPECT_EQ(made.current_header().rev, 2U) << "only raise_header raises it";
  EXPECT_EQ(reopened(made).header_integrity(), integrity::ok);
  for (std::uint8_t id = 3; made.current_header().slots.size() < max_slots; ++id) {
    ASSERT_TRUE(made.add_slot(test::passphrase_slot(id)));
  }
  EXPECT_EQ(code_of(made.add_slot(test::passphrase_slot(200))), errc::too_large);
  EXPECT_TRUE(parse_header(to_json(made.current_header())));
}

TEST(Vault, TakesOnlyItsOwnHeaders) {
  vault made = with_slot();
  vault other_tab = reopened(made);
  ASSERT_TRUE(other_tab.raise_epoch());
  ASSERT_TRUE(other_tab.raise_header());
  const stored_record newer = test::seal(other_tab, "entry/a", "1");
  EXPECT_FALSE(test::open(made, newer)) << "an epoch that its header does not have";
  EXPECT_TRUE(made.take_header(other_tab.current_header()));
  EXPECT_EQ(test::open(made, newer), "1");

  header forged = made.current_header();
  ++forged.epoch;
  EXPECT_EQ(code_of(made.take_header(forged)), errc::tampered);
  EXPECT_EQ(code_of(made.take_header(test::new_vault().current_header())), errc::conflict);
  EXPECT_EQ(made.current_header(), other_tab.current_header());
}

TEST(Vault, OlderEpochsStillOpen) {
  vault made = with_slot();
  std::vector<stored_record> records;
  for (int epoch = 0; epoch < 12; ++epoch) {
    records.push_back(test::seal(made, "entry/" + std::to_string(epoch), std::to_string(epoch)));
    ASSERT_TRUE(made.raise_epoch());
  }
  for (int round = 0; round < 2; ++round) {
    for (const stored_record& record : records) EXPECT_EQ(test::open(made, record), record.id.substr(6));
  }
  vault again = reopened(made);
  EXPECT_EQ(again.current_header().epoch, 13U);
  std::ranges::reverse(records);
  for (const stored_record& record : records) EXPECT_EQ(test::open(again, record), record.id.substr(6));
}

TEST(Vault, DerivesItsDataKeyAsTheFormatSays) {
  vault made = test::new_vault();
  const header& head = made.current_header();
  const stored_record record = test::seal(made, "entry/a", "true");
  bytes info(as_bytes("kbve-locker/1/data").begin(), as_bytes("kbve-locker/1/data").end());
  const bytes epoch{0, 0, 0, 1};
  info.insert(info.end(), epoch.begin(), epoch.end());
  const crypto::aead_key key(crypto::hkdf_sha256_key(made.root_key().view(), head.key_id, info));
  bytes plain(record.box.size() - 16);
  EXPECT_EQ(binding(binding::record_label, head.locker_id).open(key, record.view(), plain), 4U);
}

TEST(Vault, RevisionsRiseWithTheClockAndNeverFall) {
  vault made = test::new_vault();
  EXPECT_EQ(*made.draw_revs(1, now), now * 1'024);
  EXPECT_EQ(*made.draw_revs(1, now), now * 1'024 + 1);
  EXPECT_EQ(*made.draw_revs(10, now), now * 1'024 + 2);
  EXPECT_EQ(*made.draw_revs(1, now), now * 1'024 + 12);
  EXPECT_EQ(*made.draw_revs(1, 0), now * 1'024 + 13) << "a clock set back";
  EXPECT_EQ(*made.draw_revs(1, now + 1), (now + 1) * 1'024);
  made.observe((now + 500) * 1'024);
  EXPECT_EQ(*made.draw_revs(1, now), (now + 500) * 1'024 + 1) << "another tab's clock is ahead";
  made.observe(5);
  EXPECT_EQ(*made.draw_revs(1, now), (now + 500) * 1'024 + 2);
}

TEST(Vault, ABrokenClockOrAForgedRevisionDoesNotUseUpTheOthers) {
  vault made = test::new_vault();
  EXPECT_EQ(*made.draw_revs(1, integer_limit - 1), 1U);
  made.observe(integer_limit - 1);
  made.observe(~std::uint64_t{0});
  EXPECT_EQ(*made.draw_revs(1, now), now * 1'024);
  made.observe(integer_limit - (std::uint64_t{1} << 40U) - 1);
  const auto high = made.draw_revs(1, now);
  ASSERT_TRUE(high);
  EXPECT_EQ(*high, integer_limit - (std::uint64_t{1} << 40U));
  const auto all = made.draw_revs((std::size_t{1} << 31U), now);
  ASSERT_TRUE(all);
  EXPECT_LT(*all + (std::uint64_t{1} << 31U), integer_limit);
}

TEST(Vault, ObservesWhatItOpens) {
  vault first = test::new_vault();
  vault second = reopened(first);
  ASSERT_TRUE(first.draw_revs(100, now));
  const stored_record record = test::seal(first, "entry/a", "1");
  ASSERT_TRUE(test::open(second, record));
  EXPECT_EQ(*second.draw_revs(1, now), record.version.rev + 1);
  stored_record forged = record;
  forged.version.rev += 1'000;
  ASSERT_FALSE(test::open(second, forged));
  EXPECT_EQ(*second.draw_revs(1, now), record.version.rev + 2);
}

TEST(Vault, ChecksItemsBeforeSealing) {
  const vault made = test::new_vault();
  const auto code = [&made](const plain_item& item) {
    const auto checked = made.check(item);
    return checked ? errc::aborted : checked.error().code;
  };
  const auto json = [](std::string_view id, std::string_view value) {
    return plain_item{.id = id, .kind = record_kind::json, .expires = 0, .value = as_bytes(value)};
  };
  EXPECT_EQ(code(json("entry/a", R"({"half":"\ud800"})")), errc::aborted);
  EXPECT_EQ(code(json("profile/email", R"("x")")), errc::invalid_field);
  EXPECT_EQ(made.check(json("profile/email", R"("x")")).error().field, "email");
  EXPECT_EQ(code(json("profile/", R"("x")")), errc::invalid_field);
  EXPECT_EQ(code(json("profile/nothing", R"("x")")), errc::invalid_field);
  EXPECT_EQ(code(json("profile/username", R"("\ud800")")), errc::invalid_field);
  EXPECT_EQ(code(json("profile/username", "\"" + std::string(2'049, 'x') + "\"")), errc::too_large);
  EXPECT_EQ(code(json("entry/a", "undefined")), errc::not_serializable);
  EXPECT_EQ(code(json("entry/a", std::string(600, '[') + std::string(600, ']'))), errc::not_serializable);
  EXPECT_EQ(code(json("entry/a", "\"" + std::string(1'048'574, 'x') + "\"")), errc::aborted);
  EXPECT_EQ(code(json("entry/a", "\"" + std::string(1'048'575, 'x') + "\"")), errc::too_large);
  EXPECT_EQ(code(json("", "1")), errc::invalid_field);
  EXPECT_EQ(code(json("entry/\xff", "1")), errc::invalid_field);
  EXPECT_EQ(code(json("entry/" + std::string(506, 'x'), "1")), errc::aborted);
  EXPECT_EQ(code(json("entry/" + std::string(507, 'x'), "1")), errc::too_large);

  const bytes million(1'048'576);
  const bytes over(1'048'577);
  EXPECT_EQ(code({.id = "entry/b", .kind = record_kind::bytes, .expires = 0, .value = million}), errc::aborted);
  EXPECT_EQ(code({.id = "entry/b", .kind = record_kind::bytes, .expires = 0, .value = over}), errc::too_large);
  EXPECT_EQ(code({.id = "profile/avatar", .kind = record_kind::bytes, .expires = 0, .value = {}}),
            errc::invalid_field);
  EXPECT_EQ(code({.id = "profile/avatar", .kind = record_kind::gone, .expires = 0, .value = {}}), errc::aborted);
  EXPECT_EQ(code({.id = "entry/b", .kind = record_kind::gone, .expires = 0, .value = million}),
            errc::invalid_field);
  EXPECT_EQ(code({.id = "entry/b", .kind = record_kind{7}, .expires = 0, .value = {}}), errc::invalid_field);
  EXPECT_EQ(code({.id = "entry/b", .kind = record_kind::gone, .expires = integer_limit, .value = {}}),
            errc::invalid_field);
}

TEST(Vault, TheRootFollowsEveryChange) {
  vault made = with_slot();
  const stored_record a = test::seal(made, "entry/a", "1");
  const stored_record b = test::seal(made, "entry/b", "2");
  const auto empty = made.rebuild_root({}, 0, now);
  ASSERT_TRUE(empty);
  const auto opened = made.open_root(stored(*empty).view());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->header_rev, 2U);
  EXPECT_EQ(opened->count, 0U);
  EXPECT_EQ(made.check_root(*opened, {}, 0), integrity::ok);

  const auto next = made.apply_root(*opened,
                                    std::vector<root_change>{{.id = "entry/a", .before = {}, .after = a.version},
                                                             {.id = "entry/b", .before = {}, .after = b.version}},
                                    now);
  ASSERT_TRUE(next);
  EXPECT_GT(next->version.rev, empty->version.rev);
  const auto both = made.open_root(stored(*next).view());
  ASSERT_TRUE(both);
  EXPECT_EQ(both->count, 2U);
  set_sum sum;
  sum.add(made.term("entry/a", a.version, 0));
  sum.add(made.term("entry/b", b.version, 0));
  EXPECT_EQ(made.check_root(*both, sum, 2), integrity::ok);
  EXPECT_EQ(made.check_root(*both, sum, 3), integrity::records);
  EXPECT_EQ(made.check_root(*opened, sum, 2), integrity::records) << "an older root";

  // One replaced, one removed.
  const stored_record a2 = test::seal(made, "entry/a", "3");
  const auto last =
      made.apply_root(*both,
                      std::vector<root_change>{{.id = "entry/a", .before = a.version, .after = a2.version},
                                               {.id = "entry/b", .before = b.version, .after = {}}},
                      now);
  ASSERT_TRUE(last);
  const auto one = made.open_root(stored(*last).view());
  ASSERT_TRUE(one);
  set_sum expected;
  expected.add(made.term("entry/a", a2.version, 0));
  EXPECT_EQ(made.check_root(*one, expected, 1), integrity::ok);
  set_sum replaced_by_older;
  replaced_by_older.add(made.term("entry/a", a.version, 0));
  EXPECT_EQ(made.check_root(*one, replaced_by_older, 1), integrity::records);

  const auto more_than_there_were =
      made.apply_root(*opened, std::vector<root_change>{{.id = "entry/a", .before = a.version, .after = {}}}, now);
  ASSERT_FALSE(more_than_there_were);
  EXPECT_EQ(more_than_there_were.error().code, errc::tampered);
}

TEST(Vault, AHeaderOlderThanTheRootShows) {
  vault made = with_slot();
  const header older = made.current_header();
  ASSERT_TRUE(made.raise_header());
  const auto sealed = made.rebuild_root({}, 0, now);
  ASSERT_TRUE(sealed);
  vault rolled_back = vault::adopt(older, made.root_key().clone(), schema());
  const auto opened = rolled_back.open_root(stored(*sealed).view());
  ASSERT_TRUE(opened);
  EXPECT_EQ(rolled_back.check_root(*opened, {}, 0), integrity::header);
  // And goes on showing after more is written.
  const auto next = rolled_back.apply_root(*opened, {}, now);
  ASSERT_TRUE(next);
  EXPECT_EQ(rolled_back.check_root(*rolled_back.open_root(stored(*next).view()), {}, 0), integrity::header);
}

TEST(Vault, OnlyARootOpensAsOne) {
  vault made = with_slot();
  const auto sealed = made.rebuild_root({}, 0, now);
  ASSERT_TRUE(sealed);
  const stored_record good = stored(*sealed);
  ASSERT_TRUE(made.open_root(good.view()));
  const auto expect_tampered = [&made](const stored_record& changed, std::string_view what) {
    const auto got = made.open_root(changed.view());
    ASSERT_FALSE(got) << what;
    EXPECT_EQ(got.error().code, errc::tampered) << what;
  };
  for (std::size_t i = 0; i < good.box.size() * 8; ++i) {
    stored_record changed = good;
    changed.box[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
    expect_tampered(changed, "box");
  }
  for (std::size_t size = 0; size < good.box.size(); ++size) {
    stored_record changed = good;
    changed.box.resize(size);
    expect_tampered(changed, "size");
  }
  for (std::size_t i = 0; i < 12; ++i) {
    stored_record changed = good;
    changed.nonce[i] ^= 1;
    expect_tampered(changed, "nonce");
  }
  stored_record changed = good;
  ++changed.version.rev;
  expect_tampered(changed, "rev");
  changed = good;
  changed.version.writer[7] ^= 1;
  expect_tampered(changed, "writer");
  changed = good;
  changed.epoch = 0;
  expect_tampered(changed, "epoch");
  changed.epoch = 2;
  expect_tampered(changed, "later epoch");
  changed = good;
  changed.expires = 1;
  expect_tampered(changed, "expires");
  changed = good;
  changed.kind = record_kind::bytes;
  expect_tampered(changed, "kind");
  changed = good;
  changed.id = "entry/root";
  expect_tampered(changed, "id");
  // A record that says what a root says is no root, and a root is no record.
  expect_tampered(
      test::seal(made, "root",
                 to_json(root{.rev = now * 1'024, .header_rev = 2, .sealed = 1, .count = 0, .sum = {}})),
      "record");
  EXPECT_FALSE(test::open(made, good));
  vault other = test::new_vault();
  EXPECT_FALSE(other.open_root(good.view()));
}

TEST(Vault, CountsSealsUnderTheDataKey) {
  vault made = with_slot();
  EXPECT_EQ(made.sealed(), 0U);
  const stored_record a = test::seal(made, "entry/a", "1");
  EXPECT_EQ(made.sealed(), 1U);
  const auto first = made.rebuild_root({}, 0, now);
  ASSERT_TRUE(first);
  EXPECT_EQ(made.sealed(), 2U) << "the root itself, and what was sealed before it, applied or not";
  const auto opened = made.open_root(stored(*first).view());
  const auto next =
      made.apply_root(*opened, std::vector<root_change>{{.id = "entry/a", .before = {}, .after = a.version}}, now);
  ASSERT_TRUE(next);
  EXPECT_EQ(made.sealed(), 3U);
  vault again = reopened(made);
  EXPECT_EQ(again.open_root(stored(*next).view())->sealed, 3U);
  EXPECT_EQ(again.sealed(), 3U);
  ASSERT_TRUE(again.raise_epoch());
  EXPECT_EQ(again.sealed(), 0U);
  const auto under_new_key = again.apply_root(*again.open_root(stored(*next).view()), {}, now);
  ASSERT_TRUE(under_new_key);
  EXPECT_EQ(again.sealed(), 1U);
}

TEST(Vault, CountsASealWhateverBecomesOfIt) {
  vault made = with_slot();
  const auto first = stored(*made.rebuild_root({}, 0, now));
  // Three versions of a value, of which the journal hands over the last alone, and one of another tab.
  test::seal(made, "entry/a", "1");
  test::seal(made, "entry/a", "2");
  const stored_record last = test::seal(made, "entry/a", "3");
  vault other = reopened(made);
  const stored_record theirs = test::seal(other, "entry/b", "1");
  const std::vector<root_change> changes{{.id = "entry/a", .before = {}, .after = last.version},
                                         {.id = "entry/b", .before = {}, .after = theirs.version}};
  const auto old = made.open_root(first.view());
  const auto next = made.apply_root(*old, changes, now);
  ASSERT_TRUE(next);
  EXPECT_EQ(made.sealed(), 6U) << "two roots, three of its own, and one of the other's";

  // The transaction was given up, and the root before it is still on the disk.
  const auto again = made.apply_root(*made.open_root(first.view()), changes, now);
  ASSERT_TRUE(again);
  EXPECT_GE(made.sealed(), 7U);

  test::seal(made, "entry/a", "4");
  ASSERT_TRUE(made.rebuild_root({}, 0, now));
  EXPECT_GE(made.sealed(), 9U);
  vault reader = reopened(made);
  EXPECT_EQ(reader.open_root(stored(*next).view())->sealed, 6U);
}

TEST(Vault, TheRootsRevisionIsAboveAllSeen) {
  vault made = test::new_vault();
  made.observe(now * 2'048);
  const auto rebuilt = made.rebuild_root({}, 0, now);
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(rebuilt->version.rev, now * 2'048 + 1);
  const root from_elsewhere{.rev = now * 4'096, .header_rev = 1, .sealed = 0, .count = 0, .sum = {}};
  const auto next = made.apply_root(from_elsewhere, {}, now);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->version.rev, now * 4'096 + 1);
}

TEST(Vault, RekeyedItIsTheSameLockerUnderAnotherKey) {
  vault old = with_slot();
  auto fresh = vault::rekeyed(old.current_header(), schema());
  ASSERT_TRUE(fresh);
  const header& before = old.current_header();
  const header& after = fresh->current_header();
  EXPECT_EQ(after.locker_id, before.locker_id);
  EXPECT_EQ(after.tenant, before.tenant);
  EXPECT_EQ(after.name, before.name);
  EXPECT_EQ(after.created, before.created);
  EXPECT_EQ(after.rev, before.rev + 1);
  EXPECT_EQ(after.epoch, before.epoch + 1);
  EXPECT_TRUE(after.slots.empty());
  EXPECT_NE(after.key_id, before.key_id);
  EXPECT_FALSE(fresh->root_key() == old.root_key());
  EXPECT_TRUE(mac_holds(after, crypto::hmac_key(crypto::hkdf_sha256_key(fresh->root_key().view(), after.key_id,
                                                                        as_bytes("kbve-locker/1/header")))));
  EXPECT_EQ(code_of(old.take_header(after)), errc::conflict);

  const auto again = vault::rekeyed(old.current_header(), schema());
  ASSERT_TRUE(again);
  EXPECT_NE(again->current_header().key_id, after.key_id);
  EXPECT_FALSE(again->root_key() == fresh->root_key());

  ASSERT_TRUE(fresh->wrap_slot(test::passphrase_slot(2), test::key_of(0x78).view()));
  EXPECT_TRUE(vault::unlock(fresh->current_header(), 0, test::key_of(0x78).view(), schema()));
  EXPECT_FALSE(vault::unlock(fresh->current_header(), 0, test::key_of(0x77).view(), schema()));
}

TEST(Vault, IsNotRekeyedWhereNoLaterRevOrEpochIsLeft) {
  const auto at_the_end = [](auto change) {
    header last = with_slot().current_header();
    change(last);
    const auto got = vault::rekeyed(last, schema());
    return got ? errc::aborted : got.error().code;
  };
  EXPECT_EQ(at_the_end([](header&) {}), errc::aborted);
  EXPECT_EQ(at_the_end([](header& last) { last.epoch = 0xffff'ffffU; }), errc::read_only);
  EXPECT_EQ(at_the_end([](header& last) { last.rev = integer_limit - 1; }), errc::read_only);
}

}  // namespace
}  // namespace kbve::vault
