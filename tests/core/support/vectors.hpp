#pragma once

/// Vectors made by others: finding their files, reading their notation, and counting what was checked.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kbve/core/bytes.hpp"

namespace kbve::test {

/// The bytes of a hexadecimal text; a text that is none fails the running test.
bytes unhex(std::string_view text);

/// The file `name` in the folder that the environment variable names. A missing variable or file fails the
/// running test with a sentence that says what to set.
std::string read_vector_file(const char* variable, const std::string& name);

/// A JSON file of Wycheproof (schema testvectors_v1), or an empty object after failing the running test.
nlohmann::json read_wycheproof(const std::string& name);

/// One vector of a NIST .rsp file: the bracketed values above it and its own, by name. A line that is one
/// word ("FAIL") is there with an empty value.
using cavp_record = std::map<std::string, std::string, std::less<>>;
std::vector<cavp_record> read_cavp(const std::string& name);

/// Counts one suite of vectors. Its end prints a row that `npm run vectors` collects, and fails the test when
/// nothing was checked or something is missing from the count.
class vector_count {
 public:
  explicit vector_count(std::string suite) : suite_(std::move(suite)) {}
  vector_count(const vector_count&) = delete;
  vector_count& operator=(const vector_count&) = delete;
  vector_count(vector_count&&) = delete;
  vector_count& operator=(vector_count&&) = delete;
  ~vector_count();

  /// A vector that was checked; `which` names it when it does not hold.
  void checked(bool holds, const std::string& which);
  void skipped(const std::string& reason) { ++skipped_[reason]; }
  /// A vector that was checked and holds, though not as its file has it; `reason` says why, and is printed.
  void remarked(bool holds, const std::string& which, const std::string& reason);
  /// How many the file says it has.
  void expect_total(std::uint64_t total) { expected_ = total; }

 private:
  std::string suite_;
  std::uint64_t passed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t expected_ = 0;
  std::map<std::string, std::uint64_t> skipped_;
  std::map<std::string, std::uint64_t> remarks_;
};

}  // namespace kbve::test
