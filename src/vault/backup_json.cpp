/// Backups as text.

#include <algorithm>
#include <optional>
#include <utility>

#include "backup_form.hpp"
#include "detail/json.hpp"
#include "detail/json_object.hpp"
#include "detail/json_text.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/vault/backup.hpp"

namespace kbve::vault {
namespace {

using detail::json;

constexpr std::string_view format_name = "kbve-locker/1";
constexpr std::string_view parts_name = R"(,"parts":[)";
constexpr std::size_t min_box = box_size(0);
constexpr std::size_t max_box = box_size(max_value_bytes);
/// One record: its box, an id in which every character is escaped, and room for the rest.
constexpr std::size_t max_record_bytes = base64url::encoded_size(max_box) + 6 * max_id_bytes + 1'024;

std::unexpected<error> malformed(std::string_view what) {
  return fail(errc::tampered, std::string("This is not a whole backup of a locker: ")
                                  .append(what)
                                  .append(" Use another copy of the file; nothing was changed."));
}

/// The elements of an array whose text was checked before, one after the other and none of them built, so that a
/// file of very many empty ones costs no memory.
class array_items {
 public:
  explicit array_items(std::string_view array) noexcept : rest_(array.substr(1, array.size() - 2)) {
    skip_space();
  }

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

  /// The next one, where it is not done.
  std::string_view next() noexcept {
    std::size_t at = 0;
    for (std::size_t depth = 0; at < rest_.size() && (depth != 0 || rest_[at] != ','); ++at) {
      const char c = rest_[at];
      if (c == '"') {
        for (++at; rest_[at] != '"'; ++at) at += rest_[at] == '\\' ? 1 : 0;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        --depth;
      }
    }
    const std::string_view item = rest_.substr(0, at);
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    skip_space();
    return item;
  }

 private:
  void skip_space() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n\t\r"), rest_.size())); }

