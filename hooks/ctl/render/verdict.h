// What xenha-hooks decided about a pool, and why, on the screen: for explain and for status.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "hooks/ctl/render/table.h"

namespace xenha::ctl {

struct GuardWord {
  std::string name, state, fact;
  bool objects() const { return state == "fail" || state == "unknown"; }
};

struct Verdict {
  std::string pool, verdict, reason;
  std::vector<GuardWord> guards;
  /// Something stands against switching HA on.
  bool objects() const;
  /// What the guard that gave the reason saw; for safe_to_enable what that means.
  std::string fact() const;
};

/// As GET /api/v1/explain gives it; what is missing stays empty.
Verdict read_verdict(const nlohmann::ordered_json& json);

/// Good: HA is on, or it may be switched on.
Tone tone_of(const Verdict& verdict);

std::string verdict_screen(const Verdict& verdict, const Style& style);

}  // namespace xenha::ctl
