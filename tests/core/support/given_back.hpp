#pragma once

/// What is still in memory when it is given back. Reading it afterwards would be an error of the test itself.

#include <cstddef>
#include <string_view>

namespace kbve::test {

/// While it lives, every piece of memory that goes back is searched for a text. One at a time, and on one thread.
class search_of_given_back {
 public:
  explicit search_of_given_back(std::string_view text);
  search_of_given_back(const search_of_given_back&) = delete;
  search_of_given_back(search_of_given_back&&) = delete;
  search_of_given_back& operator=(const search_of_given_back&) = delete;
  search_of_given_back& operator=(search_of_given_back&&) = delete;
  ~search_of_given_back();

  /// How many pieces had it in them.
  [[nodiscard]] std::size_t found() const;
};

}  // namespace kbve::test
