// Reads what `doctor` looks at: the pool, CloudStack, our daemons. Reads only.
#pragma once

#include "hooks/ctl/command.h"
#include "hooks/ctl/doctor/facts.h"
#include "hooks/ctl/status/daemons.h"

namespace xenha::ctl {

DoctorFacts read_facts(const Context& context, const CtlPool& pool, const DaemonWords& daemons,
                       http::Transport& transport);

}  // namespace xenha::ctl
