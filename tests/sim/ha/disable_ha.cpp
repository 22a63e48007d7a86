#include "tests/sim/ha/disable_ha.h"

#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/sim/ha/host_life.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

void disarm(Host& host) {
  host.ha_armed = false;
  host.xhad = false;
  host.excluded = true;
  host.left_at = host.world->clock.now();
}

struct Disabling {
  Site& site;
  Host& master;
  std::function<void(double)> progress;
  std::function<void()> done;
};

bool all_reachable(const Disabling& op) {
  for (const auto& host : op.site.hosts)
    if (host->ha_armed && (!can_reach(op.master, *host) || host->emergency)) return false;
  return true;
}

void step(const std::shared_ptr<Disabling>& op, std::size_t index) {
  World& world = *op->site.world;
  if (index >= op->site.hosts.size()) {
    op->site.statefile.valid = false;
    return op->done();
  }
  Host& host = *op->site.hosts[index];
  world.later(op->master, timings::kDisableHost, [op, &host, index] {
    // A host in emergency mode refuses the calls that would disarm it.
    if (can_reach(op->master, host) && !host.emergency) disarm(host);
    if (op->progress)
      op->progress(static_cast<double>(index + 1) / static_cast<double>(op->site.hosts.size()));
    step(op, index + 1);
  });
}

void start(const std::shared_ptr<Disabling>& op) {
  const bool hangs = op->site.enable_fault.rollback_hangs;
  if (!hangs && (op->master.statefile_access || all_reachable(*op))) {
    if (op->master.statefile_access) op->site.statefile.valid = false;
    return step(op, 0);
  }
  op->site.world->later(op->master, timings::kRollbackRetry, [op] { start(op); });
}

}  // namespace

void disable_ha(Site& site, Host& master, std::function<void(double)> progress, std::function<void()> done) {
  Database& db = *master.db;
  const std::string pool = db.pool_ref();
  db.set("pool", pool, "ha_plan_exists_for", 0);
  db.set("pool", pool, "ha_enabled", false);
  start(std::make_shared<Disabling>(Disabling{site, master, std::move(progress), std::move(done)}));
}

void disarm_silently(Site& site, Host& master) {
  Database& db = *master.db;
  db.set("pool", db.pool_ref(), "ha_plan_exists_for", 0);
  db.set("pool", db.pool_ref(), "ha_enabled", false);
  site.statefile.valid = false;
  for (const auto& host : site.hosts)
    if (can_reach(master, *host) && !host->emergency) disarm(*host);
  site.world->changed();
}

}  // namespace xenha::sim
