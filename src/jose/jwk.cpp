#include "kbve/jose/jwk.hpp"

#include <algorithm>
#include <utility>

#include "detail/json.hpp"
#include "kbve/core/base64url.hpp"
#include "spki.hpp"

namespace kbve::jose {
namespace {

using detail::json;
using detail::json_kind;

std::unexpected<error> unfit(std::string_view message) {
  return fail(errc::jwt_key_unfit, message, "keys");
}

/// What to say of a key that is there and must not be used.
std::string_view sentence(key_flaw flaw) {
  switch (flaw) {
    case key_flaw::none: return {};
    case key_flaw::malformed:
      return "A member of the key is missing, or not what RFC 7518 says; export the key again.";
    case key_flaw::private_key:
      return "The key is a private one; give its public part, which is all a check needs.";
    case key_flaw::off_curve: return "The key's point is not on its curve; export the key again.";
    case key_flaw::rsa_too_small: return "RSA keys have 2,048 bits or more; sign with a larger one.";
    case key_flaw::rsa_too_large: return "RSA keys have 8,192 bits at most; sign with a smaller one.";
    case key_flaw::rsa_numbers:
      return "The key's modulus or exponent is none of an RSA key; sign with another one.";
    case key_flaw::rsa_factorable:
      return "The key was made by a broken generator (ROCA) and can be factored; make another one.";
    case key_flaw::published:
      return "These are the letters of a key, not the bytes of a secret; parse them as a key.";
  }
  return {};
}

/// Whether this is a JWK or a JWKS, or has one in it.
bool has_key(const json& tree) noexcept {  // NOLINT(misc-no-recursion): as deep as it was read
  return detail::member(tree, "kty") != nullptr || detail::member(tree, "keys") != nullptr ||
         std::ranges::any_of(tree.children, has_key);
}

/// Whether these bytes are a public key in one of the forms in which such keys are published. Nothing of a real
/// secret is left behind.
bool is_published(bytes_view secret) {
  const std::string_view text = as_text(secret);
  // By its letters as well: a text that is no JSON here, for a byte order mark, say, may be some to its owner.
  for (const std::string_view part : {"-----BEGIN", "---- BEGIN", "\"kty\""}) {
    if (text.contains(part)) return true;
  }
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || is_public_der(secret)) return true;
  switch (const std::size_t first = text.find_first_not_of(" \t\r\n");
          first == std::string_view::npos ? ' ' : text[first]) {
    case '{':
    case '[': {
      auto tree = detail::parse_json(text, max_keys_size);
      const bool found = tree && has_key(*tree);
      if (tree) detail::wipe_texts(*tree);
      return found;
    }
    case 'M': {  // as every SEQUENCE begins in base64
      auto der = decode_base64(text);
      const bool found = der && is_public_der(*der);
      if (der) wipe(*der);
      return found;
    }
    default: return false;
  }
}

/// The values of an OKP, EC and RSA key, decoded; the same bytes for every way such a key is written.
std::optional<bytes> decoded_member(const json& from, std::string_view name) {
  const auto text = detail::text_member(from, name, max_keys_size);
  return text ? base64url::decode(*text) : std::nullopt;
}

key_flaw flaw_of_numbers(const key& one) {
  switch (one.type) {
    case key_type::ec:
      return crypto::ec_point_holds(one.curve, one.material) ? key_flaw::none : key_flaw::off_curve;
    case key_type::rsa:
      switch (crypto::find_flaw({.modulus = one.material, .exponent = one.exponent})) {
        case crypto::rsa_flaw::none: return key_flaw::none;
        case crypto::rsa_flaw::too_small: return key_flaw::rsa_too_small;
        case crypto::rsa_flaw::too_large: return key_flaw::rsa_too_large;
        case crypto::rsa_flaw::even:
        case crypto::rsa_flaw::exponent: return key_flaw::rsa_numbers;
        case crypto::rsa_flaw::factorable: return key_flaw::rsa_factorable;
      }
      return key_flaw::malformed;
    default: return key_flaw::none;
  }
}

key_flaw read_ec(const json& from, key& out) {
  const auto name = detail::text_member(from, "crv", 16);
  if (!name) return key_flaw::malformed;
  if (*name == "P-256") {
    out.curve = crypto::curve::p256;
  } else if (*name == "P-384") {
    out.curve = crypto::curve::p384;
  } else if (*name == "P-521") {
    out.curve = crypto::curve::p521;
  } else {
    return key_flaw::malformed;
  }
  const std::size_t size = crypto::coordinate_size(out.curve);
  out.material.assign(1 + 2 * size, 4);
  const mutable_bytes_view point(out.material);
  const bool whole = detail::bytes_member(from, "x", point.subspan(1, size)) &&
                     detail::bytes_member(from, "y", point.subspan(1 + size));
  return whole ? key_flaw::none : key_flaw::malformed;
}

key_flaw read_material(const json& from, key& out) {
  switch (out.type) {
    case key_type::oct: {
      auto secret = decoded_member(from, "k");
      if (!secret) return key_flaw::malformed;
      out.secret = secret_bytes(*secret);
      wipe(*secret);
      return is_published(out.secret.view()) ? key_flaw::published : key_flaw::none;
    }
    case key_type::okp: {
      out.material.resize(32);
      const bool whole =
          detail::text_member(from, "crv", 16) == "Ed25519" && detail::bytes_member(from, "x", out.material);
      return whole ? key_flaw::none : key_flaw::malformed;
    }
    case key_type::ec: return read_ec(from, out);
    case key_type::rsa: {
      auto modulus = decoded_member(from, "n");
      auto exponent = decoded_member(from, "e");
      if (!modulus || !exponent) return key_flaw::malformed;
      out.material = *std::move(modulus);
      out.exponent = *std::move(exponent);
      return key_flaw::none;
    }
  }
  return key_flaw::malformed;
}

/// `use` and `key_ops`: what they do not allow is not done (RFC 7517 sections 4.2 and 4.3).
bool read_purpose(const json& from, key& out) {
  if (const json* const use = detail::member(from, "use")) {
    if (use->kind != json_kind::string) return false;
    out.verifies = use->text == "sig";
    out.encrypts = use->text == "enc";
  }
  if (const json* const operations = detail::member(from, "key_ops")) {
    if (operations->kind != json_kind::array) return false;
    const auto allows = [operations](std::string_view what) {
      return std::ranges::any_of(operations->children, [what](const json& one) {
        return one.kind == json_kind::string && one.text == what;
      });
    };
    out.verifies = out.verifies && allows("verify");
    out.encrypts = out.encrypts && allows("encrypt") && allows("decrypt");
  }
  return true;
}

bool read_text(const json& from, std::string_view name, std::optional<std::string>& out) {
  const json* const found = detail::member(from, name);
  if (found == nullptr) return true;
  if (found->kind != json_kind::string) return false;
  out = found->text;
  return true;
}

/// Nothing for a type that is not known. The other types are read as far as they can be.
std::optional<key> read_key(const json& from) {
  const auto type = detail::text_member(from, "kty", 8);
  key out;
  if (type == "oct") {
    out.type = key_type::oct;
  } else if (type == "OKP") {
    out.type = key_type::okp;
  } else if (type == "EC") {
    out.type = key_type::ec;
  } else if (type == "RSA") {
    out.type = key_type::rsa;
  } else {
    return std::nullopt;
  }
  const bool described =
      read_text(from, "kid", out.id) && read_text(from, "alg", out.name) && read_purpose(from, out);
  out.flaw = described ? read_material(from, out) : key_flaw::malformed;
  if (out.type != key_type::oct && detail::member(from, "d") != nullptr) out.flaw = key_flaw::private_key;
  if (out.flaw == key_flaw::none) out.flaw = flaw_of_numbers(out);
  return out;
}

key_type type_for(algorithm one) {
  if (one <= algorithm::hs512) return key_type::oct;
  if (one == algorithm::eddsa) return key_type::okp;
  return one <= algorithm::es512 ? key_type::ec : key_type::rsa;
}

crypto::curve curve_for(algorithm one) {
  return static_cast<crypto::curve>(static_cast<unsigned>(one) - static_cast<unsigned>(algorithm::es256));
}

/// HS, RS and PS come in threes, and ES too: 256, 384, 512.
crypto::sha2 hash_for(algorithm one) {
  const auto number = static_cast<unsigned>(one);
  return static_cast<crypto::sha2>(one <= algorithm::hs512 ? number : (number - 1) % 3);
}

bool is_of_kind(const key& one, algorithm wanted) {
  return one.type == type_for(wanted) && (one.type != key_type::ec || one.curve == curve_for(wanted));
}

/// Why this key must not check this algorithm's signatures; nothing when it may.
std::string_view objection(const key& one, algorithm wanted, algorithm_set allowed) {
  if (one.flaw != key_flaw::none) return sentence(one.flaw);
  if (one.name && *one.name != algorithm_names[static_cast<std::size_t>(wanted)]) {
    return "The key is for another algorithm than the token's; sign with the key's own.";
  }
  if (!one.verifies)
    return "The key's use or key_ops do not allow it to check signatures; give the one that signs.";
  if (one.type == key_type::oct && one.secret.size() < crypto::digest_size(hash_for(wanted))) {
    return "An HMAC key is as long as its hash or longer (RFC 7518 section 3.2); draw a longer one.";
  }
  if (!one.name) {
    for (std::size_t i = 0; i < algorithm_names.size(); ++i) {
      const auto other = static_cast<algorithm>(i);
      if (other != wanted && allowed.has(other) && is_of_kind(one, other)) {
        return "The key names no algorithm and several are allowed for it; allow one, or give the key its alg.";
      }
    }
  }
  return {};
}

/// A tree of keys, of which nothing stays.
struct passing_tree {
  std::optional<json> tree;
  explicit passing_tree(std::string_view text) : tree(detail::parse_json(text, max_keys_size)) {}
  passing_tree(const passing_tree&) = delete;
  passing_tree(passing_tree&&) = delete;
  passing_tree& operator=(const passing_tree&) = delete;
  passing_tree& operator=(passing_tree&&) = delete;
  ~passing_tree() {
    if (tree) detail::wipe_texts(*tree);
  }
};

}  // namespace

