// Command lines as Prometheus' own programs have them: --flag=value or --flag value, --flag or --no-flag.
// Used by all programs; xenhactl has commands beside, with flags and arguments of their own. CLI11 does the
// splitting behind this header; the help text is ours.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/log.h"

namespace xenha::config {

/// What main() does when there is nothing to run.
struct EarlyExit {
  int code = 0;       ///< 0 after --help and --version, 2 after a usage error
  std::string out;    ///< for standard output
  std::string error;  ///< for standard error: one line, without its newline
};

/// A program's flags, or a command's: declare them, then parse the program's once. The targets hold the
/// defaults and must outlive the parser.
class FlagParser {
 public:
  /// `purpose` is one sentence; `example` one command line, both for --help.
  FlagParser(std::string program, std::string purpose, std::string example);
  ~FlagParser();
  FlagParser(const FlagParser&) = delete;
  FlagParser& operator=(const FlagParser&) = delete;

  void text(const std::string& name, const std::string& value_name, std::string help, std::string& target);
  /// May be given more than once. The first use replaces the default.
  void list(const std::string& name, const std::string& value_name, std::string help,
            std::vector<std::string>& target);
  void flag(const std::string& name, std::string help, bool& target);
  /// A flag that is known as --no-NAME and makes `target` false.
  void no_flag(const std::string& name, std::string help, bool& target);
  /// What stands in its place without a flag, such as POOL. One that may be left out comes last.
  void argument(const std::string& name, std::string help, std::string& target, bool required = true);

  struct Text {
    std::string summary;  ///< one line of at most 50 columns, for the list of commands
    std::string purpose;  ///< what it does, what it writes, when to use it
    std::string example;  ///< one command line
  };
  /// A command of the program, such as "status" or "host recover". Flags of the program may stand before or
  /// after it. The parser returned declares what is the command's own, and lives as long as this one.
  FlagParser& command(const std::string& path, Text text);
  /// After parse(): the command that was given; empty = none.
  const std::string& chosen() const;

  /// Absent: run. --help and --version are known without being declared.
  std::optional<EarlyExit> parse(int argc, const char* const* argv);
  /// A usage error found after parse(), in the same form.
  EarlyExit usage_error(const std::string& what) const;
  /// At most 80 columns.
  std::string help() const;

 private:
  struct Parts;
  explicit FlagParser(std::unique_ptr<Parts> parts);
  FlagParser& group(const std::string& name);
  FlagParser* given();
  std::optional<EarlyExit> split(int argc, const char* const* argv);

  std::unique_ptr<Parts> parts_;
};

/// Flags of every program.
struct CommonFlags {
  std::string config_file = "/etc/xenha/xenha.yml";
  bool config_check = false;
  std::string log_level = "info";
  std::string log_format = "logfmt";

  void declare(FlagParser& parser);
};

/// After parse(): sets up the log, or says what is wrong with the words given.
std::optional<EarlyExit> configure_log(const FlagParser& parser, const CommonFlags& flags);

}  // namespace xenha::config
