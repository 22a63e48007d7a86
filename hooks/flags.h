// The hooks daemon's command line.
#pragma once

#include <variant>

#include "hooks/hooks_config.h"
#include "lib/config/common_flags.h"

namespace xenha::hooks {

struct Flags {
  config::CommonFlags common;
  CommandLine line;
};

/// Also sets up the log. An EarlyExit: print its texts, end with its code.
std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv);

}  // namespace xenha::hooks
