#include "tests/sim/ha/liveset.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/election.h"
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

bool past(const std::optional<SimTime>& since, const Site& site) {
  return since && site.world->clock.now() - *since >= std::chrono::seconds(site.statefile.timeout);
}

/// Who is in the liveset and hears the rest: isolated hosts stand alone.
std::vector<Host*> together(Site& site) {
  std::vector<Host*> out;
  for (const auto& host : site.hosts)
    if (host->xhad && !host->isolated) out.push_back(host.get());
  return out;
}

/// Survival rule 1: the largest partition lives, at a tie the one with the lowest number.
void judge_partitions(Site& site) {
  const std::vector<Host*> rest = together(site);
  std::vector<Host*> alone;
  for (const auto& host : site.hosts)
    if (host->xhad && host->isolated && past(host->isolated_at, site)) alone.push_back(host.get());
  if (alone.empty()) return;
  const bool rest_wins =
      rest.size() > 1 || (rest.size() == 1 && rest.front()->number < alone.front()->number);
  if (rest_wins) {
    for (Host* host : alone) fence(*host);
    return;
  }
  for (Host* host : rest) fence(*host);
  for (std::size_t at = 1; at < alone.size(); ++at) fence(*alone[at]);
}

/// Survival rule 2: without the statefile a host lives only while every configured host is heard or left in
/// order, and has lost it too.
void judge_statefile(Site& site) {
  bool all_lost_and_there = true;
  for (const std::string& uuid : site.statefile.members) {
    const Host* host = site.by_uuid(uuid);
    if (!host || host->excluded) continue;
    if (!seen_alive(*host) || host->statefile_access) all_lost_and_there = false;
  }
  if (all_lost_and_there) return;
  for (const auto& host : site.hosts)
    if (host->xhad && !host->statefile_access && past(host->statefile_lost_at, site)) fence(*host);
}

std::vector<std::string> peers_of(const Site& site, const Host& host) {
  std::vector<std::string> out;
  for (const auto& other : site.hosts)
    if (other.get() == &host || (seen_alive(*other) && !host.isolated && !other->isolated))
      out.push_back(other->uuid);
  return out;
}

void write_host_facts(Site& site, Database& db, const Host& host, const Json& statefiles) {
  const bool access = host.statefile_access && !host.disarmed_by_fault && host.ha_armed;
  db.set("host", host.ref, "ha_statefiles", access ? statefiles : Json::array());
  if (site.world->clock.now() - host.joined_at >= timings::kFirstPeers)
    db.set("host", host.ref, "ha_network_peers", peers_of(site, host));
}

void refresh_metrics(Site& site, Database& db, const Host& host) {
  if (site.release > Release::k70) return;
  db.set("host_metrics", db.text("host", host.ref, "metrics"), "last_updated", site.world->now_text(host));
}

/// Rule 2 as a message: every host lives and every one lost the disk. Edge triggered.
void report_lost_statefile(Site& site, Host& master) {
  bool all = true;
  for (const auto& host : site.hosts) all = all && is_live(*master.db, *host) && !host->statefile_access;
  if (all && !site.statefile_lost_message)
    create_message(site, "HA_STATEFILE_LOST", 2, "Host", master.uuid,
                   "All live servers have lost access to the HA statefile");
  site.statefile_lost_message = all;
}

bool all_enabled(Site& site, Host& master) {
  for (const auto& host : site.hosts)
    if (seen_alive(*host) && !master.db->flag("host", host->ref, "enabled")) return false;
  return true;
}

void process_liveset(Site& site, Host& master) {
  if (master.waits_for_slaves) {
    const bool over = site.world->clock.now() - master.serving_since > timings::kWaitForSlaves;
    if (!over && !all_enabled(site, master)) return;
    master.waits_for_slaves = false;
  }
  Database& db = *master.db;
  const Json statefiles = db.get("pool", db.pool_ref(), "ha_statefiles");
  for (const auto& host : site.hosts) {
    if (!db.exists("host", host->ref)) continue;
    const bool was_live = is_live(db, *host);
    if (seen_alive(*host)) {
      if (!was_live) site.world->note("host_live", *host);
      set_live(db, *host, true);
      refresh_metrics(site, db, *host);
      if (host->xhad) write_host_facts(site, db, *host, statefiles);
    } else if (was_live) {
      if (!host->excluded)
        create_message(site, "HA_HOST_FAILED", 3, "Host", host->uuid,
                       "Server '" + host->name + "' has failed");
      declare_dead(site, master, *host);
    }
  }
  report_lost_statefile(site, master);
}

/// Without HA: the slaves' heartbeat, every 30 s.
void run_plain_round(Site& site) {
  for (const auto& master : site.hosts) {
    if (!master->running() || !master->is_master() || !master->db) continue;
    Database& db = *master->db;
    if (db.flag("pool", db.pool_ref(), "ha_enabled")) continue;
    master->waits_for_slaves = false;
    for (const auto& host : site.hosts) {
      if (!db.exists("host", host->ref)) continue;
      const bool heard =
          host.get() == master.get() || (host->running() && !host->emergency && can_reach(*host, *master) &&
                                         host->master_address == master->address);
      if (heard) host->heard_at = site.world->clock.now();
      if (heard) refresh_metrics(site, db, *host);
      const bool live = heard || site.world->clock.now() - host->heard_at <= timings::kAssumedDead;
      if (live != is_live(db, *host)) site.world->note(live ? "host_live" : "host_declared_dead", *host);
      set_live(db, *host, live);
    }
  }
}

void expire_sessions(Site& site) {
  for (const auto& host : site.hosts)
    if (host->is_master()) host->sessions.expire_idle(site.world->clock.now(), timings::kSessionIdle);
}

void every(World& world, Duration period, const std::function<void()>& work) {
  world.clock.after(period, [&world, period, work] {
    work();
    world.changed();
    every(world, period, work);
  });
}

}  // namespace

bool seen_alive(const Host& host) {
  if (host.xhad) return !host.isolated || !past(host.isolated_at, *host.site);
  return !host.excluded && host.left_at && !past(host.left_at, *host.site);
}

void run_ha_round(Site& site) {
  if (!site.statefile.valid) {
    // HA was switched off while they could not be told.
    for (const auto& host : site.hosts)
      if (host->xhad && host->isolated && past(host->isolated_at, site)) fence(*host);
    return;
  }
  judge_partitions(site);
  judge_statefile(site);
  elect_if_needed(site);
  Host* master = site.master();
  if (master && master->xhad && master->db->flag("pool", master->db->pool_ref(), "ha_enabled"))
    process_liveset(site, *master);
}

void start_rounds(World& world, Site& site) {
  every(world, timings::kHaMonitor, [&site] { run_ha_round(site); });
  every(world, timings::kHeartbeatNoHa, [&site] { run_plain_round(site); });
  every(world, timings::kSessionGc, [&site] { expire_sessions(site); });
}

}  // namespace xenha::sim
