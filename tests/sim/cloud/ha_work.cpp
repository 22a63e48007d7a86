#include "tests/sim/cloud/ha_work.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/cloud/xapi_link.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFencing = 3s;
constexpr Duration kForcedStop = 1500ms;
constexpr std::size_t kKeptItems = 1000;

/// Intervals of the HA manager are compared in units of 1024 ms.
Duration stretched(Duration interval) {
  return interval * 1024 / 1000;
}

std::string vm_words(VmKind kind) {
  switch (kind) {
    case VmKind::kUser:
      return "VM";
    case VmKind::kRouter:
      return "router VM";
    case VmKind::kConsoleProxy:
      return "console proxy VM";
    case VmKind::kSecondaryStorageVm:
      break;
  }
  return "secondary storage VM";
}

void ha_start_event(Cloud& cloud, const CsVm& vm, const char* state, const char* level) {
  if (!cloud.rules.ha_start_events) return;
  const std::string what = vm_words(vm.kind) + " for HA";
  std::string text = "Restarting " + what;
  if (std::string(state) == "Completed")
    text =
        (std::string(level) == "ERROR" ? "Error while restarting " : "Successfully completed restarting ") +
        what;
  add_vm_event(cloud, vm, {"START", state, level, std::move(text)});
}

void running_again(Cloud& cloud, const CsVm& vm) {
  ha_start_event(cloud, vm, "Completed", "INFO");
  if (cloud.rules.ha_starting_alert)
    send_alert(cloud, alert_type(vm.kind), "HA starting VM: " + vm.name + " (" + vm.instance_name + ")");
}

}  // namespace

void HaWork::start_workers() {
  workers_.assign(static_cast<std::size_t>(std::max(1.0, cloud_.settings.number("ha.workers"))), {});
  for (std::size_t at = 0; at < workers_.size(); ++at)
    sleep(at, cloud_.between(1s, cloud_.settings.seconds("time.to.sleep")));
}

void HaWork::release() {
  for (Item& item : items_) item.taken = false;
  for (Worker& worker : workers_) worker = {};
}

void HaWork::sleep(std::size_t worker, Duration span) {
  workers_[worker].busy = false;
  const std::uint64_t nap = ++workers_[worker].nap;
  cloud_.later(span, [this, worker, nap] {
    if (workers_[worker].nap == nap && !workers_[worker].busy) look_for_work(worker);
  });
}

void HaWork::wake() {
  for (std::size_t at = 0; at < workers_.size(); ++at)
    if (!workers_[at].busy) sleep(at, Duration::zero());
}

void HaWork::look_for_work(std::size_t worker) {
  for (Item& item : items_) {
    if (item.closed || item.taken || item.due > cloud_.time()) continue;
    item.taken = true;
    item.worker = worker;
    workers_[worker].busy = true;
    return run(item);
  }
  while (items_.size() > kKeptItems && items_.front().closed) items_.pop_front();
  sleep(worker, cloud_.settings.seconds("time.to.sleep"));
}

/// The worker is free for the next row.
void HaWork::leave(Item& item) {
  item.taken = false;
  if (item.worker >= workers_.size()) return;  // a planned one had none
  workers_[item.worker].busy = false;
  ++workers_[item.worker].nap;
  look_for_work(item.worker);
}

void HaWork::close(Item& item) {
  item.closed = true;
  item.step = "Done";
  leave(item);
}

void HaWork::retry(Item& item, const char* interval) {
  const char* const limit =
      cloud_.settings.exists("max.retries") ? "max.retries" : "vm.ha.migration.max.retries";
  if (++item.tries >= static_cast<int>(cloud_.settings.number(limit))) return close(item);
  item.due = cloud_.time() + stretched(cloud_.settings.seconds(interval));
  item.turn = item.vm->turn;
  leave(item);
}

void HaWork::could_not_restart(Item& item) {
  const CsHost& host = *item.host;
  send_alert(cloud_, alert_type(item.vm->kind),
             "Unable to restart " + item.vm->name + " which was running on host " +
                 (cloud_.rules.ids_in_braces ? host_in_braces(host) : "name: " + host_with_id(host, false)) +
                 alert_place(cloud_));
  retry(item, "restart.retry.interval");
}

