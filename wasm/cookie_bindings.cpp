/// Cookies as JavaScript sees them. Nothing is decided here.

#include <emscripten/bind.h>

#include <string>

#include "kbve/http/cookie.hpp"
#include "kbve/http/sealed_cookie.hpp"
#include "marshal.hpp"

namespace kbve::wasm {
namespace {

std::string parse_cookies(const std::string& header) {
  return http::to_json(http::parse_cookies(header));
}

text_or_failure read_cookie(const std::string& header, const std::string& name) {
  return text_to_js(http::read_cookie(header, name));
}

text_or_failure write_cookie(const std::string& request_json) {
  const auto request = http::cookie_request::parse(request_json);
  if (!request) return text_or_failure(to_js(request.error()));
  const auto plan = http::plan_cookie(*request);
  return text_or_failure(plan ? emscripten::val(plan->to_json()) : to_js(plan.error()));
}

/// A key of the application's own, for one call.
template <class Use>
text_or_failure with_key(const uint8_array& key, Use use) {
  const secret_bytes copy = from_js(key);
  if (copy.size() != secret_key::length) {
    return text_to_js(
        result<std::string>(fail(errc::invalid_field, "A cookie key has 32 bytes; draw another.", "key")));
  }
  return text_to_js(use(copy.view().first<secret_key::length>()));
}

text_or_failure seal_cookie(const std::string& name, const std::string& value, const uint8_array& key,
                            const std::string& kid) {
  return with_key(key, [&](auto bytes) { return http::seal_cookie(name, value, bytes, kid); });
}

text_or_failure open_cookie(const std::string& name, const std::string& sealed, const uint8_array& key) {
  return with_key(key, [&](auto bytes) { return http::open_cookie(name, sealed, bytes); });
}

}  // namespace
}  // namespace kbve::wasm

EMSCRIPTEN_BINDINGS(kbve_cookies) {
  using namespace emscripten;
  using namespace kbve::wasm;

  function("parseCookies(header)", &parse_cookies);
  function("readCookie(header, name)", &read_cookie);
  function("writeCookie(requestJson)", &write_cookie);
  function("sealCookie(name, value, key, kid)", &seal_cookie);
  function("openCookie(name, sealed, key)", &open_cookie);
}
