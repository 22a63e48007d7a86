// A pool of three hosts as `status` knows it, and what spoils it.
#pragma once

#include "hooks/ctl/status/pool_status.h"

namespace xenha::ctl {

/// 2027-01-15 08:00:00 UTC.
WallTime status_now();

/// xs1 is master, HA is on, CloudStack manages the cluster, both daemons answered.
PoolStatus healthy_pool();

void switch_ha_off(PoolStatus& status);
/// The host is silent, and nobody is master if it was.
void lose(PoolStatus& status, std::size_t host);
/// After the last change: what the guards say, and who is master.
PoolStatus finished(PoolStatus status);

}  // namespace xenha::ctl
