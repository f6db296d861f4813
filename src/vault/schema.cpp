#include "kbve/vault/schema.hpp"

#include <algorithm>

#include "detail/json.hpp"
#include "detail/json_character.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/secret.hpp"
#include "kbve/vault/profile.hpp"

namespace kbve::vault {
namespace {

using detail::json;
using detail::json_kind;

constexpr std::size_t max_schema_bytes = 262'144;
constexpr std::size_t max_fields = 256;
constexpr std::size_t max_enum_values = 256;
constexpr std::size_t max_name_bytes = 128;
constexpr std::size_t max_string_bytes = 262'144;

/// A decoded value, overwritten when it goes.
struct passing_text {
  std::string text;
  passing_text() = default;
  passing_text(const passing_text&) = delete;
  passing_text(passing_text&&) = delete;
  passing_text& operator=(const passing_text&) = delete;
  passing_text& operator=(passing_text&&) = delete;
  ~passing_text() {
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});  // NOLINT: a text's bytes
  }
};

std::unexpected<error> refuse(std::string_view name, std::string_view rule) {
  return fail(errc::invalid_field, std::string(name).append(" ").append(rule), std::string(name));
}

std::unexpected<error> bad_schema(std::string_view message, std::string_view name = {}) {
  return fail(errc::invalid_field, message, name);
}

std::unexpected<error> over_limit(std::string_view name, std::size_t max_bytes) {
  return fail(errc::too_large,
              std::string(name)
                  .append(" may have ")
                  .append(std::to_string(max_bytes))
                  .append(" bytes of UTF-8 at most; store a shorter value."),
              std::string(name));
}

/// The text that `value` is, as JSON, or a failure. The longest JSON form of a text has six characters for
/// each byte, so anything longer is over the limit and not worth decoding.
result<void> decode_text(std::string_view name, std::string_view value, std::size_t max_bytes, std::string& out) {
  if (value.size() > 6 * max_bytes + 2) return over_limit(name, max_bytes);
  switch (detail::decode_json_string(value, out)) {
    case detail::decoded::ok: break;
    case detail::decoded::not_a_string: return refuse(name, "must be a string.");
    case detail::decoded::lone_surrogate:
      return refuse(name, "must be well-formed Unicode: it contains half of a surrogate pair.");
  }
  if (out.size() > max_bytes) return over_limit(name, max_bytes);
  return {};
}

std::optional<field_type> type_of(std::string_view text) noexcept {
  if (text == "string") return field_type::string;
  if (text == "number") return field_type::number;
  if (text == "boolean") return field_type::boolean;
  if (text == "enum") return field_type::enumeration;
  return std::nullopt;
}

result<std::vector<std::string>> read_values(const json& entry, std::string_view name) {
  std::vector<std::string> values;
  const json* const list = detail::member(entry, "values");
  if (list == nullptr || list->kind != json_kind::array || list->children.empty() ||
      list->children.size() > max_enum_values) {
    return bad_schema("An enum field of the schema needs values: a list of 1 to 256 strings.", name);
  }
  for (const json& item : list->children) {
    if (item.kind != json_kind::string || item.text.size() > 2'048) {
      return bad_schema("The values of an enum field are strings of at most 2048 bytes.", name);
    }
    values.push_back(item.text);
  }
  return values;
}