result<key_set> key_set::parse(std::string_view text, const std::optional<std::string>& as) {
  if (text.size() > max_keys_size) {
    return fail(errc::too_large, "A text of keys may have 262,144 bytes; give fewer keys.", "keys");
  }
  key_set out(true);
  if (text.find("-----BEGIN") != std::string_view::npos && !text.contains('{')) {
    auto one = parse_pem(text);
    if (!one) {
      return unfit("Of PEM only an RSA, EC or Ed25519 key as PUBLIC KEY is taken; export the key as that.");
    }
    one->flaw = flaw_of_numbers(*one);
    out.keys_.push_back(*std::move(one));
  } else {
    const passing_tree read(text);
    const auto& tree = read.tree;
    if (!tree) return unfit("The keys are neither a JWK, nor a JWKS, nor a PEM public key; give one of these.");
    const json* const list = detail::member(*tree, "keys");
    if (list == nullptr) {
      auto one = read_key(*tree);
      if (!one) return unfit("The key's kty is none of oct, OKP, EC and RSA; give a key of these types.");
      out.keys_.push_back(*std::move(one));
    } else {
      out.alone_ = false;
      if (list->kind != json_kind::array)
        return unfit("The keys of a JWKS are a list; give it as it was published.");
      if (list->children.size() > max_keys) {
        return fail(errc::too_large, "A JWKS may have 256 keys; give fewer keys.", "keys");
      }
      for (const json& child : list->children) {
        if (child.kind != json_kind::object)
          return unfit("Every key of a JWKS is an object; give it as it was published.");
        if (auto one = read_key(child)) out.keys_.push_back(*std::move(one));
      }
    }
  }
  if (out.alone_ && out.keys_.front().flaw != key_flaw::none) {
    return unfit(sentence(out.keys_.front().flaw));
  }
  const auto secrets = std::ranges::count(out.keys_, key_type::oct, &key::type);
  if (secrets != 0 && secrets != std::ssize(out.keys_)) {
    return unfit("The set mixes secrets with public keys; keep them in sets of their own.");
  }
  if (as) {
    for (key& one : out.keys_) one.name = as;
  }
  return out;
}

