#include "json.hpp"

#include <algorithm>
#include <utility>

#include "json_text.hpp"
#include "kbve/core/base64url.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::detail {
namespace {

/// Builds a tree out of text that `check_json` has taken, so it looks at what it needs and nothing else.
class builder {
 public:
  explicit builder(std::string_view text) noexcept : rest_(text) {}

  /// False for half a surrogate pair, for a member named twice and for too many of them.
  bool value(json& out) {  // NOLINT(misc-no-recursion): check_json has limited the depth
    switch (next()) {
      case '{': return object(out);
      case '[': return array(out);
      case '"': out.kind = json_kind::string; return string(out.text);
      case 't':
      case 'f':
        out.kind = json_kind::boolean;
        out.flag = rest_.front() == 't';
        rest_.remove_prefix(out.flag ? 4 : 5);
        return true;
      case 'n': rest_.remove_prefix(4); return true;
      default: number(out); return true;
    }
  }

 private:
  /// The next character that is not whitespace, not yet consumed.
  char next() noexcept {
    rest_.remove_prefix(rest_.find_first_not_of(" \n\t\r"));
    return rest_.front();
  }

  /// Consumes a comma and answers true, or the closing bracket and answers false.
  bool goes_on() noexcept {
    const bool more = next() == ',';
    rest_.remove_prefix(1);
    return more;
  }

  bool array(json& out) {  // NOLINT(misc-no-recursion)
    out.kind = json_kind::array;
    rest_.remove_prefix(1);
    if (next() == ']') {
      rest_.remove_prefix(1);
      return true;
    }
    do {
      if (!value(out.children.emplace_back())) return false;
    } while (goes_on());
    return true;
  }

  bool object(json& out) {  // NOLINT(misc-no-recursion)
    out.kind = json_kind::object;
    rest_.remove_prefix(1);
    if (next() == '}') {
      rest_.remove_prefix(1);
      return true;
    }
    do {
      if (out.children.size() >= max_object_members) return false;
      json child;
      next();
      if (!string(child.name) || member(out, child.name) != nullptr) return false;
      next();
      rest_.remove_prefix(1);  // the colon
      if (!value(child)) return false;
      out.children.push_back(std::move(child));
    } while (goes_on());
    return true;
  }

  bool string(std::string& out) {
    std::size_t end = 1;
    while (rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    const bool whole = decode_json_inside(rest_.substr(1, end - 1), out);
    rest_.remove_prefix(end + 1);
    return whole;
  }

  void number(json& out) noexcept {
    const std::size_t size = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
    out.kind = json_kind::integer;
    for (const char c : rest_.substr(0, size)) {
      if (c >= '0' && c <= '9') out.integer = out.integer * 10 + static_cast<std::uint64_t>(c - '0');
      // Sixteen digits and one more cannot have come round yet.
      if (c < '0' || c > '9' || out.integer >= std::uint64_t{1} << 53U) {
        out.kind = json_kind::number;
        out.integer = 0;
        break;
      }
    }
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
};

}  // namespace

std::optional<json> parse_json(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size || check_json(text, max_tree_depth) != json_flaw::none) return std::nullopt;
  json tree;
  if (!builder(text).value(tree)) return std::nullopt;
  return tree;
}

void wipe_texts(json& tree) noexcept {  // NOLINT(misc-no-recursion): as deep as it was read
  wipe(tree.text);
  for (json& child : tree.children) wipe_texts(child);
}

const json* member(const json& parent, std::string_view name) noexcept {
  if (parent.kind != json_kind::object) return nullptr;
  for (const json& child : parent.children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

bool has_exactly(const json& value, std::initializer_list<std::string_view> names) noexcept {
  if (value.kind != json_kind::object || value.children.size() != names.size()) return false;
  for (const std::string_view name : names) {
    if (member(value, name) == nullptr) return false;
  }
  return true;
}

std::optional<std::uint64_t> integer_member(const json& parent, std::string_view name) noexcept {
  const json* const found = member(parent, name);
  if (found == nullptr || found->kind != json_kind::integer) return std::nullopt;
  return found->integer;
}

std::optional<std::string_view> text_member(const json& parent, std::string_view name,
                                            std::size_t max_size) noexcept {
  const json* const found = member(parent, name);
  if (found == nullptr || found->kind != json_kind::string || found->text.size() > max_size) return std::nullopt;
  return found->text;
}

bool bytes_member(const json& parent, std::string_view name, mutable_bytes_view out) noexcept {
  const auto text = text_member(parent, name, base64url::encoded_size(out.size()));
  return text && base64url::decode_into(*text, out);
}

}  // namespace kbve::detail
