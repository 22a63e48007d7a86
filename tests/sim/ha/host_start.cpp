#include "tests/sim/ha/host_start.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_hub.h"
#include "tests/sim/xapi/session_calls.h"

namespace xenha::sim {
namespace {

void come_up(Host& host);
void start_ha(Host& host);

/// The daemon does not start: xapi retries and keeps the management interface down.
void stay_stuck(Host& host, const char* code) {
  host.emergency = fail(code);
  host.agent = Agent::kHaStuck;
  apply_network(host);
  host.world->later(host, timings::kHaStartRetry, [&host] {
    if (!host.ha_armed) return come_up(host);  // somebody disarmed it at the console
    start_ha(host);
  });
}

/// A slave that cannot read the disk asks its master whether HA is off by now. An old master has nobody to
/// ask.
bool master_says_ha_is_off(Host& host) {
  if (host.is_master()) return false;
  Host* master = host.site->at(host.master_address);
  if (!master || !master->running() || !master->is_master() || host.isolated || master->isolated)
    return false;
  return !master->db->flag("pool", master->db->pool_ref(), "ha_enabled");
}

void join_liveset(Host& host) {
  host.xhad = true;
  host.excluded = false;
  host.left_at.reset();
  host.joined_at = host.world->clock.now();
}

/// The disk says who is master: whoever believes otherwise follows.
void obey_statefile(Host& host) {
  Site& site = *host.site;
  const Host* master = site.by_uuid(site.statefile.master_uuid);
  // Elected, and gone before it could take the role.
  if (master == &host && !host.is_master() && host.db) return take_master_role(host, host.db);
  if (!master || master == &host || (!host.is_master() && host.master_address == master->address)) return;
  if (host.is_master()) host.db.reset();
  const std::optional<Failure> forced = host.forced_emergency;
  follow(host, master->address);
  host.forced_emergency = forced;
}

void start_ha(Host& host) {
  const Statefile& disk = host.site->statefile;
  if (!host.statefile_access) {
    if (!master_says_ha_is_off(host)) return stay_stuck(host, "HA_HOST_CANNOT_ACCESS_STATEFILE");
    host.ha_armed = false;
  } else if (!disk.valid) {
    host.ha_armed = false;
  } else if (host.isolated) {
    return stay_stuck(host, "HA_HEARTBEAT_DAEMON_STARTUP_FAILED");
  } else {
    if (!host.xhad) join_liveset(host);
    obey_statefile(host);
  }
  come_up(host);
}

/// Without HA an old master asks all others; best effort, as unreachable ones are ignored.
void check_no_other_masters(Host& host) {
  for (const auto& other : host.site->hosts)
    if (other.get() != &host && other->running() && !other->emergency && other->is_master() &&
        !host.isolated && !other->isolated) {
      host.db.reset();
      return follow(host, other->address);
    }
}

void come_up(Host& host) {
  World& world = *host.world;
  host.emergency.reset();
  if (host.is_master() && !host.xhad && !host.promoted_by_hand) check_no_other_masters(host);
  host.promoted_by_hand = false;
  if (host.is_master()) {
    host.agent = Agent::kNotReady;
    apply_network(host);
    return world.later(host, timings::kAgentNotReady, [&host] { open_for_business(host, false); });
  }
  host.agent = Agent::kRunning;
  host.emergency = fail(host.role == PoolRole::kBroken ? "HOST_BROKEN" : "HOST_STILL_BOOTING");
  apply_network(host);
  if (host.role == PoolRole::kSlave) world.later(host, timings::kHelloFirst, [&host] { say_hello(host); });
}

/// Local flag against the pool's, when a master starts.
void resynchronise_ha(Host& master) {
  Database& db = *master.db;
  const bool pool_says = db.flag("pool", db.pool_ref(), "ha_enabled");
  if (!master.ha_armed && pool_says) db.set("pool", db.pool_ref(), "ha_enabled", false);
  if (master.ha_armed && !pool_says) {
    master.ha_armed = false;
    master.xhad = false;
  }
}

void enable_later(Host& host, Host& master, Duration when) {
  World& world = *host.world;
  world.later(host, when, [&host, &master] {
    if (!master.running() || !master.db || host.emergency || host.disabled_by_call || !host.running()) return;
    if (!can_reach(host, master)) return;
    set_enabled(*master.db, host, true);
    host.heard_at = host.world->clock.now();
  });
}

void note_fence(Host& host) {
  if (host.went_down_unclean && host.ha_was_on)
    create_message(*host.site, "HA_HOST_WAS_FENCED", 4, "Host", host.uuid, "");
  host.went_down_unclean = false;
}

void forget_tasks(Database& db) {
  for (const std::string& task : db.refs("task")) db.destroy("task", task);
  for (const std::string& session : db.refs("session")) db.destroy("session", session);
  db.set("pool", db.pool_ref(), "current_operations", Json::object());
}

}  // namespace

void start_agent(Host& host, Duration takes) {
  World& world = *host.world;
  host.agent = Agent::kDown;
  host.answers_refused = true;
  apply_network(host);
  world.later(host, takes, [&host, &world] {
    host.agent_start = world.wall(host);
    if (host.ha_armed) return start_ha(host);
    come_up(host);
  });
}

void continue_start(Host& host) {
  come_up(host);
}

void open_for_business(Host& host, bool at_world_start) {
  World& world = *host.world;
  Site& site = *host.site;
  host.agent = Agent::kRunning;
  host.emergency.reset();
  host.events = std::make_unique<EventHub>(world, host);
  watch_sessions(world, host);
  if (!at_world_start) {
    Database& db = *host.db;
    forget_tasks(db);
    resynchronise_ha(host);
    const bool new_role = db.text("pool", db.pool_ref(), "master") != host.ref;
    db.set("pool", db.pool_ref(), "master", host.ref);
    for (const auto& member : site.hosts) {
      set_enabled(db, *member, false);
      member->heard_at = world.clock.now();
    }
    if (host.boot_time > host.agent_start - std::chrono::minutes(10) && host.went_down_unclean)
      halt_vms_of(db, host);
    write_start_times(db, host);
    set_live(db, host, true);
    host.waits_for_slaves = true;
    host.serving_since = world.clock.now();
    plug_storage(db, host);
    enable_later(host, host, timings::kReenable);
    for (const auto& member : site.hosts)
      if (member.get() != &host && member->role == PoolRole::kSlave && member->master_address == host.address)
        enable_later(*member, host, timings::kReenable + std::chrono::seconds(2 * member->number));
    if (new_role) create_message(site, "POOL_MASTER_TRANSITION", 4, "Host", host.uuid, "");
    note_fence(host);
  }
  if (!at_world_start) world.note("master_serves", host);
  apply_network(host);
  world.changed();
}

namespace {

bool is_ha_start_code(const Failure& reason) {
  const std::string& code = reason.description.front();
  return code == "HA_HOST_CANNOT_ACCESS_STATEFILE" || code == "HA_HEARTBEAT_DAEMON_STARTUP_FAILED";
}

/// Why the slave cannot join its master now; absent when it can.
std::optional<Failure> why_not(Host& host) {
  if (host.forced_emergency && is_ha_start_code(*host.forced_emergency) && !host.ha_armed)
    host.forced_emergency.reset();
  if (host.forced_emergency) return host.forced_emergency;
  if (host.master_address == host.address) return fail("HOST_ITS_OWN_SLAVE");
  Host* master = nullptr;
  for (const auto& site : host.world->sites)
    if (Host* found = site->at(host.master_address)) master = found;
  if (!master || !master->powered || host.isolated || master->isolated || master->agent == Agent::kDown ||
      master->agent == Agent::kHaStuck)
    return fail("INTERNAL_ERROR", "Connection to the master " + host.master_address + " failed");
  if (master->agent == Agent::kNotReady) return fail("HOST_STILL_BOOTING");
  if (master->emergency) return master->emergency;  // passed through as it is
  if (!master->is_master()) return fail("HOST_IS_SLAVE", master->master_address);
  Database& db = *master->db;
  if (!db.exists("host", host.ref)) return fail("HOST_UNKNOWN_TO_MASTER", host.uuid);
  if (db.flag("pool", db.pool_ref(), "ha_enabled") && !host.ha_armed)
    return fail("HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED");
  return std::nullopt;
}

bool permanent(const Failure& reason) {
  const std::string& code = reason.description.front();
  return code != "HOST_STILL_BOOTING" && code != "INTERNAL_ERROR" && code != "HOST_IS_SLAVE";
}

}  // namespace

void say_hello(Host& host) {
  World& world = *host.world;
  if (host.role != PoolRole::kSlave || host.agent != Agent::kRunning || !host.emergency) return;
  if (const std::optional<Failure> reason = why_not(host)) {
    host.emergency = reason;
    const Duration again = permanent(*reason) ? timings::kHelloRetryPermanent : timings::kHelloRetry;
    return world.later(host, again, [&host] { say_hello(host); });
  }
  Host& master = *reachable_master(host);
  Database& db = *master.db;
  host.emergency.reset();
  set_enabled(db, host, false);
  // Later releases leave that to the liveset while HA is on.
  if (host.site->release <= Release::k62 || !db.flag("pool", db.pool_ref(), "ha_enabled"))
    set_live(db, host, true);
  plug_storage(db, host);
  if (host.boot_time > host.agent_start - std::chrono::minutes(10) && host.went_down_unclean)
    halt_vms_of(db, host);
  write_start_times(db, host);
  host.heard_at = world.clock.now();
  note_fence(host);
  enable_later(host, master, timings::kReenable);
  world.changed();
}

}  // namespace xenha::sim
