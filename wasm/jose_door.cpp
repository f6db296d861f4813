/// Tokens and keys through the door. Nothing is decided here.

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "door.hpp"
#include "handles.hpp"
#include "kbve/jose/jwe.hpp"
#include "kbve/jose/jwt.hpp"

namespace kbve::wasm {
namespace {

handles<jose::key_set> kept_keys;
handles<jose::jwt_policy> kept_policies;

std::optional<std::string> some(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::string_view token(std::uint32_t size) noexcept {
  return as_text(input(size));
}

std::int32_t freed() {
  return refuse(
      fail(errc::invalid_field, "These keys or rules were freed already; make them anew.", "keys").error());
}

template <class T>
std::int32_t keep(handles<T>& in, result<T> made) {
  return made ? in.keep(*std::move(made)) : refuse(made.error());
}

std::int32_t answer(const result<jose::jwt>& got) {
  if (!got) return refuse(got.error());
  std::string text;
  text.reserve(got->header.size() + got->claims.size() + 24);
  text.append(R"({"header":)").append(got->header).append(R"(,"claims":)").append(got->claims).push_back('}');
  return wasm::answer(std::move(text));
}

/// u32 header's length, header, and bytes.
bytes with_header(std::string_view header, bytes_view rest) {
  bytes packed;
  packed.reserve(4 + header.size() + rest.size());
  packed_writer writer(packed);
  writer.u32(static_cast<std::uint32_t>(header.size()));
  writer.raw(as_bytes(header));
  writer.raw(rest);
  return packed;
}

}  // namespace

/// Input: algorithm or '' · JWK, JWKS or PEM. A handle, or −1.
KBVE_DOOR(parseKeys) std::int32_t parse_keys(std::uint32_t size) {
  packed_reader in(input(size));
  const std::string_view algorithm = take_text(in);
  auto keys = jose::key_set::parse(take_text(in), some(algorithm));
  wipe_input(size);
  return keep(kept_keys, std::move(keys));
}

/// Input: algorithm or '' · the secret's bytes. A handle, or −1.
KBVE_DOOR(secretKeys) std::int32_t secret_keys(std::uint32_t size) {
  packed_reader in(input(size));
  const std::string_view algorithm = take_text(in);
  auto keys = jose::key_set::secret(take(in), some(algorithm));
  wipe_input(size);
  return keep(kept_keys, std::move(keys));
}

/// How many keys are in the set.
KBVE_DOOR(countKeys) std::int32_t count_keys(std::int32_t keys) {
  const auto* const set = kept_keys.find(keys);
  return set == nullptr ? 0 : static_cast<std::int32_t>(set->size());
}

KBVE_DOOR(freeKeys) void free_keys(std::int32_t keys) {
  kept_keys.drop(keys);
}

/// Input: the rules as JSON. A handle, or −1.
KBVE_DOOR(parsePolicy) std::int32_t parse_policy(std::uint32_t size) {
  return keep(kept_policies, jose::jwt_policy::parse(token(size)));
}

KBVE_DOOR(freePolicy) void free_policy(std::int32_t policy) {
  kept_policies.drop(policy);
}

/// Input: a token. Output: {"header":…,"claims":…}.
KBVE_DOOR(decodeJwt) std::int32_t decode_jwt(std::uint32_t size) {
  return answer(jose::decode_jwt(token(size), jose::max_token_size));
}

/// Input: a token whose first `header` bytes, and the dot after them, were read before. Output: the claims.
KBVE_DOOR(decodeClaims) std::int32_t decode_claims(std::uint32_t size, std::uint32_t header) {
  const std::string_view whole = token(size);
  return answer(
      jose::decode_claims(whole.substr(std::min<std::size_t>(header + 1, whole.size())), jose::max_token_size));
}

/// Input: the payload of a token whose other parts were read before, no base64url any more. 0 where the input is
/// what the claims are. Output otherwise: the claims.
KBVE_DOOR(checkClaims) std::int32_t check_claims(std::uint32_t size) {
  auto checked = jose::check_claims(token(size));
  if (!checked) return refuse(checked.error());
  return *checked ? answer(**std::move(checked)) : 0;
}

/// Input: a token. Output, when everything holds at `now` milliseconds since 1970: the same as of decodeJwt, or
/// the claims alone.
KBVE_DOOR(verifyJwt)
std::int32_t verify_jwt(std::uint32_t size, std::int32_t keys, std::int32_t policy, double now,
                        std::int32_t claims_alone) {
  const auto* const set = kept_keys.find(keys);
  const auto* const rules = kept_policies.find(policy);
  if (set == nullptr || rules == nullptr) return freed();
  std::uint64_t date = 0;
  if (!to_integer(std::floor(now), date)) {
    return refuse(fail(errc::invalid_field, "The time is a number of milliseconds since 1970.", "now").error());
  }
  auto checked = jose::verify_jwt(token(size), *set, *rules, date);
  if (checked && claims_alone != 0) return answer(std::move(checked->claims));
  return answer(checked);
}

/// Input: a token. Output: u32 header's length · header · payload.
KBVE_DOOR(verifyJws) std::int32_t verify_jws(std::uint32_t size, std::int32_t keys, std::int32_t policy) {
  const auto* const set = kept_keys.find(keys);
  const auto* const rules = kept_policies.find(policy);
  if (set == nullptr || rules == nullptr) return freed();
  const auto checked = jose::verify_jws(token(size), *set, *rules);
  if (!checked) return refuse(checked.error());
  return answer(with_header(checked->header, checked->payload));
}

/// Input: further header members as JSON or '' · plaintext. Output: the token.
KBVE_DOOR(sealJwe) std::int32_t seal_jwe(std::uint32_t size, std::int32_t keys) {
  const auto* const set = kept_keys.find(keys);
  if (set == nullptr) return freed();
  packed_reader in(input(size));
  const std::string_view header = take_text(in);
  auto sealed = jose::seal_jwe(take(in), header, *set);
  wipe_input(size);
  return answer(std::move(sealed));
}

/// Input: a token. Output: u32 header's length · header · plaintext.
KBVE_DOOR(openJwe) std::int32_t open_jwe(std::uint32_t size, std::int32_t keys) {
  const auto* const set = kept_keys.find(keys);
  if (set == nullptr) return freed();
  const auto read = jose::read_jwe(token(size));
  if (!read) return refuse(read.error());
  const auto opened = jose::open_jwe(*read, *set);
  if (!opened) return refuse(opened.error());
  bytes packed = with_header(read->header, opened->view());
  const std::int32_t length = answer(bytes_view(packed));
  wipe(packed);
  return length;
}

}  // namespace kbve::wasm
