#include "kbve/vault/vault.hpp"

#include <algorithm>
#include <utility>

#include "detail/json_text.hpp"
#include "kbve/crypto/kdf.hpp"
#include "kbve/crypto/random.hpp"
#include "kbve/vault/slot_key.hpp"

namespace kbve::vault {
namespace {

/// Revisions from here on are taken from the counter only, never from a clock or another tab: 2^40 of them,
/// more than will ever be sealed.
constexpr std::uint64_t trusted_rev_limit = integer_limit - (std::uint64_t{1} << 40U);

/// Epochs are below this.
constexpr std::uint64_t epoch_limit = std::uint64_t{1} << 32U;

secret_key derive(const secret_key& root_key, const key_id& salt, std::string_view label) {
  return crypto::hkdf_sha256_key(root_key.view(), salt, as_bytes(label));
}

secret_key derive_of_epoch(const secret_key& root_key, const key_id& salt, std::string_view label,
                           std::uint32_t epoch) {
  bytes info(label.begin(), label.end());
  info.resize(label.size() + 4);
  put_be32(std::span(info).last<4>(), epoch);
  return crypto::hkdf_sha256_key(root_key.view(), salt, info);
}

crypto::aead_key derive_data_key(const secret_key& root_key, const key_id& salt, std::uint32_t epoch) {
  return crypto::aead_key(derive_of_epoch(root_key, salt, "kbve-locker/1/data", epoch));
}

std::unexpected<error> bad_secret() {
  return fail(errc::invalid_field, "The slot needs a secret of another length; derive it again.", "key");
}

std::unexpected<error> another_locker() {
  return fail(errc::conflict, "The stored header belongs to another locker or another root key; unlock again.");
}

std::unexpected<error> bad_root(std::string_view what) {
  return fail(errc::tampered, std::string("The locker's root ")
                                  .append(what)
                                  .append(" Repair the locker to accept what is there, or restore a backup."));
}

}  // namespace

vault::vault(header from, secret_key root_key, schema fields)
    : header_(std::move(from)),
      root_key_(std::move(root_key)),
      schema_(std::move(fields)),
      header_key_(derive(root_key_, header_.key_id, "kbve-locker/1/header")),
      set_key_(derive(root_key_, header_.key_id, "kbve-locker/1/set")),
      data_key_(derive_data_key(root_key_, header_.key_id, header_.epoch)),
      record_binding_(binding::record_label, header_.locker_id),
      root_binding_(binding::root_label, header_.locker_id),
      writer_(crypto::random_array<8>()) {}

result<vault> vault::create(std::string_view tenant, std::string_view name, std::uint64_t now, schema fields) {
  if (tenant.size() > max_name_bytes || name.size() > max_name_bytes) {
    return fail(errc::too_large, "A locker's tenant and name may have 512 bytes each; choose shorter ones.",
                "name");
  }
  if (!is_utf8(tenant) || !is_utf8(name) || now >= integer_limit) {
    return fail(errc::invalid_field,
                "A locker's tenant and name are well-formed Unicode, and its date is in milliseconds since 1970.",
                "name");
  }
  header fresh;
  fresh.rev = 1;
  crypto::fill_random(fresh.locker_id);
  crypto::fill_random(fresh.key_id);
  fresh.tenant = tenant;
  fresh.name = name;
  fresh.created = now;
  fresh.epoch = 1;
  vault out(std::move(fresh), crypto::random_key(), std::move(fields));
  out.sign();
  return out;
}

result<vault> vault::unlock(header from, std::size_t slot_index, bytes_view secret, schema fields) {
  if (slot_index >= from.slots.size()) {
    return fail(errc::absent, "The locker has no such slot any more; read its header again.", "slot");
  }
  const slot& tried = from.slots[slot_index];
  const auto kek = slot_key(tried.kdf, secret);
  if (!kek) return bad_secret();
  auto root_key = unwrap_root_key(tried, kek->view(), from.locker_id, from.key_id);
  if (!root_key) return std::unexpected(std::move(root_key).error());
  return adopt(std::move(from), *std::move(root_key), std::move(fields));
}

vault vault::adopt(header from, secret_key root_key, schema fields) {
  vault out(std::move(from), std::move(root_key), std::move(fields));
  if (!mac_holds(out.header_, out.header_key_)) out.header_integrity_ = integrity::header;
  return out;
}

result<vault> vault::rekeyed(header from, schema fields) {
  crypto::fill_random(from.key_id);
  from.slots.clear();
  vault out(std::move(from), crypto::random_key(), std::move(fields));
  auto raised = out.raise_header();
  if (raised) raised = out.raise_epoch();
  if (!raised) return std::unexpected(std::move(raised).error());
  return out;
}

secret_key vault::cookie_key(std::uint32_t epoch) const {
  return derive_of_epoch(root_key_, header_.key_id, "kbve-locker/1/cookie", epoch);
}

result<void> vault::check_writable() const {
  if (header_integrity_ == integrity::ok) return {};
  return fail(
      errc::read_only,
      "The locker's header was changed by somebody without its key, so the locker only reads; repair it or "
      "restore a backup to write again.");
}

result<void> vault::add_slot(slot complete) {
  if (auto writable = check_writable(); !writable) return writable;
  if (header_.slots.size() >= max_slots) {
    return fail(errc::too_large, "A locker has 64 slots at most; remove one that is no longer used.", "slot");
  }
  if (std::ranges::contains(header_.slots, complete.id, &slot::id)) {
    return fail(errc::exists, "The locker has a slot of this id already; draw another id.", "slot");
  }
  header_.slots.push_back(std::move(complete));
  sign();
  return {};
}

result<void> vault::wrap_slot(slot bare, bytes_view secret) {
  const auto kek = slot_key(bare.kdf, secret);
  if (!kek) return bad_secret();
  wrap_root_key(bare, kek->view(), root_key_, header_.locker_id, header_.key_id);
  return add_slot(std::move(bare));
}

result<void> vault::remove_slot(const slot_id& id) {
  if (auto writable = check_writable(); !writable) return writable;
  const auto found = std::ranges::find(header_.slots, id, &slot::id);
  if (found == header_.slots.end()) {
    return fail(errc::absent, "The locker has no such slot any more; list its slots again.", "slot");
  }
  if (header_.slots.size() == 1) {
    return fail(errc::last_slot, "The last slot stays, or nothing would open the locker; add another one first.",
                "slot");
  }
  header_.slots.erase(found);
  sign();
  return {};
}

result<void> vault::raise_header() {
  if (auto writable = check_writable(); !writable) return writable;
  if (header_.rev + 1 >= integer_limit) {
    return fail(errc::read_only, "The header's revisions are used up; move the values into a new locker.");
  }
  ++header_.rev;
  sign();
  return {};
}

result<void> vault::raise_epoch() {
  if (auto writable = check_writable(); !writable) return writable;
  if (header_.epoch + std::uint64_t{1} >= epoch_limit) {
    return fail(errc::read_only, "The locker's epochs are used up; move the values into a new locker.");
  }
  ++header_.epoch;
  data_key_ = derive_data_key(root_key_, header_.key_id, header_.epoch);
  root_seals_ = 0;
  seals_since_ = 0;
  sign();
  return {};
}

result<void> vault::take_header(header other) {
  if (other.locker_id != header_.locker_id || other.key_id != header_.key_id) return another_locker();
  if (!mac_holds(other, header_key_)) {
    return fail(errc::tampered,
                "The stored header was changed by somebody without the locker's key; restore a backup, or repair "
                "the locker.");
  }
  go_on_with(std::move(other));
  return {};
}

result<void> vault::accept_header(header other) {
  if (other.locker_id != header_.locker_id || other.key_id != header_.key_id) return another_locker();
  const bool genuine = mac_holds(other, header_key_);
  // Numbers that nobody signed count as far as they are likely: a forged one must not use up all there are.
  std::uint64_t rev = genuine || other.rev < integer_limit / 2 ? other.rev : 0;
  rev = std::max(rev, known_header_rev_);
  if (header_integrity_ == integrity::ok) rev = std::max(rev, header_.rev);
  other.rev = rev + 1;
  if (!genuine && opened_epoch_ != 0) {
    other.epoch = opened_epoch_;
  } else if (!genuine && (other.epoch == 0 || other.epoch >= epoch_limit / 2)) {
    other.epoch = 1;
  }
  go_on_with(std::move(other));
  sign();
  return {};
}

void vault::go_on_with(header other) {
  if (other.epoch != header_.epoch) {
    data_key_ = derive_data_key(root_key_, other.key_id, other.epoch);
    root_seals_ = 0;
    seals_since_ = 0;
  }
  header_ = std::move(other);
  header_integrity_ = integrity::ok;
}

result<std::optional<std::string>> vault::check(const plain_item& item) const {
  const auto about = [&item] { return std::string(is_utf8(item.id) ? item.id.substr(0, max_id_bytes) : ""); };
  if (item.id.size() > max_id_bytes) {
    return fail(errc::too_large, "A record's id may have 512 bytes of UTF-8; choose a shorter name.", about());
  }
  if (item.id.empty() || !is_utf8(item.id)) {
    return fail(errc::invalid_field, "A record's id is a text of well-formed Unicode that is not empty.", about());
  }
  if (item.expires >= integer_limit) {
    return fail(errc::invalid_field, "The date of expiry is in milliseconds since 1970, or 0.", about());
  }
  if (item.value.size() > max_value_bytes) {
    return fail(errc::too_large, "A value may have 1 MiB once it is JSON or bytes; store it in parts.", about());
  }
  const bool is_profile = item.id.starts_with(profile_prefix);
  switch (item.kind) {
    case record_kind::parts:
      if (is_profile) break;
      [[fallthrough]];
    case record_kind::json:
      if (is_profile) return schema_.check(item.id.substr(profile_prefix.size()), as_text(item.value));
      if (detail::check_json(as_text(item.value)) == detail::json_flaw::none) return std::nullopt;
      return fail(errc::not_serializable,
                  "The value is not JSON, or nested deeper than 512; store plain data, or bytes.", about());
    case record_kind::bytes:
      if (!is_profile) return std::nullopt;
      return fail(errc::invalid_field, "A profile field holds JSON; store bytes under entries.",
                  std::string(item.id.substr(profile_prefix.size())));
    case record_kind::gone:
      if (item.value.empty()) return std::nullopt;
      return fail(errc::invalid_field, "A deletion carries no value.", about());
  }
  return fail(errc::invalid_field, "A value is JSON, bytes or a deletion; parts belong to entries.", about());
}

result<std::uint64_t> vault::draw_revs(std::size_t count, std::uint64_t now) {
  const std::uint64_t from_clock = now < trusted_rev_limit / 1'024 ? now * 1'024 : 0;
  const std::uint64_t first = std::max(highest_rev_ + 1, from_clock);
  if (count >= integer_limit - first) {
    return fail(errc::read_only, "The locker's revisions are used up; move the values into a new locker.");
  }
  highest_rev_ = first + count - (count == 0 ? 0 : 1);
  return first;
}

void vault::observe(std::uint64_t rev) noexcept {
  if (rev < trusted_rev_limit) highest_rev_ = std::max(highest_rev_, rev);
}

void vault::seal(const plain_item& item, std::uint64_t rev, const crypto::aead_nonce& nonce,
                 mutable_bytes_view out) {
  const record_meta meta{.id = item.id,
                         .version = {.rev = rev, .writer = writer_},
                         .epoch = 0,
                         .kind = item.kind,
                         .expires = item.expires};
  reseal(meta, item.value, nonce, out);
}

void vault::reseal(record_meta meta, bytes_view value, const crypto::aead_nonce& nonce, mutable_bytes_view out) {
  meta.epoch = header_.epoch;
  record_binding_.seal(data_key_, meta, nonce, value, out);
  ++seals_since_;
}

const crypto::aead_key* vault::key_of(std::uint32_t epoch) {
  if (epoch == header_.epoch) return &data_key_;
  // A header that does not hold does not say which epochs there are either.
  if (epoch > header_.epoch && header_integrity_ == integrity::ok) return nullptr;
  const auto found = std::ranges::find(old_keys_, epoch, &epoch_key::epoch);
  if (found != old_keys_.end()) return &found->key;
  epoch_key derived{.epoch = epoch, .key = derive_data_key(root_key_, header_.key_id, epoch)};
  if (old_keys_.size() < max_old_keys) return &old_keys_.emplace_back(std::move(derived)).key;
  next_old_key_ = (next_old_key_ + 1) % max_old_keys;
  old_keys_[next_old_key_] = std::move(derived);
  return &old_keys_[next_old_key_].key;
}

void vault::masks(std::uint32_t epoch, std::span<const crypto::aead_nonce> nonces,
                  std::span<crypto::aead_mask> out) {
  if (const crypto::aead_key* const key = key_of(epoch)) key->masks(nonces, out);
}

std::optional<std::size_t> vault::open(const record_view& record, mutable_bytes_view out,
                                       const crypto::aead_mask* mask) {
  const crypto::aead_key* const key = key_of(record.meta.epoch);
  if (key == nullptr) return std::nullopt;
  const auto size = record_binding_.open(*key, record, out, mask);
  if (!size) return std::nullopt;
  // Whoever holds the key may still have sealed what is not of its kind; it must not spoil the others.
  const bool fits = holds_json(record.meta.kind)
                        ? detail::check_json(as_text(out.first(*size))) == detail::json_flaw::none
                        : record.meta.kind == record_kind::bytes || *size == 0;
  if (!fits) {
    wipe(out);
    return std::nullopt;
  }
  observe(record.meta.version.rev);
  opened_epoch_ = std::max(opened_epoch_, record.meta.epoch);
  return size;
}

result<root> vault::open_root(const record_view& sealed) {
  if (sealed.meta.id != sealed_root::id || sealed.meta.kind != record_kind::json || sealed.meta.expires != 0) {
    return bad_root("is not a root.");
  }
  const crypto::aead_key* const key = key_of(sealed.meta.epoch);
  if (key == nullptr) return bad_root("belongs to an epoch that its header does not have.");
  bytes plain(sealed.box.size() < crypto::aead_tag_size ? 0 : sealed.box.size() - crypto::aead_tag_size);
  const auto size = root_binding_.open(*key, sealed, plain);
  if (!size) return bad_root("does not open.");
  const auto found = parse_root(as_text(bytes_view(plain).first(*size)));
  if (!found || found->rev != sealed.meta.version.rev) return bad_root("is not what a root contains.");
  observe(found->rev);
  opened_epoch_ = std::max(opened_epoch_, sealed.meta.epoch);
  known_header_rev_ = std::max(known_header_rev_, found->header_rev);
  // Never less than is known: a root sealed here may not have come to lie on the disk, but its seals were made.
  if (sealed.meta.epoch == header_.epoch) root_seals_ = std::max(root_seals_, found->sealed);
  return *found;
}

integrity vault::check_root(const root& found, const set_sum& sum, std::uint64_t count) const noexcept {
  if (header_integrity_ != integrity::ok || header_.rev < found.header_rev) return integrity::header;
  return found.sum == sum && found.count == count ? integrity::ok : integrity::records;
}

result<sealed_root> vault::apply_root(const root& old, std::span<const root_change> changes, std::uint64_t now) {
  root next = old;
  next.header_rev = std::max(old.header_rev, header_.rev);
  next.sealed = sealed();
  for (const root_change& change : changes) {
    if (change.before) {
      if (next.count == 0) return bad_root("counts fewer records than there are.");
      next.sum.subtract(term(change.id, *change.before, change.before_expires));
      --next.count;
    }
    if (change.after) {
      next.sum.add(term(change.id, *change.after, change.after_expires));
      ++next.count;
      // What this vault sealed is counted already, also what never comes to be applied.
      if (change.after->writer != writer_) ++next.sealed;
    }
  }
  return seal_root(next, old.rev + 1, now);
}

result<sealed_root> vault::rebuild_root(const set_sum& sum, std::uint64_t count, std::uint64_t now) {
  const root next{
      .rev = 0, .header_rev = header_.rev, .sealed = std::max(sealed(), count), .count = count, .sum = sum};
  return seal_root(next, 0, now);
}

result<sealed_root> vault::seal_root(root next, std::uint64_t least_rev, std::uint64_t now) {
  if (auto writable = check_writable(); !writable) return std::unexpected(std::move(writable).error());
  if (least_rev != 0) highest_rev_ = std::max(highest_rev_, least_rev - 1);
  const auto rev = draw_revs(1, now);
  if (!rev) return std::unexpected(rev.error());
  next.rev = *rev;
  next.sealed += 1;
  sealed_root out{.version = {.rev = *rev, .writer = writer_}, .epoch = header_.epoch, .nonce = {}, .box = {}};
  crypto::fill_random(out.nonce);
  const record_meta meta{
      .id = sealed_root::id, .version = out.version, .epoch = out.epoch, .kind = record_kind::json, .expires = 0};
  const std::string plain = to_json(next);
  out.box.resize(box_size(plain.size()));
  root_binding_.seal(data_key_, meta, out.nonce, as_bytes(plain), out.box);
  root_seals_ = next.sealed;
  seals_since_ = 0;
  return out;
}

void vault::sign() noexcept {
  header_.mac = mac_of(header_, header_key_);
}

}  // namespace kbve::vault
