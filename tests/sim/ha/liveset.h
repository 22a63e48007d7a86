// What the HA daemons agree on: who is alive, who can write the statefile, who must fence itself, who is
// master.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// Whether the other hosts still count `host` as alive: its daemon runs and is heard, or fell silent less
/// than T ago.
bool seen_alive(const Host& host);
/// One round of survival rules, election and the master's bookkeeping; every 20 s of simulated time.
void run_ha_round(Site& site);
/// Starts the rounds of a site (HA rounds, heartbeats without HA, session expiry); for ever.
void start_rounds(World& world, Site& site);

}  // namespace xenha::sim
