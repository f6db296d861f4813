#include "json_object.hpp"

#include <array>
#include <utility>

#include "json.hpp"
#include "json_character.hpp"
#include "json_text.hpp"

namespace kbve::detail {

/// Walks over text that `check_json` has taken, so it looks for what it needs and believes the rest.
class object_reader {
 public:
  explicit object_reader(json_object& out) noexcept : out_(out), text_(out.text_) {}

  bool run() {
    out_.members_.reserve(16);  // more than most tokens have
    while (at_ < text_.size()) {
      switch (text_[at_]) {
        case '{':
        case '[':
          value_begins();
          frames_[++depth_] = {.is_object = text_[at_] == '{', .first_name = names_.size()};
          name_is_next_ = frames_[depth_].is_object;
          ++at_;
          break;
        case '}':
        case ']':
          value_ends();
          names_.resize(frames_[depth_].first_name);
          --depth_;
          name_is_next_ = false;
          ++at_;
          break;
        case ',':
          value_ends();
          name_is_next_ = frames_[depth_].is_object;
          ++at_;
          break;
        case '"':
          if (!string()) return false;
          break;
        case ':':
        case ' ':
        case '\n':
        case '\t':
        case '\r': ++at_; break;
        default: scalar();
      }
    }
    return true;
  }

 private:
  struct frame {
    bool is_object;
    std::size_t first_name;
  };

  void value_begins() noexcept {
    if (depth_ == 1) value_start_ = at_;
  }

  void value_ends() {
    if (depth_ != 1 || value_start_ == 0) return;
    std::string_view value = text_.substr(value_start_, at_ - value_start_);
    value = value.substr(0, value.find_last_not_of(" \n\t\r") + 1);
    out_.members_.back().value = value;
    value_start_ = 0;
  }

  bool string() {
    if (!name_is_next_) value_begins();
    const std::size_t start = ++at_;
    bool escaped = false;
    for (;;) {
      if (text_.size() - at_ >= 8) {
        const std::size_t plain = plain_prefix(text_.data() + at_);
        at_ += plain;
        if (plain == 8) continue;
      }
      if (text_[at_] == '"') break;
      if (text_[at_] == '\\') {
        escaped = true;
        ++at_;
      }
      ++at_;
    }
    std::string_view inside = text_.substr(start, at_ - start);
    ++at_;
    if (escaped) {
      std::string plain;
      if (!decode_json_inside(inside, plain)) return false;
      if (name_is_next_) inside = out_.decoded_names_.emplace_front(std::move(plain));
    }
    return !name_is_next_ || name(inside);
  }

  bool name(std::string_view found) {
    name_is_next_ = false;
    if (depth_ == 1) {
      if (out_.members_.size() == max_object_members || !out_.find(found).empty()) return false;
      // Its value follows; until then it is not empty, so that the name is found.
      out_.members_.push_back({.name = found, .value = text_});
      return true;
    }
    const std::size_t first = frames_[depth_].first_name;
    if (names_.size() - first == max_object_members) return false;
    for (std::size_t i = first; i < names_.size(); ++i) {
      if (names_[i] == found) return false;
    }
    names_.push_back(found);
    return true;
  }

  void scalar() {
    value_begins();
    const std::size_t start = at_;
    // Letters, digits, sign and point all lie above the comma, but for the plus.
    for (char c = text_[at_]; (c > ',' && c != ']' && c != '}') || c == '+'; c = text_[at_]) ++at_;
    const std::string_view value = text_.substr(start, at_ - start);
    const bool is_number = value.front() <= '9';
    if (is_number && !is_safe_json_number(value)) out_.wide_numbers_.push_back(value);
  }

  json_object& out_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t value_start_ = 0;  // 0 is where the object begins, so never a member's value
  bool name_is_next_ = false;
  std::size_t depth_ = 0;
  // Each is written before it is read.
  std::array<frame, max_object_depth + 1> frames_;  // NOLINT(*-member-init)
  std::vector<std::string_view> names_;             // of the objects inside
};

std::optional<json_object> json_object::read(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \n\t\r");
  if (start == std::string_view::npos || text[start] != '{') return std::nullopt;
  if (check_json(text, max_object_depth) != json_flaw::none) return std::nullopt;
  json_object out;
  out.text_ = text.substr(start, text.rfind('}') + 1 - start);
  if (!object_reader(out).run()) return std::nullopt;
  return out;
}

std::string_view json_object::find(std::string_view name) const noexcept {
  for (const json_member& member : members_) {
    if (member.name == name) return member.value;
  }
  return {};
}

std::optional<std::string> json_object::text(std::string_view name) const {
  return string_value(find(name));
}

void json_object::append_to(std::string& out) const {
  std::size_t at = 0;
  for (const std::string_view number : wide_numbers_) {
    const auto begin = static_cast<std::size_t>(number.data() - text_.data());
    out.append(text_, at, begin - at);
    out.push_back('"');
    out.append(number);
    out.push_back('"');
    at = begin + number.size();
  }
  out.append(text_, at);
}

std::optional<std::string> string_value(std::string_view value) {
  std::string out;
  if (value.size() < 2 || value.front() != '"' || !decode_json_inside(value.substr(1, value.size() - 2), out)) {
    return std::nullopt;
  }
  return out;
}

std::optional<std::vector<std::string>> string_list(std::string_view value, bool only_strings) {
  std::vector<std::string> out;
  if (auto alone = string_value(value)) {
    out.push_back(*std::move(alone));
    return out;
  }
  if (!value.starts_with('[')) return std::nullopt;
  auto list = parse_json(value, value.size());
  if (!list) return std::nullopt;
  for (json& child : list->children) {
    if (child.kind == json_kind::string) {
      out.push_back(std::move(child.text));
    } else if (only_strings) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace kbve::detail
