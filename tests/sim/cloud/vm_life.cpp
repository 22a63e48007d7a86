#include "tests/sim/cloud/vm_life.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <utility>

#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/xapi_link.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world.h"
#include "tests/sim/world/world_builder.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLiveMigration = 5s;
constexpr Duration kGuestShutdown = 8s;

bool is_vm(const Database& db, const std::string& ref) {
  return !db.flag("VM", ref, "is_a_template") && !db.flag("VM", ref, "is_a_snapshot");
}

std::string record_of(const Database& db, const CsVm& vm) {
  for (const std::string& ref : db.find_by_name("VM", vm.instance_name))
    if (is_vm(db, ref)) return ref;
  return {};
}

void remove_records(Database& db, const CsVm& vm) {
  for (const std::string& ref : db.find_by_name("VM", vm.instance_name))
    if (is_vm(db, ref)) remove_vm(db, ref);
}

/// XenAPI starts VMs only on hosts that live and are enabled.
bool takes_vms(Cloud& cloud, CsHost& host) {
  if (!ping_works(cloud, host)) return false;
  const Database& db = *master_via(cloud, host)->db;
  return db.flag("host", host.xen->ref, "enabled") && is_live(db, *host.xen);
}

bool must_fail(Cloud& cloud, const CsVm& vm) {
  if (cloud.failing_vms.erase(vm.instance_name) > 0) return true;
  if (cloud.failing_starts == 0) return false;
  --cloud.failing_starts;
  return true;
}

bool finish_launch(Cloud& cloud, CsVm& vm, CsHost& host) {
  Host* master = takes_vms(cloud, host) ? master_via(cloud, host) : nullptr;
  const std::string ref = master ? record_of(*master->db, vm) : std::string();
  if (must_fail(cloud, vm) || !master || ref.empty()) {
    if (master) remove_records(*master->db, vm);
    set_vm(cloud, vm, VmState::kStopped, nullptr);
    cloud.truth("vm_start_failed", &host, &vm);
    return false;
  }
  sim::start_vm(cloud.world, *master->db, ref, *host.xen);
  set_vm(cloud, vm, VmState::kRunning, &host);
  return true;
}

int vms_there(const Cloud& cloud, const CsHost& host) {
  return static_cast<int>(std::count_if(cloud.vms.begin(), cloud.vms.end(),
                                        [&](const auto& vm) { return !vm->removed && vm->host == &host; }));
}

}  // namespace

void set_vm(Cloud& cloud, CsVm& vm, VmState state, CsHost* host) {
  if (vm.state == state && vm.host == host) return;
  if (vm.host && vm.host != host) vm.last_host = vm.host;
  vm.state = state;
  vm.host = host;
  vm.last_updated = cloud.now();
  vm.changed_at = cloud.time();
  vm.missing_since.reset();
  static const std::map<VmState, const char*> kWhat{
      {VmState::kRunning, "vm_running"},     {VmState::kStarting, "vm_starting"},
      {VmState::kStopping, "vm_stopping"},   {VmState::kStopped, "vm_stopped"},
      {VmState::kMigrating, "vm_migrating"}, {VmState::kDestroyed, "vm_destroyed"},
      {VmState::kExpunging, "vm_expunging"}};
  cloud.truth(kWhat.at(state), host ? host : vm.last_host, &vm);
}

bool remove_from_pool(Cloud& cloud, const CsVm& vm, const CsHost* not_through) {
  Host* master = master_of(cloud, *vm.cluster, not_through);
  if (!master) return false;
  remove_records(*master->db, vm);
  return true;
}

void destroy_leftovers(Cloud& cloud, CsHost& host) {
  static const std::regex kOurs("^[ivs]-[0-9]+-.+");
  Host* master = master_via(cloud, host);
  if (!master) return;
  Database& db = *master->db;
  for (const std::string& ref : db.refs("VM"))
    if (is_vm(db, ref) && db.text("VM", ref, "power_state") == "Halted" &&
        db.text("VM", ref, "affinity") == host.xen->ref &&
        std::regex_search(db.text("VM", ref, "name_label"), kOurs))
      remove_vm(db, ref);
}

