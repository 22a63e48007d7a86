// Simulated time: runs `speed` times faster than the real one and can be moved by hand. At speed 0 it moves
// by hand only (virtual time).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "lib/base/clock.h"
#include "tests/sim/wire/loop.h"

namespace xenha::sim {

using SimTime = Duration;  ///< simulated time since the simulation started

class Scheduler {
 public:
  Scheduler(Loop& loop, double speed);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Inside a task: the time it was due, so that a slow machine does not change the order of things.
  SimTime now() const;
  /// Runs `task` once that much simulated time has passed. Equal times run in the order of setting.
  TimerId after(Duration simulated, Loop::Task task);
  void cancel(TimerId id);
  /// Drops everything that was planned.
  void clear();
  double speed() const { return speed_; }
  void set_speed(double speed);
  /// Real time that `simulated` takes; not at speed 0.
  Duration real(Duration simulated) const;
  bool by_hand() const { return speed_ == 0; }
  /// When the next task is due; absent when nothing is planned.
  std::optional<SimTime> next_due() const;
  /// Jumps forward, running what falls due in its order.
  void advance(Duration simulated);

 private:
  struct Timer {
    TimerId id;
    Loop::Task task;
  };
  SimTime running() const;
  void run_until(SimTime limit);
  void arm();

  Loop& loop_;
  double speed_;
  SteadyTime real_base_;
  SimTime sim_base_{};
  std::multimap<SimTime, Timer> timers_;
  std::unordered_map<TimerId, std::multimap<SimTime, Timer>::iterator> index_;
  TimerId last_id_ = 0;
  TimerId armed_ = 0;
  const SimTime* task_time_ = nullptr;  ///< set while a task runs
  bool advancing_ = false;
};

}  // namespace xenha::sim