  std::string_view rest_;
};

std::optional<record_kind> kind_of(std::string_view name) noexcept {
  for (const record_kind kind : {record_kind::json, record_kind::bytes, record_kind::gone, record_kind::parts}) {
    if (kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<backup_record> read_record(std::string_view text) {
  const auto tree = detail::parse_json(text, max_record_bytes);
  if (!tree || !detail::has_exactly(*tree, {"id", "rev", "writer", "epoch", "kind", "expires", "nonce", "box"})) {
    return std::nullopt;
  }
  backup_record out;
  const auto id = detail::text_member(*tree, "id", max_id_bytes);
  const auto rev = detail::integer_member(*tree, "rev");
  const auto epoch = detail::integer_member(*tree, "epoch");
  const auto kind = detail::text_member(*tree, "kind", 16);
  const auto expires = detail::integer_member(*tree, "expires");
  const auto box = detail::text_member(*tree, "box", base64url::encoded_size(max_box));
  if (!id || id->empty() || !rev || !epoch || *epoch > 0xffff'ffffU || !kind || !expires || !box ||
      !detail::bytes_member(*tree, "writer", out.version.writer) ||
      !detail::bytes_member(*tree, "nonce", out.nonce)) {
    return std::nullopt;
  }
  const auto known = kind_of(*kind);
  auto sealed = base64url::decode(*box);
  if (!known || !sealed) return std::nullopt;
  out.id = *id;
  out.version.rev = *rev;
  out.epoch = static_cast<std::uint32_t>(*epoch);
  out.kind = *known;
  out.expires = *expires;
  out.box = *std::move(sealed);
  if (!is_whole(out)) return std::nullopt;
  return out;
}

/// All but the box and what ends it.
void append_head(std::string& out, const backup_record& value) {
  detail::append_json_string(out.append(R"({"id":)"), value.id);
  detail::append_json_integer(out.append(R"(,"rev":)"), value.version.rev);
  detail::append_json_bytes(out.append(R"(,"writer":)"), value.version.writer);
  detail::append_json_integer(out.append(R"(,"epoch":)"), value.epoch);
  detail::append_json_string(out.append(R"(,"kind":)"), kind_name(value.kind));
  detail::append_json_integer(out.append(R"(,"expires":)"), value.expires);
  detail::append_json_bytes(out.append(R"(,"nonce":)"), value.nonce);
  out.append(R"(,"box":)");
}

void append_json(std::string& out, const backup_record& value) {
  append_head(out, value);
  detail::append_json_bytes(out, value.box);
  out.push_back('}');
}

result<std::vector<backup_record>> read_list(std::string_view list) {
  if (!list.starts_with('[')) return malformed("its records are not a list.");
  std::vector<backup_record> out;
  for (array_items items(list); !items.done();) {
    auto record = read_record(items.next());
    if (!record) return malformed("a record in it is not one.");
    out.push_back(*std::move(record));
  }
  if (!doubled_id(out).empty()) return malformed("it has a record twice.");
  return out;
}

void append_list(std::string& out, std::string_view name, const std::vector<backup_record>& records) {
  out.append(name);
  bool first = true;
  for (const backup_record& record : records) {
    if (!std::exchange(first, false)) out.push_back(',');
    append_json(out, record);
  }
  out.push_back(']');
}

/// Bytes of the list without its brackets.
std::size_t list_size(const std::vector<backup_record>& records) {
  std::size_t out = records.empty() ? 0 : records.size() - 1;
  std::string head;
  for (const backup_record& record : records) {
    head.clear();
    append_head(head, record);
    out += head.size() + base64url::encoded_size(record.box.size()) + std::string_view(R"(""})").size();
  }
  return out;
}

}  // namespace

bool is_whole(const backup_record& value) noexcept {
  return !value.id.empty() && value.id.size() <= max_id_bytes && is_utf8(value.id) &&
         value.version.rev < integer_limit && value.expires < integer_limit && value.box.size() >= min_box &&
         value.box.size() <= max_box;
}

bool is_whole_root(const backup_record& value) noexcept {
  return is_whole(value) && value.id == sealed_root::id && value.kind == record_kind::json && value.expires == 0;
}

bool is_part(const backup_record& value) noexcept {
  return value.id.starts_with("part/") && value.kind == record_kind::bytes;
}

std::string_view doubled_id(std::span<const backup_record> records) {
  std::vector<std::string_view> ids;
  ids.reserve(records.size());
  for (const backup_record& record : records) ids.emplace_back(record.id);
  std::ranges::sort(ids);
  const auto found = std::ranges::adjacent_find(ids);
  return found == ids.end() ? std::string_view() : *found;
}

std::size_t json_size(const backup& value) {
  const backup frame{.header = value.header, .records = {}, .root = value.root, .mac = value.mac};
  const std::size_t parts =
      value.parts.empty() ? 0 : parts_name.size() + list_size(value.parts) + std::string_view("]").size();
  return to_json(frame).size() + list_size(value.records) + parts;
}

std::optional<large_value> parse_large_value(std::string_view text) {
  const auto tree = detail::parse_json(text, max_value_bytes);
  if (!tree) return std::nullopt;
  const auto id = detail::text_member(*tree, "id", max_id_bytes);
  const auto kind = detail::text_member(*tree, "kind", 16);
  const auto size = detail::integer_member(*tree, "size");
  const auto part = detail::integer_member(*tree, "part");
  const auto count = detail::integer_member(*tree, "count");
  constexpr std::uint64_t most = 64U << 20U;
  if (!id || !kind || (*kind != "json" && *kind != "bytes" && *kind != "blob") || !size || *size > most || !part ||
      *part == 0 || *part > max_value_bytes || !count || *count != (*size + *part - 1) / *part) {
    return std::nullopt;
  }
  const auto type = detail::text_member(*tree, "type", max_value_bytes);
  return large_value{.id = std::string(*id),
                     .kind = std::string(*kind),
                     .size = static_cast<std::size_t>(*size),
                     .part = static_cast<std::size_t>(*part),
                     .count = static_cast<std::size_t>(*count),
                     .type = std::string(type.value_or(""))};
}

result<backup> parse_backup(std::string_view text) {
  if (text.size() > max_backup_bytes) {
    return fail(errc::too_large, "A backup has 256 MiB at most, and this file has more: it is none.");
  }
  const auto file = detail::json_object::read(text);
  if (!file) return malformed("it is not one JSON object.");
  const auto format = file->text("format");
  if (!format) return malformed("it does not say its format.");
  if (*format != format_name) {
    return fail(errc::unsupported_format,
                "The backup was written in a format this version does not know, and nothing was touched; open it "
                "with the version that wrote it.");
  }
  const std::string_view parts = file->find("parts");
  if (file->members().size() != (parts.empty() ? 5 : 6) || file->find("header").empty())
    return malformed("a member is missing.");
  auto head = parse_header(file->find("header"));
  if (!head) return std::unexpected(std::move(head).error());
  backup out;
  out.header = *std::move(head);
  auto records = read_list(file->find("records"));
  if (!records) return std::unexpected(std::move(records).error());
  out.records = *std::move(records);
  if (!parts.empty()) {
    auto list = read_list(parts);
    if (!list) return std::unexpected(std::move(list).error());
    if (list->empty() || !std::ranges::all_of(*list, is_part))
      return malformed("its parts of large entries are none.");
    out.parts = *std::move(list);
  }
  auto root = read_record(file->find("root"));
  if (!root || !is_whole_root(*root)) return malformed("its root is not one.");
  out.root = *std::move(root);
  const auto mac = file->text("mac");
  if (!mac || !base64url::decode_into(*mac, out.mac)) return malformed("its mac is not one.");
  return out;
}

std::string to_json(const backup& value) {
  std::string out = R"({"format":)";
  detail::append_json_string(out, format_name);
  out.append(R"(,"header":)").append(to_json(value.header)).append(",");
  append_list(out, R"("records":[)", value.records);
  if (!value.parts.empty()) append_list(out, parts_name, value.parts);
  append_json(out.append(R"(,"root":)"), value.root);
  detail::append_json_bytes(out.append(R"(,"mac":)"), value.mac);
  out.push_back('}');
  return out;
}

}  // namespace kbve::vault
