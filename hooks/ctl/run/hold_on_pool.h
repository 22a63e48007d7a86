// Writes and removes the mark xenha:paused on a pool: plan, question, write, read back.
#pragma once

#include "hooks/ctl/commands/on_pool.h"

namespace xenha::ctl {

ExitCode hold_on_pool(Context& context, const OnPoolOrder& order);

}  // namespace xenha::ctl
