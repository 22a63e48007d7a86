#include "hooks/guards_config.h"

namespace xenha::hooks {
namespace {

Mode mode_of(const config::HooksEntry& hooks) {
  if (hooks.mode == "act") return Mode::kAct;
  return hooks.mode == "standby" ? Mode::kStandby : Mode::kDryRun;
}

}  // namespace

Policy policy_of(const config::HooksEntry& hooks) {
  const config::GuardsEntry& guards = hooks.guards;
  return {
      .mode = mode_of(hooks),
      .settle = guards.settle,
      .max_facts_age = guards.max_facts_age,
      .cool_down = guards.cool_down,
      .max_attempts_per_day = static_cast<int>(guards.max_attempts_per_day),
      .storm_pools = static_cast<int>(guards.storm_pools),
      .storm_window = guards.storm_window,
      .flap_window = guards.flap_window,
      .maintenance_quiet = guards.maintenance_quiet,
      .intent_forget_after = guards.intent_forget_after,
  };
}

std::string_view word(Mode mode) {
  switch (mode) {
    case Mode::kDryRun:
      return "dry-run";
    case Mode::kAct:
      return "act";
    case Mode::kStandby:
      return "standby";
  }
  return "";
}

}  // namespace xenha::hooks
