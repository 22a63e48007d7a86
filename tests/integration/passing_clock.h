// A machine's clocks on which a test lets hours pass at once. Any thread.
#pragma once

#include <atomic>

#include "lib/base/clock.h"

namespace xenha::test {

class PassingClock final : public Clock {
 public:
  /// `rate`: seconds of the steady clock in a real one. Whoever waits for it must know: a transport's
  /// deadlines are real time.
  explicit PassingClock(int rate = 1) : rate_(rate) {}

  WallTime wall() const override {
    return std::chrono::system_clock::now() + std::chrono::duration_cast<WallTime::duration>(ahead_.load());
  }
  SteadyTime steady() const override {
    return began_ + rate_ * (std::chrono::steady_clock::now() - began_) + gone_.load();
  }
  /// When, really, the steady clock will show `when`, unless more passes at once until then.
  SteadyTime real(SteadyTime when) const { return began_ + (when - began_ - gone_.load()) / rate_; }

  Duration ahead() const { return ahead_; }
  void pass_on_the_wall(Duration span) { ahead_ = ahead_.load() + span; }
  void pass_steadily(Duration span) { gone_ = gone_.load() + span; }

 private:
  const int rate_;
  const SteadyTime began_ = std::chrono::steady_clock::now();
  std::atomic<Duration> ahead_{Duration{}}, gone_{Duration{}};
};

}  // namespace xenha::test
