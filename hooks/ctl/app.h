// Runs one command: command line, config file, screen, signals, exit code.
#pragma once

#include "hooks/ctl/command.h"

namespace xenha::ctl {

/// The whole of main(), with what xenhactl can do.
int run(int argc, const char* const* argv, const Commands& commands);

}  // namespace xenha::ctl
