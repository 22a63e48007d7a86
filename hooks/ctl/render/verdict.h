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
};

/// As GET /api/v1/explain gives it; what is missing stays empty.
Verdict read_verdict(const nlohmann::ordered_json& json);

std::string verdict_screen(const Verdict& verdict, const Style& style);

/// What a reason means and what the operator does, from the daemon's own list; empty for an unknown word.
std::string meaning_of(const std::string& reason);
std::string step_of(const std::string& reason);

}  // namespace xenha::ctl
