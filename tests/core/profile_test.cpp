#include "kbve/vault/profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kbve::vault {
namespace {

struct value_case {
  std::string_view field;
  std::string value;
};

const profile_field_info& info_of(std::string_view name) {
  const profile_field_info* const info = find_profile_field(name);
  EXPECT_NE(info, nullptr) << name;
  return *info;
}

TEST(Profile, HasNineFieldsInTheOrderOfTheType) {
  std::string names;
  for (std::size_t i = 0; i < profile_fields.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(profile_fields.at(i).field), i);
    names.append(profile_fields.at(i).name).append(" ");
  }
  EXPECT_EQ(names, "username phone last uuid avatar github instagram email theme ");
  EXPECT_EQ(find_profile_field("Username"), nullptr);
  EXPECT_EQ(find_profile_field(""), nullptr);
}

TEST(Profile, StartsEmptyAndWithTheThemeOfTheSystem) {
  for (const profile_field_info& info : profile_fields) {
    EXPECT_EQ(info.initial, info.name == "theme" ? "auto" : "") << info.name;
    EXPECT_TRUE(check_profile_value(info, info.initial)) << info.name;
  }
}

TEST(Profile, TakesWhatItsRuleAllows) {
  const std::vector<value_case> good{
      {"username", "ann"},
      {"username", "Ann O\u2019Hara \U0001F600\n<b>"},
      {"last", " "},
      {"uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
      {"uuid", "00000000-0000-0000-0000-000000000000"},
      {"uuid", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"},
      {"uuid", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"},
      {"email", "a@b"},
      {"email", "ann.o'hara+tag@mail.example.com"},
      {"email", ".dots..everywhere.@example.com"},
      {"email", "!#$%&'*+/=?^_`{|}~-@1.2.3.4"},
      {"email", "a@" + std::string(63, 'x') + ".de"},
      {"phone", "+1"},
      {"phone", "+123456789012345"},
      {"avatar", "https://example.com/a.png?x=1#y"},
      {"avatar", "HTTP://localhost:8080"},
      {"avatar", "https://user:pw@[::1]/x"},
      {"avatar", "https://b\u00fccher.example/\u00fc"},
      {"avatar", "data:image/png;base64,iVBORw0KGgo="},
      {"avatar", "DATA:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>"},
      {"github", "a"},
      {"github", "kbve"},
      {"github", "a-b-9"},
      {"github", std::string(39, 'x')},
      {"instagram", "_a.b_"},
      {"instagram", "__"},
      {"instagram", std::string(30, '9')},
      {"theme", "dark"},
      {"theme", "light"},
      {"theme", "auto"},
  };
  for (const auto& [field, value] : good) {
    const auto checked = check_profile_value(info_of(field), value);
    ASSERT_TRUE(checked) << field << " " << value << ": " << checked.error().message;
    EXPECT_FALSE(*checked) << field << " " << value;
  }
}

TEST(Profile, RefusesTheRestAndNamesTheRuleButNotTheValue) {
  const std::vector<value_case> bad{
      {"uuid", "f81d4fae7dec11d0a76500a0c91e6bf6"},
      {"uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf"},
      {"uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf66"},
      {"uuid", "g81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
      {"uuid", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"},
      {"uuid", "f81d4fae-7dec-11d0-a765x00a0c91e6bf6"},
      {"email", "secret-part"},
      {"email", "@secret.example"},
      {"email", "secret@"},
      {"email", "secret@ex ample"},
      {"email", "sec ret@example.com"},
      {"email", " secret@example.com"},
      {"email", "secret@example..com"},
      {"email", "secret@-example.com"},
      {"email", "secret@example-.com"},
      {"email", "secret@exa_mple.com"},
      {"email", "secret@two@example.com"},
      {"email", "s\u00ebcret@example.com"},
      {"email", "secret@b\u00fccher.example"},
      {"email", "secret@" + std::string(64, 'x')},
      {"phone", "4915112345678"},
      {"phone", "+"},
      {"phone", "+04915112345678"},
      {"phone", "+1234567890123456"},
      {"phone", "+49 151 CALL ME"},
      {"phone", "++49151123456"},
      {"phone", "+49+151123456"},
      {"phone", "+49/151123456"},
      {"phone", " -() "},
      {"avatar", "secret.png"},
      {"avatar", "/secret.png"},
      {"avatar", "//example.com/secret.png"},
      {"avatar", "ftp://example.com/secret.png"},
      {"avatar", "javascript:alert('secret')"},
      {"avatar", "https://"},
      {"avatar", "https:///secret"},
      {"avatar", "https://?secret"},
      {"avatar", "https://:80/secret"},
      {"avatar", "https://secret@/x"},
      {"avatar", "https://example.com/se cret"},
      {"avatar", "https://example.com/secret\n"},
      {"avatar", "https://example.com/\"onerror=secret"},
      {"avatar", "data:text/html,secret"},
      {"avatar", "data:image/,secret"},
      {"avatar", "data:image/png;base64"},
      {"github", "-secret"},
      {"github", "secret-"},
      {"github", "sec--ret"},
      {"github", "sec_ret"},
      {"github", "@secret"},
      {"github", std::string(40, 'x')},
      {"instagram", ".secret"},
      {"instagram", "secret."},
      {"instagram", "sec..ret"},
      {"instagram", "sec-ret"},
      {"instagram", "secret\u00e9"},
      {"instagram", std::string(31, 'x')},
      {"theme", ""},
      {"theme", "Dark"},
      {"theme", "secret"},
  };
  for (const auto& [field, value] : bad) {
    const auto checked = check_profile_value(info_of(field), value);
    ASSERT_FALSE(checked) << field << " " << value;
    EXPECT_EQ(checked.error().code, errc::invalid_field) << field << " " << value;
    EXPECT_EQ(checked.error().field, field);
    EXPECT_EQ(checked.error().message.find("secret"), std::string::npos) << checked.error().message;
    EXPECT_TRUE(checked.error().message.starts_with(std::string(field) + " must be ")) << checked.error().message;
    EXPECT_TRUE(checked.error().message.ends_with("."));
  }
}

TEST(Profile, StoresAPhoneNumberInItsInternationalForm) {
  for (const std::string_view written :
       {"+49 151 1234-5678", "+49(151)12345678", "+49.151.12345678", "[+49] 151 12345678", " +4915112345678 "}) {
    const auto checked = check_profile_value(info_of("phone"), written);
    ASSERT_TRUE(checked) << written;
    EXPECT_EQ(*checked, "+4915112345678") << written;
  }
}

TEST(Profile, LimitsItsValuesInBytes) {
  for (const profile_field_info& info : profile_fields) {
    const auto over = check_profile_value(info, std::string(info.max_bytes + 1, 'x'));
    ASSERT_FALSE(over) << info.name;
    EXPECT_EQ(over.error().code, errc::too_large) << info.name;
    EXPECT_EQ(over.error().field, info.name);
  }
  EXPECT_EQ(info_of("avatar").max_bytes, 65'536U);
  EXPECT_EQ(info_of("username").max_bytes, 2'048U);
  EXPECT_TRUE(check_profile_value(info_of("username"), std::string(2'048, 'x')));
  EXPECT_TRUE(check_profile_value(info_of("avatar"), "data:image/png," + std::string(65'536 - 15, 'x')));
}

}  // namespace
}  // namespace kbve::vault
