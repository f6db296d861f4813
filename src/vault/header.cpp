#include "kbve/vault/header.hpp"

#include <utility>

#include "detail/json.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/secret.hpp"
#include "slot_json.hpp"

namespace kbve::vault {
namespace {

using detail::json;
using detail::json_kind;

/// 64 slots of the largest kind, and room.
constexpr std::size_t max_header_bytes = 524'288;

std::unexpected<error> malformed(std::string_view what) {
  return fail(errc::tampered, std::string("The locker's header is damaged: ")
                                  .append(what)
                                  .append(" Restore a backup, or open the locker from another device."));
}

}  // namespace

result<header> parse_header(std::string_view text) {
  const auto tree = detail::parse_json(text, max_header_bytes);
  if (!tree || tree->kind != json_kind::object) return malformed("it is not a JSON object of a fitting size.");
  const json* const format = detail::member(*tree, "format");
  if (format == nullptr) return malformed("it does not say its format.");
  if (detail::integer_member(*tree, "format") != 1) {
    return fail(errc::unsupported_format,
                "The locker was written in a format this version does not know, and nothing was touched; open it "
                "with the version that wrote it.");
  }
  if (!detail::has_exactly(
          *tree, {"format", "rev", "locker_id", "key_id", "tenant", "name", "created", "epoch", "slots", "mac"})) {
    return malformed("it does not have exactly the members of a header.");
  }
  header out;
  const auto rev = detail::integer_member(*tree, "rev");
  const auto created = detail::integer_member(*tree, "created");
  const auto epoch = detail::integer_member(*tree, "epoch");
  if (!rev || !created || !epoch || *epoch > 0xffff'ffffU) return malformed("a number in it is not one.");
  const auto tenant = detail::text_member(*tree, "tenant", max_name_bytes);
  const auto name = detail::text_member(*tree, "name", max_name_bytes);
  if (!tenant || !name) return malformed("its tenant or name is not a text of a fitting size.");
  if (!detail::bytes_member(*tree, "locker_id", out.locker_id) ||
      !detail::bytes_member(*tree, "key_id", out.key_id) || !detail::bytes_member(*tree, "mac", out.mac)) {
    return malformed("its ids or its mac are not bytes of their length.");
  }
  const json& slots = *detail::member(*tree, "slots");
  if (slots.kind != json_kind::array || slots.children.size() > max_slots)
    return malformed("its slots are not a list of at most 64.");
  for (const json& each : slots.children) {
    auto read = read_slot(each, slot_form::complete);
    if (!read) return std::unexpected(std::move(read).error());
    out.slots.push_back(*std::move(read));
  }
  out.rev = *rev;
  out.tenant = *tenant;
  out.name = *name;
  out.created = *created;
  out.epoch = static_cast<std::uint32_t>(*epoch);
  return out;
}

std::string to_json(const header& value) {
  std::string out = R"({"format":1,"rev":)";
  detail::append_json_integer(out, value.rev);
  detail::append_json_bytes(out.append(R"(,"locker_id":)"), value.locker_id);
  detail::append_json_bytes(out.append(R"(,"key_id":)"), value.key_id);
  detail::append_json_string(out.append(R"(,"tenant":)"), value.tenant);
  detail::append_json_string(out.append(R"(,"name":)"), value.name);
  detail::append_json_integer(out.append(R"(,"created":)"), value.created);
  detail::append_json_integer(out.append(R"(,"epoch":)"), value.epoch);
  out.append(R"(,"slots":[)");
  for (std::size_t i = 0; i < value.slots.size(); ++i) {
    if (i != 0) out.push_back(',');
    append_json(out, value.slots[i]);
  }
  detail::append_json_bytes(out.append(R"(],"mac":)"), value.mac);
  out.push_back('}');
  return out;
}

void append_canonical(canonical_writer& out, const header& value) {
  out.integer(1)
      .integer(value.rev)
      .data(value.locker_id)
      .data(value.key_id)
      .text(value.tenant)
      .text(value.name)
      .integer(value.created)
      .integer(value.epoch)
      .list(value.slots.size());
  for (const slot& each : value.slots) append_canonical(out, each);
}

crypto::hmac_tag mac_of(const header& value, const crypto::hmac_key& header_key) {
  canonical_writer fields;
  append_canonical(fields, value);
  return header_key.tag(fields.view());
}

bool mac_holds(const header& value, const crypto::hmac_key& header_key) {
  return equal_in_constant_time(mac_of(value, header_key), value.mac);
}

}  // namespace kbve::vault
