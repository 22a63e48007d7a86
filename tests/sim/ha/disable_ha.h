// Switching HA off: in order, as the way back of a failed enable, and in silence.
#pragma once

#include <functional>

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// The procedure of pool.disable_ha after its checks. `done` once every host has acknowledged; with the
/// statefile readable by the master unreachable hosts are skipped, without it they are waited for without
/// limit. `progress` gets 0..1.
void disable_ha(Site& site, Host& master, std::function<void(double)> progress, std::function<void()> done);
/// Bug #7177: the master clears HA by itself; no task, no message, no audit line.
void disarm_silently(Site& site, Host& master);

}  // namespace xenha::sim