result<field_rule> read_field(const json& entry) {
  const auto name = detail::text_member(entry, "name", max_name_bytes);
  if (!name || name->empty()) {
    return bad_schema("Every field of the schema needs a name of 1 to 128 bytes.");
  }
  // In JavaScript an object's __proto__ is not a property like others: it could not be read back.
  if (*name == "__proto__") return bad_schema("__proto__ cannot be the name of a field; choose another.", *name);
  if (find_profile_field(*name) != nullptr) {
    return bad_schema("The profile has a field of this name already; choose another.", *name);
  }
  const auto type = type_of(detail::text_member(entry, "type", 16).value_or(""));
  if (!type) return bad_schema("The type of a field is string, number, boolean or enum.", *name);

  field_rule rule;
  rule.name = *name;
  rule.type = *type;
  std::size_t known = 2;
  if (detail::member(entry, "maxBytes") != nullptr) {
    const auto max = detail::integer_member(entry, "maxBytes");
    if (*type != field_type::string || !max || *max == 0 || *max > max_string_bytes) {
      return bad_schema("maxBytes belongs to a string field and is a number from 1 to 262144.", *name);
    }
    rule.max_bytes = static_cast<std::size_t>(*max);
    ++known;
  }
  if (*type == field_type::enumeration) {
    auto values = read_values(entry, *name);
    if (!values) return std::unexpected(std::move(values).error());
    rule.values = *std::move(values);
    ++known;
  }
  if (entry.children.size() != known) {
    return bad_schema("A field of the schema has a name, a type, and maxBytes or values where they apply.", *name);
  }
  return rule;
}

}  // namespace

result<schema> schema::parse(std::string_view text) {
  schema out;
  if (text.empty()) return out;
  const auto tree = detail::parse_json(text, max_schema_bytes);
  if (!tree || tree->kind != json_kind::object) {
    return bad_schema("The schema must be a JSON object of at most 256 KiB, with well-formed Unicode.");
  }
  std::size_t known = 0;
  if (const json* const flag = detail::member(*tree, "validate")) {
    if (flag->kind != json_kind::boolean) return bad_schema("The schema's validate is true or false.");
    out.validate_ = flag->flag;
    ++known;
  }
  if (const json* const list = detail::member(*tree, "fields")) {
    if (list->kind != json_kind::array || list->children.size() > max_fields) {
      return bad_schema("The schema's fields are a list of at most 256.");
    }
    for (const json& entry : list->children) {
      auto rule = read_field(entry);
      if (!rule) return std::unexpected(std::move(rule).error());
      if (std::ranges::contains(out.fields_, rule->name, &field_rule::name)) {
        return bad_schema("The schema names this field twice.", rule->name);
      }
      out.fields_.push_back(*std::move(rule));
    }
    ++known;
  }
  if (tree->children.size() != known) return bad_schema("The schema has fields and validate, and nothing else.");
  return out;
}

result<std::optional<std::string>> schema::check(std::string_view name, std::string_view value) const {
  passing_text text;
  if (const profile_field_info* const info = find_profile_field(name)) {
    if (auto read = decode_text(name, value, info->max_bytes, text.text); !read) {
      return std::unexpected(std::move(read).error());
    }
    if (!validate_) return std::nullopt;
    auto checked = check_profile_value(*info, text.text);
    if (!checked || !*checked) return checked;
    std::string stored;
    detail::append_json_string(stored, **checked);
    return stored;
  }

  const auto rule = std::ranges::find(fields_, name, &field_rule::name);
  if (rule == fields_.end()) {
    return fail(errc::invalid_field, "The profile has no such field; add it to the schema, or use entries.",
                std::string(name));
  }
  switch (rule->type) {
    case field_type::string:
    case field_type::enumeration: {
      if (auto read = decode_text(name, value, rule->max_bytes, text.text); !read) {
        return std::unexpected(std::move(read).error());
      }
      if (rule->type == field_type::enumeration && validate_ && !std::ranges::contains(rule->values, text.text)) {
        return refuse(name, "must be one of the values its schema lists.");
      }
      return std::nullopt;
    }
    case field_type::number: {
      // JSON may have blanks around it, and what reads the number expects none.
      const bool is_number = !value.empty() && (value.front() == '-' || detail::is_digit(value.front())) &&
                             detail::is_digit(value.back()) && value.size() <= 64 &&
                             detail::check_json(value) == detail::json_flaw::none;
      if (is_number && detail::is_finite_json_number(value)) return std::nullopt;
      return refuse(name, "must be a finite number.");
    }
    case field_type::boolean:
      if (value == "true" || value == "false") return std::nullopt;
      return refuse(name, "must be true or false.");
  }
  return refuse(name, "has an unknown type.");
}

}  // namespace kbve::vault