result<key_set> key_set::secret(bytes_view secret, std::optional<std::string> as) {
  if (secret.empty()) return unfit("An empty secret is no key; draw one.");
  if (secret.size() > max_keys_size) {
    return fail(errc::too_large, "A secret may have 262,144 bytes; draw a shorter one.", "keys");
  }
  if (is_published(secret)) return unfit(sentence(key_flaw::published));
  key_set out(true);
  key one;
  one.secret = secret_bytes(secret);
  one.name = std::move(as);
  out.keys_.push_back(std::move(one));
  return out;
}

bool key_set::is_called(const key& one, const std::optional<std::string>& id) const noexcept {
  return !id || (one.id ? *one.id == *id : alone_);
}

result<std::vector<const key*>> key_set::select(algorithm wanted, const std::optional<std::string>& id,
                                                algorithm_set allowed) const {
  std::vector<const key*> fitting;
  std::string_view objected;
  std::size_t claimed = 0;  // by keys that are meant for this, whether they may be used or not
  for (const key& one : keys_) {
    if (!is_of_kind(one, wanted) || !is_called(one, id)) continue;
    if (one.verifies && (!one.name || algorithm_named(*one.name) == wanted)) ++claimed;
    const std::string_view against = objection(one, wanted, allowed);
    if (!against.empty()) {
      objected = against;
    } else {
      fitting.push_back(&one);
    }
  }
  if (id && claimed > 1) {
    return unfit(
        "Several keys of the set have the token's key id and are for its algorithm; give each key an id of "
        "its own.");
  }
  if (fitting.empty() && !objected.empty()) return unfit(objected);
  if (fitting.empty()) {
    return fail(errc::jwt_key_not_found,
                "None of the keys is for this token's algorithm and key id; fetch the keys again, or check who "
                "signed it.",
                "keys");
  }
  if (fitting.size() > max_tried) fitting.resize(max_tried);
  return fitting;
}

