#include "hooks/ctl/commands/commands.h"

#include "hooks/ctl/commands/make.h"

namespace xenha::ctl {

Commands reading_commands(const OnPool& on_pool) {
  Commands out;
  out.push_back(make_status());
  out.push_back(make_doctor());
  out.push_back(make_failovers());
  out.push_back(make_explain());
  out.push_back(make_decisions());
  out.push_back(make_journal());
  out.push_back(make_pause(on_pool));
  out.push_back(make_resume(on_pool));
  out.push_back(make_clear());
  out.push_back(make_latency(true));
  out.push_back(make_latency(false));
  out.push_back(make_pin());
  return out;
}

}  // namespace xenha::ctl
