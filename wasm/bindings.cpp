/// The locker's core as JavaScript sees it. Nothing is decided here: each function hands over to a room of
/// include/kbve and hands back what it says.

#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "kbve/core/base64url.hpp"
#include "kbve/vault/header.hpp"
#include "kbve/vault/packed.hpp"
#include "kbve/vault/schema.hpp"
#include "kbve/vault/vault.hpp"
#include "marshal.hpp"

namespace kbve::wasm {
namespace {

using emscripten::val;
using vault::integrity;

std::unexpected<error> bad_key() {
  return fail(errc::invalid_field, "A key has 32 bytes; derive it again.", "key");
}

/// A key of exactly 32 bytes out of a Uint8Array.
std::optional<secret_key> key_from(const uint8_array& array) {
  const secret_bytes copy = from_js(array);
  if (copy.size() != secret_key::length) return std::nullopt;
  return secret_key(copy.view().first<secret_key::length>());
}

std::uint64_t date_from(double now) {
  // What is no date becomes one that every check refuses.
  std::uint64_t date = 0;
  return to_integer(std::floor(now), date) ? date : vault::integer_limit;
}

class locker_vault {
 public:
  explicit locker_vault(vault::vault open) : vault_(std::move(open)) {}

  static vault_or_failure create(const std::string& tenant, const std::string& name, double now,
                                 const std::string& schema_json) {
    auto fields = vault::schema::parse(schema_json);
    if (!fields) return vault_or_failure(to_js(fields.error()));
    return handed_over(vault::vault::create(tenant, name, date_from(now), *std::move(fields)));
  }

  /// `secret`: see `kbve/vault/slot_key.hpp`.
  static vault_or_failure unlock(const std::string& header_json, unsigned slot_index, const uint8_array& secret,
                                 const std::string& schema_json) {
    auto header = vault::parse_header(header_json);
    if (!header) return vault_or_failure(to_js(header.error()));
    auto fields = vault::schema::parse(schema_json);
    if (!fields) return vault_or_failure(to_js(fields.error()));
    const secret_bytes given = from_js(secret);
    return handed_over(vault::vault::unlock(*std::move(header), slot_index, given.view(), *std::move(fields)));
  }

  /// No root key at all stands for another one, just drawn (`vault::rekeyed`).
  static vault_or_failure adopt(const std::string& header_json, const uint8_array& root_key,
                                const std::string& schema_json) {
    auto header = vault::parse_header(header_json);
    if (!header) return vault_or_failure(to_js(header.error()));
    auto fields = vault::schema::parse(schema_json);
    if (!fields) return vault_or_failure(to_js(fields.error()));
    if (root_key["length"].as<unsigned>() == 0) {
      return handed_over(vault::vault::rekeyed(*std::move(header), *std::move(fields)));
    }
    auto key = key_from(root_key);
    if (!key) return vault_or_failure(to_js(bad_key().error()));
    return handed_over(vault::vault::adopt(*std::move(header), *std::move(key), *std::move(fields)));
  }

  [[nodiscard]] std::string header() const { return vault_ ? vault::to_json(vault_->current_header()) : ""; }

  done_or_failure add_slot(const std::string& slot_json) {
    if (!vault_) return to_js(result<void>(locked()));
    auto slot = vault::parse_slot(slot_json, vault::slot_form::complete);
    if (!slot) return to_js(result<void>(std::unexpected(slot.error())));
    return to_js(vault_->add_slot(*std::move(slot)));
  }

  /// `secret`: see `kbve/vault/slot_key.hpp`.
  done_or_failure wrap_slot(const std::string& slot_json, const uint8_array& secret) {
    if (!vault_) return to_js(result<void>(locked()));
    auto slot = vault::parse_slot(slot_json, vault::slot_form::bare);
    if (!slot) return to_js(result<void>(std::unexpected(slot.error())));
    const secret_bytes given = from_js(secret);
    return to_js(vault_->wrap_slot(*std::move(slot), given.view()));
  }

  done_or_failure remove_slot(const std::string& id_text) {
    if (!vault_) return to_js(result<void>(locked()));
    vault::slot_id id{};
    if (!base64url::decode_into(id_text, id)) {
      return to_js(fail(errc::invalid_field, "A slot's id is 16 bytes as base64url.", "slot"));
    }
    return to_js(vault_->remove_slot(id));
  }

  text_or_failure raise_header() {
    if (!vault_) return text_or_failure(to_js(locked().error()));
    if (auto raised = vault_->raise_header(); !raised) return text_or_failure(to_js(raised.error()));
    return text_or_failure(val(vault::to_json(vault_->current_header())));
  }

