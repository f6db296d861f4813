#pragma once

/// Public keys as SubjectPublicKeyInfo (RFC 5280 section 4.1), in DER and in PEM.

#include <optional>
#include <string_view>

#include "kbve/jose/jwk.hpp"

namespace kbve::jose {

/// An RSA, EC (P-256, P-384, P-521) or Ed25519 key, or nothing: anything else, and any byte out of place.
/// Flaws of the key itself are not looked at.
[[nodiscard]] std::optional<key> parse_spki(bytes_view der);

/// The same between "-----BEGIN PUBLIC KEY-----" and its end, with nothing but whitespace around it.
[[nodiscard]] std::optional<key> parse_pem(std::string_view text);

}  // namespace kbve::jose
