// The commands that change nothing of pools and CloudStack, but for what hosts record of themselves; in the
// order of the help text.
#pragma once

#include "hooks/ctl/command.h"

namespace xenha::ctl {

Commands reading_commands();

}  // namespace xenha::ctl
