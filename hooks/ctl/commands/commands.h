// The commands that change nothing of pools and CloudStack, but for what hosts record of themselves; in the
// order of the help text.
#pragma once

#include "hooks/ctl/command.h"
#include "hooks/ctl/commands/on_pool.h"

namespace xenha::ctl {

/// `on_pool` carries out pause and resume with --on-pool.
Commands reading_commands(const OnPool& on_pool = {});

}  // namespace xenha::ctl
