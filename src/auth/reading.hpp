#pragma once

/// What the readers of the three backends share. Every response is taken for hostile: it is an object within
/// limits, and each member is asked for by name and type.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "detail/json.hpp"
#include "detail/json_object.hpp"
#include "detail/json_writer.hpp"
#include "kbve/auth/backend.hpp"

namespace kbve::auth {

using detail::json_object;
using detail::json_writer;
template <class T>
using answered = std::expected<T, refusal>;

inline constexpr std::size_t max_listed = 256;

/// The member as a text of at most `most` bytes; '' when it is absent, of another type, or longer.
[[nodiscard]] std::string text_of(const json_object& from, std::string_view name,
                                  std::size_t most = max_short_text);
/// The same for what may stand in a header; '' for anything else.
[[nodiscard]] std::string proof_of(const json_object& from, std::string_view name);
/// A text, also for a whole number: Strapi's ids.
[[nodiscard]] std::string id_of(const json_object& from, std::string_view name);
/// True for `true` alone.
[[nodiscard]] bool flag_of(const json_object& from, std::string_view name);
/// A whole number from 0, fractions cut; nothing otherwise.
[[nodiscard]] std::optional<std::uint64_t> number_of(const json_object& from, std::string_view name);
/// Seconds since 1970 as milliseconds; 0 for what is no date before the year 10000.
[[nodiscard]] std::uint64_t date_of(const json_object& from, std::string_view name);
/// The member as an object.
[[nodiscard]] std::optional<json_object> object_of(const json_object& from, std::string_view name);
/// The whole object as JSON, or '' when it is over `most` bytes.
[[nodiscard]] std::string raw_of(const json_object& from, std::size_t most);

/// What an access token says about itself. Form only; the signature is not looked at.
struct token_claims {
  std::string json;
  std::string subject;
  std::string session_id;
  std::string type;
  std::uint64_t issued_at = 0;   ///< Milliseconds; 0: it does not say.
  std::uint64_t expires_at = 0;  ///< Milliseconds; 0: it does not say.
  std::uint32_t level = 1;
  bool legacy = false;  ///< Strapi: the subject is called `id`.
};

/// Nothing when it is no JWT.
[[nodiscard]] std::optional<token_claims> read_token(std::string_view token);

[[nodiscard]] std::unexpected<refusal> bad_response(const http_response& response);

/// The body of an answer as an object, or `bad_response`.
[[nodiscard]] answered<json_object> body_of(const http_response& response);

/// A refusal as the backend said it. The time to wait is put in where the code is `rate_limited`.
[[nodiscard]] refusal refused_by(errc code, const http_response& response, std::string_view backend_code,
                                 std::string_view message, const reading& with);

/// The code of an answer that says nothing in the backend's own words, by its status alone.
[[nodiscard]] errc code_by_status(std::uint32_t status) noexcept;

[[nodiscard]] inline bool is_success(const http_response& response) noexcept {
  return response.status >= 200 && response.status < 300;
}

[[nodiscard]] outcome done();
[[nodiscard]] outcome as_outcome(session came);
[[nodiscard]] outcome as_outcome(user who);
[[nodiscard]] outcome as_outcome(pending next);

/// The readers and writers of each backend; backend.cpp chooses.
[[nodiscard]] result<http_request> gotrue_request(const backend& to, const action& what, const tokens& proof);
[[nodiscard]] answered<outcome> gotrue_response(const action& what, const http_response& response,
                                                const reading& with);
[[nodiscard]] result<http_request> strapi_request(const backend& to, const action& what, const tokens& proof);
[[nodiscard]] answered<outcome> strapi_response(const backend& from, const action& what,
                                                const http_response& response, const reading& with);
[[nodiscard]] result<http_request> appwrite_request(const backend& to, const action& what, const tokens& proof);
[[nodiscard]] answered<outcome> appwrite_response(const backend& from, const action& what,
                                                  const http_response& response, const reading& with);

// Requests.

[[nodiscard]] std::unexpected<error> unsupported(std::string_view why);
[[nodiscard]] std::unexpected<error> missing(std::string_view field);
[[nodiscard]] std::unexpected<error> no_session();

/// A request with a JSON body; `body` may be empty.
[[nodiscard]] http_request json_request(const backend& to, std::string_view method, std::string_view path,
                                        std::string body = {});
void add_header(http_request& to, std::string_view name, std::string_view value);
/// `Authorization: Bearer …`, or `session_missing` where there is none that can stand in a header.
[[nodiscard]] result<http_request> with_bearer(http_request request, const tokens& proof);
/// `?name=value` or `&name=value`, percent-encoded; nothing for an empty value.
void add_query(std::string& url, std::string_view name, std::string_view value);
/// A value as one part of a path; nothing when it could be something else there.
[[nodiscard]] std::optional<std::string> path_part(std::string_view value);

}  // namespace kbve::auth
