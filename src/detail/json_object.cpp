#include "json_object.hpp"

#include <array>
#include <utility>

#include "json.hpp"
#include "json_scanner.hpp"
#include "json_text.hpp"

namespace kbve::detail {

/// Checks the text and takes it apart in one pass: every token is read by this.
class object_reader : private json_scanner {
 public:
  /// `text` begins with the object.
  // NOLINTNEXTLINE(*-member-init): frames_, of which each is written before it is read
  object_reader(json_object& out, std::string_view text) noexcept : json_scanner(text), out_(out), begin_(at_) {}

  bool run() {
    out_.members_.reserve(16);  // more than most tokens have
    for (;;) {
      // Here a value must stand.
      skip_space();
      if (at_ == end_) return false;
      const char c = *at_;
      if (depth_ == 1) value_ = at_;
      if (c == '{' || c == '[') {
        if (depth_ == max_object_depth) return false;
        frames_[++depth_] = {.is_object = c == '{', .first_name = names_.size()};
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == (c == '{' ? '}' : ']')) {
          close();
        } else {
          if (c == '{' && !name()) return false;
          continue;
        }
      } else if (c == '"' ? !text() : !plain(c)) {
        return false;
      }
      // A value has ended: close what ends with it, then find the next one.
      for (;;) {
        if (depth_ == 0) {
          out_.text_ = {begin_, at_};
          skip_space();
          return at_ == end_;
        }
        if (depth_ == 1) out_.members_.back().value = {value_, at_};
        skip_space();
        if (at_ == end_) return false;
        if (*at_ == ',') {
          ++at_;
          if (frames_[depth_].is_object && !name()) return false;
          break;
        }
        if (*at_ != (frames_[depth_].is_object ? '}' : ']')) return false;
        close();
      }
    }
  }

 private:
  struct frame {
    bool is_object;
    std::size_t first_name;
  };

  void close() noexcept {
    ++at_;
    names_.resize(frames_[depth_].first_name);
    --depth_;
  }

  /// A string as a value. Its escapes are looked at for half surrogate pairs.
  bool text() {
    const char* const start = at_ + 1;
    escaped_ = false;
    return string() && (!escaped_ || has_whole_pairs({start, at_ - 1}));
  }

  /// A number or a literal.
  bool plain(char first) {
    const char* const start = at_;
    if (!scalar(first)) return false;
    // Letters, of which literals are made, all lie above the digits.
    const std::string_view value(start, at_);
    if (first <= '9' && !is_safe_json_number(value)) out_.wide_numbers_.push_back(value);
    return true;
  }

  /// A name and the colon after it.
  bool name() {
    skip_space();
    const char* const start = at_ + 1;
    escaped_ = false;
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    std::string_view found(start, at_ - 1);
    if (escaped_) {
      std::string plain;
      if (!decode_json_inside(found, plain)) return false;
      found = out_.decoded_names_.emplace_front(std::move(plain));
    }
    skip_space();
    return at_ != end_ && *at_++ == ':' && (depth_ == 1 ? outer_name(found) : inner_name(found));
  }

  bool outer_name(std::string_view found) {
    if (out_.members_.size() == max_object_members) return false;
    for (const json_member& member : out_.members_) {
      if (member.name == found) return false;
    }
    out_.members_.push_back({.name = found, .value = {}});
    return true;
  }

  bool inner_name(std::string_view found) {
    const std::size_t first = frames_[depth_].first_name;
    if (names_.size() - first == max_object_members) return false;
    for (std::size_t i = first; i < names_.size(); ++i) {
      if (names_[i] == found) return false;
    }
    names_.push_back(found);
    return true;
  }

  json_object& out_;  // NOLINT(*-ref-data-members): it lives no longer than the call it is made in
  const char* begin_;
  const char* value_ = nullptr;  // of the outermost object's present member
  std::size_t depth_ = 0;
  std::array<frame, max_object_depth + 1> frames_;
  std::vector<std::string_view> names_;  // of the objects inside
};

std::optional<json_object> json_object::read(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \n\t\r");
  if (start == std::string_view::npos || text[start] != '{') return std::nullopt;
  json_object out;
  if (!object_reader(out, text.substr(start)).run()) return std::nullopt;
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
