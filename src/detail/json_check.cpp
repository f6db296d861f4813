#include <algorithm>
#include <bitset>

#include "json_scanner.hpp"
#include "json_text.hpp"

namespace kbve::detail {
namespace {

class checker : private json_scanner {
 public:
  checker(std::string_view text, std::size_t max_depth) noexcept : json_scanner(text), max_depth_(max_depth) {}

  json_flaw run() noexcept {
    for (;;) {
      // Here a value must stand.
      skip_space();
      if (at_ == end_) return json_flaw::malformed;
      const char c = *at_;
      if (c == '{' || c == '[') {
        if (depth_ == max_depth_) return json_flaw::too_deep;
        is_object_[depth_++] = c == '{';
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == (c == '{' ? '}' : ']')) {
          ++at_;
          --depth_;
        } else if (c == '{') {
          if (!key()) return json_flaw::malformed;
          continue;
        } else {
          continue;
        }
      } else if (!scalar(c)) {
        return json_flaw::malformed;
      }
      // A value has ended: close what ends with it, then find the next one.
      bool next = false;
      while (!next) {
        skip_space();
        if (depth_ == 0) return at_ == end_ ? json_flaw::none : json_flaw::malformed;
        if (at_ == end_) return json_flaw::malformed;
        const bool object = is_object_[depth_ - 1];
        const char mark = *at_++;
        if (mark == ',') {
          if (object && !key()) return json_flaw::malformed;
          next = true;
        } else if (mark == (object ? '}' : ']')) {
          --depth_;
        } else {
          return json_flaw::malformed;
        }
      }
    }
  }

 private:
  std::size_t depth_ = 0;
  std::size_t max_depth_;
  std::bitset<max_json_depth> is_object_;
};

}  // namespace

json_flaw check_json(std::string_view text, std::size_t max_depth) noexcept {
  return checker(text, std::min(max_depth, max_json_depth)).run();
}

}  // namespace kbve::detail
