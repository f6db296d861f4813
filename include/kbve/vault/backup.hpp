#pragma once

/// Backups (locker format 1): a whole locker in one file, `.kbve`. UTF-8 JSON with bytes as base64url,
///
///     {"format":"kbve-locker/1","header":{…},"records":[…],"root":{…},"mac":…}
///
/// and, only where there are large values, `"parts":[…]` between records and root: the sealed parts that the
/// records of kind `parts` name, one after the other, and no others.
///
/// Records and root lie in it as they lie on the disk, sealed; the header without its `device` slots, which open
/// nothing elsewhere. `mac` is HMAC-SHA-256 under the header key over canonical(all the rest), so a file is either
/// the one that was written, or it is refused.

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
#include "kbve/crypto/hmac.hpp"
#include "kbve/vault/header.hpp"
#include "kbve/vault/record.hpp"
#include "kbve/vault/vault.hpp"

namespace kbve::vault {

/// Bytes a backup may have. Nothing longer is read, and nothing longer is made.
inline constexpr std::size_t max_backup_bytes = 268'435'456;

/// Records whose id begins so hold a session, which belongs to one device: two that renew it would end it for
/// both. None goes into a backup, and of one that has them they are passed over.
inline constexpr std::string_view session_prefix = "auth/";

/// A sealed record with its own memory.
struct backup_record {
  std::string id;
  kbve::vault::version version;
  std::uint32_t epoch = 0;
  record_kind kind = record_kind::json;
  std::uint64_t expires = 0;
  crypto::aead_nonce nonce{};
  bytes box;

  /// Valid as long as the record is there and unchanged.
  [[nodiscard]] record_view view() const noexcept;

  friend bool operator==(const backup_record&, const backup_record&) = default;
};

struct backup {
  kbve::vault::header header;
  /// Deletions too; no id twice.
  std::vector<backup_record> records;
  backup_record root;
  /// Of large values; no id twice.
  std::vector<backup_record> parts = {};
  crypto::hmac_tag mac{};

  friend bool operator==(const backup&, const backup&) = default;
};

/// Reads a backup, members in any order. `too_large` over `max_backup_bytes`; `unsupported_format` for one of
/// another version; `kdf_out_of_range` for a slot whose costs are outside the limits; `tampered` for anything that
/// is no backup, or not a whole one. Neither mac is checked here: that needs a key.
[[nodiscard]] result<backup> parse_backup(std::string_view text);

/// The members in the format's order, without whitespace, and as `JSON.stringify` escapes texts.
[[nodiscard]] std::string to_json(const backup& value);

/// HMAC-SHA-256 under the header key over canonical(all other members).
[[nodiscard]] crypto::hmac_tag mac_of(const backup& value, const vault& of);
[[nodiscard]] bool mac_holds(const backup& value, const vault& of);

/// The header as it is exported: without `device` slots, signed anew. `no_portable_slot` when none is left,
/// `read_only` for a header whose mac does not hold.
[[nodiscard]] result<header> portable_header(const vault& of);

/// A backup of records and their root, as they lie on the disk, with the parts of large values in the order of the
/// records that name them. What would not be read again is not made: `invalid_field`, with the id as field, for a
/// record that is none of a backup's (without its box because it has expired, with the id of another or of a
/// session) and for parts that are missing or left over; `too_large` over `max_backup_bytes`; `tampered` when the
/// root does not open or is not that of these records. Errors of `portable_header`.
[[nodiscard]] result<backup> make_backup(vault& of, std::vector<backup_record> records, backup_record root,
                                         std::vector<backup_record> parts = {});

/// A backup of values sealed here and now, with parts that were sealed before. Errors of `vault::check` and
/// `make_backup`; `invalid_field` for an id that is there twice.
[[nodiscard]] result<backup> seal_backup(vault& with, std::span<const plain_item> values, std::uint64_t now,
                                         std::vector<backup_record> parts = {});

/// Which kind of secret a person has.
enum class backup_secret : std::uint8_t {
  passphrase,  ///< UTF-8, in normalization form C over compatible characters (NFKC): the caller's work.
  recovery,    ///< The code as it was typed.
};

/// The vault of the backup's header. `wrong_secret` when the secret opens no slot; `tampered` when one opens and
/// a mac does not hold; `invalid_field` for a recovery code that cannot be right; `out_of_memory`.
[[nodiscard]] result<vault> unlock_backup(const backup& from, backup_secret kind, bytes_view secret);

/// What the record of a large value says.
struct large_value {
  std::string id;    ///< Its parts have the ids `part/<id>/<number from 0>`.
  std::string kind;  ///< `json`, `bytes` or `blob`.
  std::size_t size = 0;
  std::size_t part = 0;  ///< Bytes of every part but the last.
  std::size_t count = 0;
  std::string type;  ///< Of a blob; may be empty.
};

/// Nothing for a text that is no such record's.
[[nodiscard]] std::optional<large_value> parse_large_value(std::string_view text);

/// A value, opened.
struct backup_value {
  std::string id;
  record_kind kind = record_kind::json;
  std::uint64_t expires = 0;  ///< Milliseconds since 1970, or 0.
  secret_bytes value;
};

struct opened_backup {
  /// In the order of the file, without deletions and sessions.
  std::vector<backup_value> values;
  /// Ids of records that do not open, and of large values of which a part does not.
  std::vector<std::string> damaged;
};

/// Opens every record with the vault that `unlock_backup` gave. `tampered` when the root does not open, or the
/// records are not the ones it was sealed for, or the parts are not those that the records name, or something in
/// it is not as `parse_backup` gives it.
[[nodiscard]] result<opened_backup> open_backup(const backup& from, vault& with);

}  // namespace kbve::vault
