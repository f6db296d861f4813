#include "kbve/vault/record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/lockers.hpp"
#include "support/vectors.hpp"

namespace kbve::vault {
namespace {

using test::stored_record;

TEST(Record, PadsToMultiplesOf64WithAtLeastOneByte) {
  EXPECT_EQ(padded_size(0), 64U);
  EXPECT_EQ(padded_size(63), 64U);
  EXPECT_EQ(padded_size(64), 128U);
  EXPECT_EQ(padded_size(127), 128U);
  EXPECT_EQ(padded_size(128), 192U);
  for (std::size_t size = 0; size < 200; ++size) {
    bytes padded(padded_size(size), 0);
    std::fill_n(padded.begin(), size, std::uint8_t{0x80});
    padded[size] = 0x80;
    EXPECT_EQ(unpadded_size(padded), size);
  }
}

TEST(Record, RefusesOtherPadding) {
  EXPECT_FALSE(unpadded_size({}));
  EXPECT_FALSE(unpadded_size(bytes(64, 0)));
  EXPECT_FALSE(unpadded_size(bytes(63, 0x80)));
  EXPECT_FALSE(unpadded_size(bytes(64, 0x01)));
  bytes two_blocks(128, 0);
  two_blocks[63] = 0x80;  // a whole block of zeros after the mark
  EXPECT_FALSE(unpadded_size(two_blocks));
  two_blocks[64] = 0x80;
  EXPECT_EQ(unpadded_size(two_blocks), 64U);
  two_blocks[127] = 0x81;
  EXPECT_FALSE(unpadded_size(two_blocks));
}

TEST(Record, OrdersVersionsByRevThenWriter) {
  const version low{.rev = 1, .writer = {0xff}};
  const version high{.rev = 2, .writer = {0}};
  EXPECT_LT(low, high);
  EXPECT_LT((version{.rev = 2, .writer = {0, 0, 0, 0, 0, 0, 0, 1}}), (version{.rev = 2, .writer = {1}}));
  EXPECT_LT((version{.rev = 2, .writer = {0x7f}}), (version{.rev = 2, .writer = {0x80}}));
  EXPECT_EQ(high, high);
}

TEST(Record, BindsTheBoxAsTheFormatSays) {
  locker_id locker;
  locker.fill(0x22);
  const crypto::aead_key key(test::key_of(1));
  const crypto::aead_nonce nonce{9};
  const record_meta meta{.id = "profile/theme",
                         .version = {.rev = 0x1234, .writer = {1, 2, 3, 4, 5, 6, 7, 8}},
                         .epoch = 5,
                         .kind = record_kind::json,
                         .expires = 6};
  const std::string_view value = "\"dark\"";
  bytes box(box_size(value.size()));
  binding(binding::record_label, locker).seal(key, meta, nonce, as_bytes(value), box);

  const bytes aad = test::unhex(
      "00000014"
      "6b6276652d6c6f636b65722f312f7265636f7264"  // kbve-locker/1/record
      "00000010"
      "22222222222222222222222222222222"
      "0000000d"
      "70726f66696c652f7468656d65"  // profile/theme
      "0000000000001234"
      "00000008"
      "0102030405060708"
      "0000000000000005"
      "00000004"
      "6a736f6e"  // json
      "0000000000000006");
  bytes padded(64, 0);
  std::ranges::copy(as_bytes(value), padded.begin());
  padded[value.size()] = 0x80;
  EXPECT_EQ(box, key.seal(nonce, padded, aad));

  // The root has the other label.
  binding(binding::root_label, locker).seal(key, meta, nonce, as_bytes(value), box);
  bytes root_aad = test::unhex(
      "00000012"
      "6b6276652d6c6f636b65722f312f726f6f74");
  root_aad.insert(root_aad.end(), aad.begin() + 24, aad.end());
  EXPECT_EQ(box, key.seal(nonce, padded, root_aad));
}

TEST(Record, ATermIsAsTheFormatSays) {
  const secret_key key = test::key_of(3);
  const bytes message = test::unhex(
      "00000003"
      "612f62"
      "0000000000000102"
      "00000008"
      "0102030405060708"
      "0000000000000304");
  EXPECT_EQ(set_term(crypto::hmac_key(key), "a/b", {.rev = 0x102, .writer = {1, 2, 3, 4, 5, 6, 7, 8}}, 0x304),
            crypto::hmac_sha256(key.view(), message));
}

TEST(Record, OpensWhatWasSealed) {
  auto vault = test::new_vault();
  for (const std::size_t size : {0U, 1U, 61U, 62U, 63U, 64U, 200U, 5'000U, 1'048'576U}) {
    const std::string value(size, 'x');
    const stored_record record = test::seal(vault, "entry/" + std::to_string(size), value, record_kind::bytes);
    EXPECT_EQ(record.box.size() % 64, 16U);
    EXPECT_EQ(test::open(vault, record), value) << size;
  }
  const std::string longest(512, 'i');
  EXPECT_EQ(test::open(vault, test::seal(vault, longest, "1")), "1");
}

TEST(Record, ValuesOfOneSizeClassLookTheSame) {
  auto vault = test::new_vault();
  EXPECT_EQ(test::seal(vault, "profile/theme", "\"dark\"").box.size(),
            test::seal(vault, "profile/theme", "\"light\"").box.size());
}

TEST(Record, EveryFlippedBitKeepsItClosed) {
  auto vault = test::new_vault();
  const stored_record record = test::seal(vault, "entry/a", R"({"a":1})", record_kind::json, 77);
  ASSERT_EQ(test::open(vault, record), R"({"a":1})");
  const auto expect_closed = [&](const stored_record& changed, std::string_view what) {
    EXPECT_FALSE(test::open(vault, changed)) << what;
  };
  for (std::size_t i = 0; i < record.box.size() * 8; ++i) {
    stored_record changed = record;
    changed.box[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
    expect_closed(changed, "box");
  }
  for (std::size_t i = 0; i < 96; ++i) {
    stored_record changed = record;
    changed.nonce[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
    expect_closed(changed, "nonce");
  }
  for (std::size_t i = 0; i < 64; ++i) {
    stored_record changed = record;
    changed.version.writer[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
    expect_closed(changed, "writer");
  }
  for (unsigned i = 0; i < 53; ++i) {
    stored_record changed = record;
    changed.version.rev ^= std::uint64_t{1} << i;
    expect_closed(changed, "rev");
    changed = record;
    changed.expires ^= std::uint64_t{1} << i;
    expect_closed(changed, "expires");
  }
  for (unsigned i = 0; i < 32; ++i) {
    stored_record changed = record;
    changed.epoch ^= 1U << i;
    expect_closed(changed, "epoch");
  }
  for (std::size_t i = 0; i < record.id.size(); ++i) {
    stored_record changed = record;
    changed.id[i] = static_cast<char>(changed.id[i] ^ 1);
    expect_closed(changed, "id");
  }
  for (const record_kind kind : {record_kind::bytes, record_kind::gone}) {
    stored_record changed = record;
    changed.kind = kind;
    expect_closed(changed, "kind");
  }
}

TEST(Record, EveryTruncationKeepsItClosed) {
  auto vault = test::new_vault();
  const stored_record record = test::seal(vault, "entry/a", std::string(100, '1'));
  for (std::size_t size = 0; size < record.box.size(); ++size) {
    stored_record cut = record;
    cut.box.resize(size);
    EXPECT_FALSE(test::open(vault, cut)) << size;
  }
  stored_record longer = record;
  longer.box.push_back(0);
  EXPECT_FALSE(test::open(vault, longer));
}

TEST(Record, DoesNotOpenUnderAnotherIdOrInAnotherLocker) {
  auto vault = test::new_vault();
  const stored_record a = test::seal(vault, "entry/a", "1");
  const stored_record b = test::seal(vault, "entry/b", "2");
  stored_record swapped = a;
  swapped.id = b.id;
  EXPECT_FALSE(test::open(vault, swapped));
  swapped = a;
  swapped.box = b.box;
  swapped.nonce = b.nonce;
  EXPECT_FALSE(test::open(vault, swapped));

  // Even one that has the same root key: the locker's id is bound too.
  header other_header = vault.current_header();
  other_header.locker_id[0] ^= 1;
  auto other = vault::vault::adopt(other_header, vault.root_key().clone(), schema());
  EXPECT_FALSE(test::open(other, a));
  auto same = vault::vault::adopt(vault.current_header(), vault.root_key().clone(), schema());
  EXPECT_EQ(test::open(same, a), "1");
}

TEST(Record, WhereTheIdIsTooLongTheMemoryIsZeroAsWell) {
  const binding record_binding(binding::record_label, locker_id{});
  const crypto::aead_key key(secret_key{});
  const std::string id(max_id_bytes + 1, 'x');
  const bytes box(box_size(1), 0x5a);
  bytes out(box.size() - crypto::aead_tag_size, 0xff);
  EXPECT_FALSE(record_binding.open(key, {.meta = {.id = id, .version = {}}, .nonce = {}, .box = box}, out));
  EXPECT_EQ(out, bytes(out.size()));
}

TEST(Record, OpensToItsKindOnly) {
  auto vault = test::new_vault();
  EXPECT_FALSE(test::open(vault, test::seal(vault, "entry/a", "{\"not\": json}")));
  EXPECT_FALSE(test::open(vault, test::seal(vault, "entry/a", "1,2")));
  EXPECT_FALSE(test::open(vault, test::seal(vault, "entry/a", "")));
  EXPECT_FALSE(test::open(vault, test::seal(vault, "entry/a", "left over", record_kind::gone)));
  EXPECT_EQ(test::open(vault, test::seal(vault, "entry/a", "", record_kind::gone)), "");
  EXPECT_FALSE(test::open(vault, test::seal(vault, "entry/a", "not JSON", record_kind::parts)));
  EXPECT_EQ(test::open(vault, test::seal(vault, "entry/a", "{}", record_kind::parts)), "{}");
  EXPECT_EQ(test::open(vault, test::seal(vault, "entry/a", "\xff\x80", record_kind::bytes)), "\xff\x80");
}

}  // namespace
}  // namespace kbve::vault
