#include "kbve/jose/jwe.hpp"

#include <algorithm>
#include <utility>

#include "compact.hpp"
#include "detail/json_text.hpp"
#include "kbve/crypto/aead.hpp"
#include "kbve/crypto/random.hpp"

namespace kbve::jose {
namespace {

constexpr std::string_view only_algorithm = "dir";
constexpr std::string_view only_encryption = "A256GCM";

std::unexpected<error> malformed(std::string_view message, std::string_view field) {
  return fail(errc::jwe_malformed, message, field);
}

/// The name an algorithm is refused by, when it is one of the RFCs': what else stands there is not repeated.
std::string known_name(std::string_view name) {
  constexpr std::array<std::string_view, 22> known{"RSA1_5",
                                                   "RSA-OAEP",
                                                   "RSA-OAEP-256",
                                                   "A128KW",
                                                   "A192KW",
                                                   "A256KW",
                                                   "ECDH-ES",
                                                   "ECDH-ES+A128KW",
                                                   "ECDH-ES+A192KW",
                                                   "ECDH-ES+A256KW",
                                                   "A128GCMKW",
                                                   "A192GCMKW",
                                                   "A256GCMKW",
                                                   "PBES2-HS256+A128KW",
                                                   "PBES2-HS384+A192KW",
                                                   "PBES2-HS512+A256KW",
                                                   "A128CBC-HS256",
                                                   "A192CBC-HS384",
                                                   "A256CBC-HS512",
                                                   "A128GCM",
                                                   "A192GCM",
                                                   "A256GCM"};
  const bool is_known = std::ranges::find(known, name) != known.end();
  return is_known ? std::string(name) : "the token's";
}

result<void> check_member(const detail::json_object& header, std::string_view member, std::string_view only) {
  const auto found = header.text(member);
  if (found == only) return {};
  return malformed("Of " + std::string(member) + " only " + std::string(only) + " is opened here, not " +
                       known_name(found.value_or("")) + "; seal it with that.",
                   member);
}

result<void> check_header(const detail::json_object& header) {
  for (const std::string_view member : {"crit", "zip"}) {
    if (!header.find(member).empty()) {
      return malformed(
          "The sealed token demands an extension or compression, which is never done here; seal it "
          "without.",
          member);
    }
  }
  if (auto checked = check_member(header, "alg", only_algorithm); !checked) return checked;
  return check_member(header, "enc", only_encryption);
}

}  // namespace

result<jwe> read_jwe(std::string_view token) {
  if (token.size() > max_sealed_size) {
    return fail(errc::too_large, "A sealed token may have 1,048,576 bytes; seal less at once.", "token");
  }
  const auto parts = split<5>(token);
  if (!parts) return malformed("A sealed token has five parts between four dots; pass it on as it came.", "token");
  const auto& [header_part, key_part, nonce_part, text_part, tag_part] = *parts;
  bytes header_bytes;
  const auto header = object_in(header_part, header_bytes);
  jwe out;
  if (!header || !optional_text(*header, "kid", out.key_id)) {
    return malformed(
        "The sealed token's header is not one JSON object in strict base64url, or its kid is no text.", "header");
  }
  if (auto checked = check_header(*header); !checked) return std::unexpected(std::move(checked).error());
  if (!key_part.empty())
    return malformed("A token sealed with dir carries no key; ask for another.", "encrypted_key");
  auto box = base64url::decode(text_part);
  if (!box || !base64url::decode_into(nonce_part, out.nonce)) {
    return malformed("The sealed token's nonce or text is not strict base64url of the right length.", "token");
  }
  box->resize(box->size() + crypto::aead_tag_size);
  if (!base64url::decode_into(tag_part, mutable_bytes_view(*box).last(crypto::aead_tag_size))) {
    return malformed("The sealed token's tag is not 16 bytes of strict base64url.", "tag");
  }
  header->append_to(out.header);
  out.box = *std::move(box);
  out.protected_text = header_part;
  return out;
}

result<secret_bytes> open_jwe(const jwe& token, std::span<const std::uint8_t, 32> key) {
  auto opened = crypto::aead_key(key).open(token.nonce, token.box, as_bytes(token.protected_text));
  if (opened) return *std::move(opened);
  return fail(errc::jwe_open_failed, "The sealed token does not open; it was changed, or sealed with another key.",
              "token");
}

result<secret_bytes> open_jwe(const jwe& token, const key_set& keys) {
  const auto found = keys.select_direct(token.key_id);
  if (!found) return std::unexpected(found.error());
  return open_jwe(token, (*found)->secret.view().first<32>());
}

namespace {

result<std::string> seal(bytes_view plaintext, std::string_view further, const std::string* key_id,
                         std::span<const std::uint8_t, 32> key) {
  std::string header = R"({"alg":"dir","enc":"A256GCM")";
  bool has_key_id = false;
  if (!further.empty()) {
    const auto members = detail::json_object::read(further);
    if (!members)
      return malformed("Further members of the header are one JSON object; give them as that.", "header");
    for (const auto& [name, value] : members->members()) {
      for (const std::string_view taken : {"alg", "enc", "zip", "crit"}) {
        if (name == taken) return malformed("This member of the header is not the caller's to set.", name);
      }
      if (name == "kid" && !detail::string_value(value)) return malformed("The key id is a text.", name);
      has_key_id = has_key_id || name == "kid";
      header.push_back(',');
      detail::append_json_string(header, name);
      header.push_back(':');
      header.append(value);
    }
  }
  if (key_id != nullptr && !has_key_id) {
    header.append(R"(,"kid":)");
    detail::append_json_string(header, *key_id);
  }
  header.push_back('}');
  if (plaintext.size() + header.size() > max_sealed_size / 2) {
    return fail(errc::too_large, "At most half a mebibyte is sealed as one token; seal less at once.",
                "plaintext");
  }
  std::string out = base64url::encode(as_bytes(header));
  const auto nonce = crypto::random_array<crypto::aead_nonce_size>();
  const bytes box = crypto::aead_key(key).seal(nonce, plaintext, as_bytes(out));
  const std::size_t text_size = box.size() - crypto::aead_tag_size;
  out.append("..");
  base64url::append(out, nonce);
  out.push_back('.');
  base64url::append(out, bytes_view(box).first(text_size));
  out.push_back('.');
  base64url::append(out, bytes_view(box).subspan(text_size));
  return out;
}

}  // namespace

result<std::string> seal_jwe(bytes_view plaintext, std::string_view header,
                             std::span<const std::uint8_t, 32> key) {
  return seal(plaintext, header, nullptr, key);
}

result<std::string> seal_jwe(bytes_view plaintext, std::string_view header, const key_set& keys) {
  const auto found = keys.select_direct(std::nullopt);
  if (!found) return std::unexpected(found.error());
  const key& with = **found;
  return seal(plaintext, header, with.id ? &*with.id : nullptr, with.secret.view().first<32>());
}

}  // namespace kbve::jose