void force_stop(Cloud& cloud, CsVm& vm, Duration takes, Done done) {
  const std::uint64_t turn = ++vm.turn;
  const bool was_running = vm.state == VmState::kRunning;
  cloud.truth(was_running ? "vm_force_stopping" : "vm_force_stopping_again", vm.host, &vm);
  set_vm(cloud, vm, VmState::kStopping, vm.host);
  cloud.later(takes, [&cloud, &vm, turn, done = std::move(done)] {
    if (vm.turn != turn) return done(Outcome::kTakenOver);
    remove_from_pool(cloud, vm, nullptr);
    set_vm(cloud, vm, VmState::kStopped, nullptr);
    done(Outcome::kGood);
  });
}

CsHost* choose_host(Cloud& cloud, const CsCluster* cluster, bool for_ha, const CsHost* not_there) {
  const bool tagged_only = for_ha && !cloud.settings.text("ha.tag").empty();
  CsHost* best = nullptr;
  int fewest = 0;
  for (const auto& each : cloud.hosts) {
    CsHost& host = *each;
    if (host.state != HostState::kUp || host.resource_state != "Enabled" || &host == not_there) continue;
    if ((cluster && host.cluster != cluster) || host.cluster->allocation_state != "Enabled") continue;
    if ((tagged_only && !host.ha_tagged) || !takes_vms(cloud, host)) continue;
    const int there = vms_there(cloud, host);
    if (best && there >= fewest) continue;
    best = &host;
    fewest = there;
  }
  return best;
}

void mark_record(Cloud& cloud, Database& db, const std::string& ref, const CsVm& vm, const Host& host) {
  db.set("VM", ref, "affinity", host.ref);
  db.set("VM", ref, "actions_after_crash", "destroy");
  db.set("VM", ref, "actions_after_shutdown", "destroy");
  if (cloud.rules.vm_uuid_mark) db.set("VM", ref, "other_config", {{"vm_uuid", vm.id}});
}

bool launch(Cloud& cloud, CsVm& vm, const Launch& how, Done done) {
  CsHost* to =
      how.on ? (takes_vms(cloud, *how.on) ? how.on : nullptr) : choose_host(cloud, vm.cluster, how.for_ha);
  if (!to) return false;
  const std::uint64_t turn = ++vm.turn;
  Database& db = *master_via(cloud, *to)->db;
  remove_records(db, vm);
  mark_record(cloud, db, add_vm(cloud.world, db, vm.instance_name, nullptr), vm, *to->xen);
  set_vm(cloud, vm, VmState::kStarting, to);
  const auto span = [](double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  };
  const Duration takes =
      how.takes ? *how.takes : cloud.between(span(cloud.spec.start_least), span(cloud.spec.start_most));
  cloud.later(takes, [&cloud, &vm, to, turn, done = std::move(done)] {
    if (vm.turn != turn) return done(Outcome::kTakenOver);
    done(finish_launch(cloud, vm, *to) ? Outcome::kGood : Outcome::kFailed);
  });
  return true;
}

bool migrate(Cloud& cloud, CsVm& vm, CsHost& to, Done done) {
  if (vm.state != VmState::kRunning || !vm.host || &to == vm.host || !takes_vms(cloud, to)) return false;
  const std::uint64_t turn = ++vm.turn;
  CsHost* from = vm.host;
  set_vm(cloud, vm, VmState::kMigrating, from);
  cloud.later(kLiveMigration, [&cloud, &vm, &to, from, turn, done = std::move(done)] {
    if (vm.turn != turn) return done(Outcome::kTakenOver);
    Host* master = takes_vms(cloud, to) && ping_works(cloud, *from) ? master_via(cloud, to) : nullptr;
    const std::string ref = master ? record_of(*master->db, vm) : std::string();
    if (!master || ref.empty() || master->db->text("VM", ref, "power_state") != "Running") {
      set_vm(cloud, vm, VmState::kRunning, from);
      return done(Outcome::kFailed);
    }
    master->db->set("VM", ref, "resident_on", to.xen->ref);
    set_vm(cloud, vm, VmState::kRunning, &to);
    done(Outcome::kGood);
  });
  return true;
}

