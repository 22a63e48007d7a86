// The daemon's board as metric families. Pure.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "hooks/alert/receipt_rule.h"
#include "hooks/board.h"
#include "hooks/decision/policy.h"

namespace xenha::hooks {

struct HooksSelf {
  Mode mode = Mode::kDryRun;
  std::vector<AlertPolicy> policies;  ///< whose alerts' counters start at 0
  bool last_reload_successful = true;
  WallTime last_reload_success;
};

std::vector<prometheus::MetricFamily> collect(const Board::Shown& shown, const HooksSelf& self);

/// hooks/METRICS.md.
std::string metrics_page();

}  // namespace xenha::hooks
