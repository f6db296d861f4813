#pragma once

/// JSON Web Signature in its compact form (RFC 7515), checked under the rules of RFC 8725. Nothing signs here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/jose/algorithm.hpp"
#include "kbve/jose/jwk.hpp"

namespace kbve::jose {

inline constexpr std::size_t default_token_size = 65'536;
inline constexpr std::size_t max_token_size = 1'048'576;

/// A token taken apart. Nothing in it is to be trusted before its signature was checked.
struct jws {
  std::string header;  ///< The protected header as JSON; numbers beyond ±(2^53 − 1) are strings in it.
  std::string algorithm_name;
  std::optional<std::string> key_id;
  std::optional<std::string> type;      ///< `typ`.
  std::vector<std::string> extensions;  ///< `crit`.
  bytes payload;
  bytes signature;
  std::string_view signed_text;  ///< Of the token it was read from.
};

/// Takes a token apart: three parts of strict base64url, a header that is one JSON object without a member
/// named twice, whose `alg`, `kid`, `typ` and `crit` are what the RFC says. `jwt_malformed`, with the part as
/// field; `too_large` over `max_size`, before anything is read.
[[nodiscard]] result<jws> read_jws(std::string_view token, std::size_t max_size = default_token_size);

/// What a caller asks of a signature.
struct signature_policy {
  algorithm_set algorithms;             ///< The allowed ones; RFC 8725 section 3.1.
  std::vector<std::string> extensions;  ///< Header extensions the caller itself understands and checks.
  std::size_t max_size = default_token_size;
};

/// Checks the signature of a token that was read. `jwt_crit_unsupported`, `jwt_alg_not_allowed`,
/// `jwt_key_not_found`, `jwt_key_unfit` or `jwt_signature_invalid`.
[[nodiscard]] result<void> check_signature(const jws& token, const key_set& keys, const signature_policy& policy);

/// Both at once.
[[nodiscard]] result<jws> verify_jws(std::string_view token, const key_set& keys, const signature_policy& policy);

}  // namespace kbve::jose
