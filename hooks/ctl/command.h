// One command of xenhactl: what it is called, what it needs, what it does. Those that only read and those
// that act are of the same kind; app.h runs them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "hooks/ctl/ctl_config.h"
#include "hooks/ctl/exit_code.h"
#include "lib/base/clock.h"
#include "lib/base/wrapped.h"
#include "lib/config/common_flags.h"
#include "lib/http/transport.h"

namespace xenha::ctl {

enum class Output { kTable, kJson };

/// Where a command writes, and who is there.
struct Screen {
  std::ostream& out;                 ///< the result, and nothing else
  std::ostream& err;                 ///< progress, questions, what went wrong
  std::size_t width = kScreenWidth;  ///< of `out`
  bool colours = false;              ///< `out` is a terminal and NO_COLOR is not set
  bool progress = false;             ///< `err` is a terminal
  bool person = false;               ///< somebody can be asked: standard input and `err` are terminals
  /// What the person types, without its newline; absent at the end of the input and when interrupted.
  std::function<std::optional<std::string>()> read_line = {};
};

struct Context {
  const CtlConfig& config;
  Output output = Output::kTable;
  Screen& screen;
  const Clock& clock;
  http::Transport& transport;  ///< of the thread that runs the command; woken when it is interrupted
  /// For a thread of the command's own.
  std::function<std::unique_ptr<http::Transport>()> new_transport;
  std::stop_token interrupted;  ///< Ctrl-C or SIGTERM; the second one ends the program at once
};

/// Says on `err` what is wrong, and gives `code` back.
ExitCode fail(const Context& context, ExitCode code, const std::string& what);

class Command {
 public:
  virtual ~Command() = default;
  /// Such as "status" or "host recover".
  virtual std::string path() const = 0;
  virtual config::FlagParser::Text text() const = 0;
  /// The command's own flags and arguments, with members as their targets.
  virtual void declare(config::FlagParser& parser) = 0;
  /// After the command line was parsed. A pool named here must be configured, or the program ends with 2.
  virtual Needs needs() const = 0;
  /// Problems of the command line that only the command can tell; empty = none. Ends with 2.
  virtual std::string usage_problem() const { return {}; }
  virtual ExitCode run(Context& context) = 0;
};

using Commands = std::vector<std::unique_ptr<Command>>;

}  // namespace xenha::ctl
