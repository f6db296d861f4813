#pragma once

/// Lockers, and values in the packed form, for the tests of the vault room.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"
#include "kbve/vault/packed.hpp"
#include "kbve/vault/vault.hpp"

namespace kbve::test {

inline constexpr std::uint64_t now = 1'790'000'000'000;

/// A new locker called demo/main. A failure ends the test program.
vault::vault new_vault(std::string_view schema = {});

/// A key of 32 equal bytes.
secret_key key_of(std::uint8_t byte);

/// A slot of the kind `passphrase` with an id of equal bytes.
vault::slot passphrase_slot(std::uint8_t id);

/// A record that owns its memory.
struct stored_record {
  std::string id;
  vault::version version;
  std::uint32_t epoch = 0;
  vault::record_kind kind = vault::record_kind::json;
  std::uint64_t expires = 0;
  crypto::aead_nonce nonce{};
  bytes box;

  [[nodiscard]] vault::record_view view() const;
};

/// Seals one value as the vault's next version.
stored_record seal(vault::vault& with, std::string_view id, std::string_view value,
                   vault::record_kind kind = vault::record_kind::json, std::uint64_t expires = 0);

/// The value, or nothing where the record does not open.
std::optional<std::string> open(vault::vault& with, const stored_record& record);

struct packed_item {
  std::string id;
  std::string value;
  std::uint8_t kind = 0;
  double expires = 0;
};
bytes pack(const std::vector<packed_item>& items);
bytes pack(const std::vector<stored_record>& records);

struct packed_change {
  std::string id;
  std::optional<vault::version> before;
  std::optional<vault::version> after;
  std::uint64_t before_expires = 0;
  std::uint64_t after_expires = 0;
};
bytes pack(const std::vector<packed_change>& changes);

struct sealed_item {
  stored_record record;
  std::string replaced;
};
/// Reads what `packed_door::seal` gives; fails the test where it is not that.
std::vector<sealed_item> unpack_sealed(bytes_view output, std::size_t count);

struct opened_values {
  std::vector<int> status;
  std::string json;
  std::vector<std::string> blobs;
};
/// Reads what `packed_door::open` gives.
opened_values unpack_opened(bytes_view output, std::size_t count);

/// Puts `input` where the door wants it. True when there was memory.
bool put(vault::packed_door& door, bytes_view input);

/// A copy of the first `size` bytes of the door's output.
bytes output_of(vault::packed_door& door, std::size_t size);

}  // namespace kbve::test
