/// Any bytes as a response to any action of any backend: the reader never crashes, and what it takes for a session
/// is one in every part; so is an address that is returned to, and an action.
///
/// Input: backend, action and status as three bytes; a line of header; the body.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <source_location>
#include <string>

#include "detail/json_text.hpp"
#include "kbve/auth/backend.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/jose/jwt.hpp"

namespace {

using namespace kbve;

void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::cerr << "broken promise, line " << where.line() << '\n';
  std::abort();
}

bool is_json(const std::string& text) {
  return detail::check_json(text) == detail::json_flaw::none;
}

const std::array<auth::backend, 3>& backends() {
  static const std::array<auth::backend, 3> all{
      *auth::backend::parse(R"({"kind":"gotrue","url":"https://x.example"})"),
      *auth::backend::parse(R"({"kind":"strapi","url":"https://x.example/api"})"),
      *auth::backend::parse(R"({"kind":"appwrite","url":"https://x.example/v1","project":"p"})")};
  return all;
}

void check(const auth::backend& from, const auth::session& got, std::uint32_t status) {
  expect(status >= 200 && status < 300);
  expect(!got.proof.user_id.empty() && got.expires_at != 0);
  expect(!got.who || got.who->id == got.proof.user_id);
  if (from.kind == auth::backend_kind::appwrite) {
    expect(got.proof.access.empty() && !got.proof.session_id.empty());
  } else {
    expect(jose::decode_jwt(got.proof.access).has_value());
  }
  if (from.kind == auth::backend_kind::gotrue) expect(!got.proof.refresh.empty() && got.who.has_value());
  for (const std::string& proof : {got.proof.access, got.proof.refresh, got.proof.secret}) {
    expect(proof.empty() || auth::is_header_safe(proof));
  }
  const auto back = auth::session::parse(got.to_json());
  expect(back && *back == got);
}

void read(const auth::backend& from, const auth::action& what, const auth::http_response& response,
          const auth::tokens& proof) {
  const auth::reading with{.now = 1'760'000'000'000, .skew = 0, .proof = proof};
  const auto outcome = auth::read_response(from, what, response, with);
  if (!outcome) {
    const auth::refusal& why = outcome.error();
    expect(why.why.code >= errc::invalid_credentials && !why.why.message.empty());
    expect(why.backend_message.size() <= auth::max_backend_message && is_json(why.to_json()));
    expect(why.why.retry_at == 0 ||
           (why.why.retry_at >= with.now && why.why.retry_at <= with.now + auth::max_wait));
    return;
  }
  expect(is_json(outcome->to_json()));
  expect((outcome->kind == auth::outcome_kind::session) == outcome->signed_in.has_value());
  if (outcome->signed_in) {
    check(from, *outcome->signed_in, response.status);
    if (what.kind == auth::action_kind::refresh && !proof.user_id.empty()) {
      expect(outcome->signed_in->proof.user_id == proof.user_id);
    }
    // What was read can be used: a request made of it has nothing in it that could break out.
    const auto next = auth::make_request(from, what, outcome->signed_in->proof);
    if (next) {
      for (const auth::http_header& header : next->headers) expect(auth::is_header_safe(header.value));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view rest = as_text({data + 3, size - 3});
  const std::size_t line = std::min(rest.find('\n'), rest.size());
  const std::string_view header = rest.substr(0, line);
  const std::string_view body = rest.substr(std::min(line + 1, rest.size()));
  const auth::backend& from = backends().at(data[0] % 3U);
  auth::action what;
  what.kind = static_cast<auth::action_kind>(data[1] % auth::action_count);
  constexpr std::array<std::uint32_t, 12> statuses{200, 201, 204, 0, 302, 400, 401, 403, 404, 422, 429, 500};
  auth::http_response response{.status = statuses.at(data[2] % statuses.size()), .headers = {}, .body = body};
  const std::size_t colon = header.find(':');
  if (colon != std::string_view::npos) {
    response.headers.push_back(
        {.name = std::string(header.substr(0, colon)), .value = std::string(header.substr(colon + 1))});
  }
  read(from, what, response, {});
  read(from, what, response, {.access = "a.b.c", .refresh = "r", .secret = "s", .user_id = "u1"});

  if (const auto back = auth::read_redirect(body)) expect(!is_utf8(body) || is_json(auth::to_json(*back)));
  (void)auth::http_response::parse(body, header);
  if (const auto parsed = auth::action::parse(body)) {
    for (const auth::backend& to : backends()) {
      const auto made = auth::make_request(to, *parsed, {.access = "a.b.c", .refresh = "r", .user_id = "7"});
      if (made) {
        expect(made->url.starts_with("https://x.example") && is_json(made->to_json()));
        expect(made->url.find_first_of(" \r\n\"<>") == std::string::npos);
        expect(made->body.empty() || is_json(made->body));
      }
    }
  }
  return 0;
}
