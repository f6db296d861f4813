#pragma once

/// Signing in by redirect: PKCE (RFC 7636) with S256 and nothing else, and one slot for each flow, so that a
/// second one begun in another tab overwrites nobody's verifier.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"

namespace kbve::auth {

/// The challenge of a verifier: base64url(SHA-256(ASCII verifier)). `invalid_input` for a verifier that is not
/// 43 to 128 unreserved characters.
[[nodiscard]] result<std::string> pkce_challenge(std::string_view verifier);

struct flow {
  std::string id;        ///< Public: it travels in the redirect as `kbve_flow`, and does the work of `state`.
  std::string verifier;  ///< Secret until it is exchanged.
  std::string purpose;   ///< What the application began: "oauth", "link", "recovery", …
  std::uint64_t begun = 0;

  friend bool operator==(const flow&, const flow&) = default;
};

inline constexpr std::size_t max_flows = 5;
/// Milliseconds a flow may take: an hour, since a link in a mail is one too.
inline constexpr std::uint64_t flow_life = 3'600'000;

/// A new flow from 48 random bytes: 16 for its id, 32 for its verifier. `invalid_input` for fewer.
[[nodiscard]] result<flow> make_flow(bytes_view random, std::string_view purpose, std::uint64_t now);

/// Adds it; the oldest of more than `max_flows` goes, and those that are over.
void add_flow(std::vector<flow>& ring, flow begun);

/// Takes the flow out of the ring: a code is exchanged once. `pkce_mismatch` when the redirect names none that
/// was begun here, or names none at all and there is not exactly one it could be.
[[nodiscard]] result<flow> take_flow(std::vector<flow>& ring, std::string_view id, std::uint64_t now);

}  // namespace kbve::auth
