/// What a backend leaves in the address bar.

#include <algorithm>
#include <utility>
#include <vector>

#include "detail/json_character.hpp"
#include "kbve/auth/gotrue.hpp"
#include "reading.hpp"

namespace kbve::auth {
namespace {

constexpr std::size_t max_url_size = 65'536;
constexpr std::size_t max_parameters = 64;

struct parameter {
  std::string name;
  std::string value;
};

/// application/x-www-form-urlencoded: also a plus is a blank.
std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] == '%' && i + 2 < text.size() && detail::hex_value(text[i + 1]) >= 0 &&
               detail::hex_value(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(detail::hex_value(text[i + 1]) * 16 + detail::hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return is_utf8(out) ? out : std::string();
}

void read_parameters(std::string_view text, std::vector<parameter>& out) {
  while (!text.empty() && out.size() < max_parameters) {
    const std::size_t size = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    out.push_back({.name = decode(pair.substr(0, equals)), .value = decode(pair.substr(equals + 1))});
  }
}

/// The first of this name, as browsers' searchParams.get has it.
std::string take(const std::vector<parameter>& from, std::string_view name) {
  const auto found = std::ranges::find(from, name, &parameter::name);
  return found == from.end() || found->value.size() > max_token ? std::string() : found->value;
}

refusal refusal_of(const std::vector<parameter>& said) {
  const std::string code = take(said, "error_code").empty() ? take(said, "error") : take(said, "error_code");
  errc ours = gotrue_code(code);
  // The person, or the provider, said no.
  if (ours == errc::bad_response)
    ours = code == "access_denied" ? errc::invalid_credentials : errc::provider_disabled;
  refusal out = refuse(ours);
  out.backend_code = code.substr(0, 128);
  out.backend_message = take(said, "error_description").substr(0, max_backend_message);
  while (!is_utf8(out.backend_message)) out.backend_message.pop_back();
  while (!is_utf8(out.backend_code)) out.backend_code.pop_back();
  return out;
}

}  // namespace

std::optional<redirect> read_redirect(std::string_view url) {
  if (url.size() > max_url_size) return std::nullopt;
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string_view fragment = url.substr(std::min(hash + 1, url.size()));
  const std::string_view before = url.substr(0, hash);
  const std::size_t mark = std::min(before.find('?'), before.size());
  std::vector<parameter> query;
  read_parameters(before.substr(std::min(mark + 1, before.size())), query);
  // Of a fragment errors alone are read: a link with somebody else's tokens in it signs nobody in.
  std::vector<parameter> behind;
  read_parameters(fragment, behind);

  redirect out;
  out.code = take(query, "code");
  out.user_id = take(query, "userId");
  out.secret = take(query, "secret");
  out.access_token = take(query, "access_token");
  out.flow = take(query, "kbve_flow");
  out.token_hash = take(query, "token_hash");
  out.type = take(query, "type");
  for (const auto& part : {query, behind}) {
    const bool failed = !take(part, "error").empty() || !take(part, "error_code").empty();
    if (failed && !out.refused) out.refused = refusal_of(part);
  }
  const bool is_return = !out.code.empty() || (!out.user_id.empty() && !out.secret.empty()) ||
                         !out.access_token.empty() || !out.token_hash.empty() || out.refused;
  return is_return ? std::optional(std::move(out)) : std::nullopt;
}

std::string to_json(const redirect& from) {
  json_writer out;
  out.open_object().some("code", from.code).some("userId", from.user_id).some("secret", from.secret);
  out.some("accessToken", from.access_token).some("flow", from.flow).some("tokenHash", from.token_hash);
  out.some("type", from.type);
  if (from.refused) out.raw_member("refused", from.refused->to_json());
  return out.close_object().take();
}

}  // namespace kbve::auth
