// What is wrong with a config file: every problem at once, each with its place and a way out.
// Written by everything in lib/config; printed by --config.check and by a start or a reload that fails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xenha::config {

/// A place in the file.
struct Where {
  int line = 0;      ///< from 1; 0 = the file as a whole
  std::string path;  ///< such as pools[2].tls.min_version; counts from 0; empty = the file as a whole

  Where key(std::string_view name, int at_line) const;
  Where item(std::size_t index, int at_line) const;
};

struct Problem {
  std::string file;
  int line = 0;
  std::string path;
  std::string what;    ///< never holds a secret
  std::string advice;  ///< what to write instead; may be empty
  bool operator==(const Problem&) const = default;
};

/// One line: `FILE: pools[2].interval (line 31): "5" has no unit, write 5s`.
std::string to_string(const Problem& problem);

/// Errors make a file unusable; warnings are for the operator to think about.
class Problems {
 public:
  explicit Problems(std::string file = {}) : file_(std::move(file)) {}

  void error(const Where& where, std::string what, std::string advice = {});
  void warn(const Where& where, std::string what, std::string advice = {});
  /// Those of another file that this one names; they stand behind this file's own.
  void add(const Problems& other);
  void add_warnings(const std::vector<Problem>& warnings);

  bool ok() const { return errors_.empty(); }
  const std::string& file() const { return file_; }
  /// In the order of the lines, this file's first.
  std::vector<Problem> errors() const;
  std::vector<Problem> warnings() const;
  /// All errors, then all warnings marked as such, one a line, each line ended.
  std::string text() const;

 private:
  std::vector<Problem> in_order(std::vector<Problem> problems) const;

  std::string file_;
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
};

/// `value` in quotes for a message: control characters escaped, at most 60 bytes. Not for secrets.
std::string in_quotes(std::string_view value);

}  // namespace xenha::config
