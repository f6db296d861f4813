/// JWS, JWK and JWE against Wycheproof.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "kbve/core/base64url.hpp"
#include "kbve/jose/jwe.hpp"
#include "kbve/jose/jws.hpp"
#include "support/vectors.hpp"

namespace kbve::jose {
namespace {

using nlohmann::json;
using test::vector_count;

/// Everything is allowed, so it is the key alone that decides.
const signature_policy everything{.algorithms = algorithm_set::all(), .extensions = {}, .max_size = 65'536};

/// The public part where there is one: that is what checks.
std::string keys_of(const json& group) {
  return (group.contains("public") ? group["public"] : group["private"]).dump();
}

/// A token as text; the vectors that have an object there are of the JSON serialization, which is no token.
std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

bool accepts_jws(const json& group, const json& entry, const std::optional<std::string>& as = {}) {
  const auto keys = key_set::parse(keys_of(group), as);
  return keys && verify_jws(text_of(entry["jws"]), *keys, everything).has_value();
}

bool opens_jwe(const json& group, const json& entry) {
  const auto keys = key_set::parse(keys_of(group));
  const auto token = read_jwe(text_of(entry["jwe"]));
  return keys && token && open_jwe(*token, *keys).has_value();
}

TEST(JoseVectors, WycheproofJsonWebSignature) {
  vector_count count("Wycheproof json_web_signature");
  const auto file = test::read_wycheproof("json_web_signature_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  std::string sound;
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) {
      const int id = entry["tcId"].get<int>();
      const std::string which = std::to_string(id);
      const bool valid = entry["result"] == "valid";
      const bool accepted = accepts_jws(group, entry);
      if (id == 346 || id == 350) {
        const bool holds = valid && !accepted && accepts_jws(group, entry, "PS384");
        count.remarked(holds, which,
                       "the key says PS256 and the token PS384: holds where the application names PS384");
      } else if (id == 347 || id == 351) {
        const bool holds = valid && !accepted && accepts_jws(group, entry, "ES512");
        count.remarked(holds, which,
                       "the key says ES521, which is no algorithm: holds where the application names ES512");
      } else if (id == 357) {
        sound = text_of(entry["jws"]);
        count.checked(valid && accepted, which);
      } else if (id == 367 || id == 370) {
        count.remarked(!valid && accepted && text_of(entry["jws"]) == sound, which,
                       "labelled invalid, and byte for byte vector 357, which is valid: accepted");
      } else if (id == 372 || id == 373) {
        count.remarked(
            valid && !accepted, which,
            "labelled valid with a question mark inside its base64url: refused, as RFC 7515 section 2 wants");
      } else {
        count.checked(accepted == valid, which);
      }
    }
  }
}

TEST(JoseVectors, WycheproofJsonWebKey) {
  vector_count count("Wycheproof json_web_key");
  const auto file = test::read_wycheproof("json_web_key_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) {
      count.checked(accepts_jws(group, entry) == (entry["result"] == "valid"), entry["tcId"].dump());
    }
  }
}

/// What the header of a JWE asks for, as "RSA-OAEP with A256GCM".
std::string asked_for(const json& jwe) {
  const std::string text = text_of(jwe);
  const auto header = base64url::decode(text.substr(0, text.find('.')));
  const auto parsed = header ? json::parse(as_text(*header), nullptr, false) : json();
  if (!parsed.is_object()) return "an unreadable header";
  return parsed.value("alg", "?") + " with " + parsed.value("enc", "?");
}

/// A refused unsupported algorithm counts only where the vector is to be refused.
void check_jwe(vector_count& count, const json& group, const json& entry) {
  const bool valid = entry["result"] == "valid";
  const std::string wanted = asked_for(entry["jwe"]);
  if (valid && wanted != "dir with A256GCM") {
    EXPECT_FALSE(opens_jwe(group, entry));
    count.skipped(wanted + " is not supported");
    return;
  }
  count.checked(opens_jwe(group, entry) == valid, entry["tcId"].dump());
}

TEST(JoseVectors, WycheproofJsonWebCrypto) {
  vector_count count("Wycheproof json_web_crypto");
  const auto file = test::read_wycheproof("json_web_crypto_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) {
      if (entry.contains("jws")) {
        count.checked(accepts_jws(group, entry) == (entry["result"] == "valid"), entry["tcId"].dump());
      } else {
        check_jwe(count, group, entry);
      }
    }
  }
}

TEST(JoseVectors, WycheproofJsonWebEncryption) {
  vector_count count("Wycheproof json_web_encryption");
  const auto file = test::read_wycheproof("json_web_encryption_test.json");
  count.expect_total(file["numberOfTests"].get<std::uint64_t>());
  for (const auto& group : file["testGroups"]) {
    for (const auto& entry : group["tests"]) check_jwe(count, group, entry);
  }
}

}  // namespace
}  // namespace kbve::jose
