// What a procedure does next. Pure: equal facts and equal positions give equal answers; it can reach nothing.
// The runner asks again after every call and every wait, in this life or the next, on this machine or
// another.
#pragma once

#include <string>

#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/position.h"

namespace xenha::ctl {

struct Next {
  enum class Kind {
    kAct,   ///< make the calls of position.current() now
    kWait,  ///< for what `text` says, since position.since
    kStop,  ///< it cannot go on: `text` says why, `command` what to type
    kDone,  ///< every step is verified
  };
  Kind kind = Kind::kWait;
  Position position;    ///< moved on over what is already true
  std::string text;     ///< for people, one sentence
  std::string command;  ///< kStop: what to type next, or empty
};

Next next_step(const Facts& facts, const Position& position);

/// Which form the procedure has for this host now.
Form form_of(Procedure procedure, const Facts& facts, bool with_cloud, bool with_ha);
/// It is not the target, and XenServer and CloudStack would have it as master.
bool can_be_master(const Facts& facts, const HostFacts& host);
/// uuid of the host that would become master instead of the target; empty: none can.
std::string choose_new_master(const Facts& facts);

}  // namespace xenha::ctl
