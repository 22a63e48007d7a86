// Does a victim run again, as CloudStack sees it, and since when? Reference cloudstack 5.3.
#include <algorithm>

#include "exporter/failover/victims.h"

namespace xenha::exporter {
namespace {

// Alerts and events carry whole seconds, cut off.
constexpr std::chrono::seconds kCutOff{1};
// Two clocks are compared by an offset that is good to a second: what is nearer to the loss than this proves
// nothing.
constexpr std::chrono::seconds kClockNoise{2};
/// A system VM that came back in another pool may be that pool's own; its stop-watch takes it sooner.
constexpr std::chrono::minutes kOthersFirst{3};

struct Told {
  std::optional<WallTime> ha_began, ha_succeeded, ha_alert, operator_start, operator_stop;
  int failed = 0;
};

void earliest(std::optional<WallTime>& kept, WallTime when) {
  if (!kept || when < *kept) kept = when;
}

/// What events and alerts since the loss say of one VM.
Told told_of(const Victim& victim, const std::string& id, const std::string& instance_name,
             const FailoverRecord& record, const CloudView& cloud) {
  Told told;
  const auto since_loss = [&](WallTime when) { return when + kCutOff > record.last_contact; };
  int failed_events = 0, failed_alerts = 0;
  for (const CloudEventSnapshot& event : cloud.events_of(id)) {
    if (!since_loss(event.created)) continue;
    if (event.by_system) {
      if (!event.start) continue;
      earliest(told.ha_began, event.created);
      if (event.completed && event.failed) ++failed_events;
      if (event.completed && !event.failed) earliest(told.ha_succeeded, event.created);
    } else if (!event.failed) {
      earliest(event.start ? told.operator_start : told.operator_stop, event.created);
    }
  }
  const auto read = [&](const CloudAlertSnapshot& alert) {
    if (!since_loss(alert.sent)) return;
    if (alert.kind == CloudAlertKind::kVmRestarted) earliest(told.ha_alert, alert.sent);
    // The name in it is not unique; the host that it ran on narrows that down.
    if (alert.kind == CloudAlertKind::kVmRestartFailed &&
        (alert.host_uuid.empty() || alert.host_uuid == record.host_uuid))
      ++failed_alerts;
  };
  for (const CloudAlertSnapshot& alert : cloud.alerts_of_vm(instance_name)) read(alert);
  if (!victim.display_name.empty() && victim.display_name != instance_name)
    for (const CloudAlertSnapshot& alert : cloud.alerts_of_vm(victim.display_name))
      if (alert.kind == CloudAlertKind::kVmRestartFailed) read(alert);
  // One attempt that fails makes an alert and an event.
  told.failed = std::max(failed_events, failed_alerts);
  return told;
}

/// CloudStack's first knowledge of it may come after the loss; its flag then decides too.
void adopt(Victim& victim, const CloudView& cloud) {
  const CloudVmSnapshot* vm = cloud.named(victim.name);
  if (vm == nullptr) return;
  victim.cloud_id = vm->id;
  victim.display_name = vm->name;
  victim.kind = vm->kind;
  victim.zone_id = vm->zone_id;
  if (is_system_vm(vm->kind) || cloud.forces_ha()) {
    victim.ha = true;
  } else {
    victim.ha = vm->ha;
  }
}

/// Two pools may have lost system VMs of one zone at once: each takes what came back on its own hosts first.
const CloudVmSnapshot* replacement_of(const Victim& victim, const FailoverRecord& record,
                                      const CloudView& cloud, const std::set<std::string>& taken) {
  const CloudVmSnapshot* elsewhere = nullptr;
  for (const auto& [id, vm] : cloud.vms()) {
    const bool fits = vm.kind == victim.kind && vm.zone_id == victim.zone_id && id != victim.cloud_id &&
                      vm.state == "Running" && vm.seen_at > record.last_contact &&
                      vm.running_since.value_or(vm.seen_at) > record.last_contact;
    const bool was_there = std::find(victim.others.begin(), victim.others.end(), id) != victim.others.end();
    if (!fits || was_there || taken.contains(vm.instance_name)) continue;
    if (cloud.hosts().contains(vm.host_uuid)) return &vm;
    const bool unclaimed = vm.running_since && vm.seen_at - *vm.running_since >= kOthersFirst;
    if (unclaimed && elsewhere == nullptr) elsewhere = &vm;
  }
  return elsewhere;
}

/// A system VM that is stopped may be missing in the next listing, while what takes its place only starts.
const CloudVmSnapshot* beginning_of(const Victim& victim, const FailoverRecord& record,
                                    const CloudView& cloud) {
  const CloudVmSnapshot* own = cloud.vm(victim.cloud_id);
  for (const auto& [id, vm] : cloud.vms()) {
    const bool fits = vm.kind == victim.kind && vm.zone_id == victim.zone_id && id != victim.cloud_id &&
                      vm.state == "Starting" && vm.seen_at > record.last_contact;
    const bool was_there = std::find(victim.others.begin(), victim.others.end(), id) != victim.others.end();
    if (fits && !was_there && (own == nullptr || own->seen_at < vm.seen_at)) return &vm;
  }
  return nullptr;
}

/// A better source replaces a worse one.
void set_running(Victim& victim, const FailoverRecord& record, WallTime when, RunningSource source) {
  if (victim.running_cloudstack && victim.source && *victim.source <= source) return;
  victim.running_cloudstack = std::max(when, record.last_contact);
  victim.source = source;
}

void time_running(Victim& victim, const FailoverRecord& record, const Told& told, const CloudVmSnapshot* vm) {
  if (told.ha_succeeded) set_running(victim, record, *told.ha_succeeded, RunningSource::kEvent);
  if (vm != nullptr && vm->last_updated && *vm->last_updated > record.last_contact + kClockNoise) {
    // Of the last change only: after the VM was seen running, a later one is something else.
    const WallTime seen = victim.running_cloudstack.value_or(vm->seen_at);
    if (*vm->last_updated <= seen + kCutOff)
      set_running(victim, record, *vm->last_updated, RunningSource::kLastUpdated);
  }
  if (told.ha_alert) set_running(victim, record, *told.ha_alert, RunningSource::kAlert);
  if (vm != nullptr)
    set_running(victim, record, vm->running_since.value_or(vm->seen_at), RunningSource::kPoll);
}

bool elsewhere(const CloudVmSnapshot& vm, const FailoverRecord& record, const CloudView& cloud) {
  if (!vm.host_uuid.empty()) return vm.host_uuid != record.host_uuid;
  const auto lost = cloud.hosts().find(record.host_uuid);
  return !vm.host_id.empty() && lost != cloud.hosts().end() && vm.host_id != lost->second.id;
}

bool gone(const std::string& state) {
  return state == "Destroyed" || state == "Expunging";
}

void note_left(Victim& victim, const FailoverRecord& record, const CloudVmSnapshot& vm) {
  WallTime when = vm.seen_at;
  if (vm.last_updated && *vm.last_updated > record.last_contact + kClockNoise)
    when = std::min(when, *vm.last_updated);
  earliest(victim.left_running, std::max(when, record.last_contact));
}

/// One observation of the victim's own VM, made after the loss.
bool runs_again(Victim& victim, const FailoverRecord& record, const CloudVmSnapshot& vm,
                const CloudView& cloud) {
  if (vm.state != "Running") {
    if (vm.state != "Migrating") note_left(victim, record, vm);
    return false;
  }
  if (vm.host_id.empty() && vm.host_uuid.empty()) return false;
  // An older poll may still show it on the dead host, after an event told of its restart.
  if (victim.left_running && vm.seen_at > *victim.left_running) return true;
  if (elsewhere(vm, record, cloud)) return surely_lost(record);
  return vm.last_updated &&
         *vm.last_updated > std::max(record.last_contact + kClockNoise, record.first_failure);
}

void follow(Victim& victim, const FailoverRecord& record, const CloudView& cloud,
            std::set<std::string>& taken) {
  if (victim.cloud_id.empty()) adopt(victim, cloud);
  if (victim.cloud_id.empty()) return;
  const CloudVmSnapshot* own = cloud.vm(victim.cloud_id);
  if (own != nullptr && own->seen_at <= record.last_contact) own = nullptr;
  if (victim.state == VictimState::kNotProtected) {  // its forced stop is a sign of HA all the same
    if (own != nullptr && own->state != "Running" && own->state != "Migrating")
      note_left(victim, record, *own);
    return;
  }
  Told told = told_of(victim, victim.cloud_id, victim.name, record, cloud);
  victim.failed_attempts = std::max(victim.failed_attempts, told.failed);

  const bool pends = victim.state == VictimState::kPending && !victim.running();
  if (pends && told.operator_stop && !told.ha_succeeded) {
    victim.state = VictimState::kStopped;
    return;
  }
  if (pends && own != nullptr && gone(own->state) && !is_system_vm(victim.kind)) {
    victim.state = VictimState::kStopped;
    return;
  }
  if (told.ha_began) earliest(victim.left_running, std::max(*told.ha_began, record.last_contact));

  const CloudVmSnapshot* running = own != nullptr && runs_again(victim, record, *own, cloud) ? own : nullptr;
  if (is_system_vm(victim.kind) && running == nullptr && !told.ha_succeeded) {
    if (pends && victim.replaced_by.empty() && (surely_lost(record) || victim.left_running)) {
      if (const CloudVmSnapshot* vm = beginning_of(victim, record, cloud))
        earliest(victim.left_running, vm->seen_at);
      if (const CloudVmSnapshot* vm = replacement_of(victim, record, cloud, taken)) {
        victim.replaced_by = vm->instance_name;
        taken.insert(vm->instance_name);
      }
    }
    if (!victim.replaced_by.empty()) {
      running = cloud.named(victim.replaced_by);
      if (running == nullptr || running->state != "Running") return;
      told = told_of(victim, running->id, victim.replaced_by, record, cloud);
    }
  }
  if (running == nullptr && !told.ha_succeeded && !told.ha_alert) return;
  time_running(victim, record, told, running);
  earliest(victim.left_running, *victim.running_cloudstack);  // faster than our polls
  if (running != nullptr && victim.new_host.empty()) victim.new_host = cloud.label_of(running->host_uuid);
  if (told.operator_start && !told.ha_succeeded && *told.operator_start <= *victim.running() + kClockNoise)
    victim.started_by_operator = true;
}

}  // namespace

void follow_in_cloudstack(FailoverRecord& record, const CloudView& cloud, std::set<std::string>& taken) {
  for (Victim& victim : record.victims)
    if (victim.state != VictimState::kStayed && victim.state != VictimState::kStopped)
      follow(victim, record, cloud, taken);
}

}  // namespace xenha::exporter
