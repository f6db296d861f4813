#include <utility>

#include "detail/json_object.hpp"
#include "detail/json_text.hpp"
#include "kbve/jose/jwt.hpp"

namespace kbve::jose {
namespace {

/// Bytes of a policy's text.
constexpr std::size_t max_policy_size = 65'536;

std::unexpected<error> refuse(std::string_view member, std::string_view message) {
  return fail(errc::invalid_field, message, member);
}

std::optional<std::uint64_t> whole_number(std::string_view value, std::uint64_t least, std::uint64_t most) {
  if (value.empty() || value.size() > 15 || value.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const char c : value) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number < least || number > most ? std::nullopt : std::optional(number);
}

result<void> read_algorithms(std::string_view value, algorithm_set& out) {
  const auto names = value.starts_with('[') ? detail::string_list(value, true) : std::nullopt;
  if (!names || names->empty()) {
    return refuse("algorithms",
                  "The allowed algorithms are a list of names, at least one; name those you expect.");
  }
  for (const std::string& name : *names) {
    const auto known = algorithm_named(name);
    if (!known) {
      return fail(
          errc::jwt_alg_not_allowed,
          "One of the named algorithms is not checked here; name some of HS256 to HS512, EdDSA, ES256 to ES512, "
          "RS256 to RS512 and PS256 to PS512.",
          "algorithms");
    }
    out.add(*known);
  }
  return {};
}

result<void> read_list(std::string_view member, std::string_view value, std::vector<std::string>& out) {
  auto names = detail::string_list(value, true);
  if (!names || names->empty()) return refuse(member, "This is a text or a list of texts, at least one.");
  out = *std::move(names);
  return {};
}

result<void> read_text(std::string_view member, std::string_view value, std::optional<std::string>& out) {
  out = detail::string_value(value);
  if (!out) return refuse(member, "This is a text.");
  return {};
}

result<void> read_member(std::string_view name, std::string_view value, jwt_policy& out) {
  if (name == "algorithms") return read_algorithms(value, out.algorithms);
  if (name == "issuer") return read_list(name, value, out.issuers);
  if (name == "subject") return read_text(name, value, out.subject);
  if (name == "audience") return read_list(name, value, out.audiences);
  if (name == "typ") return read_text(name, value, out.type);
  if (name == "requiredClaims") return read_list(name, value, out.required_claims);
  if (name == "crit") return read_list(name, value, out.extensions);
  if (name == "clockTolerance") {
    const auto seconds = whole_number(value, 0, max_clock_tolerance);
    if (!seconds)
      return refuse(name, "The clock tolerance is 0 to 600 whole seconds; set the clocks right instead.");
    out.clock_tolerance = static_cast<std::uint32_t>(*seconds);
    return {};
  }
  if (name == "maxTokenAge") {
    out.max_token_age = whole_number(value, 0, UINT64_MAX);
    if (!out.max_token_age) return refuse(name, "The highest age of a token is a number of whole seconds.");
    return {};
  }
  if (name == "maxBytes") {
    const auto size = whole_number(value, 1, max_token_size);
    if (!size) return refuse(name, "A token may be allowed 1 to 1,048,576 bytes.");
    out.max_size = static_cast<std::size_t>(*size);
    return {};
  }
  return refuse(name, "There is no such rule for a token; look at the name again.");
}

}  // namespace

result<jwt_policy> jwt_policy::parse(std::string_view text) {
  const auto members = text.size() <= max_policy_size ? detail::json_object::read(text) : std::nullopt;
  if (!members) return refuse("policy", "The rules for a token are one JSON object of at most 65,536 bytes.");
  jwt_policy out;
  for (const auto& [name, value] : members->members()) {
    if (auto read = read_member(name, value, out); !read) return std::unexpected(std::move(read).error());
  }
  if (out.algorithms.empty()) {
    return refuse("algorithms", "The allowed algorithms are missing; name those you expect.");
  }
  return out;
}

}  // namespace kbve::jose
