#include "tests/sim/cloud/power_sync.h"

#include <nlohmann/json.hpp>
#include <set>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/cloud/xapi_link.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

/// A migration that takes that long has lost the management server that led it.
constexpr Duration kForgotten = 2min;

/// What the hypervisor says of a VM by its name.
struct Report {
  bool running = false;
  CsHost* host = nullptr;
};

Report look_up(const Cloud& cloud, const Site& site, const Database& db, const CsVm& vm) {
  for (const std::string& ref : db.find_by_name("VM", vm.instance_name)) {
    if (db.flag("VM", ref, "is_a_template") || db.flag("VM", ref, "is_a_snapshot")) continue;
    if (db.text("VM", ref, "power_state") != "Running") continue;
    const Host* xen = site.by_ref(db.text("VM", ref, "resident_on"));
    if (xen) return {true, cloud.host_of(*xen)};
  }
  return {};
}

void note(Cloud& cloud, const CsVm& vm, const char* act, const char* text) {
  send_alert(cloud, 27, "VM state sync alert");
  if (cloud.rules.out_of_band_events) add_vm_event(cloud, vm, {act, "Completed", "INFO", text});
}

/// Reported as running on that host.
void found_running(Cloud& cloud, CsVm& vm, CsHost& host) {
  vm.missing_since.reset();
  const bool moved = vm.state == VmState::kRunning && vm.host != &host;  // behind CloudStack's back
  const bool forgotten = vm.state == VmState::kMigrating && cloud.time() - vm.changed_at > kForgotten;
  if (moved || forgotten) {
    ++vm.turn;
    set_vm(cloud, vm, VmState::kRunning, &host);
  } else if (vm.state == VmState::kStopped && !cloud.ha->works_on(vm)) {
    ++vm.turn;
    set_vm(cloud, vm, VmState::kRunning, &host);
    note(cloud, vm, "START", "Out of band VM power on");
  }
}

void sync_to_stopped(Cloud& cloud, CsVm& vm) {
  ++vm.turn;
  remove_from_pool(cloud, vm, nullptr);
  set_vm(cloud, vm, VmState::kStopped, nullptr);
}

/// Running here, not there, and its host answers.
void found_missing(Cloud& cloud, CsVm& vm) {
  note(cloud, vm, "STOP", "Out of band VM power off");
  const bool restart = vm.ha_enabled && (!cloud.rules.restart_on_up_host_is_a_setting ||
                                         cloud.settings.flag("ha.vm.restart.hostup"));
  vm.missing_since.reset();
  if (restart) return cloud.ha->schedule_vm(vm, false);
  sync_to_stopped(cloud, vm);
}

}  // namespace

void report_power_states(Cloud& cloud, CsHost& host) {
  if (!cloud.rules.per_host_sync) return;
  Host* master = master_via(cloud, host);
  if (!master) return;
  const Database& db = *master->db;
  std::set<std::string> here;
  for (const std::string& vm : vms_on(db, *host.xen))
    if (db.text("VM", vm, "power_state") == "Running") here.insert(db.text("VM", vm, "name_label"));
  const Duration grace = 2 * cloud.settings.seconds("ping.interval");
  std::vector<CsVm*> known;  // what follows may add VMs
  for (const auto& vm : cloud.vms)
    if (!vm->removed) known.push_back(vm.get());
  for (CsVm* vm : known) {
    if (here.count(vm->instance_name)) {
      found_running(cloud, *vm, host);
    } else if (vm->host == &host && vm->state == VmState::kRunning && !cloud.ha->works_on(*vm)) {
      if (!vm->missing_since) vm->missing_since = cloud.time();
      if (cloud.time() - *vm->missing_since > grace) found_missing(cloud, *vm);
    }
  }
}

void sync_by_masters(Cloud& cloud) {
  for (const auto& cluster : cloud.clusters) {
    if (cluster->managed_state != "Managed") continue;
    const Host* master = master_of(cloud, *cluster);
    if (!master) continue;
    for (std::size_t at = 0; at < cloud.vms.size(); ++at) {
      CsVm& vm = *cloud.vms[at];
      if (vm.removed || vm.cluster != cluster.get() || cloud.ha->works_on(vm)) continue;
      const Report report = look_up(cloud, *cluster->site, *master->db, vm);
      if (report.running && report.host) {
        found_running(cloud, vm, *report.host);
      } else if (!report.running && vm.state == VmState::kRunning) {
        if (vm.ha_enabled) {
          cloud.ha->schedule_vm(vm, false);
          continue;
        }
        send_alert(cloud, alert_type(vm.kind),
                   "VM (name: " + vm.name + ", id: " + std::to_string(vm.number) +
                       ") stopped unexpectedly on host id:" + std::to_string(vm.host->number) +
                       ", availability zone id:1, pod id:1");
        sync_to_stopped(cloud, vm);
      }
    }
  }
}

}  // namespace xenha::sim::cloud
