#pragma once

/// What a reader of backups holds a file to, in one place, so that nothing is written that would not be read.

#include <cstddef>
#include <span>
#include <string_view>

#include "kbve/vault/backup.hpp"

namespace kbve::vault {

/// An id, numbers and a box as the format has them. Whether the box opens is another question.
[[nodiscard]] bool is_whole(const backup_record& value) noexcept;

/// The same for a root.
[[nodiscard]] bool is_whole_root(const backup_record& value) noexcept;

/// A part of a large value, by its id and kind.
[[nodiscard]] bool is_part(const backup_record& value) noexcept;

/// An id that is there twice, or ''. It lives as long as the records.
[[nodiscard]] std::string_view doubled_id(std::span<const backup_record> records);

/// Bytes that `to_json(value)` has.
[[nodiscard]] std::size_t json_size(const backup& value);

}  // namespace kbve::vault
