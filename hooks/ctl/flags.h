// xenhactl's command line: the flags of all programs, --output, and the commands with theirs.
#pragma once

#include <string>
#include <variant>

#include "hooks/ctl/command.h"
#include "lib/config/common_flags.h"

namespace xenha::ctl {

struct Flags {
  config::CommonFlags common;
  Output output = Output::kTable;
  Command* command = nullptr;  ///< null only with --config.check
};

/// Also sets up the log. An EarlyExit: print its texts, end with its code.
std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv,
                                                   const Commands& commands);

}  // namespace xenha::ctl
