// Time as the daemons see it. Nothing else asks the system for the time.
#pragma once

#include <chrono>

namespace xenha {

using WallTime = std::chrono::system_clock::time_point;    ///< for people: metrics, journal
using SteadyTime = std::chrono::steady_clock::time_point;  ///< for deadlines and durations
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override { return std::chrono::system_clock::now(); }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

/// Seconds since the epoch, as Prometheus counts them.
inline double unix_seconds(WallTime when) {
  return std::chrono::duration<double>(when.time_since_epoch()).count();
}
inline double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace xenha
