#include "kbve/vault/slot.hpp"

#include <optional>
#include <utility>

#include "detail/json_text.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/crypto/random.hpp"
#include "slot_json.hpp"

namespace kbve::vault {
namespace {

using detail::json;
using detail::json_kind;

constexpr std::size_t max_slot_bytes = 16'384;
constexpr std::size_t max_credential_bytes = 1'023;  // WebAuthn level 3, section 5.1.3
constexpr std::size_t max_rp_id_bytes = 253;         // a DNS name

struct kdf_names {
  std::string_view kind;
  std::string_view alg;
};

constexpr kdf_names names_of(const slot_kdf& kdf) noexcept {
  switch (kdf.index()) {
    case 0: return {"device", "webcrypto-a256gcm"};
    case 1: return {"passphrase", "argon2id13"};
    case 2: return {"recovery", "hkdf-sha256"};
    default: return {"passkey", "hkdf-sha256"};
  }
}

std::unexpected<error> malformed(std::string_view what) {
  return fail(errc::tampered, std::string("The header's keyslot is damaged: ")
                                  .append(what)
                                  .append(" Restore a backup, or open the locker from another device."));
}

/// A cost. A number that is none of ours, such as -1 or 1e30, is out of range; what is no number is damage.
result<std::uint64_t> read_cost(const json& kdf, std::string_view name) {
  const json* const value = detail::member(kdf, name);
  if (value == nullptr || (value->kind != json_kind::integer && value->kind != json_kind::number))
    return malformed("a cost of its key derivation is not a number.");
  const auto integer = detail::integer_member(kdf, name);
  if (!integer) {
    return fail(errc::kdf_out_of_range,
                "The keyslot asks for key derivation costs that are not whole numbers within the limits; nothing "
                "was computed. Use a backup or another slot.");
  }
  return *integer;
}

result<slot_kdf> read_passphrase(const json& tree) {
  passphrase_kdf kdf;
  if (!detail::has_exactly(tree, {"alg", "memory_kib", "passes", "lanes", "salt"}) ||
      !detail::bytes_member(tree, "salt", kdf.salt)) {
    return malformed("its Argon2id parameters are not complete.");
  }
  const auto memory = read_cost(tree, "memory_kib");
  if (!memory) return std::unexpected(memory.error());
  const auto passes = read_cost(tree, "passes");
  if (!passes) return std::unexpected(passes.error());
  const auto lanes = read_cost(tree, "lanes");
  if (!lanes) return std::unexpected(lanes.error());
  if (auto checked = crypto::check_argon2id(*memory, *passes); !checked) {
    return std::unexpected(std::move(checked).error());
  }
  if (*lanes != 1) {
    return fail(errc::kdf_out_of_range,
                "The keyslot asks for more than one lane of Argon2id; nothing was computed. Use a backup or "
                "another slot.");
  }
  kdf.memory_kib = *memory;
  kdf.passes = *passes;
  return kdf;
}

result<slot_kdf> read_passkey(const json& tree) {
  passkey_kdf kdf;
  const auto credential =
      detail::text_member(tree, "credential_id", base64url::encoded_size(max_credential_bytes));
  const auto rp_id = detail::text_member(tree, "rp_id", max_rp_id_bytes);
  auto credential_id = credential ? base64url::decode(*credential) : std::nullopt;
  if (!detail::has_exactly(tree, {"alg", "salt", "credential_id", "rp_id", "prf_salt"}) || !rp_id ||
      rp_id->empty() || !credential_id || credential_id->empty() ||
      !detail::bytes_member(tree, "salt", kdf.salt) || !detail::bytes_member(tree, "prf_salt", kdf.prf_salt)) {
    return malformed("its passkey parameters are not complete.");
  }
  kdf.credential_id = *std::move(credential_id);
  kdf.rp_id = *rp_id;
  return kdf;
}

result<slot_kdf> read_kdf(std::string_view kind, const json& tree) {
  const auto alg = detail::text_member(tree, "alg", 64);
  if (!alg) return malformed("it does not name a key derivation.");
  if (kind == "device" && *alg == "webcrypto-a256gcm") {
    if (!detail::has_exactly(tree, {"alg"})) return malformed("a device slot has no parameters.");
    return device_kdf{};
  }
  if (kind == "passphrase" && *alg == "argon2id13") return read_passphrase(tree);
  if (kind == "recovery" && *alg == "hkdf-sha256") {
    recovery_kdf kdf;
    if (!detail::has_exactly(tree, {"alg", "salt"}) || !detail::bytes_member(tree, "salt", kdf.salt)) {
      return malformed("its recovery parameters are not complete.");
    }
    return kdf;
  }
  if (kind == "passkey" && *alg == "hkdf-sha256") return read_passkey(tree);
  return fail(errc::unsupported_format,
              "The header has a keyslot of a kind that this version does not know, and nothing was touched; open "
              "the locker with the version that wrote it.");
}

void append_kdf(canonical_writer& out, const slot_kdf& kdf) {
  out.text(names_of(kdf).alg);
  if (const auto* passphrase = std::get_if<passphrase_kdf>(&kdf)) {
    out.integer(passphrase->memory_kib).integer(passphrase->passes).integer(1).data(passphrase->salt);
  } else if (const auto* recovery = std::get_if<recovery_kdf>(&kdf)) {
    out.data(recovery->salt);
  } else if (const auto* passkey = std::get_if<passkey_kdf>(&kdf)) {
    out.data(passkey->salt).data(passkey->credential_id).text(passkey->rp_id).data(passkey->prf_salt);
  }
}

}  // namespace

std::string_view kind_name(const slot_kdf& kdf) noexcept {
  return names_of(kdf).kind;
}

result<slot> read_slot(const json& tree, slot_form form) {
  const bool complete = form == slot_form::complete;
  if (!(complete ? detail::has_exactly(tree, {"id", "kind", "label", "created", "kdf", "nonce", "wrapped"})
                 : detail::has_exactly(tree, {"id", "kind", "label", "created", "kdf"}))) {
    return malformed("it does not have exactly the members of a slot.");
  }
  slot out;
  const auto kind = detail::text_member(tree, "kind", 64);
  const auto label = detail::text_member(tree, "label", max_label_bytes);
  const auto created = detail::integer_member(tree, "created");
  if (!kind || !label || !created || !detail::bytes_member(tree, "id", out.id)) {
    return malformed("its id, kind, label or date is not one.");
  }
  if (complete &&
      (!detail::bytes_member(tree, "nonce", out.nonce) || !detail::bytes_member(tree, "wrapped", out.wrapped))) {
    return malformed("its wrapped key is not one.");
  }
  auto kdf = read_kdf(*kind, *detail::member(tree, "kdf"));
  if (!kdf) return std::unexpected(std::move(kdf).error());
  out.label = *label;
  out.created = *created;
  out.kdf = *std::move(kdf);
  return out;
}

result<slot> parse_slot(std::string_view text, slot_form form) {
  const auto tree = detail::parse_json(text, max_slot_bytes);
  if (tree) {
    auto read = read_slot(*tree, form);
    if (read || read.error().code != errc::tampered) return read;
  }
  return fail(
      errc::invalid_field,
      form == slot_form::complete
          ? "A slot needs id, kind, label (at most 256 bytes), created, kdf, nonce and wrapped, with bytes "
            "as base64url."
          : "A slot needs id, kind, label (at most 256 bytes), created and kdf, with bytes as base64url.",
      "slot");
}

bytes slot_aad(const locker_id& locker, const key_id& key, const slot& of) {
  canonical_writer out;
  out.text("kbve-locker/1/slot").data(locker).data(key).data(of.id).text(kind_name(of.kdf));
  append_kdf(out, of.kdf);
  const bytes_view written = out.view();
  return {written.begin(), written.end()};
}

void wrap_root_key(slot& into, std::span<const std::uint8_t, secret_key::length> kek, const secret_key& root_key,
                   const locker_id& locker, const key_id& key) {
  crypto::fill_random(into.nonce);
  crypto::aead_key(kek).seal(into.nonce, root_key.view(), slot_aad(locker, key, into), into.wrapped);
}

result<secret_key> unwrap_root_key(const slot& from, std::span<const std::uint8_t, secret_key::length> kek,
                                   const locker_id& locker, const key_id& key) {
  secret_key root_key;
  if (!crypto::aead_key(kek).open(from.nonce, from.wrapped, slot_aad(locker, key, from), root_key.data())) {
    return fail(errc::wrong_secret, "This secret does not open the slot; try again, or use another slot.");
  }
  return root_key;
}

void append_canonical(canonical_writer& out, const slot& value) {
  out.data(value.id).text(kind_name(value.kdf)).text(value.label).integer(value.created);
  append_kdf(out, value.kdf);
  out.data(value.nonce).data(value.wrapped);
}

void append_json(std::string& out, const slot& value) {
  const auto bytes_of = [&out](std::string_view name, bytes_view content) {
    detail::append_json_bytes(out.append(name), content);
  };
  bytes_of(R"({"id":)", value.id);
  out.append(R"(,"kind":")").append(kind_name(value.kdf)).append(R"(","label":)");
  detail::append_json_string(out, value.label);
  detail::append_json_integer(out.append(R"(,"created":)"), value.created);
  out.append(R"(,"kdf":{"alg":")").append(names_of(value.kdf).alg).append(R"(")");
  if (const auto* passphrase = std::get_if<passphrase_kdf>(&value.kdf)) {
    detail::append_json_integer(out.append(R"(,"memory_kib":)"), passphrase->memory_kib);
    detail::append_json_integer(out.append(R"(,"passes":)"), passphrase->passes);
    bytes_of(R"(,"lanes":1,"salt":)", passphrase->salt);
  } else if (const auto* recovery = std::get_if<recovery_kdf>(&value.kdf)) {
    bytes_of(R"(,"salt":)", recovery->salt);
  } else if (const auto* passkey = std::get_if<passkey_kdf>(&value.kdf)) {
    bytes_of(R"(,"salt":)", passkey->salt);
    bytes_of(R"(,"credential_id":)", passkey->credential_id);
    detail::append_json_string(out.append(R"(,"rp_id":)"), passkey->rp_id);
    bytes_of(R"(,"prf_salt":)", passkey->prf_salt);
  }
  bytes_of(R"(},"nonce":)", value.nonce);
  bytes_of(R"(,"wrapped":)", value.wrapped);
  out.push_back('}');
}

}  // namespace kbve::vault
