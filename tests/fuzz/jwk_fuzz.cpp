/// Any text as keys: refused, or a set in which secrets and public keys are never together, and whose public
/// keys without a flaw are what they say. As the bytes of a secret it is never also the text of a public key.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "jose/spki.hpp"
#include "kbve/jose/jwk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  using namespace kbve::jose;
  const std::string_view text = as_text({data, size});

  const auto parsed = key_set::parse(text);
  if (parsed) {
    bool secrets = false;
    bool publics = false;
    for (const key& one : parsed->keys()) {
      (one.type == key_type::oct ? secrets : publics) = true;
      if (one.flaw != key_flaw::none) continue;
      if (one.type == key_type::ec && !crypto::ec_point_holds(one.curve, one.material)) std::abort();
      if (one.type == key_type::okp && one.material.size() != 32) std::abort();
      if (one.type == key_type::rsa && (one.material.size() < 256 || one.material.size() > 1'024)) std::abort();
      if (one.type != key_type::oct && !one.secret.empty()) std::abort();
      if (one.type == key_type::oct && !one.secret.empty() && !key_set::secret(one.secret.view())) std::abort();
    }
    if (secrets && publics) std::abort();
    // No secret gives an HMAC key to somebody who has public keys only.
    if (publics && parsed->select(algorithm::hs256, std::nullopt, algorithm_set::all())) std::abort();
    if (publics && key_set::secret({data, size})) std::abort();
  }
  const auto der = parse_spki({data, size});
  if (der && der->type == key_type::oct) std::abort();
  return 0;
}
