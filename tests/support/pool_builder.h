// Pools as values, for tests of everything that reads snapshots: one good pool, and acts that spoil it.
#pragma once

#include <string>

#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::test {

/// The instant of every pool below: 2025-11-25 02:00:00 UTC.
WallTime test_now();

/// cluster1 of hosts xs1 (master), xs2, ...: HA on, all armed, heartbeat on the SR MGMT-HA, XCP-ng 8.2.
exporter::PoolSnapshot healthy_pool(int hosts = 4);

/// The uuid of xs`number` there.
std::string host_uuid(int number);

/// The host of that label, which must exist.
exporter::HostSnapshot& host_of(exporter::PoolSnapshot& pool, const std::string& label);

/// The host does not answer: no direct fact is left but that.
void make_unreachable(exporter::PoolSnapshot& pool, const std::string& label);
/// The host answers the probe, but only with this state (auth_error, tls_error).
void make_refusing(exporter::PoolSnapshot& pool, const std::string& label, exporter::HostState state);
/// The host is in emergency mode; `reason` as the probe words it.
void make_emergency(exporter::PoolSnapshot& pool, const std::string& label, const std::string& reason);
/// Recounts `masters` from the hosts.
void count_masters(exporter::PoolSnapshot& pool);
/// HA is off: what depends on it goes.
void switch_ha_off(exporter::PoolSnapshot& pool);
/// The master has not answered for longer than keep_facts.
void drop_facts(exporter::PoolSnapshot& pool);

}  // namespace xenha::test
