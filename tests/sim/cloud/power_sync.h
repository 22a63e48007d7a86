// What the hypervisors report of VMs against what the database says: 4.3 by the pool's master, later by host.
#pragma once

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim::cloud {

/// 4.5+: with each good ping of a host, its resident VMs.
void report_power_states(Cloud& cloud, CsHost& host);
/// 4.3: every pool's VMs, whoever runs them.
void sync_by_masters(Cloud& cloud);

}  // namespace xenha::sim::cloud
