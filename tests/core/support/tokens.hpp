#pragma once

/// Tokens for tests: made here with HMAC, because nothing of the library signs.

#include <string>
#include <string_view>

#include "kbve/core/base64url.hpp"
#include "kbve/crypto/sha2.hpp"

namespace kbve::test {

/// A secret of 64 bytes, long enough for every HMAC, and its JWK.
inline constexpr std::string_view hmac_secret = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

inline std::string part(std::string_view text) {
  return base64url::encode(as_bytes(text));
}

/// A compact JWS of these very texts, signed with `secret`.
inline std::string signed_token(std::string_view header, std::string_view payload,
                                std::string_view secret = hmac_secret, crypto::sha2 kind = crypto::sha2::sha256) {
  std::string out = part(header) + "." + part(payload);
  const crypto::mac_key key(kind, as_bytes(secret));
  return out + "." + base64url::encode(key.tag(as_bytes(out)).view());
}

/// An HS256 token with these claims.
inline std::string hs256(std::string_view claims) {
  return signed_token(R"({"alg":"HS256"})", claims);
}

}  // namespace kbve::test
