// May a person switch HA on now? The guards of xenha-hooks, without those that hold back a daemon: its own
// restraint, and what says that a person is at work, for that is this one. Pure.
#pragma once

#include "hooks/ctl/procedures/facts.h"
#include "hooks/decision/policy.h"
#include "hooks/situation/situation.h"

namespace xenha::ctl {

/// From two looks, as the daemon decides. `sr_changed`: the person says that another SR than the last time is
/// meant.
EnableFacts enable_verdict(hooks::Situation first, hooks::Situation second, const hooks::Policy& policy,
                           bool sr_changed);

}  // namespace xenha::ctl
