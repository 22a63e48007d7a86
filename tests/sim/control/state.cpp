#include "tests/sim/control/state.h"

#include "tests/sim/cloud/cloud_state.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

const char* agent_word(const Host& host) {
  if (!host.powered) return "off";
  switch (host.agent) {
    case Agent::kDown:
      return "down";
    case Agent::kNotReady:
      return "starting";
    case Agent::kHaStuck:
      return "stuck in HA start";
    case Agent::kRunning:
      break;
  }
  return host.emergency ? "emergency" : "running";
}

const char* role_word(const Host& host) {
  return host.role == PoolRole::kMaster ? "master" : host.role == PoolRole::kSlave ? "slave" : "broken";
}

Json host_json(const World& world, const Host& host, const Host* master) {
  Json out = {{"number", host.number},
              {"name", host.name},
              {"address", host.address},
              {"uuid", host.uuid},
              {"ref", host.ref},
              {"powered", host.powered},
              {"agent", agent_word(host)},
              {"role", role_word(host)},
              {"follows", host.master_address},
              {"emergency", host.emergency ? host.emergency->description : std::vector<std::string>()},
              {"ha_armed", host.ha_armed},
              {"in_liveset", seen_alive(host)},
              {"statefile_access", host.statefile_access},
              {"isolated", host.isolated},
              {"connections", host.listener ? host.listener->connection_count() : 0},
              {"sessions", host.sessions.all().size()},
              {"local_sessions", host.local_sessions.size()},
              {"waiting_events", host.events ? host.events->waiting() : 0}};
  (void)world;
  if (master && master->db->exists("host", host.ref)) {
    const Database& db = *master->db;
    out["live"] = is_live(db, host);
    out["enabled"] = db.flag("host", host.ref, "enabled");
    out["ha_statefiles"] = db.get("host", host.ref, "ha_statefiles");
    out["ha_network_peers"] = db.get("host", host.ref, "ha_network_peers");
    out["vms"] = vms_on(db, host).size();
  }
  return out;
}

Json site_json(const World& world, const Site& site) {
  const Host* master = site.master();
  Json out = {{"number", site.number},
              {"name", site.name},
              {"release", release_info(site.release).name},
              {"master", master ? Json(master->address) : Json()},
              {"statefile", {{"valid", site.statefile.valid}, {"timeout", site.statefile.timeout}}}};
  int masters = 0;
  Json hosts = Json::array();
  for (const auto& host : site.hosts) {
    if (host->running() && !host->emergency && host->is_master()) ++masters;
    hosts.push_back(host_json(world, *host, master));
  }
  out["masters"] = masters;
  out["hosts"] = std::move(hosts);
  if (master) {
    const Database& db = *master->db;
    for (const char* field :
         {"uuid", "ha_enabled", "ha_statefiles", "ha_configuration", "ha_plan_exists_for", "other_config"})
      out[field] = db.get("pool", db.pool_ref(), field);
    out["generation"] = db.generation();
    out["vms"] = db.count("VM");
    Json tasks = Json::array();
    for (const std::string& task : db.refs("task"))
      tasks.push_back({{"name", db.text("task", task, "name_label")},
                       {"status", db.text("task", task, "status")},
                       {"progress", db.get("task", task, "progress")},
                       {"error", db.get("task", task, "error_info")}});
    out["tasks"] = std::move(tasks);
    Json messages = Json::array();
    for (const Message& message : master->messages.all())
      messages.push_back({{"name", message.name}, {"obj_uuid", message.obj_uuid}});
    out["messages"] = std::move(messages);
  }
  return out;
}

}  // namespace

Json state_of(const World& world) {
  Json pools = Json::array();
  for (const auto& site : world.sites) pools.push_back(site_json(world, *site));
  Json clouds = Json::array();
  for (const auto& each : world.clouds) clouds.push_back(cloud::state_of(*each));
  return {{"time", std::chrono::duration<double>(world.clock.now()).count()},
          {"speed", world.clock.speed()},
          {"calls", world.log.last()},
          {"pools", std::move(pools)},
          {"clouds", std::move(clouds)}};
}

Json truth_of(const World& world, std::size_t after) {
  Json out = Json::array();
  const auto& entries = world.truth.entries();
  for (std::size_t at = after; at < entries.size(); ++at) {
    const TruthEntry& entry = entries[at];
    out.push_back({{"number", at + 1},
                   {"at", std::chrono::duration<double>(entry.at).count()},
                   {"wall", unix_seconds(entry.wall)},
                   {"system", entry.system},
                   {"what", entry.what},
                   {"pool", entry.pool},
                   {"host", entry.host},
                   {"vm", entry.vm},
                   {"detail", entry.detail}});
  }
  return {{"entries", std::move(out)}};
}

Json call_json(const CallEntry& entry) {
  return {{"number", entry.number},   {"time", entry.time},       {"pool", entry.pool},
          {"host", entry.host},       {"client", entry.client},   {"method", entry.method},
          {"session", entry.session}, {"user", entry.user},       {"originator", entry.originator},
          {"write", entry.write},     {"outcome", entry.outcome}, {"cloud", entry.cloud}};
}

}  // namespace xenha::sim
