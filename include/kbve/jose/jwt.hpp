#pragma once

/// JSON Web Token (RFC 7519) with the best current practice of RFC 8725.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/result.hpp"
#include "kbve/jose/jws.hpp"

namespace kbve::jose {

/// What a caller asks of a token. Whatever is left empty is not asked.
struct jwt_policy : signature_policy {
  std::vector<std::string> issuers;            ///< `iss` is one of them.
  std::optional<std::string> subject;          ///< `sub`.
  std::vector<std::string> audiences;          ///< `aud` names one of them.
  std::optional<std::string> type;             ///< `typ`; letters of either case, `application/` optional.
  std::uint32_t clock_tolerance = 0;           ///< Seconds, `max_clock_tolerance` at most.
  std::optional<std::uint64_t> max_token_age;  ///< Seconds since `iat`.
  std::vector<std::string> required_claims;

  /// Reads `{"algorithms":[…],"issuer":…,"subject":…,"audience":…,"typ":…,"clockTolerance":…,"maxTokenAge":…,
  /// "requiredClaims":[…],"crit":[…],"maxBytes":…}`; only `algorithms` must be there. `invalid_field` with
  /// the member as field, also for a member that is not known; `jwt_alg_not_allowed` for an algorithm that is
  /// not checked here.
  [[nodiscard]] static result<jwt_policy> parse(std::string_view text);
};

inline constexpr std::uint32_t max_clock_tolerance = 600;

/// A token's two halves as JSON; numbers beyond ±(2^53 − 1) are strings in them.
struct jwt {
  std::string header;
  std::string claims;
};

/// Form only: what it says may be anybody's word. `jwt_malformed` or `too_large`.
[[nodiscard]] result<jwt> decode_jwt(std::string_view token, std::size_t max_size = default_token_size);

/// The same of what follows a header that was read before: `rest` is payload, dot and signature. Gives the claims.
[[nodiscard]] result<std::string> decode_claims(std::string_view rest, std::size_t max_size = default_token_size);

/// The last step of the two above, for a payload that is no base64url any more: whether it is one JSON object in
/// strict form. Gives the claims where they mean another thing than the text given; `jwt_malformed`.
[[nodiscard]] result<std::optional<std::string>> check_claims(std::string_view payload);

/// Checks the signature, then the claims, at `now` milliseconds since 1970. The errors of `verify_jws`, and
/// `jwt_claim_invalid`, `jwt_expired`, `jwt_not_yet_valid` with the claim as field.
[[nodiscard]] result<jwt> verify_jwt(std::string_view token, const key_set& keys, const jwt_policy& policy,
                                     std::uint64_t now);

}  // namespace kbve::jose
