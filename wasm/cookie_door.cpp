/// Cookies through the door. Nothing is decided here.

#include <utility>

#include "door.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/http/cookie.hpp"
#include "kbve/http/sealed_cookie.hpp"

namespace kbve::wasm {
namespace {

/// A key for one call; the input is wiped when it is over.
template <class Use>
std::int32_t with_key(std::uint32_t size, Use use) {
  packed_reader in(input(size));
  const bytes_view key = take(in);
  std::int32_t said = 0;
  if (key.size() == secret_key::length) {
    said = answer(result<std::string>(use(in, key.first<secret_key::length>())));
  } else {
    said = refuse(fail(errc::invalid_field, "A cookie key has 32 bytes; draw another.", "key").error());
  }
  wipe_input(size);
  return said;
}

}  // namespace

/// Input: a Cookie header. Output: [["name","value"],…].
KBVE_DOOR(parseCookies) std::int32_t parse_cookies(std::uint32_t size) {
  return answer(http::to_json(http::parse_cookies(as_text(input(size)))));
}

/// Input: name · a Cookie header. Output: the value.
KBVE_DOOR(readCookie) std::int32_t read_cookie(std::uint32_t size) {
  packed_reader in(input(size));
  const std::string_view name = take_text(in);
  return answer(http::read_cookie(take_text(in), name));
}

/// Input: a request as JSON. Output: the plan as JSON.
KBVE_DOOR(writeCookie) std::int32_t write_cookie(std::uint32_t size) {
  const auto request = http::cookie_request::parse(as_text(input(size)));
  if (!request) return refuse(request.error());
  const auto plan = http::plan_cookie(*request);
  return plan ? answer(plan->to_json()) : refuse(plan.error());
}

/// Input: key · name · kid or '' · value. Output: the sealed value.
KBVE_DOOR(sealCookie) std::int32_t seal_cookie(std::uint32_t size) {
  return with_key(size, [](packed_reader& in, auto key) {
    const std::string_view name = take_text(in);
    const std::string_view kid = take_text(in);
    return http::seal_cookie(name, take_text(in), key, kid);
  });
}

/// Input: key · name · the sealed value. Output: the value.
KBVE_DOOR(openCookie) std::int32_t open_cookie(std::uint32_t size) {
  return with_key(size, [](packed_reader& in, auto key) {
    const std::string_view name = take_text(in);
    return http::open_cookie(name, take_text(in), key);
  });
}

/// Input: key_id · a sealed value. The epoch it was sealed in, or 0 when it is not of that root key.
KBVE_DOOR(epochOfCookie) std::uint32_t epoch_of_cookie(std::uint32_t size) {
  packed_reader in(input(size));
  const bytes_view key_id = take(in);
  if (key_id.size() != 16) return 0;
  return http::epoch_of_cookie(take_text(in), key_id.first<16>()).value_or(0);
}

}  // namespace kbve::wasm
