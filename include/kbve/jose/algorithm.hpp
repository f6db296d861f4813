#pragma once

/// The signature algorithms of JWS (RFC 7518 section 3, RFC 8037) that are checked here. `none` is not one of
/// them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kbve::jose {

enum class algorithm : std::uint8_t {
  hs256,
  hs384,
  hs512,
  eddsa,  ///< With Ed25519.
  es256,
  es384,
  es512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
};

/// Their names, in the order of the enumeration.
inline constexpr std::array<std::string_view, 13> algorithm_names{"HS256", "HS384", "HS512", "EdDSA", "ES256",
                                                                  "ES384", "ES512", "RS256", "RS384", "RS512",
                                                                  "PS256", "PS384", "PS512"};

[[nodiscard]] constexpr std::optional<algorithm> algorithm_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < algorithm_names.size(); ++i) {
    if (algorithm_names[i] == name) return static_cast<algorithm>(i);
  }
  return std::nullopt;
}

/// Which algorithms a caller allows.
class algorithm_set {
 public:
  constexpr algorithm_set() noexcept = default;
  constexpr algorithm_set& add(algorithm one) noexcept {
    bits_ |= bit(one);
    return *this;
  }
  [[nodiscard]] constexpr bool has(algorithm one) const noexcept { return (bits_ & bit(one)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] static constexpr algorithm_set all() noexcept {
    algorithm_set out;
    for (std::size_t i = 0; i < algorithm_names.size(); ++i) out.add(static_cast<algorithm>(i));
    return out;
  }

 private:
  static constexpr unsigned bit(algorithm one) noexcept { return 1U << static_cast<unsigned>(one); }
  unsigned bits_ = 0;
};

}  // namespace kbve::jose
