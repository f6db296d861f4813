#pragma once

/// The root (locker format 1): a sealed summary of all records, which shows when one was put back to an older
/// version, removed or added behind the locker's back.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/crypto/hmac.hpp"

namespace kbve::vault {

/// A sum of terms modulo 2^256, read as big-endian numbers. Order does not matter, and what is added can be
/// subtracted again, so it is kept up to date without reading the other records.
class set_sum {
 public:
  set_sum() = default;
  explicit set_sum(const byte_array<32>& big_endian) noexcept;

  void add(const crypto::hmac_tag& term) noexcept;
  void subtract(const crypto::hmac_tag& term) noexcept;
  /// Big-endian.
  [[nodiscard]] byte_array<32> to_bytes() const noexcept;

  friend bool operator==(const set_sum&, const set_sum&) = default;

 private:
  std::array<std::uint64_t, 4> limbs_{};  // the least significant first
};

struct root {
  std::uint64_t rev = 0;
  std::uint64_t header_rev = 0;  ///< No older header belongs to these records.
  std::uint64_t sealed = 0;      ///< Seals under the data key of the root's own epoch.
  std::uint64_t count = 0;       ///< Records, deletions included.
  set_sum sum;

  friend bool operator==(const root&, const root&) = default;
};

/// The plaintext of a root: `{"rev","header_rev","sealed","count","sum":"<base64url>"}`.
[[nodiscard]] std::string to_json(const root& value);
/// Nothing for any other shape. Members in any order.
[[nodiscard]] std::optional<root> parse_root(std::string_view json);

}  // namespace kbve::vault
