/// Tokens and keys as JavaScript sees them. Nothing is decided here.

#include <emscripten/bind.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "kbve/jose/jwe.hpp"
#include "kbve/jose/jwt.hpp"
#include "marshal.hpp"

namespace kbve::wasm {
namespace {

using emscripten::val;

std::optional<std::string> some(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// The failure, or a new object that JavaScript owns.
template <class Made, class Value>
val handed_over(result<Value> made) {
  if (!made) return to_js(made.error());
  return val(new Made{*std::move(made)}, emscripten::return_value_policy::take_ownership());
}

struct jose_keys {
  jose::key_set set;

  static keys_or_failure parse(const std::string& text, const std::string& algorithm) {
    return keys_or_failure(handed_over<jose_keys>(jose::key_set::parse(text, some(algorithm))));
  }
  static keys_or_failure secret(const uint8_array& bytes, const std::string& algorithm) {
    const secret_bytes copy = from_js(bytes);
    return keys_or_failure(handed_over<jose_keys>(jose::key_set::secret(copy.view(), some(algorithm))));
  }
  [[nodiscard]] unsigned size() const { return set.size(); }
};

struct jwt_policy {
  jose::jwt_policy rules;

  static policy_or_failure parse(const std::string& json) {
    return policy_or_failure(handed_over<jwt_policy>(jose::jwt_policy::parse(json)));
  }
};

/// Tokens come in and go out through memory that both sides see: nothing else in a check costs as much as
/// taking a string across.
class jose_desk {
 public:
  double input(double bytes) {
    std::uint64_t size = 0;
    if (!to_integer(bytes, size) || size > jose::max_token_size) {
      failed_ = fail(errc::too_large, "A token may have 1,048,576 bytes; this is no honest one.", "token").error();
      return 0;
    }
    // Kept where it is as long as it is large enough.
    if (size > room_) {
      room_ = static_cast<std::size_t>(size);
      input_ = std::make_unique<char[]>(room_);  // NOLINT(*-avoid-c-arrays): a length known only at run time
    }
    return static_cast<double>(reinterpret_cast<std::uintptr_t>(input_.get()));
  }
  double output() { return static_cast<double>(reinterpret_cast<std::uintptr_t>(output_.data())); }
  [[nodiscard]] failure last_failure() const { return to_js(failed_); }

  double decode_jwt(unsigned size) { return answer(jose::decode_jwt(token(size), jose::max_token_size)); }

  double verify_jwt(unsigned size, const jose_keys& keys, const jwt_policy& policy, double now) {
    std::uint64_t date = 0;
    if (!to_integer(std::floor(now), date)) {
      return refuse(fail(errc::invalid_field, "The time is a number of milliseconds since 1970.", "now").error());
    }
    return answer(jose::verify_jwt(token(size), keys.set, policy.rules, date));
  }

  double verify_jws(unsigned size, const jose_keys& keys, const jwt_policy& policy) {
    auto checked = jose::verify_jws(token(size), keys.set, policy.rules);
    if (!checked) return refuse(std::move(checked).error());
    bytes packed;
    packed_writer writer(packed);
    writer.u32(static_cast<std::uint32_t>(checked->header.size()));
    writer.raw(as_bytes(checked->header));
    writer.raw(checked->payload);
    output_.assign(as_text(packed));
    return static_cast<double>(output_.size());
  }

 private:
  [[nodiscard]] std::string_view token(unsigned size) const noexcept {
    return {input_.get(), size <= room_ ? size : room_};
  }
  double answer(result<jose::jwt> got) {
    if (!got) return refuse(std::move(got).error());
    output_.assign(R"({"header":)").append(got->header).append(R"(,"claims":)").append(got->claims).push_back('}');
    return static_cast<double>(output_.size());
  }
  double refuse(error why) {
    failed_ = std::move(why);
    return -1;
  }

  std::unique_ptr<char[]> input_;  // NOLINT(*-avoid-c-arrays)
  std::size_t room_ = 0;
  std::string output_;
  error failed_;
};

text_or_failure seal_jwe(const std::string& header, const uint8_array& plaintext, const jose_keys& keys) {
  const secret_bytes copy = from_js(plaintext);
  return text_to_js(jose::seal_jwe(copy.view(), header, keys.set));
}

opened_or_failure open_jwe(const std::string& text, const jose_keys& keys) {
  auto token = jose::read_jwe(text);
  if (!token) return opened_or_failure(to_js(token.error()));
  auto opened = jose::open_jwe(*token, keys.set);
  if (!opened) return opened_or_failure(to_js(opened.error()));
  val out = val::object();
  out.set("header", token->header);
  out.set("plaintext", to_js(opened->view()));
  return opened_or_failure(out);
}

}  // namespace
}  // namespace kbve::wasm

EMSCRIPTEN_BINDINGS(kbve_jose) {
  using namespace emscripten;
  using namespace kbve::wasm;

  register_type<keys_or_failure>("JoseKeys | Failure");
  register_type<policy_or_failure>("JwtPolicy | Failure");
  register_type<opened_or_failure>("{ header: string, plaintext: Uint8Array<ArrayBuffer> } | Failure");

  class_<jose_keys>("JoseKeys")
      .class_function("parse(text, algorithm)", &jose_keys::parse)
      .class_function("secret(bytes, algorithm)", &jose_keys::secret)
      .function("size", &jose_keys::size);
  class_<jwt_policy>("JwtPolicy").class_function("parse(json)", &jwt_policy::parse);
  class_<jose_desk>("Jose")
      .constructor<>()
      .function("input(bytes)", &jose_desk::input)
      .function("output", &jose_desk::output)
      .function("failure", &jose_desk::last_failure)
      .function("decodeJwt(inputBytes)", &jose_desk::decode_jwt)
      .function("verifyJwt(inputBytes, keys, policy, now)", &jose_desk::verify_jwt)
      .function("verifyJws(inputBytes, keys, policy)", &jose_desk::verify_jws);

  function("sealJwe(headerJson, plaintext, keys)", &seal_jwe);
  function("openJwe(token, keys)", &open_jwe);
}
