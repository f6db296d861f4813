#include "kbve/crypto/aead.hpp"

#include <bearssl_aead.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "crypto/bitsliced_aes.hpp"

namespace kbve::crypto {

namespace {

using nonce_view = std::span<const std::uint8_t, aead_nonce_size>;

/// SP 800-38D: 2^39 − 256 bits, or the counter would come round and give the first key stream again.
constexpr std::uint64_t longest_plaintext = (std::uint64_t{1} << 36) - 32;

bool fits(std::uint64_t plaintext, std::uint64_t box) noexcept {
  return plaintext <= longest_plaintext && box == plaintext + aead_tag_size;
}

/// One message through BearSSL's GCM. What it holds is wiped at the end: its buffer has seen key stream.
class message {
 public:
  message(std::span<const std::uint8_t, aes_schedule_size> schedule, const byte_array<16>& hash_key,
          nonce_view nonce, bytes_view aad, const aead_mask* mask = nullptr) noexcept
      : cipher_(schedule) {
    if (mask != nullptr) cipher_.first_block = mask->data();
    // br_gcm_init() without its encryption of the block of zeros: that is `hash_key`, computed once per key.
    gcm_.vtable = &br_gcm_vtable;
    gcm_.bctx = &cipher_.vtable;
    gcm_.gh = br_ghash_ctmul64;
    std::ranges::copy(hash_key, std::begin(gcm_.h));
    br_gcm_reset(&gcm_, nonce.data(), nonce.size());
    if (!aad.empty()) br_gcm_aad_inject(&gcm_, aad.data(), aad.size());
    br_gcm_flip(&gcm_);
  }
  message(message&&) = delete;
  message(const message&) = delete;
  message& operator=(message&&) = delete;
  message& operator=(const message&) = delete;
  ~message() { wipe({reinterpret_cast<std::uint8_t*>(&gcm_), sizeof gcm_}); }  // NOLINT: its bytes

  /// In place.
  void encrypt(mutable_bytes_view data) noexcept { run(1, data); }
  void decrypt(mutable_bytes_view data) noexcept { run(0, data); }
  void tag(std::span<std::uint8_t, aead_tag_size> out) noexcept { br_gcm_get_tag(&gcm_, out.data()); }
  /// In constant time.
  [[nodiscard]] bool has_tag(std::span<const std::uint8_t, aead_tag_size> expected) noexcept {
    return br_gcm_check_tag(&gcm_, expected.data()) == 1;
  }

 private:
  void run(int encrypting, mutable_bytes_view data) noexcept {
    if (!data.empty()) br_gcm_run(&gcm_, encrypting, data.data(), data.size());
  }

  aes_counter_mode cipher_;
  br_gcm_context gcm_{};
};

/// Nothing where they are the same memory already.
void put(bytes_view from, mutable_bytes_view to) noexcept {
  if (!from.empty() && from.data() != to.data()) std::memcpy(to.data(), from.data(), from.size());
}

}  // namespace

aead_key::aead_key(std::span<const std::uint8_t, aead_key_size> key) noexcept : ready_(true) {
  static_assert(schedule_size == aes_schedule_size);
  aes_expand(key, schedule_);
  aes_counter_mode cipher(schedule_);
  br_gcm_context gcm;
  br_gcm_init(&gcm, &cipher.vtable, br_ghash_ctmul64);
  std::ranges::copy(gcm.h, hash_key_.begin());
  wipe({reinterpret_cast<std::uint8_t*>(&gcm), sizeof gcm});  // NOLINT: its bytes
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
  const mutable_bytes_view ciphertext = out.first(plaintext.size());
  put(plaintext, ciphertext);
  message sealed(schedule_, hash_key_, nonce, aad);
  sealed.encrypt(ciphertext);
  sealed.tag(out.last<aead_tag_size>());
}

void aead_key::masks(std::span<const aead_nonce> nonces, std::span<aead_mask> out) const noexcept {
  static_assert(aead_masks_at_once == aes_batch);
  if (!ready_) std::abort();
  aes_first_blocks(schedule_, nonces, out);
}

bool aead_key::open(nonce_view nonce, bytes_view box, bytes_view aad, mutable_bytes_view out) const noexcept {
  return open(nonce, box, aad, out, nullptr);
}

bool aead_key::open(nonce_view nonce, bytes_view box, bytes_view aad, mutable_bytes_view out,
                    const aead_mask* mask) const noexcept {
  if (!ready_) std::abort();
  if (box.size() < aead_tag_size) {
    wipe(out);
    return false;
  }
  if (!fits(out.size(), box.size())) std::abort();
  put(box.first(out.size()), out);
  message opened(schedule_, hash_key_, nonce, aad, mask);
  opened.decrypt(out);
  const bool holds = opened.has_tag(box.last<aead_tag_size>());
  if (!holds) wipe(out);
  return holds;
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
