#include "tests/sim/world/world_builder.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/host_builder.h"
#include "tests/sim/world/storage_builder.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

Error bad(std::string message) {
  return {ErrorCode::kBadConfig, std::move(message)};
}

void make_hosts(World& world, Site& site) {
  const WallTime now = world.now();
  for (int number = 1; number <= site.spec.hosts; ++number) {
    auto host = std::make_unique<Host>();
    host->world = &world;
    host->site = &site;
    host->number = number;
    host->address = "127.10." + std::to_string(site.number) + "." + std::to_string(number);
    host->uuid = world.ids->uuid();
    host->ref = world.ids->ref();
    host->name = site.name + "-xs" + std::to_string(number);
    host->hostname = host->name;
    host->root_password = world.options.root_password;
    host->boot_time = now - std::chrono::hours(240 + number);
    host->agent_start = host->boot_time + std::chrono::minutes(2);
    host->heard_at = world.clock.now();
    host->role = number == 1 ? PoolRole::kMaster : PoolRole::kSlave;
    if (number > 1) host->master_address = site.hosts.front()->address;
    if (site.spec.latency_recorded)
      host->recorded_sources = {"statefile", "network/latency", "xapi_healthcheck/latency"};
    site.hosts.push_back(std::move(host));
  }
}

/// With a cloud numbers and so names are unique over all pools, and VMs belong to several accounts.
std::string cloud_name(const World& world, const PoolSpec& spec, int index) {
  const std::string number = std::to_string(world.numbered_vms + index + 1);
  int left = index;
  for (std::size_t kind = 0; kind < spec.vm_mix.size(); left -= spec.vm_mix[kind++]) {
    if (left >= spec.vm_mix[kind]) continue;
    constexpr const char* kPrefixes[] = {"i-2-", "r-", "v-", "s-"};
    return kPrefixes[std::min<std::size_t>(kind, 3)] + number + "-VM";
  }
  if (index % 10 == 3) return "r-" + number + "-VM";
  if (index % 20 == 6) return "s-" + number + "-VM";
  if (index % 20 == 16) return "v-" + number + "-VM";
  if (world.options.clouds.empty()) return "i-2-" + number + "-VM";
  return (index % 20 == 12 ? "i-4-" : index % 5 == 4 ? "i-3-" : "i-2-") + number + "-VM";
}

void build_vms(World& world, Site& site, Database& db) {
  for (const char* name : {"Debian 8 template", "Windows Server 2012 template", "routing-1"})
    db.create("VM",
              {{"name_label", name}, {"is_a_template", true}, {"power_state", "Halted"}, {"domid", -1}});
  std::string first;
  for (int index = 0; index < site.spec.vms; ++index) {
    const auto given = static_cast<std::size_t>(index);
    const std::string name =
        given < site.spec.vm_names.size() ? site.spec.vm_names[given] : cloud_name(world, site.spec, index);
    const std::size_t place = site.spec.vms_on > 0 ? static_cast<std::size_t>(site.spec.vms_on - 1) : given;
    const std::string vm = add_vm(world, db, name, site.hosts[place % site.hosts.size()].get());
    if (first.empty()) first = vm;
  }
  if (!world.options.clouds.empty()) world.numbered_vms += site.spec.vms;
  if (!first.empty())
    db.create("VM", {{"name_label", db.text("VM", first, "name_label")},
                     {"is_a_template", true},
                     {"is_a_snapshot", true},
                     {"snapshot_of", first},
                     {"power_state", "Halted"},
                     {"domid", -1}});
}

void switch_ha_on(World& world, Site& site, Database& db) {
  const std::string pool = db.pool_ref();
  const std::string vdi = create_ha_vdi(db, site.heartbeat_sr, "ha_statefile", kStatefileBytes);
  create_ha_vdi(db, site.heartbeat_sr, "redo_log", metadata_vdi_bytes(site.release));
  db.set("pool", pool, "ha_enabled", true);
  db.set("pool", pool, "ha_statefiles", Json::array({vdi}));
  db.set("pool", pool, "ha_configuration", {{"timeout", std::to_string(site.spec.ha_timeout)}});
  db.set("pool", pool, "ha_cluster_stack", "xhad");
  Json peers = Json::array();
  for (const auto& host : site.hosts) peers.push_back(host->uuid);
  site.statefile = {true, site.spec.ha_timeout, site.hosts.front()->uuid,
                    peers.get<std::vector<std::string>>()};
  for (const auto& host : site.hosts) {
    db.set("host", host->ref, "ha_statefiles", Json::array({vdi}));
    db.set("host", host->ref, "ha_network_peers", peers);
    host->ha_armed = host->xhad = true;
    host->ha_timeout = site.spec.ha_timeout;
    host->joined_at = world.clock.now() - std::chrono::hours(1);
  }
}

void build_site(World& world, Site& site) {
  site.users["monitor"] = {world.options.monitor_password, Role::kReadOnly};
  site.users["operator"] = {world.options.operator_password, Role::kPoolOperator};
  site.users["stranger"] = {"stranger-password", Role::kReadOnly, false};
  make_hosts(world, site);
  auto db = std::make_shared<Database>(site.release, world.ids);
  Host& master = *site.hosts.front();
  db->create("pool", {{"name_label", site.name},
                      {"master", master.ref},
                      {"ha_cluster_stack", "xhad"},
                      {"restrictions", {{"enable_xha", "true"}, {"restrict_pool_attached_storage", "false"}}},
                      {"other_config", Json::object()}});
  build_hosts(world, site, *db);
  site.heartbeat_sr = build_storage(world, site, *db);
  build_vms(world, site, *db);
  if (site.spec.ha) switch_ha_on(world, site, *db);
  take_master_role(master, std::move(db));
}

}  // namespace

std::string add_vm(World& world, Database& db, const std::string& name, const Host* host) {
  const Host& clock_of = host ? *host : *world.sites.front()->hosts.front();
  const std::string metrics = db.create("VM_metrics", {{"start_time", world.now_text(clock_of)}});
  const std::string guest = db.create("VM_guest_metrics", {{"live", host != nullptr}});
  return db.create("VM",
                   {{"name_label", name},
                    {"power_state", host ? "Running" : "Halted"},
                    {"resident_on", host ? host->ref : kNullRef},
                    {"domid", host ? 1 : -1},
                    {"allowed_operations", Json::array({"clean_shutdown", "clean_reboot", "pool_migrate"})},
                    {"metrics", metrics},
                    {"guest_metrics", guest}});
}

void remove_vm(Database& db, const std::string& vm) {
  db.destroy("VM_metrics", db.text("VM", vm, "metrics"));
  db.destroy("VM_guest_metrics", db.text("VM", vm, "guest_metrics"));
  db.destroy("VM", vm);
}

Status build_world(World& world) {
  if (world.options.pools.size() > 254) return bad("at most 254 pools fit the addresses 127.10.P.H");
  for (const PoolSpec& spec : world.options.pools) {
    const std::optional<Release> release = parse_release(spec.release);
    if (!release) return bad("no such release: " + spec.release);
    if (spec.hosts < 1 || spec.hosts > 254) return bad("a pool has 1 to 254 hosts");
    auto site = std::make_unique<Site>();
    site->world = &world;
    site->number = static_cast<int>(world.sites.size()) + 1;
    site->spec = spec;
    site->release = *release;
    site->name = spec.name.empty() ? "pool" + std::to_string(site->number) : spec.name;
    world.sites.push_back(std::move(site));
    build_site(world, *world.sites.back());
  }
  return Nothing{};
}

}  // namespace xenha::sim
