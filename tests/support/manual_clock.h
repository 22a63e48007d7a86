// Time that moves only when the test moves it.
#pragma once

#include <mutex>

#include "lib/base/clock.h"

namespace xenha::test {

/// Both clocks move together. Any thread may read or move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = WallTime(std::chrono::seconds(1'700'000'000)),
                       SteadyTime steady = SteadyTime(std::chrono::hours(1)))
      : wall_(wall), steady_(steady) {}

  WallTime wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }
  SteadyTime steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  void advance(Duration span) {
    const std::lock_guard lock(mutex_);
    wall_ += std::chrono::duration_cast<WallTime::duration>(span);
    steady_ += span;
  }
  /// As an administrator does who sets the machine's time: the steady clock goes on as it was.
  void set_wall(WallTime wall) {
    const std::lock_guard lock(mutex_);
    wall_ = wall;
  }

 private:
  mutable std::mutex mutex_;
  WallTime wall_;
  SteadyTime steady_;
};

}  // namespace xenha::test
