// A failure whose times a scenario pins: the same acts as the workers', at given moments.
#include <algorithm>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr Duration kUsualStart = 25s;
constexpr Duration kUsualStop = 1s;
constexpr Duration kShortestStart = 2s;

}  // namespace

void HaWork::run_plan(CsHost& host, const HostPlan& plan) {
  const SimTime now = cloud_.time();
  const SimTime begin = std::max(now, plan.ha.value_or(now));
  cloud_.later(begin - now, [this, &host, plan, begin] {
    const std::vector<CsVm*> all = victims(host);
    if (!plan.done || *plan.done <= begin) {
      for (CsVm* vm : all)
        if (!works_on(*vm)) add(*vm, true).host_lost = true;
      return wake();
    }
    const auto comes_back = [this](const CsVm* vm) {
      return restarts(*vm) || vm->kind == VmKind::kConsoleProxy || vm->kind == VmKind::kSecondaryStorageVm;
    };
    const auto count = std::count_if(all.begin(), all.end(), comes_back);
    int at = 0;
    for (CsVm* vm : all) {
      if (!comes_back(vm)) {
        force_stop(cloud_, *vm, kUsualStop, [](Outcome) {});
        continue;
      }
      ++at;
      const SimTime running = begin + (*plan.done - begin) * at / count;
      const SimTime stop = at == 1 ? begin : std::max(begin, running - kUsualStart);
      cloud_.later(stop - begin, [this, vm, &host, running] { planned_stop(*vm, host, running); });
    }
  });
}

void HaWork::take_over_plans() {
  for (const auto& host : cloud_.hosts) {
    if (host->state != HostState::kDown || !host->plan) continue;
    for (CsVm* vm : victims(*host))
      if (!works_on(*vm)) add(*vm, true).host_lost = true;
  }
}

void HaWork::planned_stop(CsVm& vm, CsHost& host, SimTime running) {
  if (vm.removed || vm.host != &host || works_on(vm)) return;  // somebody else moved it
  Item& item = add(vm, false);
  item.taken = true;
  item.worker = workers_.size();  // none of them
  item.step = "Stopping";
  const Duration stop_takes = std::min(Duration(kUsualStop), (running - cloud_.time()) / 4);
  force_stop(cloud_, vm, stop_takes, [this, &item, running](Outcome outcome) {
    item.turn = item.vm->turn;
    if (outcome == Outcome::kTakenOver) return close(item);
    planned_start(item, running);
  });
}

/// As soon as a host takes it, so that it is Running in time; after that a row like any other.
void HaWork::planned_start(Item& item, SimTime running) {
  CsVm& vm = *item.vm;
  if (vm.removed || vm.turn != item.turn) return close(item);
  const Duration left = running - cloud_.time();
  if (left > kShortestStart && !choose_host(cloud_, vm.cluster, restarts(vm)))
    return cloud_.later(1s, [this, &item, running] { planned_start(item, running); });
  if (restarts(vm)) return start(item, left);
  replace_system_vm(cloud_, vm, left);
  close(item);
}

}  // namespace xenha::sim::cloud
