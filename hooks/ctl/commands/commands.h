// The commands that change nothing on hosts and CloudStack, in the order of the help text.
#pragma once

#include "hooks/ctl/command.h"

namespace xenha::ctl {

Commands reading_commands();

}  // namespace xenha::ctl
