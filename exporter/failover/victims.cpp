#include "exporter/failover/victims.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace xenha::exporter {
namespace {

// XenServer's word is told at each change and every minute: older than this, its stream is broken and a poll
// of CloudStack knows better.
constexpr std::chrono::seconds kXenIsFresh{90};

bool lives(const std::string& cloud_state) {
  return cloud_state == "Running" || cloud_state == "Starting" || cloud_state == "Migrating";
}

/// Absent: nobody knows whether somebody restarts it.
std::optional<bool> protection(const BothViews& views, const CloudVmSnapshot* vm, bool by_xenserver) {
  if (vm != nullptr) {
    if (is_system_vm(vm->kind) || views.cloud->forces_ha()) return true;
    return vm->ha;
  }
  if (by_xenserver) return true;
  // CloudStack is asked and does not know it: nobody does.
  if (views.cloud != nullptr && views.cloud->joined() && views.cloud->knows_all_vms()) return false;
  return std::nullopt;
}

void describe(Victim& victim, const CloudVmSnapshot& vm, const CloudView& cloud) {
  victim.display_name = vm.name;
  victim.kind = vm.kind;
  victim.cloud_id = vm.id;
  victim.zone_id = vm.zone_id;
  if (!is_system_vm(vm.kind)) return;
  for (const auto& [id, other] : cloud.vms())
    if (id != vm.id && other.kind == vm.kind && other.zone_id == vm.zone_id && lives(other.state))
      victim.others.push_back(id);
}

Victim from_xenserver(const XenSight::Vm& vm, const CloudVmSnapshot* known, const BothViews& views) {
  Victim victim;
  victim.name = vm.name;
  victim.vm_uuid = vm.uuid;
  victim.ha = protection(views, known, vm.protected_by_xenserver);
  for (const XenSight::Vm* other : views.xen->named(vm.name))
    if (other != &vm && other->running) victim.others.push_back(other->uuid);
  std::sort(victim.others.begin(), victim.others.end());  // equal, whatever the order of the sight
  if (known != nullptr) describe(victim, *known, *views.cloud);
  return victim;
}

bool xen_knows(const BothViews& views, const CloudVmSnapshot& vm) {
  if (views.xen == nullptr || views.xen->at() + kXenIsFresh < vm.seen_at) return false;
  return !views.xen->named(vm.instance_name).empty();
}

}  // namespace

bool is_system_vm(model::CloudVmKind kind) {
  return kind == model::CloudVmKind::kConsoleProxy || kind == model::CloudVmKind::kSecondaryStorageVm;
}

std::map<std::string, std::vector<Victim>> residents(const BothViews& views) {
  std::map<std::string, std::vector<Victim>> out;
  std::set<std::string_view> joined;  // of several XenServer VMs of one name, CloudStack's is the first
  if (views.xen != nullptr) {
    for (const XenSight::Vm& vm : views.xen->sight().vms) {
      if (!vm.running || vm.host_uuid.empty()) continue;
      const CloudVmSnapshot* known = views.cloud != nullptr ? views.cloud->named(vm.name) : nullptr;
      if (known != nullptr && !joined.insert(known->id).second) known = nullptr;
      if (known != nullptr && !xen_knows(views, *known)) continue;  // CloudStack's newer word follows below
      out[vm.host_uuid].push_back(from_xenserver(vm, known, views));
    }
  }
  if (views.cloud != nullptr) {
    for (const auto& [id, vm] : views.cloud->vms()) {
      if (!lives(vm.state) || !views.cloud->hosts().contains(vm.host_uuid) || xen_knows(views, vm)) continue;
      Victim victim;
      victim.name = vm.instance_name;
      victim.ha = protection(views, &vm, false);
      if (views.xen != nullptr)
        for (const XenSight::Vm* same : views.xen->named(vm.instance_name))
          if (same->running && same->host_uuid == vm.host_uuid) victim.vm_uuid = same->uuid;
      describe(victim, vm, *views.cloud);
      out[vm.host_uuid].push_back(std::move(victim));
    }
  }
  for (auto& [host, vms] : out)
    std::sort(vms.begin(), vms.end(), [](const Victim& left, const Victim& right) {
      return std::tie(left.name, left.vm_uuid, left.cloud_id) <
             std::tie(right.name, right.vm_uuid, right.cloud_id);
    });
  return out;
}

bool surely_lost(const FailoverRecord& record) {
  return record.at(FailoverPhase::kHostDeclaredDead) || record.at(FailoverPhase::kCloudstackHostDown) ||
         record.rebooted == true;
}

bool was_stopped(const Victim& victim) {
  return victim.stopped_xenserver || victim.left_running || victim.running();
}

bool mostly_stopped(const std::vector<Victim>& vms, const BothViews& views) {
  const auto stopped = [&](const Victim& victim) {
    if (views.xen != nullptr && !victim.vm_uuid.empty()) {
      const XenSight::Vm* vm = views.xen->vm(victim.vm_uuid);
      return vm == nullptr || !vm->running;
    }
    const CloudVmSnapshot* vm = views.cloud != nullptr ? views.cloud->vm(victim.cloud_id) : nullptr;
    return vm != nullptr && !lives(vm->state);
  };
  const auto count = std::count_if(vms.begin(), vms.end(), stopped);
  return count > 0 && 2 * count >= std::ssize(vms);
}

void judge_victims(FailoverRecord& record, const BothViews& views) {
  const bool lost = surely_lost(record);
  for (Victim& victim : record.victims) {
    if (victim.state != VictimState::kPending) continue;
    if (victim.running()) {
      victim.state = VictimState::kRunning;
      continue;
    }
    // A live migration in time: the same record, never stopped, elsewhere in both systems.
    const XenSight::Vm* own = views.xen != nullptr ? views.xen->vm(victim.vm_uuid) : nullptr;
    const CloudVmSnapshot* known = views.cloud != nullptr ? views.cloud->vm(victim.cloud_id) : nullptr;
    const bool moved_in_xen = own != nullptr && own->running && !own->host_uuid.empty() &&
                              own->host_uuid != record.host_uuid && !victim.stopped_xenserver;
    const bool moved_in_cloud = known != nullptr
                                    ? known->state == "Running" && known->host_uuid != record.host_uuid
                                    : victim.cloud_id.empty();
    if (!lost && moved_in_xen && moved_in_cloud && !victim.left_running) {
      victim.state = VictimState::kStayed;
      victim.new_host = views.xen->label_of(own->host_uuid);
    } else if (victim.ha == false && (lost || was_stopped(victim))) {
      victim.state = VictimState::kNotProtected;
    }
  }
}

}  // namespace xenha::exporter
