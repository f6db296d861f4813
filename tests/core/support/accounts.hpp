#pragma once

/// Backends, requests and answers for tests. The shapes of answers are those the servers' own sources write.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "kbve/auth/backend.hpp"
#include "kbve/auth/machine.hpp"
#include "support/tokens.hpp"

namespace kbve::test {

inline constexpr std::uint64_t at_noon = 1'760'000'000'000;  // 2025-10-09T08:53:20Z

inline auth::backend gotrue() {
  return *auth::backend::parse(R"({"kind":"gotrue","url":"http://127.0.0.1:9999","apiKey":"sb_publishable_x"})");
}
inline auth::backend strapi() {
  return *auth::backend::parse(R"({"kind":"strapi","url":"http://localhost:1337/api/"})");
}
inline auth::backend appwrite() {
  return *auth::backend::parse(R"({"kind":"appwrite","url":"https://a.example/v1","project":"p1"})");
}

/// "METHOD url body", or the code of the error and its field.
inline std::string request(const auth::backend& to, std::string_view action, const auth::tokens& proof = {}) {
  const auto what = auth::action::parse(action);
  if (!what) return std::string(name(what.error().code)) + " " + what.error().field;
  const auto made = auth::make_request(to, *what, proof);
  if (!made) return std::string(name(made.error().code)) + " " + made.error().field;
  return made->method + " " + made->url + (made->body.empty() ? "" : " " + made->body);
}

inline std::string header_of(const auth::http_request& request, std::string_view name) {
  for (const auth::http_header& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

inline std::expected<auth::outcome, auth::refusal> response(const auth::backend& from, std::string_view action,
                                                            std::uint32_t status, std::string_view body,
                                                            const auth::tokens& proof = {},
                                                            std::vector<auth::http_header> headers = {}) {
  const auto what = auth::action::parse(action);
  EXPECT_TRUE(what) << action;
  if (!what) return std::unexpected(auth::refuse(errc::invalid_input));
  auth::http_response got{.status = status, .headers = std::move(headers), .body = body};
  return auth::read_response(from, *what, got, {.now = at_noon, .skew = 0, .proof = proof});
}

/// The code of a refusal; "" for an outcome.
inline std::string code(const std::expected<auth::outcome, auth::refusal>& got) {
  return got ? "" : std::string(name(got.error().why.code));
}

inline std::string seconds(std::uint64_t ms) {
  return std::to_string(ms / 1'000);
}

/// A token of GoTrue's for one hour.
inline std::string gotrue_token(std::uint64_t issued = at_noon, std::string_view user = "u1",
                                std::string_view more = R"("aal":"aal1","session_id":"s1")",
                                std::uint64_t life = 3'600'000) {
  return hs256(R"({"iss":"","sub":")" + std::string(user) + R"(","aud":"authenticated","exp":)" +
               seconds(issued + life) + R"(,"iat":)" + seconds(issued) + "," + std::string(more) + "}");
}

inline std::string gotrue_session(std::string_view token, std::string_view user = R"({"id":"u1"})",
                                  std::string_view refresh = "abcdefghijkl") {
  return R"({"access_token":")" + std::string(token) +
         R"(","token_type":"bearer","expires_in":3600,"expires_at":1760003600,"refresh_token":")" +
         std::string(refresh) + R"(","user":)" + std::string(user) + "}";
}

/// A session as the machine is given one.
inline auth::session session(std::uint64_t issued = at_noon, std::string_view user = "u1",
                             std::string_view id = "s1", std::uint64_t life = 3'600'000) {
  auth::session out;
  out.proof.access = gotrue_token(issued, user, R"("session_id":")" + std::string(id) + "\"", life);
  out.proof.refresh = "r" + std::to_string(issued);
  out.proof.session_id = id;
  out.proof.user_id = user;
  out.issued_at = issued / 1'000 * 1'000;
  out.expires_at = out.issued_at + life;
  out.can_refresh = true;
  out.who = auth::user{.id = std::string(user), .email = "ann@example.com"};
  return out;
}

inline auth::event event(auth::event_kind kind, std::uint64_t now) {
  auth::event out;
  out.kind = kind;
  out.now = now;
  out.tab = "tab";
  out.chance = UINT32_MAX / 2;
  return out;
}

inline auth::event received(std::uint64_t now, auth::session came) {
  auto out = event(auth::event_kind::received, now);
  out.came = std::move(came);
  return out;
}

inline auth::event failed(auth::event_kind kind, std::uint64_t now, errc code, std::uint64_t id = 0) {
  auto out = event(kind, now);
  out.why = auth::refuse(code);
  out.id = id;
  return out;
}

inline auth::event refreshed(std::uint64_t now, std::uint64_t flight, auth::session came) {
  auto out = event(auth::event_kind::refreshed, now);
  out.id = flight;
  out.came = std::move(came);
  return out;
}

inline auth::event with_text(auth::event_kind kind, std::uint64_t now, std::string_view text) {
  auto out = event(kind, now);
  out.text = text;
  return out;
}

inline auth::event of_tab(auth::event what, std::string_view tab) {
  what.tab = tab;
  return what;
}

/// One state and what its last step asked for.
struct machine {
  auth::machine_state state;
  std::vector<auth::effect> effects;

  machine& step(const auth::event& happened) {
    auto next = auth::advance(state, happened);
    // As it lies in the locker: what is not written there is lost.
    if (next.state != state) {
      const auto read = auth::machine_state::parse(next.state.to_json());
      EXPECT_TRUE(read && *read == next.state) << next.state.to_json();
    }
    state = std::move(next.state);
    effects = std::move(next.effects);
    return *this;
  }

  [[nodiscard]] const auth::effect* find(auth::effect_kind kind) const {
    for (const auth::effect& one : effects) {
      if (one.kind == kind) return &one;
    }
    return nullptr;
  }
  [[nodiscard]] bool asks(auth::effect_kind kind) const { return find(kind) != nullptr; }
  /// The code the last step refused with, or "".
  [[nodiscard]] std::string refused() const {
    const auth::effect* const found = find(auth::effect_kind::refused);
    return found == nullptr || !found->why ? "" : std::string(name(found->why->code));
  }
};

inline machine signed_in(std::uint64_t now = at_noon) {
  machine out;
  out.step(received(now, session(now)));
  return out;
}

}  // namespace kbve::test
