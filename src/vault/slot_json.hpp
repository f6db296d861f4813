#pragma once

/// A slot out of a JSON tree, for headers and for slots handed in alone.

#include "detail/json.hpp"
#include "kbve/vault/slot.hpp"

namespace kbve::vault {

/// `tampered` where the shape is wrong; else as `parse_slot`.
[[nodiscard]] result<slot> read_slot(const detail::json& tree, slot_form form);

}  // namespace kbve::vault
