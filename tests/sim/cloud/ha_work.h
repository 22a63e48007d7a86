// The HA manager: one row per VM, taken by a few workers; investigate, fence, stop, start, try again later.
#pragma once

#include <list>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim::cloud {

class HaWork {
 public:
  explicit HaWork(Cloud& cloud) : cloud_(cloud) {}

  /// Idle, each to look for work within time.to.sleep.
  void start_workers();
  /// The management server stopped: rows are free again for whoever comes next.
  void release();

  /// Rows for the VMs of pinned failures that the management server's end interrupted.
  void take_over_plans();

  /// For every VM on the host; with alert A3. A pinned plan decides when.
  void schedule_host(CsHost& host);
  /// `investigate` false: known to be dead.
  void schedule_vm(CsVm& vm, bool investigate);
  void schedule_migration(CsVm& vm);
  /// VMs that have been Starting or Stopping for `wait` without anybody working on them.
  void pick_up_stuck_vms();
  bool works_on(const CsVm& vm) const;
  nlohmann::json state() const;

 private:
  struct Item {
    int number = 0;
    CsVm* vm = nullptr;
    CsHost* host = nullptr;  ///< where it was
    bool migration = false;
    bool investigate = true;
    bool host_lost = false;  ///< by a host that was declared lost, not by power state
    int tries = 0;
    SimTime due{};
    bool taken = false, closed = false;
    std::uint64_t turn = 0;  ///< of the VM, as this work left it
    std::size_t worker = 0;
    const char* step = "Scheduled";
  };
  struct Worker {
    bool busy = false;
    std::uint64_t nap = 0;
  };

  Item& add(CsVm& vm, bool investigate);
  void wake();
  void look_for_work(std::size_t worker);
  void sleep(std::size_t worker, Duration span);
  void run(Item& item);
  void run_migration(Item& item);
  void investigate(Item& item);
  void fence(Item& item);
  void stop(Item& item);
  void start(Item& item, std::optional<Duration> takes = std::nullopt);
  void started(Item& item, bool good);
  void could_not_restart(Item& item);
  void retry(Item& item, const char* interval);
  void close(Item& item);
  void leave(Item& item);

  std::vector<CsVm*> victims(const CsHost& host) const;
  bool restarts(const CsVm& vm) const;
  void run_plan(CsHost& host, const HostPlan& plan);
  void planned_stop(CsVm& vm, CsHost& host, SimTime running);
  void planned_start(Item& item, SimTime running);

  Cloud& cloud_;
  std::list<Item> items_;
  std::vector<Worker> workers_;
  int last_item_ = 0;
};

}  // namespace xenha::sim::cloud
