#include "tests/sim/world/scheduler.h"

#include <algorithm>
#include <utility>

namespace xenha::sim {

Scheduler::Scheduler(Loop& loop, double speed) : loop_(loop), speed_(speed), real_base_(loop.now()) {}

Scheduler::~Scheduler() {
  loop_.cancel(armed_);
}

SimTime Scheduler::now() const {
  return task_time_ ? *task_time_ : running();
}

SimTime Scheduler::running() const {
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

std::optional<SimTime> Scheduler::next_due() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
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
  sim_base_ = running();
  real_base_ = loop_.now();
  speed_ = speed;
  arm();
}

void Scheduler::run_until(SimTime limit) {
  const SimTime* const outer = task_time_;
  while (!timers_.empty() && timers_.begin()->first <= limit) {
    const SimTime due = timers_.begin()->first;
    Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    index_.erase(timer.id);
    task_time_ = &due;
    timer.task();
    task_time_ = outer;
  }
}

void Scheduler::arm() {
  if (advancing_) return;
  loop_.cancel(armed_);
  armed_ = 0;
  if (timers_.empty() || by_hand()) return;
  const Duration wait = std::max(Duration::zero(), real(timers_.begin()->first - running()));
  armed_ = loop_.after(wait, [this] {
    armed_ = 0;
    run_until(running());
    arm();
  });
}

void Scheduler::advance(Duration simulated) {
  const SimTime target = now() + simulated;
  const bool nested = advancing_;
  advancing_ = true;
  run_until(target);
  advancing_ = nested;
  if (target > running()) sim_base_ += target - running();
  arm();
}

}  // namespace xenha::sim
