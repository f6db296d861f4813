#include "kbve/crypto/sha2.hpp"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_hash_sha512.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "kbve/core/secret.hpp"

namespace kbve::crypto {

namespace {

using small_state = crypto_hash_sha256_state;
using large_state = crypto_hash_sha512_state;

/// Where SHA-384 begins (FIPS 180-4, 5.3.4). Everything else of it is SHA-512, cut off.
constexpr std::array<std::uint64_t, 8> sha384_start{0xcbbb9d5dc1059ed8U, 0x629a292a367cd507U, 0x9159015a3070dd17U,
                                                    0x152fecd8f70e5939U, 0x67332667ffc00b31U, 0x8eb44a8768581511U,
                                                    0xdb0c2e0d64f98fa7U, 0x47b5481dbefa4fa4U};

/// The states are plain data, and this is the memory they were made in.
template <class State>
State* as(byte_array<208>& memory) noexcept {
  static_assert(sizeof(State) <= sizeof memory && alignof(State) <= 8, "the header keeps room for the state");
  return reinterpret_cast<State*>(memory.data());  // NOLINT
}

std::size_t block_size(sha2 kind) noexcept {
  return kind == sha2::sha256 ? 64 : 128;
}

}  // namespace

hasher::hasher(sha2 kind) noexcept : kind_(kind) {
  if (kind == sha2::sha256) {
    crypto_hash_sha256_init(as<small_state>(state_));
    return;
  }
  auto* const state = as<large_state>(state_);
  crypto_hash_sha512_init(state);
  if (kind == sha2::sha384) std::ranges::copy(sha384_start, state->state);
}

hasher& hasher::add(bytes_view data) noexcept {
  if (kind_ == sha2::sha256) {
    crypto_hash_sha256_update(as<small_state>(state_), data.data(), data.size());
  } else {
    crypto_hash_sha512_update(as<large_state>(state_), data.data(), data.size());
  }
  return *this;
}

digest hasher::finish() noexcept {
  digest out(kind_);
  if (kind_ == sha2::sha256) {
    crypto_hash_sha256_final(as<small_state>(state_), out.data().data());
  } else {
    byte_array<64> whole;
    crypto_hash_sha512_final(as<large_state>(state_), whole.data());
    std::copy_n(whole.begin(), out.data().size(), out.data().begin());
    wipe(whole);
  }
  return out;
}

byte_array<32> sha256(bytes_view data) noexcept {
  byte_array<32> out;
  crypto_hash_sha256(out.data(), data.data(), data.size());
  return out;
}

digest hash(sha2 kind, bytes_view data) noexcept {
  return hasher(kind).add(data).finish();
}

mac_key::mac_key(sha2 kind, bytes_view key) noexcept : inner_(kind), outer_(kind), ready_(true) {
  byte_array<128> padded{};
  const std::size_t block = block_size(kind);
  if (key.size() > block) {
    digest shorter = hash(kind, key);
    std::ranges::copy(shorter.view(), padded.begin());
    wipe(shorter.data());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  for (std::uint8_t& byte : padded) byte ^= 0x36;
  inner_.add(bytes_view(padded).first(block));
  for (std::uint8_t& byte : padded) byte ^= 0x36 ^ 0x5c;
  outer_.add(bytes_view(padded).first(block));
  wipe(padded);
}

mac_key::mac_key(mac_key&& other) noexcept : inner_(other.inner_), outer_(other.outer_), ready_(other.ready_) {
  other.wipe_state();
}

mac_key& mac_key::operator=(mac_key&& other) noexcept {
  if (this != &other) {
    inner_ = other.inner_;
    outer_ = other.outer_;
    ready_ = other.ready_;
    other.wipe_state();
  }
  return *this;
}

mac_key::~mac_key() {
  wipe_state();
}

void mac_key::wipe_state() noexcept {
  wipe(inner_.state_);
  wipe(outer_.state_);
  ready_ = false;
}

digest mac_key::tag(bytes_view message) const noexcept {
  if (!ready_) std::abort();
  hasher inner = inner_;
  hasher outer = outer_;
  const digest middle = inner.add(message).finish();
  digest out = outer.add(middle.view()).finish();
  wipe(inner.state_);
  wipe(outer.state_);
  return out;
}

bool mac_key::verify(bytes_view message, bytes_view expected) const noexcept {
  return equal_in_constant_time(tag(message).view(), expected);
}

kept_mac_key::kept_mac_key(kept_mac_key&& other) noexcept
    : progress_(other.progress_.exchange(progress::none)), kind_(other.kind_), made_(std::move(other.made_)) {
  other.made_.reset();
}

kept_mac_key& kept_mac_key::operator=(kept_mac_key&& other) noexcept {
  if (this != &other) {
    progress_ = other.progress_.exchange(progress::none);
    kind_ = other.kind_;
    made_ = std::move(other.made_);
    other.made_.reset();
  }
  return *this;
}

bool kept_mac_key::verify(sha2 kind, bytes_view key, bytes_view message, bytes_view expected) const noexcept {
  progress seen = progress_.load(std::memory_order_acquire);
  if (seen == progress::none &&
      progress_.compare_exchange_strong(seen, progress::making, std::memory_order_acquire)) {
    kind_ = kind;
    made_.emplace(kind, key);
    progress_.store(progress::made, std::memory_order_release);
    seen = progress::made;
  }
  if (seen == progress::made && kind_ == kind && made_) return made_->verify(message, expected);
  // Another thread is making it, or it was made for another hash: this check makes one of its own.
  return mac_key(kind, key).verify(message, expected);
}

}  // namespace kbve::crypto
