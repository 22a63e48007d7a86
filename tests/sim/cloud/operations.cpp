#include "tests/sim/cloud/operations.h"

#include <algorithm>
#include <utility>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook = 5s;  ///< whether the host is empty

std::vector<CsVm*> vms_of(const Cloud& cloud, const CsHost& host) {
  std::vector<CsVm*> out;
  for (const auto& vm : cloud.vms)
    if (!vm->removed && vm->host == &host) out.push_back(vm.get());
  return out;
}

bool is_maintenance(const std::string& state) {
  return state == "Maintenance" || state == "PrepareForMaintenance" || state == "ErrorInMaintenance" ||
         state == "ErrorInPrepareForMaintenance";
}

/// Until the host is empty, or nobody works on what is left.
void watch_maintenance(Cloud& cloud, CsHost& host, Done done) {
  cloud.later(kLook, [&cloud, &host, done = std::move(done)] {
    if (host.resource_state != "PrepareForMaintenance") return done(Outcome::kTakenOver);
    const std::vector<CsVm*> left = vms_of(cloud, host);
    if (left.empty()) {
      host.resource_state = "Maintenance";
      if (cloud.rules.version >= Version{4, 14, 0})
        add_host_event(cloud, host, "MAINT.PREPARE", "Completed",
                       "completed maintenance for host " + std::to_string(host.number), 1, "system");
      send_alert(cloud, 7, "Migration Complete for host name: " + host_with_id(host) + alert_place(cloud));
      return done(Outcome::kGood);
    }
    const bool hopeless =
        std::none_of(left.begin(), left.end(), [&](const CsVm* vm) { return cloud.ha->works_on(*vm); });
    if (!hopeless) return watch_maintenance(cloud, host, done);
    host.resource_state = "ErrorInMaintenance";
    done(Outcome::kFailed);
  });
}

}  // namespace

std::optional<std::string> prepare_maintenance(Cloud& cloud, CsHost& host, const CsAccount& by, Done done) {
  const std::string number = std::to_string(host.number);
  if (is_maintenance(host.resource_state) && host.resource_state != "ErrorInMaintenance")
    return "Host is already in state " + host.resource_state +
           ". Cannot recall for maintenance until resolved.";
  for (const auto& other : cloud.hosts)
    if (other.get() != &host && other->cluster == host.cluster &&
        other->resource_state == "PrepareForMaintenance")
      return "There are other servers in PrepareForMaintenance OR ErrorInMaintenance STATUS in cluster " +
             host.cluster->id;
  const std::vector<CsVm*> there = vms_of(cloud, host);
  const bool moving =
      std::any_of(there.begin(), there.end(), [](const CsVm* vm) { return vm->state != VmState::kRunning; });
  if (moving && cloud.rules.version >= Version{4, 14, 0})
    return "Host contains incoming VMs migrating. Please wait for them to complete before putting to "
           "maintenance.";
  if (!there.empty() && cloud.rules.ha_can_be_off && !cloud.settings.flag("vm.ha.enabled"))
    return "Unable to put host in maintenance: VM high availability manager is disabled";
  add_host_event(cloud, host, "MAINT.PREPARE", "Scheduled", "preparing host: " + number + " for maintenance",
                 by.number, by.user);
  add_host_event(cloud, host, "MAINT.PREPARE", "Started", "preparing host: " + number + " for maintenance",
                 by.number, by.user);
  write_host_tags(cloud, host, false);
  host.resource_state = "PrepareForMaintenance";
  for (CsVm* vm : there) cloud.ha->schedule_migration(*vm);
  add_host_event(cloud, host, "MAINT.PREPARE", "Completed",
                 "Successfully completed preparing host: " + number + " for maintenance", by.number, by.user);
  watch_maintenance(cloud, host, std::move(done));
  return std::nullopt;
}

