/// Any text as a Cookie header, as a cookie's description and as its value. What is written is within every
/// limit, breaks out of no attribute, and reads back as the value it was.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "kbve/core/bytes.hpp"
#include "kbve/http/cookie.hpp"

namespace {

using namespace kbve;
using namespace kbve::http;

void check(const cookie_request& request) {
  const auto plan = plan_cookie(request);
  if (!plan) return;
  std::string header;
  std::size_t sum = 0;
  for (const auto* lines : {&plan->write, &plan->stale}) {
    for (const cookie_line& line : *lines) {
      for (const char c : line.line) {
        if (c < 0x20 || c > 0x7E) std::abort();
      }
      if (!line.line.starts_with(line.name + "=" + line.value)) std::abort();
      if (line.value.find_first_of("; ,\"\\") != std::string::npos) std::abort();
    }
  }
  for (const cookie_line& line : plan->write) {
    if (line.line.size() > max_line_size) std::abort();
    sum += line.name.size() + line.value.size();
    header += (header.empty() ? "" : "; ") + line.name + "=" + line.value;
  }
  if (sum != plan->size || sum > max_cookies_size) std::abort();
  if (!request.value) return;
  const auto back = read_cookie(header, request.name);
  if (!back || *back != *request.value) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));

  for (const auto& [name, value] : parse_cookies(text)) {
    if (name.empty() || name.find_first_of(";=") != std::string_view::npos) std::abort();
    if (value.find(';') != std::string_view::npos) std::abort();
  }
  if (is_utf8(text) && decode_value(encode_value(text)) != text) std::abort();

  if (const auto request = cookie_request::parse(text)) check(*request);

  cookie_request request;
  request.name = "name";
  request.value = text;
  check(request);
  // Long enough to be cut.
  request.value = text + std::string(4'000, 'x');
  check(request);
  return 0;
}
