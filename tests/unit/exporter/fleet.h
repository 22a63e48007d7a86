// A fleet for looking at: every kind of failover there is, as one landing page.
#pragma once

#include "exporter/landing_page.h"

namespace xenha::test {

/// One pool in the middle of a master's failover, one after it (100 VMs), one with two failovers at once, one
/// whose slave's VMs never came back, and one where all is well after a failover of the day before.
exporter::LandingPage fleet_with_failovers();

}  // namespace xenha::test