std::optional<std::string> cancel_maintenance(Cloud& cloud, CsHost& host, const CsAccount& by) {
  if (!is_maintenance(host.resource_state))
    return "Cannot perform cancelMaintenance when resource state is " + host.resource_state +
           ", hostId = " + std::to_string(host.number);
  host.resource_state = "Enabled";
  for (const char* state : {"Scheduled", "Started", "Completed"})
    add_host_event(cloud, host, "MAINT.CANCEL", state,
                   "canceling maintenance for host: " + std::to_string(host.number), by.number, by.user);
  return std::nullopt;
}

std::optional<std::string> declare_degraded(Cloud& cloud, CsHost& host) {
  if (host.state != HostState::kAlert && host.state != HostState::kDisconnected)
    return "Cannot perform declare host " + host.name + " as Degraded when host is in " + word(host.state) +
           " status";
  host.resource_state = "Degraded";
  for (CsVm* vm : vms_of(cloud, host)) cloud.ha->schedule_vm(*vm, false);
  return std::nullopt;
}

void set_managed(Cloud& cloud, CsCluster& cluster, bool managed) {
  cluster.managed_state = managed ? "Managed" : "Unmanaged";
  if (managed) return;  // the next scan connects the hosts
  for (const auto& host : cloud.hosts)
    if (host->cluster == &cluster && (host->state == HostState::kUp || host->state == HostState::kConnecting))
      disconnect_host(cloud, *host);
}

std::optional<std::string> operator_start(Cloud& cloud, CsVm& vm, const CsAccount& by, CsHost* on,
                                          Done done) {
  if (vm.removed || vm.state != VmState::kStopped)
    return "The virtual machine " + vm.name + " is in state " + word(vm.state) + ", it must be Stopped";
  const CsAccount* account = &by;
  add_user_event(cloud, vm, "START", "Scheduled", by);
  const bool begun = launch(cloud, vm, {.for_ha = false, .on = on},
                            [&cloud, &vm, account, done = std::move(done)](Outcome outcome) {
                              if (outcome == Outcome::kGood)
                                add_user_event(cloud, vm, "START", "Completed", *account);
                              done(outcome);
                            });
  if (!begun) return "Unable to create a deployment for VM instance " + vm.instance_name;
  add_user_event(cloud, vm, "START", "Started", by);
  return std::nullopt;
}

std::optional<std::string> operator_stop(Cloud& cloud, CsVm& vm, const CsAccount& by, bool forced,
                                         Done done) {
  if (vm.removed || vm.state != VmState::kRunning)
    return "The virtual machine " + vm.name + " is in state " + word(vm.state) + ", it must be Running";
  const CsAccount* account = &by;
  const Done finish = [&cloud, &vm, account, done = std::move(done)](Outcome outcome) {
    if (outcome == Outcome::kGood) add_user_event(cloud, vm, "STOP", "Completed", *account);
    done(outcome);
  };
  add_user_event(cloud, vm, "STOP", "Scheduled", by);
  if (!stop_in_order(cloud, vm, finish)) {
    if (!forced) return "Unable to stop " + vm.instance_name + ": its host is not Up";
    force_stop(cloud, vm, 2s, finish);
  }
  add_user_event(cloud, vm, "STOP", "Started", by);
  return std::nullopt;
}

std::optional<std::string> operator_migrate(Cloud& cloud, CsVm& vm, const CsAccount& by, CsHost& to,
                                            Done done) {
  const CsAccount* account = &by;
  const bool begun = migrate(cloud, vm, to, [&cloud, &vm, account, done = std::move(done)](Outcome outcome) {
    if (outcome == Outcome::kGood) add_user_event(cloud, vm, "MIGRATE", "Completed", *account);
    done(outcome);
  });
  if (!begun) return "Unable to migrate " + vm.instance_name + " to " + to.name;
  add_user_event(cloud, vm, "MIGRATE", "Started", by);
  return std::nullopt;
}

}  // namespace xenha::sim::cloud
