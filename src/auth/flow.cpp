#include "kbve/auth/flow.hpp"

#include <algorithm>
#include <utility>

#include "kbve/auth/message.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/crypto/sha2.hpp"

namespace kbve::auth {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t verifier_bytes = 32;  // 43 characters: the 256 bits RFC 7636 section 7.1 asks for

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// A flow begun in the future was begun under another clock.
bool is_over(const flow& of, std::uint64_t now) noexcept {
  const std::uint64_t age = of.begun > now ? of.begun - now : now - of.begun;
  return age > flow_life;
}

}  // namespace

result<std::string> pkce_challenge(std::string_view verifier) {
  if (verifier.size() < 43 || verifier.size() > 128 || !std::ranges::all_of(verifier, is_unreserved)) {
    return fail(errc::invalid_input, "A PKCE verifier has 43 to 128 letters, digits, -, ., _ or ~; draw another.",
                "codeVerifier");
  }
  return base64url::encode(crypto::sha256(as_bytes(verifier)));
}

result<flow> make_flow(bytes_view random, std::string_view purpose, std::uint64_t now) {
  if (random.size() < id_bytes + verifier_bytes) {
    return fail(errc::invalid_input, "A flow is made of 48 random bytes; draw them.", "random");
  }
  std::string shown(purpose.substr(0, 64));
  // Not in the middle of a character, or no state with it could be read again.
  while (!is_utf8(shown)) shown.pop_back();
  return flow{.id = base64url::encode(random.first(id_bytes)),
              .verifier = base64url::encode(random.subspan(id_bytes, verifier_bytes)),
              .purpose = std::move(shown),
              .begun = now};
}

void add_flow(std::vector<flow>& ring, flow begun) {
  std::erase_if(ring, [&](const flow& one) { return is_over(one, begun.begun); });
  if (ring.size() >= max_flows) ring.erase(ring.begin());
  ring.push_back(std::move(begun));
}

result<flow> take_flow(std::vector<flow>& ring, std::string_view id, std::uint64_t now) {
  std::erase_if(ring, [now](const flow& one) { return is_over(one, now); });
  const auto found = std::ranges::find_if(ring, [&](const flow& one) {
    // A server that takes exact addresses only gives no id back; then it is clear only where there is one flow.
    return id.empty() ? ring.size() == 1 : equal_in_constant_time(as_bytes(one.id), as_bytes(id));
  });
  if (found == ring.end()) return fail(errc::pkce_mismatch, sentence(errc::pkce_mismatch), "flow");
  flow out = std::move(*found);
  ring.erase(found);
  return out;
}

}  // namespace kbve::auth
