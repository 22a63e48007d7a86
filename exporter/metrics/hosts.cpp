#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Families;
using metrics::Labels;

/// What the host itself said in the current round.
void collect_probed(Families& out, const Labels& labels, const PoolSnapshot& pool, const HostSnapshot& host) {
  // Once a round has ended, every known host that does not claim the role is known not to.
  if (pool.masters || host.claims_master)
    out.add(catalog::kPoolMaster, labels, host.claims_master.value_or(false));
  if (!host.believed_master.empty())
    out.add(catalog::kHostBelievedMaster,
            {{"pool", pool.name}, {"host", host.label}, {"master", host.believed_master}}, 1);
  out.add(catalog::kHostReachable, labels, host.reachable);
  if (host.state)
    for (std::size_t i = 0; i < kHostStateWords.size(); ++i)
      out.add(catalog::kHostState, {{"pool", pool.name}, {"host", host.label}, {"state", kHostStateWords[i]}},
              static_cast<std::size_t>(*host.state) == i);
  out.add(catalog::kHostEmergencyMode, labels, host.emergency);
  if (host.emergency == true && !host.emergency_reason.empty())
    out.add(catalog::kHostEmergencyReason,
            {{"pool", pool.name}, {"host", host.label}, {"reason", host.emergency_reason}}, 1);
  out.add(catalog::kHostCertificateExpiry, labels, host.certificate_expiry);
}

/// What the master last said of the host.
void collect_reported(Families& out, const Labels& labels, const PoolSnapshot& pool,
                      const HostSnapshot& host) {
  const bool ha_known = pool.facts && pool.facts->ha_enabled;
  const bool ha_on = ha_known && *pool.facts->ha_enabled;
  out.add(catalog::kHostLive, labels, host.live);
  out.add(catalog::kHostEnabled, labels, host.enabled);
  if (host.ha_armed && ha_known) out.add(catalog::kHostHaArmed, labels, ha_on && *host.ha_armed);
  if (ha_on) out.add(catalog::kHostHaPeers, labels, host.ha_peers);
  for (const auto& [hotfix, applied] : host.hotfixes)
    out.add(catalog::kHostHotfixApplied, {{"pool", pool.name}, {"host", host.label}, {"hotfix", hotfix}},
            applied);
  out.add(catalog::kHostBoot, labels, host.boot_time);
  out.add(catalog::kHostAgentStart, labels, host.agent_start);
  out.add(catalog::kHostClockOffset, labels, host.clock_offset);
  const auto maintenance = [&](const char* source, const std::optional<bool>& visible) {
    out.add(catalog::kHostMaintenance, {{"pool", pool.name}, {"host", host.label}, {"source", source}},
            visible);
  };
  maintenance("cloudstack", host.maintenance_cloudstack);
  maintenance("xenha", host.maintenance_xenha);
  maintenance("xenserver", host.maintenance_xenserver);
}

}  // namespace

void collect_hosts(Families& out, const PoolSnapshot& pool) {
  for (const HostSnapshot& host : pool.hosts) {
    const Labels labels{{"pool", pool.name}, {"host", host.label}};
    if (pool.facts && !host.uuid.empty())  // the master said it, too
      out.add(catalog::kHostInfo,
              {{"pool", pool.name},
               {"host", host.label},
               {"host_uuid", host.uuid},
               {"address", host.address},
               {"version", host.version},
               {"build", host.build}},
              1);
    collect_probed(out, labels, pool, host);
    collect_reported(out, labels, pool, host);
    out.add(catalog::kHostRejoin, labels, host.rejoin);
  }
}

}  // namespace xenha::exporter
