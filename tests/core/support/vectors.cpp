#include "support/vectors.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

namespace kbve::test {

namespace {

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \r\t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \r\t") - from + 1);
}

/// "name = value", or a word alone.
std::pair<std::string, std::string> name_and_value(std::string_view line) {
  const auto sign = line.find('=');
  if (sign == std::string_view::npos) return {std::string(line), {}};
  return {std::string(trimmed(line.substr(0, sign))), std::string(trimmed(line.substr(sign + 1)))};
}

}  // namespace

bytes unhex(std::string_view text) {
  bytes out;
  if (text.size() % 2 != 0) ADD_FAILURE() << "half a byte in " << text;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      ADD_FAILURE() << "not hexadecimal: " << text;
      return {};
    }
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string read_vector_file(const char* variable, const std::string& name) {
  const char* folder = std::getenv(variable);
  if (folder == nullptr || *folder == '\0') {
    ADD_FAILURE() << variable << " is not set: it names the folder that holds " << name
                  << ". `npm test` sets it by itself.";
    return {};
  }
  std::ifstream file(std::string(folder) + "/" + name, std::ios::binary);
  if (!file) {
    ADD_FAILURE() << "There is no " << name << " in " << folder << ", the folder that " << variable << " names.";
    return {};
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json read_wycheproof(const std::string& name) {
  const std::string text = read_vector_file("KBVE_WYCHEPROOF_DIR", name);
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded() || !parsed.contains("testGroups") || !parsed.contains("numberOfTests")) {
    ADD_FAILURE() << name << " is not a file of Wycheproof vectors.";
    return nlohmann::json{{"numberOfTests", 0}, {"testGroups", nlohmann::json::array()}};
  }
  return parsed;
}

std::vector<cavp_record> read_cavp(const std::string& name) {
  const std::string text = read_vector_file("KBVE_CAVP_GCM_DIR", name);
  std::vector<cavp_record> records;
  cavp_record group;
  cavp_record record;
  bool group_is_open = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (line.starts_with('#')) continue;
    if (line.starts_with('[')) {
      if (!group_is_open) group.clear();
      group_is_open = true;
      group.insert(name_and_value(line.substr(1, line.size() - 2)));
    } else if (!line.empty()) {
      group_is_open = false;
      record.insert(name_and_value(line));
    }
    if ((line.empty() || at >= text.size()) && !record.empty()) {
      record.insert(group.begin(), group.end());
      records.push_back(std::exchange(record, {}));
    }
  }
  return records;
}

void vector_count::checked(bool holds, const std::string& which) {
  if (holds) {
    ++passed_;
    return;
  }
  ++failed_;
  if (failed_ <= 10) ADD_FAILURE() << suite_ << ": vector " << which << " does not hold.";
}

void vector_count::remarked(bool holds, const std::string& which, const std::string& reason) {
  checked(holds, which);
  ++remarks_[reason];
}

vector_count::~vector_count() {
  std::uint64_t skipped = 0;
  for (const auto& [reason, count] : skipped_) skipped += count;
  const std::uint64_t total = passed_ + failed_ + skipped;
  EXPECT_GT(passed_, 0U) << suite_ << ": not one vector was checked.";
  EXPECT_EQ(total, expected_) << suite_ << ": the count differs from what the file holds.";
  const nlohmann::json row{{"suite", suite_},    {"total", total},      {"passed", passed_},
                           {"skipped", skipped}, {"reasons", skipped_}, {"remarks", remarks_}};
  std::cout << "vectors: " << row.dump() << '\n';
}

}  // namespace kbve::test
