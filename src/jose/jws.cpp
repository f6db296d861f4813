#include "kbve/jose/jws.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compact.hpp"

namespace kbve::jose {
namespace {

std::unexpected<error> malformed(std::string_view message, std::string_view field) {
  return fail(errc::jwt_malformed, message, field);
}

}  // namespace

std::unexpected<error> too_large() {
  return fail(errc::too_large, "The token is over the size allowed for it; raise maxBytes if it is an honest one.",
              "token");
}

std::unexpected<error> not_three_parts() {
  return malformed("A signed token has three parts between two dots; pass it on as it came.", "token");
}

std::unexpected<error> not_base64url(std::string_view part) {
  return malformed("A part of the token is not strict base64url; pass it on as it came.", part);
}

namespace {

/// `crit` lists names of extensions that are there, each once, and none of the RFC's own (RFC 7515 section
/// 4.1.11).
bool read_extensions(const detail::json_object& header, std::vector<std::string>& out) {
  constexpr std::array<std::string_view, 13> own{"alg", "jku", "jwk",  "kid",      "x5u", "x5c", "x5t",
                                                 "typ", "cty", "crit", "x5t#S256", "enc", "zip"};
  const std::string_view value = header.find("crit");
  if (value.empty()) return true;
  auto names = value.starts_with('[') ? detail::string_list(value, true) : std::nullopt;
  if (!names || names->empty()) return false;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& name = (*names)[i];
    if (header.find(name).empty() || std::ranges::find(own, name) != own.end()) return false;
    if (std::ranges::count(*names, name) != 1) return false;
  }
  out = *std::move(names);
  return true;
}

}  // namespace

result<jws> read_jws(std::string_view token, std::size_t max_size) {
  if (token.size() > max_size) {
    return too_large();
  }
  const auto parts = split<3>(token);
  if (!parts) return not_three_parts();
  jws out;
  bytes header_bytes;
  const auto header = object_in((*parts)[0], header_bytes);
  if (!header) {
    return malformed("The token's header is not one JSON object in strict base64url; ask its issuer for another.",
                     "header");
  }
  auto name = header->text("alg");
  if (!name || !optional_text(*header, "kid", out.key_id) || !optional_text(*header, "typ", out.type) ||
      !read_extensions(*header, out.extensions)) {
    return malformed(
        "The token's header lacks alg, or its alg, kid, typ or crit is not what RFC 7515 says; ask its "
        "issuer for another.",
        "header");
  }
  out.algorithm_name = *std::move(name);
  auto payload = base64url::decode((*parts)[1]);
  if (!payload) return not_base64url("payload");
  auto signature = base64url::decode((*parts)[2]);
  if (!signature) return not_base64url("signature");
  header->append_to(out.header);
  out.payload = *std::move(payload);
  out.signature = *std::move(signature);
  out.signed_text = token.substr(0, (*parts)[0].size() + 1 + (*parts)[1].size());
  return out;
}

result<void> check_signature(const jws& token, const key_set& keys, const signature_policy& policy) {
  for (const std::string& name : token.extensions) {
    // b64 changes what is signed, so nobody but this function could understand it (RFC 7797).
    if (name == "b64" || std::ranges::find(policy.extensions, name) == policy.extensions.end()) {
      return fail(errc::jwt_crit_unsupported,
                  "The token demands an extension that is not understood here; name it in crit if you check it.",
                  "crit");
    }
  }
  const auto by = algorithm_named(token.algorithm_name);
  if (!by || !policy.algorithms.has(*by)) {
    return fail(errc::jwt_alg_not_allowed,
                "The token's algorithm is not among those allowed; allow it, or refuse the token.", "alg");
  }
  const auto candidates = keys.select(*by, token.key_id, policy.algorithms);
  if (!candidates) return std::unexpected(candidates.error());
  for (const key* const one : *candidates) {
    if (keys.verify(*one, *by, as_bytes(token.signed_text), token.signature)) return {};
  }
  return fail(errc::jwt_signature_invalid,
              "The token's signature does not hold; it was changed, or signed with another key.", "signature");
}

result<jws> verify_jws(std::string_view token, const key_set& keys, const signature_policy& policy) {
  auto read = read_jws(token, policy.max_size);
  if (!read) return read;
  if (auto checked = check_signature(*read, keys, policy); !checked)
    return std::unexpected(std::move(checked).error());
  return read;
}

}  // namespace kbve::jose
