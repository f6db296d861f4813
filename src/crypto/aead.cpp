#include "kbve/crypto/aead.hpp"

#include <bearssl_hash.h>

#include <algorithm>
#include <cstdlib>

#include "crypto/bitsliced_aes.hpp"

namespace kbve::crypto {

namespace {

using nonce_view = std::span<const std::uint8_t, aead_nonce_size>;
using schedule_view = std::span<const std::uint8_t, aes_schedule_size>;
using batch = byte_array<aes_batch_size>;

/// SP 800-38D: 2^39 − 256 bits, or the counter would come round and give the first key stream again.
constexpr std::uint64_t longest_plaintext = (std::uint64_t{1} << 36) - 32;

/// The counter of the block that hides the tag; the message's blocks follow it.
constexpr std::uint32_t first_counter = 1;

bool fits(std::uint64_t plaintext, std::uint64_t box) noexcept {
  return plaintext <= longest_plaintext && box == plaintext + aead_tag_size;
}

/// GHASH over the additional data, the ciphertext and both lengths.
byte_array<16> hash(const byte_array<16>& key, bytes_view aad, bytes_view ciphertext) noexcept {
  byte_array<16> sum{};
  byte_array<16> lengths;
  put_be64(std::span(lengths).first<8>(), std::uint64_t{aad.size()} * 8);
  put_be64(std::span(lengths).last<8>(), std::uint64_t{ciphertext.size()} * 8);
  br_ghash_ctmul64(sum.data(), key.data(), aad.data(), aad.size());
  br_ghash_ctmul64(sum.data(), key.data(), ciphertext.data(), ciphertext.size());
  br_ghash_ctmul64(sum.data(), key.data(), lengths.data(), lengths.size());
  return sum;
}

void xor_into(std::uint8_t* out, const std::uint8_t* in, const std::uint8_t* stream, std::size_t size) noexcept {
  for (std::size_t i = 0; i < size; ++i) out[i] = in[i] ^ stream[i];  // NOLINT: the compiler makes vectors of it
}

/// Encrypts or decrypts: `in` xor the key stream, whose first batch is there already, beginning with the
/// block that belongs to the tag. Leaves the batch wiped.
void apply_stream(schedule_view schedule, nonce_view nonce, batch& stream, bytes_view in,
                  std::uint8_t* out) noexcept {
  std::size_t used = aes_block_size;
  std::uint32_t counter = first_counter;
  for (std::size_t at = 0; at < in.size();) {
    const std::size_t size = std::min(in.size() - at, stream.size() - used);
    xor_into(out + at, in.data() + at, stream.data() + used, size);  // NOLINT: inside both
    at += size;
    used = 0;
    counter += aes_batch_blocks;
    if (at < in.size()) aes_key_stream(schedule, nonce, counter, stream);
  }
  wipe(stream);
}

}  // namespace

aead_key::aead_key(std::span<const std::uint8_t, aead_key_size> key) noexcept : ready_(true) {
  static_assert(schedule_size == aes_schedule_size);
  aes_expand(key, schedule_);
  // GHASH's key is the encryption of the block of zeros, which is nonce 0 with counter 0.
  batch stream;
  aes_key_stream(schedule_, aead_nonce{}, 0, stream);
  std::ranges::copy(std::span(stream).first<aes_block_size>(), hash_key_.begin());
  wipe(stream);
}

aead_key::aead_key(aead_key&& other) noexcept
    : schedule_(other.schedule_), hash_key_(other.hash_key_), ready_(other.ready_) {
  other.wipe_state();
}

aead_key& aead_key::operator=(aead_key&& other) noexcept {
  if (this != &other) {
    schedule_ = other.schedule_;
    hash_key_ = other.hash_key_;
    ready_ = other.ready_;
    other.wipe_state();
  }
  return *this;
}

aead_key::~aead_key() {
  wipe_state();
}

void aead_key::wipe_state() noexcept {
  wipe(schedule_);
  wipe(hash_key_);
  ready_ = false;
}

void aead_key::seal(nonce_view nonce, bytes_view plaintext, bytes_view aad,
                    mutable_bytes_view out) const noexcept {
  if (!ready_ || !fits(plaintext.size(), out.size())) std::abort();
  batch stream;
  aes_key_stream(schedule_, nonce, first_counter, stream);
  byte_array<aead_tag_size> tag_mask;
  std::ranges::copy(std::span(stream).first<aead_tag_size>(), tag_mask.begin());
  apply_stream(schedule_, nonce, stream, plaintext, out.data());

  const mutable_bytes_view ciphertext = out.first(plaintext.size());
  const byte_array<16> sum = hash(hash_key_, aad, ciphertext);
  xor_into(out.data() + ciphertext.size(), sum.data(), tag_mask.data(), aead_tag_size);  // NOLINT: the last 16
}

bool aead_key::open(nonce_view nonce, bytes_view box, bytes_view aad, mutable_bytes_view out) const noexcept {
  if (!ready_) std::abort();
  if (box.size() < aead_tag_size) {
    wipe(out);
    return false;
  }
  if (!fits(out.size(), box.size())) std::abort();
  const bytes_view ciphertext = box.first(box.size() - aead_tag_size);
  batch stream;
  aes_key_stream(schedule_, nonce, first_counter, stream);
  const byte_array<16> sum = hash(hash_key_, aad, ciphertext);
  byte_array<aead_tag_size> tag;
  xor_into(tag.data(), sum.data(), stream.data(), tag.size());
  // The tag is checked before a byte is decrypted, so a false box never becomes plaintext.
  if (!equal_in_constant_time(tag, box.last(aead_tag_size))) {
    wipe(stream);
    wipe(out);
    return false;
  }
  apply_stream(schedule_, nonce, stream, ciphertext, out.data());
  return true;
}

bytes aead_key::seal(nonce_view nonce, bytes_view plaintext, bytes_view aad) const {
  bytes box(plaintext.size() + aead_tag_size);
  seal(nonce, plaintext, aad, box);
  return box;
}

std::optional<secret_bytes> aead_key::open(nonce_view nonce, bytes_view box, bytes_view aad) const {
  secret_bytes plaintext(box.size() < aead_tag_size ? 0 : box.size() - aead_tag_size);
  if (!open(nonce, box, aad, plaintext.data())) return std::nullopt;
  return plaintext;
}

}  // namespace kbve::crypto
