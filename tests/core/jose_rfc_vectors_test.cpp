/// The examples of the RFCs. Those of RFC 7520 section 4 are in Wycheproof's file, and counted from there.

#include <gtest/gtest.h>

#include <string>

#include "kbve/jose/jwt.hpp"
#include "support/rfc_tokens.hpp"
#include "support/vectors.hpp"

namespace kbve::jose {
namespace {

signature_policy allowing(std::string_view algorithm) {
  signature_policy out;
  if (const auto known = algorithm_named(algorithm)) out.algorithms.add(*known);
  return out;
}

/// Holds with its key, and stops holding when any part is changed.
bool stands_and_falls(const std::string& token, const key_set& keys, const signature_policy& policy) {
  if (!verify_jws(token, keys, policy)) return false;
  for (const std::size_t at : {std::size_t{3}, token.find('.') + 2, token.rfind('.') + 5}) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (verify_jws(changed, keys, policy)) return false;
  }
  return true;
}

TEST(JoseRfcVectors, Rfc7515AndRfc8037) {
  test::vector_count count("RFC 7515 A.1 to A.5, RFC 8037 A.4");
  count.expect_total(std::size(test::rfc_tokens) + 1);
  for (const auto& [where, algorithm, key, token] : test::rfc_tokens) {
    const auto keys = key_set::parse(key);
    count.checked(keys && stands_and_falls(token, *keys, allowing(algorithm)), where);
  }
  const auto keys = key_set::parse(test::rfc_tokens[0].key);
  signature_policy careless;
  careless.algorithms = algorithm_set::all();
  const auto unsecured = verify_jws(test::unsecured_token, *keys, careless);
  count.checked(!unsecured && unsecured.error().code == errc::jwt_alg_not_allowed, "RFC 7515 A.5, to be refused");
}

TEST(JoseRfcVectors, Rfc7520Signatures) {
  test::vector_count count("RFC 7520 4.1 to 4.4");
  count.expect_total(4);
  const auto file = test::read_wycheproof("json_web_signature_test.json");
  for (const auto& group : file["testGroups"]) {
    // The RFC's own keys name no algorithm; the file adds some, and wrong ones.
    if (group["comment"] != "rfc7520" || (group.contains("public") && group["public"].contains("key_ops")))
      continue;
    for (const auto& entry : group["tests"]) {
      const std::string token = entry["jws"].get<std::string>();
      if (entry["tcId"] == 352) continue;  // the same figure again
      auto key = group.contains("public") ? group["public"] : group["private"];
      key.erase("alg");
      const auto keys = key_set::parse(key.dump());
      const auto read = read_jws(token);
      count.checked(keys && read && stands_and_falls(token, *keys, allowing(read->algorithm_name)),
                    entry["comment"].get<std::string>());
    }
  }
}

TEST(JoseRfcVectors, Rfc7515ClaimsOfJoe) {
  const auto keys = key_set::parse(test::rfc_tokens[0].key);
  jwt_policy policy;
  policy.algorithms.add(algorithm::hs256);
  policy.issuers = {"joe"};
  constexpr std::uint64_t before = 1'300'819'379'999;
  const auto good = verify_jwt(test::rfc_tokens[0].token, *keys, policy, before);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->claims, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  EXPECT_EQ(good->header, "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}");
  const auto late = verify_jwt(test::rfc_tokens[0].token, *keys, policy, before + 1);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::jwt_expired);
}

}  // namespace
}  // namespace kbve::jose
