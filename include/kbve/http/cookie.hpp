#pragma once

/// Cookies as text (RFC 6265bis): read from a Cookie header or `document.cookie`, written as lines that are
/// good for Set-Cookie and for `document.cookie`. Measured before anything is written.
///
/// A value that is too long for one cookie is cut in two: `name` begins with "2~", its number of parts, and
/// `name.1` goes on. A value by itself never begins so.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/result.hpp"

namespace kbve::http {

/// Bytes of one whole line, with its attributes: what RFC 6265 section 6.1 has every browser keep.
inline constexpr std::size_t max_line_size = 4'096;
/// Bytes of names and values of all cookies of a locker.
inline constexpr std::size_t max_cookies_size = 6'000;
/// Seconds a cookie may live: 400 days, as RFC 6265bis section 5.6.2 has browsers cut it.
inline constexpr std::uint64_t max_cookie_age = 34'560'000;

struct cookie_pair {
  std::string_view name;
  std::string_view value;  ///< As it was sent, without quotes around it.
};

/// The pairs of a Cookie header, of a name the first. Whatever is no pair is left out. The views point into
/// `header`.
[[nodiscard]] std::vector<cookie_pair> parse_cookies(std::string_view header);

/// `[["name","value"],…]`. Pairs that are not well-formed UTF-8 are left out.
[[nodiscard]] std::string to_json(const std::vector<cookie_pair>& pairs);

/// A cookie's value out of a Cookie header: its parts put together, percent-decoded. `absent` when it is not
/// there, `cookie_invalid` when a part of it is missing.
[[nodiscard]] result<std::string> read_cookie(std::string_view header, std::string_view name);

/// Percent-encodes UTF-8 as `encodeURIComponent` does, which is also what cookie libraries write.
[[nodiscard]] std::string encode_value(std::string_view text);
/// The way back. What does not decode to UTF-8 is given as it is, as cookie libraries do.
[[nodiscard]] std::string decode_value(std::string_view text);

enum class same_site : std::uint8_t { unset, strict, lax, none };

struct cookie_attributes {
  std::string path;                      ///< Empty: not written.
  std::string domain;                    ///< Empty: not written.
  std::optional<std::uint64_t> expires;  ///< Milliseconds since 1970.
  std::optional<std::uint64_t> max_age;  ///< Seconds; `max_cookie_age` at most is written.
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  same_site site = same_site::unset;
};

struct cookie_request {
  std::string name;
  std::optional<std::string> value;  ///< Text, not yet encoded. Nothing: the cookie goes.
  cookie_attributes attributes;
  /// The cookies there are, so that parts no longer used are removed; nothing when that is not known.
  std::optional<std::vector<std::string>> present;
  std::size_t others = 0;  ///< Bytes of names and values of the locker's other cookies.

  /// Reads `{"name","value","attributes"?:{"path","domain","expires","maxAge","secure","httpOnly","sameSite",
  /// "partitioned"},"present"?,"others"?}`. `invalid_field` with the member as field.
  [[nodiscard]] static result<cookie_request> parse(std::string_view json);
};

struct cookie_line {
  std::string name;
  std::string value;  ///< Encoded.
  std::string line;
};

struct cookie_plan {
  std::size_t size = 0;            ///< Bytes of names and values that are written.
  std::vector<cookie_line> write;  ///< One or two.
  std::vector<cookie_line> stale;  ///< Lines that remove a cookie.

  [[nodiscard]] std::string to_json() const;
};

/// Decides what is written. `cookie_invalid` with the attribute as field for what a browser would refuse:
/// characters the grammar does not allow, `__Secure-` and `__Host-` names without what they promise,
/// SameSite=None or Partitioned without Secure. `cookie_too_large` when it takes more than two parts, or more
/// than `max_cookies_size` with the others; then nothing is to be written.
[[nodiscard]] result<cookie_plan> plan_cookie(const cookie_request& request);

}  // namespace kbve::http
