#include "tests/sim/world/scheduler.h"

#include <algorithm>
#include <utility>

namespace xenha::sim {

Scheduler::Scheduler(Loop& loop, double speed) : loop_(loop), speed_(speed), real_base_(loop.now()) {}

Scheduler::~Scheduler() {
  loop_.cancel(armed_);
}

SimTime Scheduler::now() const {
  const std::chrono::duration<double> real = loop_.now() - real_base_;
  return sim_base_ + std::chrono::duration_cast<SimTime>(real * speed_);
}

Duration Scheduler::real(Duration simulated) const {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(simulated) / speed_);
}

TimerId Scheduler::after(Duration simulated, Loop::Task task) {
  const TimerId id = ++last_id_;
  const auto at = timers_.emplace(now() + simulated, Timer{id, std::move(task)});
  index_[id] = at;
  arm();
  return id;
}

void Scheduler::cancel(TimerId id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return;
  timers_.erase(found->second);
  index_.erase(found);
}

void Scheduler::clear() {
  index_.clear();
  // What a dropped task owned may plan or cancel in its destructor.
  std::multimap<SimTime, Timer> dropped;
  dropped.swap(timers_);
}

void Scheduler::set_speed(double speed) {
  sim_base_ = now();
  real_base_ = loop_.now();
  speed_ = speed;
  arm();
}

void Scheduler::run_due() {
  while (!timers_.empty() && timers_.begin()->first <= now()) {
    Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    index_.erase(timer.id);
    timer.task();
  }
}

void Scheduler::arm() {
  if (advancing_) return;
  loop_.cancel(armed_);
  armed_ = 0;
  if (timers_.empty()) return;
  const Duration wait = std::max(Duration::zero(), real(timers_.begin()->first - now()));
  armed_ = loop_.after(wait, [this] {
    armed_ = 0;
    run_due();
    arm();
  });
}

void Scheduler::advance(Duration simulated) {
  const SimTime target = now() + simulated;
  advancing_ = true;
  while (!timers_.empty() && timers_.begin()->first <= target) {
    const SimTime due = timers_.begin()->first;
    if (due > now()) sim_base_ += due - now();
    Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    index_.erase(timer.id);
    timer.task();
  }
  if (target > now()) sim_base_ += target - now();
  advancing_ = false;
  arm();
}

}  // namespace xenha::sim
