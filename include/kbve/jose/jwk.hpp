#pragma once

/// Keys that check signatures or open JWEs: JWK and JWKS (RFC 7517), PEM public keys (RFC 7468, RFC 5280), and
/// raw bytes.
///
/// A key is for one algorithm: the one it names, the only one its curve allows, or else the only one of its
/// kind that the caller allows. A secret is never a public key and a public key never a secret: a set that
/// holds both is refused, and so is a public key given as the bytes of a secret (RFC 8725 section 2.1: whoever
/// can read the published key could sign with it).
///
/// Several threads may check signatures with one set at once.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/crypto/sha2.hpp"
#include "kbve/crypto/signature.hpp"
#include "kbve/jose/algorithm.hpp"

namespace kbve::jose {

enum class key_type : std::uint8_t { oct, okp, ec, rsa };

/// Why a key is not used, though it is there.
enum class key_flaw : std::uint8_t {
  none,
  malformed,    ///< A member is missing, of a wrong length, or no base64url.
  private_key,  ///< It has private members; checking wants the public part.
  off_curve,    ///< The point is not on the curve.
  rsa_too_small,
  rsa_too_large,
  rsa_numbers,  ///< An even modulus, or an exponent no RSA key has.
  rsa_factorable,
  published,  ///< The secret is the text or DER of a public key, which everybody has.
};

struct key {
  key_type type = key_type::oct;
  crypto::curve curve = crypto::curve::p256;  ///< Of an EC key.
  key_flaw flaw = key_flaw::none;
  bool verifies = true;             ///< `use` and `key_ops`, where there are any, allow checking signatures.
  bool encrypts = true;             ///< … allow sealing and opening.
  std::optional<std::string> id;    ///< `kid`.
  std::optional<std::string> name;  ///< `alg`, whatever it says.
  /// The public part: 0x04 ‖ x ‖ y, the 32 bytes of an OKP key, or an RSA modulus.
  bytes material;
  bytes exponent;       ///< Of an RSA key.
  secret_bytes secret;  ///< Of an oct key.
  crypto::kept_mac_key hmac;
};

/// Bytes of a key text, and keys in a set.
inline constexpr std::size_t max_keys_size = 262'144;
inline constexpr std::size_t max_keys = 256;
/// How many keys are tried on one token.
inline constexpr std::size_t max_tried = 8;

class key_set {
 public:
  /// A JWK, a JWKS, or one PEM public key. `as` replaces the algorithm the keys name: the application's word.
  ///
  /// Of a set, keys of an unknown type are left out and a flawed one is only refused where a token asks for
  /// it (RFC 7517 section 5); a flawed key alone is refused here. `jwt_key_unfit`, or `too_large`.
  [[nodiscard]] static result<key_set> parse(std::string_view text, const std::optional<std::string>& as = {});

  /// A secret's bytes, for HMAC or a JWE. `jwt_key_unfit` for none, and for what holds a public key: JWK, JWKS and
  /// what has one of them in it, SPKI, PKCS#1 and certificates, as DER, base64 and PEM, and SSH's. `too_large`
  /// over `max_keys_size`.
  [[nodiscard]] static result<key_set> secret(bytes_view secret, std::optional<std::string> as = {});

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] const std::vector<key>& keys() const noexcept { return keys_; }

  /// The keys to try on a token, in the order of the set, at most `max_tried`; all of them fit `wanted`.
  /// `jwt_key_not_found` when none is for this algorithm and key id; `jwt_key_unfit` when the one that is must
  /// not be used, or when a key id names several.
  [[nodiscard]] result<std::vector<const key*>> select(algorithm wanted, const std::optional<std::string>& id,
                                                       algorithm_set allowed) const;

  /// The one key for a JWE with `dir` and A256GCM.
  [[nodiscard]] result<const key*> select_direct(const std::optional<std::string>& id) const;

  /// Checks a signature with a selected key.
  [[nodiscard]] bool verify(const key& with, algorithm by, bytes_view message, bytes_view signature) const;

 private:
  explicit key_set(bool alone) noexcept : alone_(alone) {}
  [[nodiscard]] bool is_called(const key& one, const std::optional<std::string>& id) const noexcept;

  std::vector<key> keys_;
  bool alone_;  // a key by itself fits every key id unless it has one
};

}  // namespace kbve::jose
