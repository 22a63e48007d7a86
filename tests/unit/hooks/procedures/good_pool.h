// A pool where everything is well, and what an ideal world makes of each call.
#pragma once

#include <vector>

#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/next_step.h"
#include "hooks/ctl/procedures/position.h"

namespace xenha::ctl::test {

inline constexpr char kMaster[] = "uuid-1", kSlave[] = "uuid-2", kOther[] = "uuid-3";

/// Three hosts, xs1 is master, HA on, CloudStack has all Up and Enabled. `target`: the procedure's host.
Facts good_pool(const char* target = kSlave);
HostFacts& host(Facts& facts, const char* uuid);
inline HostFacts& target(Facts& facts) {
  return host(facts, facts.target.c_str());
}

/// As the runner begins it.
Position begun(Procedure procedure, const Facts& facts, bool with_cloud = true, bool with_ha = true);
/// The same, standing at `step`, which was begun two minutes ago.
Position standing_at(StepId step, Procedure procedure, const Facts& facts);

/// What the world makes of the call, all of it at once, and five minutes pass.
void carry_out(StepId step, Facts& facts, const Position& position);

/// Steps that acted, in their order, until it is done; ends with the facts and the position of the end. A
/// procedure that does not get there shows in the last Next.
struct Played {
  std::vector<StepId> acted;
  Next last;
  Facts facts;
};
Played played(Facts facts, Position position);

}  // namespace xenha::ctl::test
