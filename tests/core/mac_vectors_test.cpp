/// HMAC-SHA-256 and HKDF-SHA-256 against Wycheproof.

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

#include "kbve/crypto/hmac.hpp"
#include "kbve/crypto/kdf.hpp"
#include "support/vectors.hpp"

namespace kbve::crypto {
namespace {

using test::unhex;
using test::vector_count;

TEST(MacVectors, WycheproofHmacSha256) {
  vector_count count("Wycheproof hmac_sha256");
  const auto file = test::read_wycheproof("hmac_sha256_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    const auto size = group["tagSize"].get<std::size_t>() / 8;
    for (const auto& entry : group["tests"]) {
      const bytes expected = unhex(entry["tag"].get<std::string>());
      const bytes message = unhex(entry["msg"].get<std::string>());
      const hmac_key key{bytes_view(unhex(entry["key"].get<std::string>()))};
      const bool valid = entry["result"] == "valid";
      const hmac_tag tag = key.tag(message);
      bool holds = std::ranges::equal(std::span(tag).first(size), expected) == valid;
      // verify() takes whole tags only.
      if (size == hmac_tag_size)
        holds = holds && key.verify(message, expected) == valid;
      else
        holds = holds && !key.verify(message, expected);
      count.checked(holds, std::to_string(entry["tcId"].get<int>()));
    }
  }
}

TEST(MacVectors, WycheproofHkdfSha256) {
  vector_count count("Wycheproof hkdf_sha256");
  const auto file = test::read_wycheproof("hkdf_sha256_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) {
      const auto field = [&](const char* name) { return unhex(entry[name].get<std::string>()); };
      bytes out(entry["size"].get<std::size_t>(), 0xAA);
      const bool derived = hkdf_sha256(field("ikm"), field("salt"), field("info"), out);
      const bool holds = entry["result"] == "valid" ? derived && out == field("okm")
                                                    : !derived && std::ranges::count(out, 0) == std::ssize(out);
      count.checked(holds, std::to_string(entry["tcId"].get<int>()));
    }
  }
}

}  // namespace
}  // namespace kbve::crypto
