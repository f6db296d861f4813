/// What the requests of all backends are made of.

#include <utility>

#include "kbve/http/cookie.hpp"
#include "reading.hpp"

namespace kbve::auth {

std::unexpected<error> unsupported(std::string_view why) {
  return fail(errc::not_supported, why);
}

std::unexpected<error> missing(std::string_view field) {
  return fail(errc::invalid_input, "This is needed here and was not given; add it to the call.", field);
}

std::unexpected<error> no_session() {
  return fail(errc::session_missing, sentence(errc::session_missing));
}

void add_header(http_request& to, std::string_view name, std::string_view value) {
  to.headers.push_back({.name = std::string(name), .value = std::string(value)});
}

http_request json_request(const backend& to, std::string_view method, std::string_view path, std::string body) {
  http_request out;
  out.method = method;
  out.url = to.url;
  out.url.append(path);
  // A type without a body would cost a browser one more request, to ask whether it may.
  if (!body.empty()) add_header(out, "Content-Type", "application/json;charset=UTF-8");
  out.body = std::move(body);
  return out;
}

result<http_request> with_bearer(http_request request, const tokens& proof) {
  if (!is_header_safe(proof.access) || proof.access.contains(' ')) return no_session();
  add_header(request, "Authorization", "Bearer " + proof.access);
  return request;
}

void add_query(std::string& url, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  url.push_back(url.contains('?') ? '&' : '?');
  url.append(name).push_back('=');
  url.append(http::encode_value(value));
}

std::optional<std::string> path_part(std::string_view value) {
  // Two dots would be resolved away, whether or not they are percent-encoded.
  if (value.empty() || value.size() > 256 || value == "." || value == "..") return std::nullopt;
  return http::encode_value(value);
}

}  // namespace kbve::auth
