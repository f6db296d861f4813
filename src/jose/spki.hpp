#pragma once

/// Public keys as SubjectPublicKeyInfo (RFC 5280 section 4.1), in DER and in PEM.

#include <optional>
#include <string_view>

#include "kbve/jose/jwk.hpp"

namespace kbve::jose {

/// An RSA, EC (P-256, P-384, P-521) or Ed25519 key, or nothing: anything else, and any byte out of place.
/// Flaws of the key itself are not looked at.
[[nodiscard]] std::optional<key> parse_spki(bytes_view der);

/// Whether this is, to the last byte, what holds a public key of any algorithm: a SubjectPublicKeyInfo, an
/// RSAPublicKey (RFC 8017 appendix A.1.1), or a certificate. Only the outer form is looked at, and of all random
/// bytes fewer than one in 2^39 have it.
[[nodiscard]] bool is_public_der(bytes_view der) noexcept;

/// Ordinary base64 with padding, and whitespace anywhere. The caller wipes what may be a secret.
[[nodiscard]] std::optional<bytes> decode_base64(std::string_view text);

/// A public key between "-----BEGIN PUBLIC KEY-----" and its end, with nothing but whitespace around it.
[[nodiscard]] std::optional<key> parse_pem(std::string_view text);

}  // namespace kbve::jose
