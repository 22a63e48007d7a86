// host, host_metrics, control domain, interfaces and patches of each host of a fresh pool.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

void build_hosts(World& world, Site& site, Database& db);

}  // namespace xenha::sim
