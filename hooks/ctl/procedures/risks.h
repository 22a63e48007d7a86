// What speaks against beginning a procedure, or going on with it: each with the flag, named after the risk,
// by which a person takes it upon himself where reality may need that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/position.h"

namespace xenha::ctl {

struct Risk {
  std::string flag;  ///< without the dashes; empty: no flag helps
  std::string what;  ///< what is wrong, and what would come of it
  std::string step;  ///< what to do instead
  bool operator==(const Risk&) const = default;
};

/// One flag, for --help.
struct RiskFlag {
  std::string_view flag, help;
};
/// Those that the procedure knows.
std::vector<RiskFlag> risk_flags(Procedure procedure);

/// Before the first step, those that `position` accepts left out. In order of weight.
std::vector<Risk> risks_at_begin(const Facts& facts, const Position& position);

/// Before a step that takes something away: HA, the role of master, the host.
std::vector<Risk> risks_of_step(const Facts& facts, const Position& position);

}  // namespace xenha::ctl
