#include "tests/sim/ha/eject.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/host_builder.h"
#include "tests/sim/world/storage_builder.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

void forget_in_pool(Database& db, const Host& host) {
  const Json pbds = db.get("host", host.ref, "PBDs");
  for (const Json& pbd : pbds) db.destroy("PBD", pbd.get<std::string>());
  for (const std::string& vm : vms_on(db, host)) halt_vm(db, vm);
  db.destroy("VM", db.text("host", host.ref, "control_domain"));
  db.destroy("host_metrics", db.text("host", host.ref, "metrics"));
  db.destroy("host", host.ref);
}

/// The host's own fresh database.
std::shared_ptr<Database> new_pool(World& world, Site& site) {
  auto db = std::make_shared<Database>(site.release, world.ids);
  Host& host = *site.hosts.front();
  db->create("pool", {{"name_label", ""},
                      {"master", host.ref},
                      {"restrictions", {{"enable_xha", "true"}}},
                      {"other_config", Json::object()}});
  build_hosts(world, site, *db);
  site.heartbeat_sr = build_storage(world, site, *db);
  return db;
}

}  // namespace

void eject_host(Host& host) {
  World& world = *host.world;
  Site& from = *host.site;
  if (Host* master = from.master()) forget_in_pool(*master->db, host);
  auto site = std::make_unique<Site>();
  site->world = &world;
  site->number = 1000 + static_cast<int>(world.sites.size());
  site->spec = from.spec;
  site->spec.ha = false;
  site->spec.heartbeat_sr = "Unused";
  site->release = from.release;
  site->name = from.name + "-ejected-" + std::to_string(host.number);
  site->users = from.users;
  const auto at = std::find_if(from.hosts.begin(), from.hosts.end(),
                               [&](const auto& each) { return each.get() == &host; });
  site->hosts.push_back(std::move(*at));
  from.hosts.erase(at);
  stop_agent(host);
  host.site = site.get();
  host.xhad = host.ha_armed = false;
  host.forced_emergency.reset();
  take_master_role(host, new_pool(world, *site));
  world.sites.push_back(std::move(site));
  start_rounds(world, *world.sites.back());
  start_agent(host, timings::kAgentStart);
}

}  // namespace xenha::sim
