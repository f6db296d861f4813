#pragma once

/// An HTTP request and its answer as values, and what the answer says when it is no. Nothing is sent here.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbve/core/result.hpp"

namespace kbve::auth {

struct http_header {
  std::string name;
  std::string value;
};

struct http_request {
  std::string method;
  std::string url;
  std::vector<http_header> headers;
  std::string body;               ///< JSON, or empty.
  bool with_credentials = false;  ///< Cookies of the backend go along (`credentials: "include"`).
  bool navigate = false;          ///< Not to be fetched: the person is sent there.

  /// `{"method","url","headers":[["name","value"]…],"body"?,"credentials":"include"|"omit","navigate"}`.
  [[nodiscard]] std::string to_json() const;
};

/// Bytes of a response that are looked at, of all its headers, and of one of them.
inline constexpr std::size_t max_body_size = 1'048'576;
inline constexpr std::size_t max_headers = 128;
inline constexpr std::size_t max_header_size = 16'384;

struct http_response {
  std::uint32_t status = 0;
  std::vector<http_header> headers;
  std::string_view body;  ///< Any bytes. They belong to the caller.

  /// The value of the header, or nothing; case of its name means nothing.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;

  /// Reads `{"status":200,"headers":[["name","value"]…]}`; the body is given beside it. `invalid_input`.
  [[nodiscard]] static result<http_response> parse(std::string_view head, std::string_view body);
};

/// No, and all that is known about why: one of this library's codes with a sentence that names a way out, and
/// what the backend itself said.
struct refusal {
  error why;
  std::uint32_t status = 0;          ///< HTTP; 0 when no answer came.
  std::string backend_code;          ///< As the backend names it; Strapi has none.
  std::string backend_message;       ///< Its own words, `max_backend_message` bytes at most.
  std::vector<std::string> reasons;  ///< Of `weak_password`.
  std::vector<std::string> fields;   ///< Of `invalid_input`.

  refusal() = default;
  refusal(error because) : why(std::move(because)) {}  // NOLINT(*-explicit-*): an error is a refusal

  [[nodiscard]] std::string to_json() const;

  friend bool operator==(const refusal&, const refusal&) = default;
};

inline constexpr std::size_t max_backend_message = 512;

/// What a person is told for a code of the auth room, where nothing better is known.
[[nodiscard]] std::string_view sentence(errc code) noexcept;

/// A refusal of this code with its sentence.
[[nodiscard]] refusal refuse(errc code, std::string_view field = {});

/// When nothing was answered: the network failed, or the fetch's time ran out.
[[nodiscard]] refusal no_answer();

/// Milliseconds since 1970, on the device's clock, before which the backend wants no more of this: from
/// `Retry-After`, `RateLimit-Reset`, `X-RateLimit-Reset`, or GoTrue's sentence. 0 when nobody says. `skew` is
/// what the backend's clock is ahead, in milliseconds. Never later than `max_wait` from `now`.
[[nodiscard]] std::uint64_t retry_at(const http_response& response, std::string_view message, std::uint64_t now,
                                     std::int64_t skew);

/// The longest time a backend is believed in asking to wait.
inline constexpr std::uint64_t max_wait = 3'600'000;

/// Milliseconds since 1970 of `2026-10-15T06:38:00.000+00:00` (RFC 3339) or nothing.
[[nodiscard]] std::uint64_t parse_time(std::string_view text) noexcept;
/// The same of `Wed, 21 Oct 2026 07:28:00 GMT` (RFC 9110 section 5.6.7, the form that is sent today).
[[nodiscard]] std::uint64_t parse_http_date(std::string_view text) noexcept;

}  // namespace kbve::auth
