#include "tests/sim/ha/election.h"

#include <utility>

#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/timings.h"

namespace xenha::sim {
namespace {

/// Generations that a copy lags behind: a token of the old master is then ahead of the new counter.
constexpr std::uint64_t kBehind = 100;

bool can_be_master(const Host& host) {
  return host.xhad && !host.isolated && host.running() && host.statefile_access &&
         !host.failover_decisions_disabled;
}

bool has_living_master(const Site& site) {
  const Host* master = site.by_uuid(site.statefile.master_uuid);
  return master && seen_alive(*master);
}

void promote(Site& site, Host& winner, const Host& old_master) {
  site.statefile.master_uuid = winner.uuid;
  World& world = *site.world;
  // Now, not after the fuse: the old master may come back, learn that it is none any more and drop its own.
  winner.db = copy_for_new_master(site, old_master);
  world.later(winner, timings::kFuse, [&winner] {
    stop_agent(winner);
    take_master_role(winner, winner.db);
    start_agent(winner, timings::kMasterStart);
  });
  for (const auto& host : site.hosts) {
    if (host.get() == &winner || !host->xhad || host->isolated) continue;
    world.later(*host, timings::kPropose + timings::kFuse, [host = host.get(), address = winner.address] {
      stop_agent(*host);
      follow(*host, address);
      start_agent(*host, timings::kAgentStart);
    });
  }
}

}  // namespace

std::shared_ptr<Database> copy_for_new_master(const Site&, const Host& old_master) {
  return old_master.db ? std::shared_ptr<Database>(old_master.db->clone(kBehind)) : nullptr;
}

void elect_if_needed(Site& site) {
  if (has_living_master(site)) return;
  const Host* old_master = site.by_uuid(site.statefile.master_uuid);
  if (!old_master || !old_master->db) return;
  for (const auto& host : site.hosts)
    if (host.get() != old_master && can_be_master(*host)) return promote(site, *host, *old_master);
}

}  // namespace xenha::sim
