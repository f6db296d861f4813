#include <utility>

#include "detail/json.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/bytes.hpp"
#include "kbve/http/cookie.hpp"

namespace kbve::http {
namespace {

using detail::json;
using detail::json_kind;

/// Bytes of a request; a value far over the limit is still told as too large rather than as malformed.
constexpr std::size_t max_request_size = 1'048'576;

std::unexpected<error> refuse(std::string_view field) {
  return fail(errc::invalid_field, "This is not what a cookie's description has there; look at its type.",
              std::string(field));
}

bool read_text(const json& from, std::string& out) {
  if (from.kind == json_kind::string) out = from.text;
  return from.kind == json_kind::string;
}

bool read_flag(const json& from, bool& out) {
  out = from.flag;
  return from.kind == json_kind::boolean;
}

bool read_number(const json& from, std::optional<std::uint64_t>& out) {
  out = from.integer;
  return from.kind == json_kind::integer;
}

bool read_site(const json& from, same_site& out) {
  if (from.kind != json_kind::string) return false;
  out = from.text == "strict" ? same_site::strict : from.text == "lax" ? same_site::lax : same_site::none;
  return out != same_site::none || from.text == "none";
}

bool read_attribute(const json& from, cookie_attributes& out) {
  if (from.name == "path") return read_text(from, out.path);
  if (from.name == "domain") return read_text(from, out.domain);
  if (from.name == "expires") return read_number(from, out.expires);
  if (from.name == "maxAge") return read_number(from, out.max_age);
  if (from.name == "secure") return read_flag(from, out.secure);
  if (from.name == "httpOnly") return read_flag(from, out.http_only);
  if (from.name == "sameSite") return read_site(from, out.site);
  return from.name == "partitioned" && read_flag(from, out.partitioned);
}

bool read_names(const json& from, std::optional<std::vector<std::string>>& out) {
  if (from.kind != json_kind::array) return false;
  out.emplace();
  for (const json& child : from.children) {
    if (child.kind != json_kind::string) return false;
    out->push_back(child.text);
  }
  return true;
}

bool read_value(const json& from, std::optional<std::string>& out) {
  if (from.kind == json_kind::string) out = from.text;
  return from.kind == json_kind::string || from.kind == json_kind::null;
}

bool read_size(const json& from, std::size_t& out) {
  if (from.kind != json_kind::integer || from.integer > UINT32_MAX) return false;
  out = static_cast<std::size_t>(from.integer);
  return true;
}

void append_lines(std::string& out, std::string_view name, const std::vector<cookie_line>& lines) {
  out.append(",\"").append(name).append("\":[");
  for (const cookie_line& line : lines) {
    out.append(&line == lines.data() ? R"({"name":)" : R"(,{"name":)");
    detail::append_json_string(out, line.name);
    out.append(R"(,"value":)");
    detail::append_json_string(out, line.value);
    out.append(R"(,"line":)");
    detail::append_json_string(out, line.line);
    out.push_back('}');
  }
  out.push_back(']');
}

}  // namespace

result<cookie_request> cookie_request::parse(std::string_view text) {
  const auto tree = detail::parse_json(text, max_request_size);
  if (!tree || tree->kind != json_kind::object) return refuse("cookie");
  cookie_request out;
  bool has_value = false;
  for (const json& member : tree->children) {
    bool well = false;
    if (member.name == "name") {
      well = read_text(member, out.name);
    } else if (member.name == "value") {
      well = has_value = read_value(member, out.value);
    } else if (member.name == "present") {
      well = read_names(member, out.present);
    } else if (member.name == "others") {
      well = read_size(member, out.others);
    } else if (member.name == "attributes" && member.kind == json_kind::object) {
      well = true;
      for (const json& attribute : member.children) {
        if (!read_attribute(attribute, out.attributes)) return refuse(attribute.name);
      }
    }
    if (!well) return refuse(member.name);
  }
  if (!has_value) return refuse("value");
  return out;
}

std::string to_json(const std::vector<cookie_pair>& pairs) {
  std::string out = "[";
  for (const auto& [name, value] : pairs) {
    if (!is_utf8(name) || !is_utf8(value)) continue;
    out.append(out.size() == 1 ? "[" : ",[");
    detail::append_json_string(out, name);
    out.push_back(',');
    detail::append_json_string(out, value);
    out.push_back(']');
  }
  out.push_back(']');
  return out;
}

std::string cookie_plan::to_json() const {
  std::string out = R"({"bytes":)";
  detail::append_json_integer(out, size);
  append_lines(out, "write", write);
  append_lines(out, "stale", stale);
  out.push_back('}');
  return out;
}

}  // namespace kbve::http
