#pragma once

/// An unlocked locker: its keys, its header, and what seals and opens under them. No I/O: the caller brings
/// what lies on the disk and the time, and puts away what comes out.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/crypto/aead.hpp"
#include "kbve/crypto/hmac.hpp"
#include "kbve/vault/header.hpp"
#include "kbve/vault/record.hpp"
#include "kbve/vault/root.hpp"
#include "kbve/vault/schema.hpp"

namespace kbve::vault {

/// What does not hold.
enum class integrity : std::uint8_t { ok, header, records };

/// A value to be sealed. `value` is JSON text, bytes, or empty for `gone`.
struct plain_item {
  std::string_view id;
  record_kind kind = record_kind::json;
  std::uint64_t expires = 0;
  bytes_view value;
};

/// What one applied change does to the root.
struct root_change {
  std::string_view id;
  std::optional<version> before;  ///< The record that was there.
  std::optional<version> after;   ///< The record that is there now.
  std::uint64_t before_expires = 0;
  std::uint64_t after_expires = 0;
};

/// A root, sealed, with the memory of its box.
struct sealed_root {
  static constexpr std::string_view id = "root";
  vault::version version;
  std::uint32_t epoch = 0;
  crypto::aead_nonce nonce{};
  bytes box;
};

/// Profile fields are records whose id begins with this; they are held to the schema.
inline constexpr std::string_view profile_prefix = "profile/";

/// Seals under one data key, after which nothing more is sealed until the epoch is raised. Half of what
/// SP 800-38D allows for random nonces.
inline constexpr std::uint64_t max_seals = std::uint64_t{1} << 31U;

class vault {
 public:
  /// A new locker: draws locker_id, key_id, root key and writer. The header has no slot yet. `too_large` for
  /// a tenant or name over `max_name_bytes`, `invalid_field` for one that is not UTF-8 or a date that is none.
  [[nodiscard]] static result<vault> create(std::string_view tenant, std::string_view name, std::uint64_t now,
                                            schema fields);

  /// Opens a slot with what `slot_key` takes for it. `wrong_secret` when it does not fit, `invalid_field` when it
  /// does not have the length of the slot's kind. A header whose mac does not hold gives a vault that only reads:
  /// `header_integrity()` says so. `absent` when there is no such slot.
  [[nodiscard]] static result<vault> unlock(header from, std::size_t slot_index, bytes_view secret, schema fields);

  /// Opens with the root key itself, unwrapped elsewhere (a device slot). The mac is checked as above.
  [[nodiscard]] static vault adopt(header from, secret_key root_key, schema fields);

  /// The locker of `from`, whose mac the caller has checked, under another root key: new key_id, header rev + 1,
  /// epoch + 1, and no slot yet. What was sealed before opens there when it was resealed. `read_only` where there
  /// is no later rev or epoch.
  [[nodiscard]] static result<vault> rekeyed(header from, schema fields);

  [[nodiscard]] const header& current_header() const noexcept { return header_; }
  [[nodiscard]] integrity header_integrity() const noexcept { return header_integrity_; }
  [[nodiscard]] const writer_id& writer() const noexcept { return writer_; }
  [[nodiscard]] const secret_key& root_key() const noexcept { return root_key_; }

  /// The key of the cookies sealed under an epoch, up to the current one. The caller bounds the epoch.
  [[nodiscard]] secret_key cookie_key(std::uint32_t epoch) const;

  /// What headers and backups are authenticated with.
  [[nodiscard]] const crypto::hmac_key& header_key() const noexcept { return header_key_; }

  /// `read_only` when the header does not hold.
  [[nodiscard]] result<void> check_writable() const;

  // Slots. None of these raises the header's rev; `raise_header` does, once, when the change is written.
  /// `exists` for an id that is there, `too_large` when there are `max_slots`.
  [[nodiscard]] result<void> add_slot(slot complete);
  /// Wraps the root key into the slot, under the key that `slot_key` makes of `secret`, and adds it.
  [[nodiscard]] result<void> wrap_slot(slot bare, bytes_view secret);
  /// `last_slot` for the only one, `absent` for an id that is not there.
  [[nodiscard]] result<void> remove_slot(const slot_id& id);
  /// rev + 1 and a new mac.
  [[nodiscard]] result<void> raise_header();
  /// epoch + 1: a new data key from now on; older records still open. The header's rev stays.
  [[nodiscard]] result<void> raise_epoch();
  /// Goes on with another header of this locker, as somebody else wrote it. `conflict` when it belongs to
  /// another locker or root key, `tampered` when its mac does not hold; the header then stays as it was.
  [[nodiscard]] result<void> take_header(header other);
  /// Goes on with a header because a person accepts it, whatever its mac says, and signs it anew: for repair. Its
  /// rev comes above every one this vault has seen, in roots too. Where its mac does not hold, the epoch is the
  /// highest in which anything was opened (the stated one where nothing was, or 1 where that is 2^31 or more), and
  /// the caller leaves no slot in it but one that has been opened: any other may be anybody's. Open the root again
  /// after it, for its count of seals. `conflict` when it belongs to another locker or root key.
  [[nodiscard]] result<void> accept_header(header other);

