// hooks.mode and hooks.guards of the config file as the decision's policy: for the daemon that acts by it,
// and for xenhactl, which shows what the daemon would say.
#pragma once

#include <string_view>

#include "hooks/decision/policy.h"
#include "lib/config/config_file.h"

namespace xenha::hooks {

Policy policy_of(const config::HooksEntry& hooks);

/// "dry-run", "act", "standby".
std::string_view word(Mode mode);

}  // namespace xenha::hooks