bool stop_in_order(Cloud& cloud, CsVm& vm, Done done) {
  if (vm.state != VmState::kRunning || !vm.host || vm.host->state != HostState::kUp) return false;
  const std::uint64_t turn = ++vm.turn;
  set_vm(cloud, vm, VmState::kStopping, vm.host);
  cloud.later(kGuestShutdown, [&cloud, &vm, turn, done = std::move(done)] {
    if (vm.turn != turn) return done(Outcome::kTakenOver);
    CsHost* host = vm.host;
    if (!host || !ping_works(cloud, *host) || !remove_from_pool(cloud, vm, nullptr)) {
      set_vm(cloud, vm, VmState::kRunning, host);
      return done(Outcome::kFailed);
    }
    set_vm(cloud, vm, VmState::kStopped, nullptr);
    done(Outcome::kGood);
  });
  return true;
}

void destroy(Cloud& cloud, CsVm& vm) {
  ++vm.turn;
  remove_from_pool(cloud, vm, nullptr);
  set_vm(cloud, vm, vm.kind == VmKind::kUser ? VmState::kDestroyed : VmState::kExpunging, nullptr);
  vm.removed = vm.kind != VmKind::kUser;
}

CsVm& create_vm(Cloud& cloud, VmKind kind, CsCluster& cluster, int account) {
  auto vm = std::make_unique<CsVm>();
  vm->number = cloud.next_vm++;
  vm->id = cloud.ids.uuid();
  vm->kind = kind;
  vm->account = account;
  vm->cluster = &cluster;
  const std::string number = std::to_string(vm->number);
  if (kind == VmKind::kUser) {
    vm->instance_name = "i-" + std::to_string(account) + "-" + number + "-VM";
    vm->name = "app-" + number;
  } else {
    const char letter = kind == VmKind::kRouter ? 'r' : kind == VmKind::kConsoleProxy ? 'v' : 's';
    vm->instance_name = std::string(1, letter) + "-" + number + "-VM";
    vm->name = vm->instance_name;
  }
  for (const auto& offering : cloud.offerings)
    if (offering->kind == kind && (!vm->offering || offering->offer_ha)) vm->offering = offering.get();
  vm->ha_enabled = vm->offering && vm->offering->offer_ha;
  vm->state = VmState::kStopped;
  vm->created = vm->last_updated = cloud.now();
  vm->changed_at = cloud.time();
  cloud.vms.push_back(std::move(vm));
  return *cloud.vms.back();
}

bool replace_system_vm(Cloud& cloud, CsVm& vm, std::optional<Duration> takes) {
  CsHost* to = choose_host(cloud, vm.cluster, false);
  if (!to) to = choose_host(cloud, nullptr, false);
  if (!to) return false;
  CsVm* next = &vm;
  if (cloud.system_vms_replaced) {
    next = &create_vm(cloud, vm.kind, *to->cluster, vm.account);
    cloud.truth("vm_replaced", to, &vm, next->instance_name);
    destroy(cloud, vm);
  }
  return launch(cloud, *next, {.for_ha = false, .on = to, .takes = takes}, [](Outcome) {});
}

void start_system_vm_scan(Cloud& cloud) {
  const auto period = std::chrono::milliseconds(
      static_cast<std::int64_t>(cloud.settings.number("consoleproxy.capacityscan.interval")));
  cloud.later(period, [&cloud] {
    std::vector<CsVm*> stopped;  // a replacement adds to the list
    for (const auto& vm : cloud.vms)
      if (!vm->removed && vm->state == VmState::kStopped && !cloud.ha->works_on(*vm) &&
          (vm->kind == VmKind::kConsoleProxy || vm->kind == VmKind::kSecondaryStorageVm))
        stopped.push_back(vm.get());
    for (CsVm* vm : stopped) replace_system_vm(cloud, *vm, std::nullopt);
    start_system_vm_scan(cloud);
  });
}

}  // namespace xenha::sim::cloud
