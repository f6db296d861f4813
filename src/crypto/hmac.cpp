#include "kbve/crypto/hmac.hpp"

#include <sodium/crypto_auth_hmacsha256.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace kbve::crypto {

namespace {

using state = crypto_auth_hmacsha256_state;

}  // namespace

hmac_key::hmac_key(bytes_view key) noexcept : ready_(true) {
  static_assert(sizeof(state) == sizeof state_ && alignof(state) <= 8, "the header keeps room for the state");
  state prepared;
  crypto_auth_hmacsha256_init(&prepared, key.data(), key.size());
  std::memcpy(state_.data(), &prepared, sizeof prepared);
  wipe({reinterpret_cast<std::uint8_t*>(&prepared), sizeof prepared});  // NOLINT: its bytes
}

hmac_key::hmac_key(hmac_key&& other) noexcept : state_(other.state_), ready_(other.ready_) {
  other.wipe_state();
}

hmac_key& hmac_key::operator=(hmac_key&& other) noexcept {
  if (this != &other) {
    state_ = other.state_;
    ready_ = other.ready_;
    other.wipe_state();
  }
  return *this;
}

hmac_key::~hmac_key() {
  wipe_state();
}

void hmac_key::wipe_state() noexcept {
  wipe(state_);
  ready_ = false;
}

hmac_tag hmac_key::tag(bytes_view message) const noexcept {
  if (!ready_) std::abort();
  state running;
  std::memcpy(&running, state_.data(), sizeof running);
  crypto_auth_hmacsha256_update(&running, message.data(), message.size());
  hmac_tag out;
  crypto_auth_hmacsha256_final(&running, out.data());  // leaves the state wiped
  return out;
}

hmac_message::hmac_message(const hmac_key& key) noexcept : state_(key.state_) {
  if (!key.ready_) std::abort();
}

hmac_message::~hmac_message() {
  wipe(state_);
}

void hmac_message::add(bytes_view piece) noexcept {
  // The bytes are a state's storage, aligned for it and filled with a copy of one.
  auto* const running = std::launder(reinterpret_cast<state*>(state_.data()));  // NOLINT
  crypto_auth_hmacsha256_update(running, piece.data(), piece.size());
}

hmac_tag hmac_message::tag() const noexcept {
  state running;
  std::memcpy(&running, state_.data(), sizeof running);
  hmac_tag out;
  crypto_auth_hmacsha256_final(&running, out.data());  // leaves the state wiped
  return out;
}

bool hmac_key::verify(bytes_view message, bytes_view expected) const noexcept {
  return equal_in_constant_time(tag(message), expected);
}

hmac_tag hmac_sha256(bytes_view key, bytes_view message) noexcept {
  return hmac_key(key).tag(message);
}

}  // namespace kbve::crypto
