// Does a victim run again, as XenServer sees it?
#include <algorithm>

#include "exporter/failover/victims.h"

namespace xenha::exporter {
namespace {

bool is_restart(const XenSight::Vm& vm, const Victim& victim, const FailoverRecord& record) {
  if (!vm.running || vm.host_uuid.empty()) return false;
  if (vm.uuid == victim.vm_uuid)
    return victim.stopped_xenserver || (vm.host_uuid != record.host_uuid && surely_lost(record));
  // CloudStack destroys the old record and makes a new one under the same name.
  return std::find(victim.others.begin(), victim.others.end(), vm.uuid) == victim.others.end();
}

void follow(Victim& victim, const FailoverRecord& record, const XenView& xen,
            const std::map<std::string, WallTime>& started) {
  const std::vector<const XenSight::Vm*>& named =
      xen.named(victim.replaced_by.empty() ? victim.name : victim.replaced_by);
  if (victim.vm_uuid.empty() && victim.replaced_by.empty()) {
    // XenServer's word was missing when all was well: what it still shows on the lost host is the victim.
    for (const XenSight::Vm* vm : named)
      if (vm->running && vm->host_uuid == record.host_uuid) victim.vm_uuid = vm->uuid;
  }
  if (!victim.vm_uuid.empty() && !victim.stopped_xenserver) {
    const XenSight::Vm* own = xen.vm(victim.vm_uuid);
    if (own == nullptr || !own->running) victim.stopped_xenserver = std::max(xen.at(), record.last_contact);
  }
  if (victim.running_xenserver) return;
  for (const XenSight::Vm* vm : named) {
    if (!is_restart(*vm, victim, record)) continue;
    const auto seen = started.find(vm->uuid);
    const WallTime when = seen == started.end() ? xen.at() : std::min(seen->second, xen.at());
    victim.running_xenserver = std::max(when, record.last_contact);
    victim.new_host = xen.label_of(vm->host_uuid);
    return;
  }
}

}  // namespace

void follow_in_xenserver(FailoverRecord& record, const XenView& xen,
                         const std::map<std::string, WallTime>& started) {
  if (xen.at() < record.last_contact) return;
  for (Victim& victim : record.victims)
    if (victim.state == VictimState::kPending || victim.state == VictimState::kRunning)
      follow(victim, record, xen, started);
}

}  // namespace xenha::exporter
