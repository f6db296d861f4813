#include "kbve/core/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace kbve {
namespace {

/// What the compiler itself calls the enumerator: the end of "… [Code = kbve::errc::locked]".
template <errc Code>
constexpr std::string_view enumerator() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(0, text.find_last_of(";]"));
  return text.substr(text.rfind(':') + 1);
}

template <errc Code>
void expect_name() {
  EXPECT_EQ(name(Code), enumerator<Code>());
}

template <std::size_t... I>
void expect_names(std::index_sequence<I...> /*all*/) {
  (expect_name<all_errors[I]>(), ...);
}

TEST(Result, EveryNameIsTheEnumeratorItself) {
  expect_names(std::make_index_sequence<all_errors.size()>());
}

TEST(Result, TheListIsWholeAndInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < all_errors.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_errors[i]), i);
    names.insert(name(all_errors[i]));
    EXPECT_EQ(name(all_errors[i]).data()[name(all_errors[i]).size()], '\0');
  }
  EXPECT_EQ(names.size(), all_errors.size());
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(name(static_cast<errc>(all_errors.size())), "") << "a code is missing in all_errors";
}

TEST(Result, OnlyAccountsHaveNoNameWhereTheyAreLeftOut) {
  std::size_t accounts = 0;
  for (const errc code : all_errors) {
    EXPECT_EQ(name_without_accounts(code), is_account_error(code) ? "" : name(code));
    accounts += is_account_error(code) ? 1 : 0;
  }
  EXPECT_EQ(accounts, 25U);
}

TEST(Result, AFailureCarriesWhatWentWrong) {
  const auto refused = [](bool well) -> result<int> {
    if (well) return 7;
    return fail(errc::invalid_field, "The name is empty; write one.", "name");
  };
  ASSERT_TRUE(refused(true));
  EXPECT_EQ(*refused(true), 7);
  ASSERT_FALSE(refused(false));
  EXPECT_EQ(refused(false).error(), error(errc::invalid_field, "The name is empty; write one.", "name"));
  EXPECT_NE(refused(false).error(), error(errc::invalid_field, "The name is empty; write one."));
}

}  // namespace
}  // namespace kbve
