#include "tests/sim/ha/emergency.h"

#include <utility>

#include "tests/sim/ha/election.h"
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

/// The newest database of the pool that a slave can have a copy of.
std::shared_ptr<Database> copy_of_pool(Host& host) {
  const Host* source = nullptr;
  for (const auto& other : host.site->hosts)
    if (other->db && other.get() != &host && (!source || other->became_master > source->became_master))
      source = other.get();
  return source ? copy_for_new_master(*host.site, *source) : nullptr;
}

}  // namespace

std::optional<Failure> emergency_ha_disable(Host& host, bool soft) {
  if (!host.ha_armed) return soft ? std::nullopt : std::optional(fail("HA_NOT_ENABLED"));
  if (host.xhad) {
    host.xhad = false;
    host.left_at = host.world->clock.now();
  }
  host.excluded = true;
  if (!soft) host.ha_armed = false;
  if (host.agent == Agent::kRunning && host.emergency && !soft)
    host.world->later(host, timings::kHaStartRetry, [&host] {
      if (host.emergency) continue_start(host);
    });
  host.world->changed();
  return std::nullopt;
}

std::optional<Failure> become_master_by_hand(Host& host) {
  if (host.ha_armed) return fail("HA_IS_ENABLED");
  host.world->later(host, timings::kFuse, [&host] {
    std::shared_ptr<Database> db = host.db ? host.db : copy_of_pool(host);
    if (!db) return;
    stop_agent(host);
    host.forced_emergency.reset();
    take_master_role(host, std::move(db));
    host.promoted_by_hand = true;
    start_agent(host, timings::kAgentStart);
  });
  return std::nullopt;
}

std::optional<Failure> reset_master(Host& host, const std::string& address) {
  if (host.ha_armed) return fail("HA_IS_ENABLED");
  if (host.role == PoolRole::kSlave && host.master_address == address && !host.forced_emergency)
    return std::nullopt;
  host.world->later(host, timings::kFuse, [&host, address] {
    stop_agent(host);
    host.db.reset();
    follow(host, address);
    start_agent(host, timings::kAgentStart);
  });
  return std::nullopt;
}

void force_emergency(Host& host, Failure reason, bool thinks_master) {
  const std::string code = reason.description.front();
  host.forced_emergency = reason;
  if (code == "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED") {
    host.ha_armed = false;  // the natural reason: it lasts as long as the pool has HA on
    host.forced_emergency.reset();
  }
  if (thinks_master && !host.is_master()) take_master_role(host, copy_of_pool(host));
  if (!thinks_master && host.is_master() && host.site->master() != &host) host.role = PoolRole::kSlave;
  host.agent = Agent::kRunning;
  host.emergency = std::move(reason);
  if (host.xhad && code.rfind("HA_", 0) == 0) {
    host.xhad = false;
    host.left_at = host.world->clock.now();
  }
  abort_calls(host);
  apply_network(host);
  say_hello(host);
}

void split_brain(Host& host) {
  std::shared_ptr<Database> db = copy_of_pool(host);
  if (!db) return;
  db->set("pool", db->pool_ref(), "master", host.ref);
  host.forced_emergency.reset();
  take_master_role(host, std::move(db));
  open_for_business(host, true);
}

}  // namespace xenha::sim
