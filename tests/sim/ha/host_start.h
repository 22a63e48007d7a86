// What xapi does when it starts: HA first, then the network, then its role.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// xapi begins to start now and gets to its HA step after `takes`.
void start_agent(Host& host, Duration takes);
/// The rest of a start after the HA step: a host whose HA was switched off by hand goes on from here.
void continue_start(Host& host);

}  // namespace xenha::sim
