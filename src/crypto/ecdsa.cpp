#include <bearssl_ec.h>

#include <algorithm>

#include "kbve/crypto/signature.hpp"

namespace kbve::crypto {

namespace {

int curve_number(curve on) noexcept {
  return on == curve::p256 ? BR_EC_secp256r1 : on == curve::p384 ? BR_EC_secp384r1 : BR_EC_secp521r1;
}

std::size_t point_size(curve on) noexcept {
  return 1 + 2 * coordinate_size(on);
}

bool all_zero(bytes_view data) noexcept {
  return std::ranges::all_of(data, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

bool ec_point_holds(curve on, bytes_view point) noexcept {
  if (point.size() != point_size(on)) return false;
  byte_array<1 + 2 * coordinate_size(curve::p521)> copy{};
  std::ranges::copy(point, copy.begin());
  // Times one: the multiplication decodes the point, and answers 0 for one that is not on the curve.
  constexpr std::uint8_t one = 1;
  return br_ec_prime_i31.mul(copy.data(), point.size(), &one, 1, curve_number(on)) == 1;
}

bool ecdsa_verify(curve on, bytes_view point, sha2 kind, bytes_view message, bytes_view signature) noexcept {
  const std::size_t half = coordinate_size(on);
  if (point.size() != point_size(on) || signature.size() != 2 * half) return false;
  // BearSSL looks at s and at the upper bounds; an r of zero it leaves to the comparison at the end.
  if (all_zero(signature.first(half))) return false;
  byte_array<1 + 2 * coordinate_size(curve::p521)> copy{};
  std::ranges::copy(point, copy.begin());
  const br_ec_public_key key{.curve = curve_number(on), .q = copy.data(), .qlen = point.size()};
  const digest hashed = hash(kind, message);
  return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, hashed.view().data(), hashed.view().size(), &key,
                               signature.data(), signature.size()) == 1;
}

}  // namespace kbve::crypto
