#pragma once

/// Checking signatures: Ed25519 (RFC 8032), ECDSA over the NIST curves (FIPS 186-5), RSASSA-PKCS1-v1_5 and
/// RSASSA-PSS (RFC 8017). Nothing here signs, and nothing here is secret, so the time a check takes may depend
/// on its input.
///
/// Every function answers false for keys and signatures of a wrong size, so sizes need no check before.

#include <cstddef>
#include <cstdint>

#include "kbve/core/bytes.hpp"
#include "kbve/crypto/sha2.hpp"

namespace kbve::crypto {

/// Pure Ed25519. S below the group's order, canonical encodings and no points of small order: what passes
/// here is one signature of one key, and a key that is no such point fits no signature.
[[nodiscard]] bool ed25519_verify(bytes_view public_key, bytes_view message, bytes_view signature) noexcept;

enum class curve : std::uint8_t { p256, p384, p521 };

/// Bytes of one coordinate, and of one half of a signature.
[[nodiscard]] constexpr std::size_t coordinate_size(curve on) noexcept {
  return on == curve::p256 ? 32 : on == curve::p384 ? 48 : 66;
}

/// `point` is 0x04 ‖ x ‖ y. True when it is that long and on the curve.
[[nodiscard]] bool ec_point_holds(curve on, bytes_view point) noexcept;

/// `signature` is r ‖ s, each exactly `coordinate_size(on)` bytes and from 1 to the order − 1.
[[nodiscard]] bool ecdsa_verify(curve on, bytes_view point, sha2 kind, bytes_view message,
                                bytes_view signature) noexcept;

/// An RSA public key: big-endian, `modulus` without leading zeros.
struct rsa_key {
  bytes_view modulus;
  bytes_view exponent;
};

/// What is wrong with an RSA key.
enum class rsa_flaw : std::uint8_t {
  none,
  too_small,   ///< Below 2,048 bits (RFC 8725 section 3.5, RFC 7518 section 3.3).
  too_large,   ///< Above 8,192 bits: checking it would take too long.
  even,        ///< An even modulus or a leading zero byte: no RSA key is that.
  exponent,    ///< Not odd, below 3, above 2^32, or with a leading zero byte.
  factorable,  ///< Made by a generator whose keys can be factored (ROCA, CVE-2017-15361).
};

[[nodiscard]] rsa_flaw find_flaw(const rsa_key& key) noexcept;

/// Both refuse a key that has a flaw, and a signature that is not as long as the modulus.
[[nodiscard]] bool rsa_pkcs1_verify(const rsa_key& key, sha2 kind, bytes_view message, bytes_view signature);
/// The salt is as long as the digest and MGF1 uses the same hash, as RFC 7518 section 3.5 wants it.
[[nodiscard]] bool rsa_pss_verify(const rsa_key& key, sha2 kind, bytes_view message, bytes_view signature);

}  // namespace kbve::crypto
