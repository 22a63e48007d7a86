// pool.enable_ha as an operation of minutes: its phases, its progress, its way back.
#pragma once

#include <functional>
#include <optional>

#include "tests/sim/ha/enable_checks.h"

namespace xenha::sim {

/// Phases 2 to 6 after the checks. `progress` gets 0..1; `done` gets nothing on success, or the failure once
/// the way back has ended (which may be never).
void enable_ha(Site& site, Host& master, EnablePlan plan, std::function<void(double)> progress,
               std::function<void(std::optional<Failure>)> done);

}  // namespace xenha::sim