result<const key*> key_set::select_direct(const std::optional<std::string>& id) const {
  const key* found = nullptr;
  bool objected = false;
  for (const key& one : keys_) {
    if (one.type != key_type::oct || !is_called(one, id)) continue;
    const bool named = !one.name || *one.name == "dir" || *one.name == "A256GCM";
    if (one.flaw != key_flaw::none || !named || !one.encrypts || one.secret.size() != secret_key::length) {
      objected = true;
    } else if (found != nullptr) {
      return unfit("Several secrets of the set fit; give each key an id of its own.");
    } else {
      found = &one;
    }
  }
  if (found != nullptr) return found;
  if (objected) {
    return unfit(
        "A key for dir with A256GCM has 32 bytes, and its alg, use and key_ops allow sealing; give such a one.");
  }
  return fail(errc::jwt_key_not_found,
              "None of the keys is a secret with this key id; give the one it was sealed with.", "keys");
}

bool key_set::verify(const key& with, algorithm by, bytes_view message, bytes_view signature) const {
  const crypto::sha2 kind = hash_for(by);
  switch (type_for(by)) {
    case key_type::oct: return with.hmac.verify(kind, with.secret.view(), message, signature);
    case key_type::okp: return crypto::ed25519_verify(with.material, message, signature);
    case key_type::ec: return crypto::ecdsa_verify(with.curve, with.material, kind, message, signature);
    case key_type::rsa: {
      const crypto::rsa_key numbers{.modulus = with.material, .exponent = with.exponent};
      return by >= algorithm::ps256 ? crypto::rsa_pss_verify(numbers, kind, message, signature)
                                    : crypto::rsa_pkcs1_verify(numbers, kind, message, signature);
    }
  }
  return false;
}

}  // namespace kbve::jose
