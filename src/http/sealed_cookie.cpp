#include "kbve/http/sealed_cookie.hpp"

#include <algorithm>

#include "detail/json_object.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/http/cookie.hpp"
#include "kbve/jose/jwe.hpp"

namespace kbve::http {
namespace {

constexpr std::string_view cookie_type = "kbve-cookie";

std::unexpected<error> not_ours() {
  return fail(errc::cookie_invalid,
              "The cookie is not one sealed here under this name, or it was changed; set it again.", "name");
}

}  // namespace

std::string cookie_key_id(std::span<const std::uint8_t, 16> key_id, std::uint32_t epoch) {
  std::string out = base64url::encode(key_id);
  out.push_back('.');
  detail::append_json_integer(out, epoch);
  return out;
}

std::optional<std::uint32_t> epoch_of_cookie(std::string_view sealed, std::span<const std::uint8_t, 16> key_id) {
  const auto token = jose::read_jwe(sealed);
  if (!token || !token->key_id) return std::nullopt;
  const std::size_t dot = token->key_id->find('.');
  std::uint64_t epoch = 0;
  for (const char c : std::string_view(*token->key_id).substr(std::min(dot, token->key_id->size()))) {
    if (c == '.') continue;
    if (c < '0' || c > '9' || epoch > UINT32_MAX) return std::nullopt;
    epoch = epoch * 10 + static_cast<std::uint64_t>(c - '0');
  }
  // Written again, so that every epoch has one name only.
  if (epoch > UINT32_MAX || cookie_key_id(key_id, static_cast<std::uint32_t>(epoch)) != *token->key_id) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(epoch);
}

result<std::string> seal_cookie(std::string_view name, std::string_view value,
                                std::span<const std::uint8_t, 32> key, std::string_view kid) {
  if (!is_utf8(name) || !is_utf8(value) || !is_utf8(kid)) {
    return fail(errc::cookie_invalid, "A cookie's name and value are well-formed Unicode.", "value");
  }
  if (value.size() > max_cookies_size) {
    return fail(errc::cookie_too_large,
                "All cookies of a locker have 6,000 bytes together; keep less in this one.", "value");
  }
  std::string header = R"({"typ":)";
  detail::append_json_string(header, cookie_type);
  if (!kid.empty()) {
    header.append(R"(,"kid":)");
    detail::append_json_string(header, kid);
  }
  header.append(R"(,"cookie":)");
  detail::append_json_string(header, name);
  header.push_back('}');
  return jose::seal_jwe(as_bytes(value), header, key);
}

result<std::string> open_cookie(std::string_view name, std::string_view sealed,
                                std::span<const std::uint8_t, 32> key) {
  const auto token = jose::read_jwe(sealed);
  if (!token) return not_ours();
  const auto header = detail::json_object::read(token->header);
  if (!header || header->text("typ") != cookie_type || header->text("cookie") != name) return not_ours();
  const auto opened = jose::open_jwe(*token, key);
  if (!opened || !is_utf8(opened->view())) return not_ours();
  return std::string(as_text(opened->view()));
}

}  // namespace kbve::http
