/// Any text as JSON: our checker agrees with another parser, strings decode to what it decodes, and a tree is
/// built only from what both take.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "detail/json.hpp"
#include "detail/json_text.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbve;
  const std::string_view text = as_text({data, size});
  const detail::json_flaw flaw = detail::check_json(text);
  // To the other parser a NUL ends the text; half a surrogate pair and a number like 1e999 are errors.
  if (!text.contains('\0') && flaw != detail::json_flaw::too_deep) {
    const bool theirs = nlohmann::json::accept(text);
    const bool may_have_half_a_pair = text.contains("\\ud") || text.contains("\\uD");
    const bool may_be_infinite = text.find_first_of("eE") != std::string_view::npos || text.size() > 308;
    expect(theirs ? flaw == detail::json_flaw::none
                  : flaw == detail::json_flaw::malformed || may_have_half_a_pair || may_be_infinite);
    const bool is_number = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if (is_number && flaw == detail::json_flaw::none) expect(detail::is_finite_json_number(text) == theirs);
    std::string decoded;
    if (flaw == detail::json_flaw::none && text.starts_with('"') && text.ends_with('"')) {
      const std::string_view inside = text.substr(1, text.size() - 2);
      expect(detail::has_whole_pairs(inside) == detail::decode_json_inside(inside, decoded));
    }
    if (detail::decode_json_string(text, decoded) == detail::decoded::ok) {
      expect(theirs && nlohmann::json::parse(text).get<std::string>() == decoded && is_utf8(decoded));
      std::string written;
      detail::append_json_string(written, decoded);
      std::string again;
      expect(detail::decode_json_string(written, again) == detail::decoded::ok && again == decoded);
    }
  }
  if (const auto tree = detail::parse_json(text, 65'536)) expect(flaw == detail::json_flaw::none);
  return 0;
}