  done_or_failure raise_epoch() { return to_js(vault_ ? vault_->raise_epoch() : result<void>(locked())); }

  done_or_failure take_header(const std::string& header_json) {
    if (!vault_) return to_js(result<void>(locked()));
    auto header = vault::parse_header(header_json);
    if (!header) return to_js(result<void>(std::unexpected(header.error())));
    return to_js(vault_->take_header(*std::move(header)));
  }

  done_or_failure accept_header(const std::string& header_json) {
    if (!vault_) return to_js(result<void>(locked()));
    auto header = vault::parse_header(header_json);
    if (!header) return to_js(result<void>(std::unexpected(header.error())));
    return to_js(vault_->accept_header(*std::move(header)));
  }

  [[nodiscard]] bytes_or_failure root_key() const {
    return bytes_or_failure(vault_ ? to_js(bytes_view(vault_->root_key().view())) : to_js(locked().error()));
  }

  [[nodiscard]] integrity header_integrity() const { return vault_ ? vault_->header_integrity() : integrity::ok; }

  [[nodiscard]] uint8_array writer() const {
    return uint8_array(to_js(vault_ ? bytes_view(vault_->writer()) : bytes_view()));
  }

  /// The key of the cookies sealed under an epoch, 0 for the current one.
  [[nodiscard]] bytes_or_failure cookie_key(double epoch) const {
    if (!vault_) return bytes_or_failure(to_js(locked().error()));
    const std::uint32_t current = vault_->current_header().epoch;
    std::uint64_t wanted = 0;
    if (!to_integer(epoch, wanted) || wanted > current) {
      return bytes_or_failure(to_js(
          fail(errc::cookie_invalid, "The cookie was not sealed by this locker; set it again.", "epoch").error()));
    }
    return bytes_or_failure(
        to_js(bytes_view(vault_->cookie_key(wanted == 0 ? current : static_cast<std::uint32_t>(wanted)).view())));
  }

  /// What `extern "C"` functions below are called with.
  [[nodiscard]] double handle() const { return static_cast<double>(reinterpret_cast<std::uintptr_t>(this)); }

  std::uint8_t* input(std::size_t bytes) {
    std::uint8_t* const at = door_.input(bytes);
    if (at == nullptr) {
      failed_ = fail(errc::out_of_memory,
                     "There is not enough memory for this many values at once; use smaller batches.")
                    .error();
    }
    return at;
  }
  const std::uint8_t* seal(std::size_t count, std::size_t size, double now) {
    return output_of(vault_ ? door_.seal(*vault_, count, size, now) : locked());
  }
  const std::uint8_t* open(std::size_t count, std::size_t size, bool accumulate) {
    return output_of(vault_ ? door_.open(*vault_, count, size, accumulate) : locked());
  }
  const std::uint8_t* reseal(locker_vault& from, std::size_t count, std::size_t size) {
    return output_of(vault_ && from.vault_ ? door_.reseal(*from.vault_, *vault_, count, size) : locked());
  }
  const std::uint8_t* apply_root(std::size_t root_size, std::size_t changes, std::size_t size, double now) {
    return output_of(vault_ ? door_.apply_root(*vault_, root_size, changes, size, now) : locked());
  }
  const std::uint8_t* rebuild_root(double now) {
    return output_of(vault_ ? door_.rebuild_root(*vault_, now) : locked());
  }
  const std::uint8_t* mac(std::size_t size, bool begin) {
    return vault_ ? door_.mac(*vault_, size, begin) : nullptr;
  }
  void sum_begin() { door_.sum_begin(); }
  check_or_failure check_root(unsigned size) {
    if (!vault_) return check_or_failure(to_js(locked().error()));
    auto found = door_.check_root(*vault_, size);
    return check_or_failure(found ? val(*found) : to_js(found.error()));
  }
  [[nodiscard]] failure last_failure() const { return to_js(failed_); }

  void observe(double rev) {
    std::uint64_t seen = 0;
    if (vault_ && to_integer(rev, seen)) vault_->observe(seen);
  }
  [[nodiscard]] double sealed() const { return vault_ ? static_cast<double>(vault_->sealed()) : 0; }

  void wipe() {
    vault_.reset();
    door_.wipe_all();
    failed_ = locked().error();
  }

 private:
  static std::unexpected<error> locked() { return fail(errc::locked, "The locker is locked; unlock it first."); }

  static vault_or_failure handed_over(result<vault::vault> opened) {
    if (!opened) return vault_or_failure(to_js(opened.error()));
    return vault_or_failure(
        val(new locker_vault(*std::move(opened)), emscripten::return_value_policy::take_ownership()));
  }

