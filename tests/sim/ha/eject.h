// A host leaves the pool and becomes the master of a pool of its own.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

void eject_host(Host& host);

}  // namespace xenha::sim
