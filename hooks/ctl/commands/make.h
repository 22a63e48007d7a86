// Each command stands in a file of its own; this is how reading_commands() gets them.
#pragma once

#include <memory>

#include "hooks/ctl/command.h"

namespace xenha::ctl {

std::unique_ptr<Command> make_explain();

}  // namespace xenha::ctl
