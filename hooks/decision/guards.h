// One function a reason: does it object, and what was seen. The list in its order is the contract; the
// decision walks it.
#pragma once

#include <span>

#include "hooks/decision/reenable_ha.h"

namespace xenha::hooks {

/// What a guard found. `verdict` only where it differs from the reason's usual one.
struct Finding {
  GuardState state;
  std::string fact;
  std::optional<Verdict> verdict = std::nullopt;
  bool latch = false;
};

struct Guard {
  Reason reason;
  Finding (*look)(const Situation&, const Policy&);
};

/// In order of precedence, each reason but safe_to_enable once.
std::span<const Guard> guards();

}  // namespace xenha::hooks
