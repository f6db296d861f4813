/// Any text as a token, and any text as the header and the claims of a signed one. What is accepted has an
/// object in its header, allows nothing but what the policy says, says the same when its JSON is read again,
/// and no longer holds after one letter of what is signed has changed.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "kbve/core/base64url.hpp"
#include "kbve/jose/jwt.hpp"

namespace {

using namespace kbve;

const std::string secret(64, 's');

const jose::key_set& keys() {
  static const auto made = jose::key_set::secret(as_bytes(secret), "HS256");
  return *made;
}

std::string sign(const std::string& text) {
  const crypto::mac_key key(crypto::sha2::sha256, as_bytes(secret));
  return text + "." + base64url::encode(key.tag(as_bytes(text)).view());
}

void check(const std::string& token) {
  static const auto policy = jose::jwt_policy::parse(R"({"algorithms":["HS256"],"crit":["x"]})");
  const auto verified = jose::verify_jwt(token, keys(), *policy, 1'700'000'000'000);
  if (!verified) return;
  const auto decoded = jose::decode_jwt(token);
  if (!decoded || decoded->header != verified->header || decoded->claims != verified->claims) std::abort();
  for (const std::string* half : {&verified->header, &verified->claims}) {
    const auto tree = nlohmann::json::parse(*half, nullptr, false);
    if (!tree.is_object()) std::abort();
  }
  if (nlohmann::json::parse(verified->header, nullptr, false)["alg"] != "HS256") std::abort();
  std::string changed = token;
  char& letter = changed[changed.find('.') + 1];
  letter = letter == 'A' ? 'B' : 'A';
  if (jose::verify_jwt(changed, keys(), *policy, 1'700'000'000'000)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  check(text);
  check(sign(text));
  const std::size_t cut = std::min(text.find('\n'), text.size());
  const std::string header = text.substr(0, cut);
  const std::string claims = text.substr(std::min(cut + 1, text.size()));
  check(sign(base64url::encode(as_bytes(header)) + "." + base64url::encode(as_bytes(claims))));
  check(sign(base64url::encode(as_bytes(R"({"alg":"HS256"})")) + "." + base64url::encode(as_bytes(text))));
  return 0;
}
