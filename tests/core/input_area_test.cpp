#include "input_area.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace kbve::wasm {
namespace {

bool there_is_memory = true;

void* allocate(std::size_t size) {
  return there_is_memory ? std::malloc(size) : nullptr;  // NOLINT
}

TEST(InputArea, GrowsAndStaysUntilMoreIsAskedFor) {
  input_area<allocate> area;
  EXPECT_TRUE(area.first(1).empty());
  std::uint8_t* const at = area.reserve(1);
  ASSERT_NE(at, nullptr);
  EXPECT_EQ(area.reserve(4'096), at);
  EXPECT_EQ(area.first(4'096).data(), at);
  EXPECT_NE(area.reserve(100'000), nullptr);
  EXPECT_EQ(area.first(100'000).size(), 100'000U);
}

TEST(InputArea, WhereThereIsNoMemoryWhatThereWasStays) {
  input_area<allocate> area;
  std::uint8_t* const at = area.reserve(64);
  ASSERT_NE(at, nullptr);
  constexpr std::string_view before = "token";
  std::ranges::copy(before, at);
  there_is_memory = false;
  EXPECT_EQ(area.reserve(1'000'000), nullptr);
  there_is_memory = true;
  // JavaScript knows the address it was given, and writes there again.
  EXPECT_EQ(area.reserve(64), at);
  EXPECT_EQ(as_text(area.first(before.size())), before);
  std::ranges::copy(std::string_view("other"), at);
  EXPECT_EQ(as_text(area.first(5)), "other");
  EXPECT_TRUE(area.first(1'000'000).empty());
}

}  // namespace
}  // namespace kbve::wasm