  /// Looks at an item before sealing: id, date, size, JSON, and the schema for profile fields. Gives the JSON
  /// text to seal instead, where the field's rule changes it.
  [[nodiscard]] result<std::optional<std::string>> check(const plain_item& item) const;

  /// Draws `count` successive revisions and gives the first: max(highest seen + 1, now × 1024).
  [[nodiscard]] result<std::uint64_t> draw_revs(std::size_t count, std::uint64_t now);
  /// A revision this locker has; the next ones are above it. Numbers that only a forger or a broken clock
  /// can have reached are ignored, because they would use up all that are left.
  void observe(std::uint64_t rev) noexcept;

  /// Seals a checked item as this writer's version `rev` into `out` of exactly `box_size(value.size())` bytes.
  /// The caller has drawn `nonce`.
  void seal(const plain_item& item, std::uint64_t rev, const crypto::aead_nonce& nonce, mutable_bytes_view out);

  /// Seals under this vault's key, in its epoch, what another vault has opened; all else of it stays as it was.
  void reseal(record_meta meta, bytes_view value, const crypto::aead_nonce& nonce, mutable_bytes_view out);

  /// Opens a record into `out` of exactly `box.size() - aead_tag_size` bytes and gives the value's length.
  /// Nothing when it does not open, belongs to an epoch still to come, or is not what its kind says.
  /// `mask`, for many records in a row: what `masks` said of its nonce and epoch.
  [[nodiscard]] std::optional<std::size_t> open(const record_view& record, mutable_bytes_view out,
                                                const crypto::aead_mask* mask = nullptr);

  /// Masks for `open`, of up to `aead_masks_at_once` records of one epoch; none for an epoch still to come.
  void masks(std::uint32_t epoch, std::span<const crypto::aead_nonce> nonces, std::span<crypto::aead_mask> out);

  /// A record's term in the set sum.
  [[nodiscard]] crypto::hmac_tag term(std::string_view id, const version& at,
                                      std::uint64_t expires) const noexcept {
    return set_term(set_key_, id, at, expires);
  }

  /// Opens a root and remembers its count of seals, unless more are known. `tampered` when it does not open or is
  /// not one.
  [[nodiscard]] result<root> open_root(const record_view& sealed);
  /// Compares an opened root with the header and with the records found.
  [[nodiscard]] integrity check_root(const root& found, const set_sum& sum, std::uint64_t count) const noexcept;
  /// The next root after `old`, which `open_root` gave last, with the changes applied, sealed. `tampered` when
  /// they do not fit it.
  [[nodiscard]] result<sealed_root> apply_root(const root& old, std::span<const root_change> changes,
                                               std::uint64_t now);
  /// A root for these records, above every revision seen, sealed: for a new locker and for repair.
  [[nodiscard]] result<sealed_root> rebuild_root(const set_sum& sum, std::uint64_t count, std::uint64_t now);

  /// Seals under the current data key: those the last root counted, and this vault's since then, applied or not.
  [[nodiscard]] std::uint64_t sealed() const noexcept { return root_seals_ + seals_since_; }

 private:
  struct epoch_key {
    std::uint32_t epoch;
    crypto::aead_key key;
  };
  /// Keys of older epochs that are kept ready; more are derived again.
  static constexpr std::size_t max_old_keys = 8;

  vault(header from, secret_key root_key, schema fields);

  [[nodiscard]] const crypto::aead_key* key_of(std::uint32_t epoch);
  void sign() noexcept;
  void go_on_with(header other);
  [[nodiscard]] result<sealed_root> seal_root(root next, std::uint64_t least_rev, std::uint64_t now);

  header header_;
  secret_key root_key_;
  schema schema_;
  crypto::hmac_key header_key_;
  crypto::hmac_key set_key_;
  crypto::aead_key data_key_;
  std::vector<epoch_key> old_keys_;
  std::size_t next_old_key_ = 0;
  binding record_binding_;
  binding root_binding_;
  writer_id writer_{};
  std::uint64_t highest_rev_ = 0;
  std::uint64_t root_seals_ = 0;
  std::uint64_t seals_since_ = 0;
  /// The newest header that any root opened here knew of.
  std::uint64_t known_header_rev_ = 0;
  /// The highest epoch in which anything was opened here.
  std::uint32_t opened_epoch_ = 0;
  integrity header_integrity_ = integrity::ok;
};

}  // namespace kbve::vault