HaWork::Item& HaWork::add(CsVm& vm, bool investigate) {
  Item item;
  item.number = ++last_item_;
  item.vm = &vm;
  item.host = vm.host ? vm.host : vm.last_host;
  item.investigate = investigate;
  item.due = cloud_.time();
  item.turn = vm.turn;
  items_.push_back(item);
  return items_.back();
}

bool HaWork::works_on(const CsVm& vm) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&vm](const Item& item) { return !item.closed && item.vm == &vm; });
}

void HaWork::schedule_vm(CsVm& vm, bool investigate) {
  if (works_on(vm)) return;
  if (cloud_.rules.ha_can_be_off && !cloud_.settings.flag("vm.ha.enabled")) {
    send_alert(
        cloud_, alert_type(vm.kind),
        "Unable to schedule restart for " + vm.name + ", because VM high availability manager is disabled");
    return;
  }
  add(vm, investigate);
  wake();
}

void HaWork::schedule_migration(CsVm& vm) {
  if (works_on(vm)) return;
  add(vm, false).migration = true;
  wake();
}

std::vector<CsVm*> HaWork::victims(const CsHost& host) const {
  std::vector<CsVm*> out;
  for (const auto& vm : cloud_.vms)
    if (!vm->removed && vm->host == &host && vm->state != VmState::kStopped) out.push_back(vm.get());
  if (cloud_.rules.system_vms_first)
    std::stable_partition(out.begin(), out.end(), [](const CsVm* vm) { return vm->kind != VmKind::kUser; });
  return out;
}

void HaWork::schedule_host(CsHost& host) {
  if (cloud_.rules.ha_can_be_off && !cloud_.settings.flag("vm.ha.enabled")) {
    send_alert(cloud_, 7,
               "Unable to schedule restart for the VMs on host " + host.name +
                   ", because VM high availability manager is disabled");
    return;
  }
  send_alert(cloud_, 7, "Host is down, name: " + host_with_id(host) + alert_place(cloud_));
  cloud_.truth("ha_scheduled", &host);
  const std::optional<HostPlan> plan = host.plan;
  if (plan && (plan->ha || plan->done)) return run_plan(host, *plan);
  for (CsVm* vm : victims(host))
    if (!works_on(*vm)) add(*vm, true).host_lost = true;
  wake();
}

void HaWork::pick_up_stuck_vms() {
  const Duration age = cloud_.settings.seconds("wait");
  for (const auto& vm : cloud_.vms) {
    const bool on_its_way = vm->state == VmState::kStarting || vm->state == VmState::kStopping;
    if (vm->removed || !on_its_way || cloud_.time() - vm->changed_at < age || works_on(*vm)) continue;
    if (vm->host || vm->last_host) schedule_vm(*vm, false);
  }
}

void HaWork::run(Item& item) {
  if (item.vm->removed || item.vm->turn != item.turn) return close(item);  // somebody else moved it
  if (item.migration) return run_migration(item);
  if (item.host_lost && cloud_.rules.up_host_drops_work && item.host->state == HostState::kUp)
    return close(item);
  if (item.vm->state == VmState::kStopped) return start(item);
  if (item.investigate) return investigate(item);
  stop(item);
}

void HaWork::run_migration(Item& item) {
  item.step = "Migrating";
  CsHost* to = choose_host(cloud_, item.vm->cluster, false, item.vm->host);
  const bool begun = to && migrate(cloud_, *item.vm, *to, [this, &item](Outcome outcome) {
                       if (outcome != Outcome::kFailed) return close(item);
                       item.turn = item.vm->turn;
                       retry(item, "migrate.retry.interval");
                     });
  item.turn = item.vm->turn;
  if (begun) return;
  const int type = item.vm->kind == VmKind::kRouter ? 15 : item.vm->kind == VmKind::kUser ? 17 : 16;
  send_alert(cloud_, type,
             "Unable to migrate vm " + item.vm->instance_name + " from host " + item.host->name +
                 " in zone " + cloud_.zone_name + " and pod " + cloud_.pod_name);
  retry(item, "migrate.retry.interval");
}

