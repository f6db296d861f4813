#include "kbve/vault/backup.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "backup_form.hpp"
#include "kbve/crypto/kdf.hpp"
#include "kbve/crypto/random.hpp"
#include "kbve/vault/recovery.hpp"

namespace kbve::vault {
namespace {

constexpr std::string_view format_name = "kbve-locker/1";

void append_canonical(canonical_writer& out, const backup_record& value) {
  out.text(value.id)
      .integer(value.version.rev)
      .data(value.version.writer)
      .integer(value.epoch)
      .text(kind_name(value.kind))
      .integer(value.expires)
      .data(value.nonce)
      .data(value.box);
}

/// The parts of a large value at the beginning of `left`, which are taken from it. Nothing where they are not
/// those.
std::optional<std::span<const backup_record>> take_parts(const large_value& of,
                                                         std::span<const backup_record>& left) {
  if (of.count > left.size()) return std::nullopt;
  const auto mine = left.first(of.count);
  for (std::size_t n = 0; n < of.count; ++n) {
    const std::size_t size = std::min(of.part, of.size - n * of.part);
    const std::string id = std::string("part/").append(of.id).append("/").append(std::to_string(n));
    if (mine[n].id != id || mine[n].kind != record_kind::bytes || mine[n].box.size() != box_size(size))
      return std::nullopt;
  }
  left = left.subspan(of.count);
  return mine;
}

/// Whether each of them opens and has the size that its large value says.
bool all_open(const large_value& of, std::span<const backup_record> parts, vault& with) {
  for (std::size_t n = 0; n < parts.size(); ++n) {
    secret_bytes plain(parts[n].box.size() - crypto::aead_tag_size);
    const auto size = with.open(parts[n].view(), plain.data());
    if (!size || *size != std::min(of.part, of.size - n * of.part)) return false;
  }
  return true;
}

std::unexpected<error> not_as_written() {
  return fail(
      errc::tampered,
      "The backup was changed after it was written, or is damaged, and nothing of it was used. Use another "
      "copy of it.");
}

std::unexpected<error> not_written(const backup_record& what, std::string_view why) {
  const bool sayable = what.id.size() <= max_id_bytes && is_utf8(what.id);
  return fail(errc::invalid_field, why, sayable ? what.id : std::string());
}

result<void> check_form(const backup& value) {
  for (const auto* list : {&value.records, &value.parts}) {
    for (const backup_record& record : *list) {
      if (!is_whole(record)) {
        return not_written(record,
                           "No backup has such a record: it has expired and lost its box, or is not as the format "
                           "says. Take it away, and make the root of the others.");
      }
    }
    if (const auto id = doubled_id(*list); !id.empty()) {
      return fail(errc::invalid_field, "A backup has one record of each name; give each once.", std::string(id));
    }
  }
  if (!is_whole_root(value.root)) {
    return fail(errc::tampered,
                "The locker's root is not one; give the record that lies on the disk under this id.");
  }
  if (json_size(value) > max_backup_bytes) {
    return fail(
        errc::too_large,
        "The locker holds more than a backup can, which is 256 MiB; delete large entries, or save them apart.");
  }
  return {};
}

/// Whether `open_backup` will find in it what it looks for.
result<void> check_content(const backup& value, vault& with) {
  set_sum sum;
  std::span<const backup_record> parts = value.parts;
  for (const backup_record& record : value.records) {
    if (record.id.starts_with(session_prefix)) {
      return not_written(
          record,
          "A session belongs to one device and is in no backup; leave it out, and make the root of the "
          "other records.");
    }
    sum.add(with.term(record.id, record.version, record.expires));
    if (record.kind != record_kind::parts) continue;
    secret_bytes plain(record.box.size() - crypto::aead_tag_size);
    const auto size = with.open(record.view(), plain.data());
    if (!size) continue;  // whoever opens the backup is told that it is damaged
    const auto large = parse_large_value(as_text(plain.view().first(*size)));
    if (!large || !take_parts(*large, parts)) {
      return not_written(
          record,
          "The parts of this large value are missing or not those it names; give them in the order of "
          "the values.");
    }
  }
  if (!parts.empty()) return not_written(parts.front(), "No large value names this part; leave it out.");
  const auto root = with.open_root(value.root.view());
  if (!root) return std::unexpected(root.error());
  if (with.check_root(*root, sum, value.records.size()) == integrity::ok) return {};
  return fail(
      errc::tampered,
      "The locker's root is not that of these records, and a backup would keep that as if it were whole. Repair "
      "the locker first.");
}

/// The secret that this slot takes, out of what the person gave; nothing for a slot of another kind.
result<std::optional<secret_bytes>> slot_secret(const slot& of, backup_secret kind, bytes_view given) {
  if (const auto* passphrase = std::get_if<passphrase_kdf>(&of.kdf);
      kind == backup_secret::passphrase && passphrase) {
    const auto key = crypto::argon2id(given, passphrase->salt, passphrase->memory_kib, passphrase->passes);
    if (!key) return std::unexpected(key.error());
    return secret_bytes(bytes_view(key->view()));
  }
  if (kind == backup_secret::recovery && std::holds_alternative<recovery_kdf>(of.kdf)) {
    auto code = parse_recovery_code(as_text(given));
    if (!code) return std::unexpected(std::move(code).error());
    return *std::move(code);
  }
  return std::optional<secret_bytes>();
}

}  // namespace

record_view backup_record::view() const noexcept {
  return {.meta = {.id = id, .version = version, .epoch = epoch, .kind = kind, .expires = expires},
          .nonce = nonce,
          .box = box};
}

crypto::hmac_tag mac_of(const backup& value, const vault& of) {
  crypto::hmac_message message(of.header_key());
  canonical_writer piece;
  const auto add = [&] {
    message.add(piece.view());
    piece.clear();
  };
  piece.text(format_name);
  append_canonical(piece, value.header);
  piece.data(value.header.mac).list(value.records.size());
  for (const backup_record& record : value.records) {
    append_canonical(piece, record);
    add();
  }
  if (!value.parts.empty()) piece.list(value.parts.size());
  for (const backup_record& part : value.parts) {
    append_canonical(piece, part);
    add();
  }
  append_canonical(piece, value.root);
  add();
  return message.tag();
}

bool mac_holds(const backup& value, const vault& of) {
  return equal_in_constant_time(mac_of(value, of), value.mac);
}

result<header> portable_header(const vault& of) {
  if (auto writable = of.check_writable(); !writable) return std::unexpected(std::move(writable).error());
  header out = of.current_header();
  std::erase_if(out.slots, [](const slot& each) { return std::holds_alternative<device_kdf>(each.kdf); });
  if (out.slots.empty()) {
    return fail(
        errc::no_portable_slot,
        "Nothing would open this backup: its locker opens with this browser's key alone. Add a passphrase, "
        "a recovery code or a passkey first.",
        "slot");
  }
  out.mac = mac_of(out, of.header_key());
  return out;
}

result<backup> make_backup(vault& of, std::vector<backup_record> records, backup_record root,
                           std::vector<backup_record> parts) {
  auto head = portable_header(of);
  if (!head) return std::unexpected(std::move(head).error());
  backup out{.header = *std::move(head),
             .records = std::move(records),
             .root = std::move(root),
             .parts = std::move(parts),
             .mac = {}};
  if (auto formed = check_form(out); !formed) return std::unexpected(std::move(formed).error());
  if (auto holds = check_content(out, of); !holds) return std::unexpected(std::move(holds).error());
  out.mac = mac_of(out, of);
  return out;
}

result<backup> seal_backup(vault& with, std::span<const plain_item> values, std::uint64_t now,
                           std::vector<backup_record> parts) {
  std::vector<backup_record> records;
  std::set<std::string_view> ids;
  set_sum sum;
  for (const plain_item& value : values) {
    auto instead = with.check(value);
    if (!instead) return std::unexpected(std::move(instead).error());
    if (!ids.insert(value.id).second) {
      return fail(errc::invalid_field, "A backup has one value of each name; give each once.", value.id);
    }
    plain_item item = value;
    if (*instead) item.value = as_bytes(**instead);
    const auto rev = with.draw_revs(1, now);
    if (!rev) return std::unexpected(rev.error());
    backup_record& record = records.emplace_back(backup_record{.id = std::string(item.id),
                                                               .version = {.rev = *rev, .writer = with.writer()},
                                                               .epoch = with.current_header().epoch,
                                                               .kind = item.kind,
                                                               .expires = item.expires,
                                                               .nonce = crypto::random_array<12>(),
                                                               .box = bytes(box_size(item.value.size()))});
    with.seal(item, *rev, record.nonce, record.box);
    sum.add(with.term(record.id, record.version, record.expires));
  }
  auto root = with.rebuild_root(sum, records.size(), now);
  if (!root) return std::unexpected(std::move(root).error());
  return make_backup(with, std::move(records),
                     {.id = std::string(sealed_root::id),
                      .version = root->version,
                      .epoch = root->epoch,
                      .kind = record_kind::json,
                      .expires = 0,
                      .nonce = root->nonce,
                      .box = std::move(root->box)},
                     std::move(parts));
}

result<vault> unlock_backup(const backup& from, backup_secret kind, bytes_view secret) {
  for (std::size_t i = 0; i < from.header.slots.size(); ++i) {
    auto mine = slot_secret(from.header.slots[i], kind, secret);
    if (!mine) return std::unexpected(std::move(mine).error());
    if (!*mine) continue;
    auto opened = vault::unlock(from.header, i, (*mine)->view(), schema());
    if (!opened && opened.error().code == errc::wrong_secret) continue;
    if (opened && (opened->header_integrity() != integrity::ok || !mac_holds(from, *opened)))
      return not_as_written();
    return opened;
  }
  return fail(errc::wrong_secret,
              "This secret does not open the backup; check it, or use one that opened the locker when the backup "
              "was made.");
}

result<opened_backup> open_backup(const backup& from, vault& with) {
  set_sum sum;
  opened_backup out;
  std::span<const backup_record> parts = from.parts;
  // What was not parsed has been held to nothing yet.
  if (!is_whole_root(from.root) || !std::ranges::all_of(from.records, is_whole)) return not_as_written();
  for (const backup_record& record : from.records) {
    sum.add(with.term(record.id, record.version, record.expires));
    if (record.id.starts_with(session_prefix)) continue;
    secret_bytes plain(record.box.size() - crypto::aead_tag_size);
    const auto size = with.open(record.view(), plain.data());
    if (!size) {
      out.damaged.push_back(record.id);
    } else if (record.kind != record_kind::gone) {
      if (record.kind == record_kind::parts) {
        const auto large = parse_large_value(as_text(plain.view().first(*size)));
        const auto mine = large ? take_parts(*large, parts) : std::nullopt;
        if (!mine) return not_as_written();
        if (!all_open(*large, *mine, with)) {
          out.damaged.push_back(record.id);
          continue;
        }
      }
      out.values.push_back({.id = record.id,
                            .kind = record.kind,
                            .expires = record.expires,
                            .value = secret_bytes(plain.view().first(*size))});
    }
  }
  if (!parts.empty()) return not_as_written();
  const auto root = with.open_root(from.root.view());
  if (!root) return std::unexpected(root.error());
  if (with.check_root(*root, sum, from.records.size()) != integrity::ok) return not_as_written();
  return out;
}

}  // namespace kbve::vault
