#pragma once

/// How values cross between C++ and JavaScript: bytes by copy, failures as plain objects, and the types that
/// the generated declarations show.

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstddef>
#include <string>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::wasm {

// What JavaScript sees for a `val`, by name.
EMSCRIPTEN_DECLARE_VAL_TYPE(failure)
EMSCRIPTEN_DECLARE_VAL_TYPE(uint8_array)
EMSCRIPTEN_DECLARE_VAL_TYPE(bytes_or_failure)
EMSCRIPTEN_DECLARE_VAL_TYPE(text_or_failure)
EMSCRIPTEN_DECLARE_VAL_TYPE(done_or_failure)
EMSCRIPTEN_DECLARE_VAL_TYPE(vault_or_failure)
EMSCRIPTEN_DECLARE_VAL_TYPE(check_or_failure)

/// An error as JavaScript gets it.
[[nodiscard]] inline failure to_js(const error& from) {
  emscripten::val out = emscripten::val::object();
  out.set("code", from.code);
  out.set("message", from.message);
  out.set("field", from.field);
  out.set("retryAt", static_cast<double>(from.retry_at));
  return failure(out);
}

/// A copy that belongs to JavaScript.
[[nodiscard]] inline emscripten::val to_js(bytes_view data) {
  return emscripten::val(emscripten::typed_memory_view(data.size(), data.data())).call<emscripten::val>("slice");
}

/// A copy of a Uint8Array that is wiped when it goes. The caller zeroes the one in JavaScript.
[[nodiscard]] inline secret_bytes from_js(const emscripten::val& array) {
  secret_bytes out(array["length"].as<std::size_t>());
  if (!out.empty()) {
    emscripten::val(emscripten::typed_memory_view(out.size(), out.data().data())).call<void>("set", array);
  }
  return out;
}

/// '' or the failure.
[[nodiscard]] inline done_or_failure to_js(result<void> done) {
  return done_or_failure(done ? emscripten::val("") : to_js(done.error()));
}

}  // namespace kbve::wasm
