#include "tests/sim/ha/host_records.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/liveset.h"

namespace xenha::sim {

void set_live(Database& db, const Host& host, bool live) {
  db.set("host_metrics", db.text("host", host.ref, "metrics"), "live", live);
}

bool is_live(const Database& db, const Host& host) {
  return db.flag("host_metrics", db.text("host", host.ref, "metrics"), "live");
}

void write_start_times(Database& db, const Host& host) {
  Json other = db.get("host", host.ref, "other_config");
  if (!other.is_object()) return;
  const auto epoch = [](WallTime when) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count()) +
           ".";
  };
  other["agent_start_time"] = epoch(host.agent_start);
  other["boot_time"] = epoch(host.boot_time);
  db.set("host", host.ref, "other_config", std::move(other));
}

void set_enabled(Database& db, const Host& host, bool enabled) {
  db.set("host", host.ref, "enabled", enabled);
}

void plug_storage(Database& db, const Host& host) {
  const Json pbds = db.get("host", host.ref, "PBDs");
  for (const Json& pbd : pbds) {
    const auto ref = pbd.get<std::string>();
    const bool heartbeat = db.text("PBD", ref, "SR") == host.site->heartbeat_sr;
    const bool plugged = !heartbeat || host.statefile_access;
    if (!plugged)
      create_message(*host.site, "PBD_PLUG_FAILED_ON_SERVER_START", 3, "Host", host.uuid,
                     "Could not plug " + db.text("SR", host.site->heartbeat_sr, "name_label"));
    db.set("PBD", ref, "currently_attached", plugged);
  }
}

std::vector<std::string> vms_on(const Database& db, const Host& host) {
  std::vector<std::string> out;
  for (const Json& vm : db.get("host", host.ref, "resident_VMs"))
    if (!db.flag("VM", vm.get<std::string>(), "is_control_domain")) out.push_back(vm.get<std::string>());
  return out;
}

void halt_vm(Database& db, const std::string& vm) {
  db.set("VM", vm, "resident_on", kNullRef);
  db.set("VM", vm, "domid", -1);
  db.set("VM", vm, "power_state", "Halted");
  db.set("VM", vm, "allowed_operations", Json::array({"start", "start_on", "clone", "destroy"}));
}

void start_vm(World& world, Database& db, const std::string& vm, const Host& where) {
  db.set("VM_metrics", db.text("VM", vm, "metrics"), "start_time", world.now_text(where));
  db.set("VM", vm, "resident_on", where.ref);
  db.set("VM", vm, "domid", 1 + static_cast<int>(db.generation() % 1000));
  db.set("VM", vm, "power_state", "Running");
  world.note("vm_running", where, db.text("VM", vm, "name_label"));
  db.set("VM", vm, "allowed_operations", Json::array({"clean_shutdown", "clean_reboot", "pool_migrate"}));
}

void halt_vms_of(Database& db, const Host& host) {
  for (const std::string& vm : vms_on(db, host)) halt_vm(db, vm);
}

namespace {

void restart_protected(Site& site, Host& master, const std::string& vm) {
  World& world = *site.world;
  world.later(master, std::chrono::seconds(20), [&site, &world, &master, vm] {
    if (!master.db || !master.db->exists("VM", vm)) return;
    for (const auto& host : site.hosts)
      if (host->running() && is_live(*master.db, *host) && master.db->flag("host", host->ref, "enabled"))
        return start_vm(world, *master.db, vm, *host);
    create_message(site, "HA_PROTECTED_VM_RESTART_FAILED", 2, "VM", master.db->text("VM", vm, "uuid"), "");
  });
}

}  // namespace

void declare_dead(Site& site, Host& master, const Host& dead) {
  Database& db = *master.db;
  site.world->note("host_declared_dead", dead);
  set_live(db, dead, false);
  set_enabled(db, dead, false);
  for (const std::string& vm : vms_on(db, dead)) {
    halt_vm(db, vm);
    if (db.flag("pool", db.pool_ref(), "ha_enabled") && db.flag("VM", vm, "ha_always_run") &&
        db.text("VM", vm, "ha_restart_priority") == "restart")
      restart_protected(site, master, vm);
  }
}

}  // namespace xenha::sim
