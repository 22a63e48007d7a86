#include "hooks/ctl/commands/commands.h"

#include "hooks/ctl/commands/make.h"

namespace xenha::ctl {

Commands reading_commands() {
  Commands out;
  out.push_back(make_explain());
  return out;
}

}  // namespace xenha::ctl
