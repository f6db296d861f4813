#include "kbve/core/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/given_back.hpp"

namespace {

/// Watches one block of memory: what was in it at the moment it was given back?
struct {
  const void* block = nullptr;
  std::size_t size = 0;
  int given_back = 0;
  bool all_zero = false;
} watched;

}  // namespace

// Array new and delete of the whole test program, so that the moment of giving back can be seen; reading the
// memory afterwards would be an error of the test itself.
void* operator new[](std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);  // NOLINT(*-no-malloc): what new itself is made of
  if (block == nullptr) std::abort();
  return block;
}

void operator delete[](void* block) noexcept {
  if (block != nullptr && block == watched.block) {
    const auto* bytes = static_cast<const unsigned char*>(block);
    watched.all_zero = std::all_of(bytes, bytes + watched.size, [](unsigned char byte) { return byte == 0; });
    ++watched.given_back;
    watched.block = nullptr;
  }
  std::free(block);  // NOLINT(*-no-malloc)
}

void operator delete[](void* block, std::size_t /*size*/) noexcept {
  operator delete[](block);
}

namespace kbve {
namespace {

void watch(const secret_bytes& secret) {
  watched = {.block = secret.view().data(), .size = secret.size(), .given_back = 0, .all_zero = false};
}

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, IsMovedAndNeverCopiedOrPrinted) {
  static_assert(!std::is_copy_constructible_v<secret_bytes> && !std::is_copy_assignable_v<secret_bytes>);
  static_assert(!std::is_copy_constructible_v<secret_key> && !std::is_copy_assignable_v<secret_key>);
  static_assert(std::is_nothrow_move_constructible_v<secret_bytes> &&
                std::is_nothrow_move_assignable_v<secret_bytes>);
  static_assert(std::is_nothrow_move_constructible_v<secret_key> && std::is_nothrow_move_assignable_v<secret_key>);
  static_assert(!printable<secret_bytes> && !printable<secret_key>);
}

TEST(Secret, BytesAreWipedBeforeTheirMemoryIsGivenBack) {
  {
    secret_bytes secret(as_bytes("a passphrase that is longer than a few words"));
    watch(secret);
  }
  EXPECT_EQ(watched.given_back, 1);
  EXPECT_TRUE(watched.all_zero) << "at the end of its life";

  secret_bytes cleared(as_bytes("cleared"));
  watch(cleared);
  cleared.clear();
  EXPECT_EQ(watched.given_back, 1);
  EXPECT_TRUE(watched.all_zero) << "by clear()";
  EXPECT_TRUE(cleared.empty());

  secret_bytes target(as_bytes("overwritten"));
  watch(target);
  target = secret_bytes(as_bytes("new"));
  EXPECT_EQ(watched.given_back, 1);
  EXPECT_TRUE(watched.all_zero) << "when another is moved over it";
  EXPECT_EQ(as_text(target.view()), "new");
}

TEST(Secret, AMoveLeavesNoSecondCopy) {
  secret_bytes from(as_bytes("only one"));
  const auto* memory = from.view().data();
  secret_bytes to(std::move(from));
  EXPECT_EQ(to.view().data(), memory) << "the memory itself moves";
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(as_text(to.view()), "only one");
}

TEST(Secret, AKeyIsWipedWhereItLay) {
  byte_array<secret_key::length> pattern;
  pattern.fill(0x5A);
  alignas(secret_key) unsigned char place[sizeof(secret_key)]{};
  auto* key = new (place) secret_key(pattern);
  EXPECT_TRUE(std::ranges::equal(key->view(), pattern));
  key->~secret_key();
  const volatile unsigned char* seen = place;
  for (std::size_t i = 0; i < sizeof place; ++i) ASSERT_EQ(seen[i], 0) << i;

  secret_key from(pattern);
  secret_key to(std::move(from));
  EXPECT_TRUE(std::ranges::equal(to.view(), pattern));
  EXPECT_EQ(from, secret_key());  // NOLINT(bugprone-use-after-move): that is the question
  secret_key assigned;
  assigned = std::move(to);
  EXPECT_TRUE(std::ranges::equal(assigned.view(), pattern));
  EXPECT_EQ(to, secret_key());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(assigned.clone(), assigned);
}

TEST(Secret, ComparesContentAndLength) {
  EXPECT_EQ(secret_bytes(as_bytes("same")), secret_bytes(as_bytes("same")));
  EXPECT_FALSE(secret_bytes(as_bytes("same")) == secret_bytes(as_bytes("sama")));
  EXPECT_FALSE(secret_bytes(as_bytes("same")) == secret_bytes(as_bytes("same ")));
  EXPECT_EQ(secret_bytes(), secret_bytes(std::size_t{0}));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  byte_array<33> a{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto b = a;
    b[i] = 0x80;
    EXPECT_FALSE(equal_in_constant_time(a, b)) << i;
  }
}

TEST(Secret, ATextIsWipedBehindItsEndToo) {
  for (const std::size_t size : {8U, 100U}) {
    std::string text(size, 'x');
    text.resize(3);
    const std::size_t room = text.capacity();
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(text.capacity(), room);
    EXPECT_TRUE(std::all_of(text.data(), text.data() + size, [](char c) { return c == 0; })) << size;  // NOLINT
  }
  constexpr std::string_view secret = "what nobody is to find";
  const test::search_of_given_back search(secret);
  auto unwiped = std::make_optional<std::string>(secret);
  EXPECT_EQ(*unwiped, secret);
  unwiped.reset();
  EXPECT_EQ(search.found(), 1U) << "or the search finds nothing";
  {
    std::string wiped(secret);
    wipe(wiped);
  }
  EXPECT_EQ(search.found(), 1U);
}

TEST(Secret, WipesExactlyWhatItIsShown) {
  byte_array<8> data;
  data.fill(0xFF);
  wipe(std::span(data).subspan(2, 3));
  EXPECT_EQ(data, (byte_array<8>{0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF, 0xFF}));
  wipe({});
}

}  // namespace
}  // namespace kbve