  const std::uint8_t* output_of(result<std::size_t> got) {
    if (got) return door_.output();
    failed_ = std::move(got).error();
    return nullptr;
  }

  std::optional<vault::vault> vault_;
  vault::packed_door door_;
  error failed_;
};

done_or_failure check_header(const std::string& header_json) {
  auto header = vault::parse_header(header_json);
  if (!header) return to_js(result<void>(std::unexpected(header.error())));
  return to_js(result<void>());
}

}  // namespace
}  // namespace kbve::wasm

// What every value passes through, as plain exports: `vault` is what `Vault.handle()` says, of a vault that was
// not deleted. The caller writes the packed input to `vault_input(…)`; a result is an address, and 0 a failure
// that `Vault.failure()` tells. Packed forms and the life of both areas: kbve/vault/packed.hpp.
extern "C" {

using kbve::wasm::locker_vault;

EMSCRIPTEN_KEEPALIVE std::uint8_t* vault_input(locker_vault* vault, std::size_t size) {
  return vault->input(size);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_seal(locker_vault* vault, std::size_t count, std::size_t size,
                                                    double now) {
  return vault->seal(count, size, now);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_open(locker_vault* vault, std::size_t count, std::size_t size,
                                                    bool accumulate) {
  return vault->open(count, size, accumulate);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_reseal(locker_vault* vault, locker_vault* from, std::size_t count,
                                                      std::size_t size) {
  return vault->reseal(*from, count, size);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_apply_root(locker_vault* vault, std::size_t root_size,
                                                          std::size_t changes, std::size_t size, double now) {
  return vault->apply_root(root_size, changes, size, now);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_rebuild_root(locker_vault* vault, double now) {
  return vault->rebuild_root(now);
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* vault_mac(locker_vault* vault, std::size_t size, bool begin) {
  return vault->mac(size, begin);
}
}

EMSCRIPTEN_BINDINGS(kbve_locker) {
  using namespace emscripten;
  using namespace kbve::wasm;

  auto codes = enum_<kbve::errc>("ErrorCode", enum_value_type::string);
  // The codes of accounts come into the declarations from auth.wasm, which alone has their names.
  for (const kbve::errc code : kbve::all_errors) {
    if (kbve::is_account_error(code)) continue;
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): every name is a literal, so it ends in zero
    codes.value(kbve::name_without_accounts(code).data(), code);
  }
  enum_<kbve::vault::integrity>("Integrity", enum_value_type::string)
      .value("ok", kbve::vault::integrity::ok)
      .value("header", kbve::vault::integrity::header)
      .value("records", kbve::vault::integrity::records);
  register_type<failure>("Failure", "{ code: ErrorCode, message: string, field: string, retryAt: number }");
  register_type<uint8_array>("Uint8Array<ArrayBuffer>");
  register_type<bytes_or_failure>("Uint8Array<ArrayBuffer> | Failure");
  register_type<text_or_failure>("string | Failure");
  register_type<done_or_failure>("'' | Failure");
  register_type<vault_or_failure>("Vault | Failure");
  register_type<check_or_failure>("Integrity | Failure");

  function("checkHeader(headerJson)", &check_header);

  class_<locker_vault>("Vault")
      .class_function("create(tenant, name, now, schemaJson)", &locker_vault::create)
      .class_function("unlock(headerJson, slotIndex, secret, schemaJson)", &locker_vault::unlock)
      .class_function("adopt(headerJson, rootKey, schemaJson)", &locker_vault::adopt)
      .property("integrity", &locker_vault::header_integrity)
      .function("header", &locker_vault::header)
      .function("addSlot(slotJson)", &locker_vault::add_slot)
      .function("wrapSlot(slotJson, secret)", &locker_vault::wrap_slot)
      .function("removeSlot(idBase64url)", &locker_vault::remove_slot)
      .function("raiseHeader", &locker_vault::raise_header)
      .function("raiseEpoch", &locker_vault::raise_epoch)
      .function("takeHeader(headerJson)", &locker_vault::take_header)
      .function("acceptHeader(headerJson)", &locker_vault::accept_header)
      .function("rootKey", &locker_vault::root_key)
      .function("writer", &locker_vault::writer)
      .function("cookieKey(epoch)", &locker_vault::cookie_key)
      .function("handle", &locker_vault::handle)
      .function("sumBegin", &locker_vault::sum_begin)
      .function("checkRoot(inputBytes)", &locker_vault::check_root)
      .function("failure", &locker_vault::last_failure)
      .function("observe(rev)", &locker_vault::observe)
      .function("sealed", &locker_vault::sealed)
      .function("wipe", &locker_vault::wipe);
}
