#pragma once

/// The locker's header (locker format 1): who it is, which keys it has, and the slots that open it. In clear,
/// and authenticated by `mac`.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/crypto/hmac.hpp"
#include "kbve/vault/slot.hpp"

namespace kbve::vault {

struct header {
  std::uint64_t rev = 0;
  vault::locker_id locker_id{};
  vault::key_id key_id{};
  std::string tenant;
  std::string name;
  std::uint64_t created = 0;  ///< Milliseconds since 1970.
  std::uint32_t epoch = 0;    ///< Which data key seals now. Older ones still open.
  std::vector<slot> slots;
  crypto::hmac_tag mac{};

  friend bool operator==(const header&, const header&) = default;
};

/// Bytes of a tenant or a name.
inline constexpr std::size_t max_name_bytes = 512;

/// Reads a header from JSON with bytes as base64url, members in any order. `format` is looked at before
/// anything else: one this version does not know → `unsupported_format`. Then `tampered` for a wrong shape,
/// `kdf_out_of_range` for a slot whose costs are outside the limits. The mac is not checked here: that needs
/// a key.
[[nodiscard]] result<header> parse_header(std::string_view json);

[[nodiscard]] std::string to_json(const header& value);

/// Adds the header's values, in the format's order and without its mac, to what is authenticated.
void append_canonical(canonical_writer& out, const header& value);

/// HMAC-SHA-256 under the header key over canonical(all other fields).
[[nodiscard]] crypto::hmac_tag mac_of(const header& value, const crypto::hmac_key& header_key);
[[nodiscard]] bool mac_holds(const header& value, const crypto::hmac_key& header_key);

}  // namespace kbve::vault
