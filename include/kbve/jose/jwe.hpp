#pragma once

/// JSON Web Encryption in its compact form (RFC 7516), with one algorithm: `dir` and A256GCM. Every other is
/// refused by name before any work is done.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/jose/jwk.hpp"

namespace kbve::jose {

inline constexpr std::size_t max_sealed_size = 1'048'576;

/// A JWE taken apart. Nothing in it is to be trusted before it was opened.
struct jwe {
  std::string header;  ///< The protected header as JSON; numbers beyond ±(2^53 − 1) are strings in it.
  std::optional<std::string> key_id;
  byte_array<12> nonce{};
  bytes box;                        ///< Ciphertext and tag.
  std::string_view protected_text;  ///< What is authenticated besides; of the token it was read from.
};

/// Takes a token apart. `jwe_malformed` with the part or the header's member as field: not five parts of strict
/// base64url, an encrypted key (`dir` has none), a nonce or tag of another length, another `alg` or `enc`,
/// and any `crit` or `zip`. `too_large` over `max_sealed_size`.
[[nodiscard]] result<jwe> read_jwe(std::string_view token);

/// `jwe_open_failed` when it was changed, or sealed with another key.
[[nodiscard]] result<secret_bytes> open_jwe(const jwe& token, std::span<const std::uint8_t, 32> key);
/// The same with the key that the token's `kid` names; the errors of `key_set::select_direct` too.
[[nodiscard]] result<secret_bytes> open_jwe(const jwe& token, const key_set& keys);

/// Seals under a fresh nonce. `header` is a JSON object of further protected members, or empty; `alg`, `enc`,
/// `zip`, `crit` and `kid` that is no text are `jwe_malformed` there.
[[nodiscard]] result<std::string> seal_jwe(bytes_view plaintext, std::string_view header,
                                           std::span<const std::uint8_t, 32> key);
/// The same with the only fitting key of a set; its id becomes the token's `kid` unless `header` has one.
[[nodiscard]] result<std::string> seal_jwe(bytes_view plaintext, std::string_view header, const key_set& keys);

}  // namespace kbve::jose
