// How CloudStack reaches XenServer: one session per pool through its master, SSH to hosts, ping.
#pragma once

#include <optional>

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim {
class Database;
}

namespace xenha::sim::cloud {

/// The pool's master by the session that is kept, or by a new login that begins at `via`'s own address. Null
/// when there is none: nobody serves, `via` is in emergency mode, or (4.4+) the master is disabled.
Host* master_via(Cloud& cloud, CsHost& via);
/// As master_via through any host of the cluster that CloudStack is connected to; `not_this` is left out.
Host* master_of(Cloud& cloud, CsCluster& cluster, const CsHost* not_this = nullptr);
/// The ping of a host: its record through the master, the echo plugin on it.
bool ping_works(Cloud& cloud, CsHost& host);
/// Answers ICMP and, while the network is not at fault, SSH.
bool dom0_answers(const Host& xen);
/// What a neighbour reads of the victim's heartbeat: fresh or stale; absent when it cannot be asked.
std::optional<bool> heartbeat_fresh(Cloud& cloud, const CsHost& victim, CsHost& neighbour);

}  // namespace xenha::sim::cloud
