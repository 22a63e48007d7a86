// The commands that carry out procedures, in the order of the help text.
#pragma once

#include "hooks/ctl/command.h"

namespace xenha::ctl {

Commands acting_commands();

}  // namespace xenha::ctl
