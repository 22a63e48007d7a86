#include "tests/sim/cloud/xapi_link.h"

#include <algorithm>

#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

bool answers_clients(const Host& xen) {
  return xen.running() && !xen.isolated &&
         (xen.fault.kind == Network::Kind::kUp || xen.fault.kind == Network::Kind::kDelay);
}

bool serves(const Host& xen) {
  return answers_clients(xen) && !xen.emergency && xen.is_master() && xen.db;
}

/// dom0 and its heartbeat writer: from boot until the power went.
bool dom0_runs(const Host& xen) {
  return xen.powered && (xen.answers_refused || xen.agent != Agent::kDown);
}

/// The last write of dom0's heartbeat, by the simulated clock.
SimTime last_write(const Cloud& cloud, const CsHost& host) {
  const Host& xen = *host.xen;
  const SimTime until = dom0_runs(xen) ? cloud.time() : xen.dom0_until;
  const Duration period = cloud.rules.heartbeat_period;
  // Every host writes at its own moment of the period.
  const Duration phase = xen.dom0_since + std::chrono::seconds(7 * host.number) % period;
  if (until < phase) return xen.dom0_since;
  return phase + (until - phase) / period * period;
}

}  // namespace

Host* master_via(Cloud& cloud, CsHost& via) {
  CsCluster& cluster = *via.cluster;
  if (Host* kept = cluster.session_master;
      kept && kept->incarnation == cluster.session_incarnation && serves(*kept))
    return kept;
  cluster.session_master = nullptr;
  Host& own = *via.xen;
  if (!answers_clients(own) || own.emergency || own.site != cluster.site) return nullptr;
  Host* master = own.is_master() ? &own : own.site->at(own.master_address);
  if (!master || !serves(*master)) return nullptr;
  if (cloud.rules.needs_enabled && !master->db->flag("host", master->ref, "enabled")) return nullptr;
  cluster.session_master = master;
  cluster.session_incarnation = master->incarnation;
  return master;
}

Host* master_of(Cloud& cloud, CsCluster& cluster, const CsHost* not_this) {
  for (const auto& host : cloud.hosts)
    if (host->cluster == &cluster && host.get() != not_this && host->state == HostState::kUp)
      if (Host* master = master_via(cloud, *host)) return master;
  return nullptr;
}

bool ping_works(Cloud& cloud, CsHost& host) {
  const Host* master = master_via(cloud, host);
  if (!master) return false;
  const Host& xen = *host.xen;
  const Database& db = *master->db;
  if (!db.exists("host", xen.ref)) return false;
  if (cloud.rules.needs_enabled && !db.flag("host", xen.ref, "enabled")) return false;
  // The master forwards the plugin call: that needs a member that has met it.
  return &xen == master || (xen.running() && !xen.emergency && !xen.isolated && !master->isolated);
}

bool dom0_answers(const Host& xen) {
  return dom0_runs(xen) && !xen.isolated && xen.fault.kind != Network::Kind::kHang;
}

std::optional<bool> heartbeat_fresh(Cloud& cloud, const CsHost& victim, CsHost& neighbour) {
  const bool asked = cloud.rules.check_over_ssh
                         ? dom0_answers(*neighbour.xen)
                         : master_via(cloud, neighbour) != nullptr && ping_works(cloud, neighbour);
  if (!asked) return std::nullopt;
  const bool written =
      std::any_of(cloud.storage_pools.begin(), cloud.storage_pools.end(),
                  [&](const auto& pool) { return pool->cluster == victim.cluster && pool->heartbeats; });
  if (!written) return false;
  // The writer's clock against the reader's.
  const Duration age =
      cloud.time() - last_write(cloud, victim) + neighbour.xen->clock_skew - victim.xen->clock_skew;
  return age < cloud.rules.heartbeat_age;
}

}  // namespace xenha::sim::cloud
