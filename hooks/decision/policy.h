// What an operator may set about the decision (hooks.guards in xenha.yml), and the daemon's mode.
#pragma once

#include <chrono>
#include <optional>

#include "lib/base/clock.h"

namespace xenha::hooks {

enum class Mode { kDryRun, kAct, kStandby };

struct Policy {
  Mode mode = Mode::kDryRun;
  Duration settle = std::chrono::seconds(60);
  Duration max_facts_age = std::chrono::seconds(30);
  Duration cool_down = std::chrono::minutes(15);
  int max_attempts_per_day = 2;
  int storm_pools = 3;
  Duration storm_window = std::chrono::minutes(10);
  Duration flap_window = std::chrono::hours(1);
  Duration maintenance_quiet = std::chrono::minutes(10);
  std::optional<Duration> intent_forget_after = std::chrono::hours(8);  ///< absent = never
};

}  // namespace xenha::hooks
