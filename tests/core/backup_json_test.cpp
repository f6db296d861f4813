/// The text of backups: what is read, and what is refused.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "kbve/core/base64url.hpp"
#include "kbve/vault/backup.hpp"
#include "support/lockers.hpp"

namespace kbve::vault {
namespace {

backup_record record(std::string_view id, record_kind kind = record_kind::json) {
  backup_record out{.id = std::string(id),
                    .version = {.rev = 1'832'960'000'000'001, .writer = {1, 2, 3}},
                    .epoch = 2,
                    .kind = kind,
                    .expires = kind == record_kind::bytes ? 7U : 0U,
                    .nonce = {9},
                    .box = bytes(80, 0x5a)};
  return out;
}

backup sample() {
  backup out;
  out.header.rev = 3;
  out.header.tenant = "t\u00e9 \"\\\n";
  out.header.name = "n";
  out.header.epoch = 2;
  out.header.slots.push_back(test::passphrase_slot(4));
  out.records = {record("profile/theme"), record("entry/\u2028 \"x\"", record_kind::bytes),
                 record("entry/gone", record_kind::gone)};
  out.root = record("root");
  out.mac.fill(0x17);
  return out;
}

errc refusal(std::string_view text) {
  const auto read = parse_backup(text);
  EXPECT_FALSE(read) << text.substr(0, 400);
  return read ? errc::aborted : read.error().code;
}

/// The sample, changed by `change`, as text.
template <class F>
std::string changed(F change) {
  auto tree = nlohmann::json::parse(to_json(sample()));
  change(tree);
  return tree.dump();
}

TEST(BackupText, ComesBackToTheByte) {
  for (const backup& written :
       {sample(), backup{.header = {}, .records = {}, .root = record("root"), .mac = {}}}) {
    const auto read = parse_backup(to_json(written));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, written);
    EXPECT_EQ(to_json(*read), to_json(written));
  }
}

TEST(BackupText, BeginsAsTheFormatSays) {
  const std::string text = to_json(sample());
  EXPECT_TRUE(text.starts_with(R"({"format":"kbve-locker/1","header":{"format":1,"rev":3,"locker_id":")"));
  const std::size_t records = text.find(R"(],"mac":"AA)");
  ASSERT_NE(records, std::string::npos);
  EXPECT_EQ(
      text.find(R"(},"records":[{"id":"profile/theme","rev":1832960000000001,"writer":"AQIDAAAAAAA","epoch":2,)"
                R"("kind":"json","expires":0,"nonce":"CQAAAAAAAAAAAAAA","box":"Wlpa)"),
      records + std::string_view(R"(],"mac":"")").size() + 43);
  EXPECT_TRUE(text.ends_with(R"(,"mac":"FxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxc"})"));
}

TEST(BackupText, TakesMembersInAnyOrderAndSpace) {
  // nlohmann's objects are sorted by name, which is not the order they were written in.
  const std::string text = nlohmann::json::parse(to_json(sample())).dump(2);
  ASSERT_NE(text.find("\n  \"root\""), std::string::npos);
  const auto read = parse_backup("\n\t " + text + "\r\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, sample());
}

TEST(BackupText, EveryCutIsRefused) {
  const std::string text = to_json(sample());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(refusal(std::string_view(text).substr(0, size)), errc::tampered) << size;
}

TEST(BackupText, EveryMemberIsNeededAndNoOtherTaken) {
  const auto tree = nlohmann::json::parse(to_json(sample()));
  const auto without = [&](const nlohmann::json::json_pointer& at, const std::string& name) {
    auto copy = tree;
    copy[at].erase(name);
    EXPECT_EQ(refusal(copy.dump()), errc::tampered) << at << " without " << name;
    copy = tree;
    copy[at][name + "s"] = 1;
    EXPECT_EQ(refusal(copy.dump()), errc::tampered) << at << " with more than " << name;
    copy = tree;
    copy[at][name] = nullptr;
    EXPECT_EQ(refusal(copy.dump()), errc::tampered) << at << " null " << name;
  };
  for (const auto* at : {"", "/records/0", "/root"}) {
    for (const auto& item : tree[nlohmann::json::json_pointer(at)].items())
      without(nlohmann::json::json_pointer(at), item.key());
  }
}

TEST(BackupText, FormatsKindsAndCostsAreToldApart) {
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["format"] = "kbve-locker/2"; })), errc::unsupported_format);
  EXPECT_EQ(refusal(R"({"format":"kbve-locker/2","whatever":[]})"), errc::unsupported_format);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["header"]["format"] = 2; })), errc::unsupported_format);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["header"]["slots"][0]["kdf"]["memory_kib"] = 1 << 30; })),
            errc::kdf_out_of_range);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["format"] = 1; })), errc::tampered);
  EXPECT_EQ(refusal(""), errc::tampered);
  EXPECT_EQ(refusal("[]"), errc::tampered);
  EXPECT_EQ(refusal("\xef\xbb\xbf" + to_json(sample())), errc::tampered);
  EXPECT_EQ(refusal(std::string_view("PK\x03\x04\0\0", 6)), errc::tampered);
}

TEST(BackupText, WhatIsNoRecordIsRefused) {
  const auto with = [](std::string_view member, const nlohmann::json& value) {
    return changed([&](auto& tree) { tree["records"][0][member] = value; });
  };
  EXPECT_EQ(refusal(with("id", "")), errc::tampered);
  EXPECT_EQ(refusal(with("id", std::string(513, 'x'))), errc::tampered);
  EXPECT_EQ(refusal(with("id", "entry/gone")), errc::tampered) << "twice";
  EXPECT_EQ(refusal(with("rev", -1)), errc::tampered);
  EXPECT_EQ(refusal(with("rev", 1.5)), errc::tampered);
  EXPECT_EQ(refusal(with("rev", std::uint64_t{1} << 53U)), errc::tampered);
  EXPECT_EQ(refusal(with("epoch", std::uint64_t{1} << 32U)), errc::tampered);
  EXPECT_EQ(refusal(with("kind", "text")), errc::tampered);
  EXPECT_EQ(refusal(with("writer", "AQIDAAAAAA")), errc::tampered);
  EXPECT_EQ(refusal(with("nonce", "CQAAAAAAAAAAAAA=")), errc::tampered);
  EXPECT_EQ(refusal(with("box", base64url::encode(bytes(79)))), errc::tampered);
  EXPECT_EQ(refusal(with("box", base64url::encode(bytes(box_size(max_value_bytes) + 1)))), errc::tampered);
  EXPECT_TRUE(parse_backup(with("box", base64url::encode(bytes(box_size(max_value_bytes))))));
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["records"] = nlohmann::json::object(); })), errc::tampered);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["records"].push_back(7); })), errc::tampered);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["root"]["id"] = "entry/root"; })), errc::tampered);
  EXPECT_EQ(refusal(changed([](auto& tree) { tree["root"]["expires"] = 1; })), errc::tampered);
}

TEST(BackupText, AMemberNamedTwiceIsRefused) {
  std::string text = to_json(sample());
  text.insert(1, R"("mac":"",)");
  EXPECT_EQ(refusal(text), errc::tampered);
  text = to_json(sample());
  text.insert(text.find(R"("rev":1832)"), R"("rev":1,)");
  EXPECT_EQ(refusal(text), errc::tampered);
}

TEST(BackupText, HugeFilesAreRefusedUnread) {
  const std::string huge(max_backup_bytes + 1, ' ');
  EXPECT_EQ(refusal(huge), errc::too_large);
}

}  // namespace
}  // namespace kbve::vault
