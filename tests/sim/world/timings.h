// How long things take on a real pool, in simulated time. Source: the reference's sections 2, 3, 4 and 5.
#pragma once

#include "lib/base/clock.h"

namespace xenha::sim::timings {

using namespace std::chrono_literals;

inline constexpr Duration kFirmware = 30s;    ///< power on until the kernel answers with refused connections
inline constexpr Duration kDom0Boot = 60s;    ///< then until xapi starts
inline constexpr Duration kAgentStop = 1s;    ///< restart_agent answers first
inline constexpr Duration kFuse = 10s;        ///< role changes restart xapi this much later
inline constexpr Duration kAgentStart = 15s;  ///< xapi does not listen yet
inline constexpr Duration kAgentNotReady = 5s;  ///< xapi listens, its database is not ready
inline constexpr Duration kMasterStart = 60s;   ///< a freshly elected master: database, storage, checks
inline constexpr Duration kHelloFirst = 3s;     ///< a slave's emergency mode at every start
inline constexpr Duration kHelloRetry = 5s;     ///< temporary reasons
inline constexpr Duration kHelloRetryPermanent = 60s;
inline constexpr Duration kReenable = 15s;         ///< a host enables itself after it met its master
inline constexpr Duration kHaStartRetry = 10s;     ///< stuck in HA start
inline constexpr Duration kHealthCheck = 300s;     ///< 60 s interval, 120 s timeout, one restart attempt
inline constexpr Duration kHaMonitor = 20s;        ///< loop of xapi's HA thread
inline constexpr Duration kHeartbeatNoHa = 30s;    ///< slave to master, and the master's check
inline constexpr Duration kAssumedDead = 600s;     ///< HA off: silent that long is not live
inline constexpr Duration kWaitForSlaves = 1800s;  ///< new master waits that long for hosts to be enabled
inline constexpr Duration kPropose = 5s;           ///< slaves propose themselves that often
inline constexpr Duration kPreconfigure = 8s;      ///< per host, one after the other
inline constexpr Duration kJoinLiveset = 15s;      ///< all in parallel
inline constexpr Duration kBackup = 5s;            ///< copy of the database to each host
inline constexpr Duration kQueueRetry = 5s;        ///< a call whose turn has not come
inline constexpr Duration kQueueLimit = 2h;        ///< then it fails
inline constexpr Duration kRollbackRetry = 30s;
inline constexpr Duration kDisableHost = 4s;  ///< per host while HA is switched off
inline constexpr Duration kWrongPassword = 5s;
inline constexpr Duration kSessionIdle = 24h;
inline constexpr Duration kSessionGc = 30s;
inline constexpr Duration kTaskKept = 65min;
inline constexpr Duration kFirstPeers = 45s;  ///< ha_network_peers after a join
inline constexpr Duration kEvacuateVm = 5s;   ///< per VM
inline constexpr Duration kShutdown = 20s;    ///< clean shutdown of dom0

}  // namespace xenha::sim::timings