void HaWork::investigate(Item& item) {
  item.step = "Investigating";
  CsHost& host = *item.host;
  CsVm& vm = *item.vm;
  bool alive = false;
  if (ping_works(cloud_, host)) {
    const Database& db = *master_via(cloud_, host)->db;
    for (const std::string& ref : db.find_by_name("VM", vm.instance_name))
      alive = alive || (db.text("VM", ref, "power_state") == "Running" &&
                        db.text("VM", ref, "resident_on") == host.xen->ref);
    if (!alive) return stop(item);  // its host says that it is gone
  }
  if (!alive && cloud_.rules.fresh_means_up)
    for (const auto& neighbour : cloud_.hosts)
      if (neighbour.get() != &host && neighbour->cluster == host.cluster &&
          neighbour->state == HostState::kUp && heartbeat_fresh(cloud_, host, *neighbour).value_or(false))
        alive = true;
  if (!alive) return fence(item);
  if (host.state == HostState::kUp) return close(item);
  retry(item, "investigate.retry.interval");
}

void HaWork::fence(Item& item) {
  item.step = "Fencing";
  const std::uint64_t turn = item.vm->turn;
  cloud_.later(kFencing, [this, &item, turn] {
    if (item.vm->turn != turn) return close(item);
    CsHost& host = *item.host;
    for (const auto& neighbour : cloud_.hosts) {
      if (neighbour.get() == &host || neighbour->cluster != host.cluster ||
          neighbour->state != HostState::kUp)
        continue;
      const std::optional<bool> fresh = heartbeat_fresh(cloud_, host, *neighbour);
      if (!fresh || *fresh) continue;
      if (remove_from_pool(cloud_, *item.vm, &host)) return stop(item);
    }
    could_not_restart(item);
  });
}

void HaWork::stop(Item& item) {
  item.step = "Stopping";
  force_stop(cloud_, *item.vm, kForcedStop, [this, &item](Outcome outcome) {
    if (outcome == Outcome::kTakenOver) return close(item);
    start(item);
  });
  item.turn = item.vm->turn;
}

bool HaWork::restarts(const CsVm& vm) const {
  const bool system = vm.kind == VmKind::kConsoleProxy || vm.kind == VmKind::kSecondaryStorageVm;
  return cloud_.settings.flag("force.ha") || (vm.ha_enabled && !system);
}

void HaWork::start(Item& item, std::optional<Duration> takes) {
  if (!restarts(*item.vm)) return close(item);
  item.step = "Starting";
  ha_start_event(cloud_, *item.vm, "Started", "INFO");
  const bool begun =
      launch(cloud_, *item.vm, {.for_ha = true, .takes = takes}, [this, &item](Outcome outcome) {
        if (outcome == Outcome::kTakenOver) return close(item);
        started(item, outcome == Outcome::kGood);
      });
  item.turn = item.vm->turn;
  if (begun) return;
  ha_start_event(cloud_, *item.vm, "Completed", "ERROR");
  ha_start_event(cloud_, *item.vm, "Started", "INFO");  // once more, with the HA planner
  started(item, false);
}

void HaWork::started(Item& item, bool good) {
  if (!good) {
    ha_start_event(cloud_, *item.vm, "Completed", "ERROR");
    return could_not_restart(item);
  }
  running_again(cloud_, *item.vm);
  close(item);
}

nlohmann::json HaWork::state() const {
  nlohmann::json out = nlohmann::json::array();
  for (const Item& item : items_)
    if (!item.closed)
      out.push_back({{"number", item.number},
                     {"name", item.vm->instance_name},
                     {"host", item.host ? item.host->name : ""},
                     {"type", item.migration ? "Migration" : "HA"},
                     {"step", item.step},
                     {"tries", item.tries},
                     {"taken", item.taken},
                     {"due", std::chrono::duration<double>(item.due).count()}});
  return out;
}

}  // namespace xenha::sim::cloud
