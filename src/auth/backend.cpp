#include "kbve/auth/backend.hpp"

#include <algorithm>
#include <utility>

#include "kbve/core/bytes.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

using detail::json;
using detail::json_kind;

constexpr std::size_t max_backend_size = 32'768;

std::unexpected<error> bad(std::string_view message, std::string_view field) {
  return fail(errc::invalid_input, message, field);
}

std::optional<backend_kind> kind_of(const json& from) noexcept {
  if (from.text == "gotrue") return backend_kind::gotrue;
  if (from.text == "strapi") return backend_kind::strapi;
  if (from.text == "appwrite") return backend_kind::appwrite;
  return std::nullopt;
}

/// The host of an http or https URL, or nothing when the text is anything else.
std::string_view host_of(std::string_view url) noexcept {
  url.remove_prefix(url.starts_with("https://") ? 8 : 7);
  std::string_view host = url.substr(0, url.find('/'));
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_this_device(std::string_view host) noexcept {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
}

/// What a URL of a backend may have in it: no blank, no control character, and nothing that begins another part.
bool is_plain_url(std::string_view url) noexcept {
  return std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F; }) &&
         url.find_first_of("?#@\\\"<>") == std::string_view::npos;
}

result<void> check_url(backend& out, bool allow_http) {
  while (out.url.ends_with('/')) out.url.pop_back();
  const bool sealed = out.url.starts_with("https://");
  if ((!sealed && !out.url.starts_with("http://")) || !is_plain_url(out.url) || host_of(out.url).empty()) {
    return bad("The backend's address is an http(s) URL without query, fragment and user; correct it.", "url");
  }
  if (!sealed && !allow_http && !is_this_device(host_of(out.url))) {
    return bad("Over http:// everybody on the way reads the passwords; use https://, or say allowHttp.", "url");
  }
  return {};
}

}  // namespace

result<backend> backend::parse(std::string_view text) {
  const auto tree = detail::parse_json(text, max_backend_size);
  if (!tree || tree->kind != json_kind::object) return bad("A backend is described by a JSON object.", "backend");
  backend out;
  bool has_kind = false;
  bool allow_http = false;
  for (const json& member : tree->children) {
    const bool is_text = member.kind == json_kind::string && member.text.size() <= max_token;
    const bool is_flag = member.kind == json_kind::boolean;
    bool well = false;
    if (member.name == "kind" && is_text) {
      const auto kind = kind_of(member);
      well = has_kind = kind.has_value();
      out.kind = kind.value_or(backend_kind::gotrue);
    } else if (member.name == "url" && is_text) {
      out.url = member.text;
      well = true;
    } else if (member.name == "apiKey" && is_text) {
      out.api_key = member.text;
      well = member.text.empty() || is_header_safe(member.text);
    } else if (member.name == "project" && is_text) {
      out.project = member.text;
      well = is_header_safe(member.text) && member.text.size() <= 64;
    } else if (member.name == "cookies" && is_flag) {
      out.cookies = member.flag;
      well = true;
    } else if (member.name == "askCookie" && is_flag) {
      out.ask_cookie = member.flag;
      well = true;
    } else if (member.name == "allowHttp" && is_flag) {
      allow_http = member.flag;
      well = true;
    }
    if (!well) return bad("This is not what a backend's description has there; look at its type.", member.name);
  }
  if (!has_kind) return bad("The kind of a backend is gotrue, strapi or appwrite.", "kind");
  if (out.kind == backend_kind::appwrite && out.project.empty()) {
    return bad("Appwrite wants the id of the project; add it.", "project");
  }
  if (auto checked = check_url(out, allow_http); !checked) return std::unexpected(std::move(checked).error());
  return out;
}

result<http_request> make_request(const backend& to, const action& what, const tokens& proof) {
  if (capabilities()[static_cast<std::size_t>(what.kind)].by.at(static_cast<std::size_t>(to.kind)) ==
      support::no) {
    return unsupported(sentence(errc::not_supported));
  }
  switch (to.kind) {
    case backend_kind::gotrue: return gotrue_request(to, what, proof);
    case backend_kind::strapi: return strapi_request(to, what, proof);
    case backend_kind::appwrite: return appwrite_request(to, what, proof);
  }
  return unsupported(sentence(errc::not_supported));
}

std::expected<outcome, refusal> read_response(const backend& from, const action& what,
                                              const http_response& response, const reading& with) {
  // A status of 0 is what a fetch without CORS shows: nothing can be known from it.
  if (response.status == 0) return std::unexpected(no_answer());
  if (what.kind == action_kind::health) {
    if (!is_success(response)) {
      return std::unexpected(refused_by(code_by_status(response.status), response, "", "", with));
    }
    outcome out;
    out.kind = outcome_kind::health;
    if (const auto body = json_object::read(response.body.substr(0, max_body_size))) {
      out.text = text_of(*body, "version", 64);
    }
    return out;
  }
  switch (from.kind) {
    case backend_kind::gotrue: return gotrue_response(what, response, with);
    case backend_kind::strapi: return strapi_response(from, what, response, with);
    case backend_kind::appwrite: return appwrite_response(from, what, response, with);
  }
  return bad_response(response);
}

}  // namespace kbve::auth
