#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "bearssl_i31.hpp"
#include "kbve/crypto/signature.hpp"

namespace kbve::crypto {

namespace {

constexpr std::size_t min_bits = 2'048;
constexpr std::size_t max_bits = 8'192;

/// Room for a number of `max_bits`, as BearSSL lays it out: a word with its length, then 31 bits to a word.
using number = std::array<std::uint32_t, 2 + (max_bits + 30) / 31>;
using encoded = byte_array<max_bits / 8>;

std::size_t bits_of(bytes_view value) noexcept {
  if (value.empty()) return 0;
  return value.size() * 8 - static_cast<std::size_t>(std::countl_zero(value.front()));
}

/// Keys of the broken generator are powers of 65537 modulo every one of these primes; of other keys fewer
/// than one in 2^27 is.
bool looks_like_roca(bytes_view modulus) noexcept {
  constexpr std::array<std::uint8_t, 17> primes{11, 13, 17,  19,  37,  53,  61,  71, 73,
                                                79, 97, 103, 107, 109, 127, 151, 157};
  return std::ranges::all_of(primes, [&](std::uint32_t prime) {
    std::uint32_t rest = 0;
    for (const std::uint8_t byte : modulus) rest = (rest << 8 | byte) % prime;
    std::uint32_t power = 1;
    do {
      if (power == rest) return true;
      power = power * (65'537 % prime) % prime;
    } while (power != 1);
    return false;
  });
}

/// signature^exponent mod modulus, as long as the modulus. False when the signature is not below the modulus.
bool raise(const rsa_key& key, bytes_view signature, mutable_bytes_view out) noexcept {
  number modulus{};
  br_i31_decode(modulus.data(), key.modulus.data(), key.modulus.size());
  const std::uint32_t m0i = br_i31_ninv31(modulus[1]);
  number base{};
  if (br_i31_decode_mod(base.data(), signature.data(), signature.size(), modulus.data()) != 1) return false;
  number base_monty = base;
  br_i31_to_monty(base_monty.data(), modulus.data());

  std::uint32_t exponent = 0;
  for (const std::uint8_t byte : key.exponent) exponent = exponent << 8 | byte;
  number power = base_monty;
  number product{};
  // From the second highest bit down to the second lowest; the lowest is set, and multiplying by the base in
  // its plain form takes the result out of Montgomery's at once.
  for (int bit = std::bit_width(exponent) - 2; bit >= 0; --bit) {
    br_i31_montymul(product.data(), power.data(), power.data(), modulus.data(), m0i);
    if ((exponent >> static_cast<unsigned>(bit) & 1U) == 0) {
      power = product;
    } else {
      br_i31_montymul(power.data(), product.data(), bit == 0 ? base.data() : base_monty.data(), modulus.data(),
                      m0i);
    }
  }
  br_i31_encode(out.data(), out.size(), power.data());
  return true;
}

/// The encoded message a signature was made of, if key and length allow one.
bool recover(const rsa_key& key, bytes_view signature, encoded& out) noexcept {
  return find_flaw(key) == rsa_flaw::none && signature.size() == key.modulus.size() &&
         raise(key, signature, mutable_bytes_view(out).first(signature.size()));
}

/// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) is made again and compared: nothing of a signature is parsed.
bool is_pkcs1_encoding(bytes_view message, sha2 kind, bytes_view hashed) noexcept {
  const auto size = static_cast<std::uint8_t>(hashed.size());
  // OIDs of SHA-256, SHA-384 and SHA-512 differ in their last number: 1, 2, 3.
  const auto last = static_cast<std::uint8_t>(static_cast<unsigned>(kind) + 1);
  const std::array<std::uint8_t, 19> info{0x30, static_cast<std::uint8_t>(17 + size),
                                          0x30, 13,
                                          6,    9,
                                          0x60, 0x86,
                                          0x48, 1,
                                          0x65, 3,
                                          4,    2,
                                          last, 5,
                                          0,    4,
                                          size};
  const std::size_t padding = message.size() - hashed.size() - info.size() - 3;
  return message[0] == 0 && message[1] == 1 &&
         std::ranges::all_of(message.subspan(2, padding), [](std::uint8_t byte) { return byte == 0xFF; }) &&
         message[2 + padding] == 0 && std::ranges::equal(message.subspan(3 + padding, info.size()), info) &&
         std::ranges::equal(message.last(hashed.size()), hashed);
}

/// MGF1 (RFC 8017 appendix B.2.1), added to `data`.
void mask(sha2 kind, bytes_view seed, mutable_bytes_view data) noexcept {
  byte_array<4> counter{};
  for (std::size_t at = 0; at < data.size(); ++counter[3]) {
    const digest block = hasher(kind).add(seed).add(counter).finish();
    for (const std::uint8_t byte : block.view()) {
      if (at < data.size()) data[at++] ^= byte;
    }
  }
}

/// EMSA-PSS-VERIFY (RFC 8017 section 9.1.2). Changes `message`.
bool is_pss_encoding(mutable_bytes_view message, std::size_t bits, sha2 kind, bytes_view hashed) noexcept {
  const std::size_t size = hashed.size();
  const mutable_bytes_view block = message.first(message.size() - size - 1);
  const bytes_view sum = message.subspan(block.size(), size);
  const auto unused = static_cast<std::uint8_t>(~(0xFFU >> (8 * message.size() - bits)));
  if (message.back() != 0xBC || (block[0] & unused) != 0) return false;
  mask(kind, sum, block);
  block[0] &= static_cast<std::uint8_t>(~unused);
  const std::size_t zeros = block.size() - size - 1;
  if (!std::ranges::all_of(block.first(zeros), [](std::uint8_t byte) { return byte == 0; })) return false;
  if (block[zeros] != 1) return false;
  constexpr byte_array<8> start{};
  const digest expected = hasher(kind).add(start).add(hashed).add(block.last(size)).finish();
  return std::ranges::equal(expected.view(), sum);
}

}  // namespace

rsa_flaw find_flaw(const rsa_key& key) noexcept {
  if (key.modulus.empty() || key.modulus.front() == 0 || key.modulus.back() % 2 == 0) return rsa_flaw::even;
  if (bits_of(key.modulus) < min_bits) return rsa_flaw::too_small;
  if (bits_of(key.modulus) > max_bits) return rsa_flaw::too_large;
  const bytes_view exponent = key.exponent;
  if (exponent.empty() || exponent.size() > 4 || exponent.front() == 0 || exponent.back() % 2 == 0 ||
      (exponent.size() == 1 && exponent.front() < 3)) {
    return rsa_flaw::exponent;
  }
  return looks_like_roca(key.modulus) ? rsa_flaw::factorable : rsa_flaw::none;
}

bool rsa_pkcs1_verify(const rsa_key& key, sha2 kind, bytes_view message, bytes_view signature) {
  encoded block;
  if (!recover(key, signature, block)) return false;
  return is_pkcs1_encoding(bytes_view(block).first(signature.size()), kind, hash(kind, message).view());
}

bool rsa_pss_verify(const rsa_key& key, sha2 kind, bytes_view message, bytes_view signature) {
  encoded block;
  if (!recover(key, signature, block)) return false;
  const std::size_t bits = bits_of(key.modulus) - 1;
  // One byte shorter than the modulus where that byte would hold no bit; it is then zero.
  const std::size_t spare = signature.size() - (bits + 7) / 8;
  if (spare == 1 && block[0] != 0) return false;
  return is_pss_encoding(mutable_bytes_view(block).subspan(spare, signature.size() - spare), bits, kind,
                         hash(kind, message).view());
}

}  // namespace kbve::crypto
