// Failovers as values, after the published one: the master xs1 of cluster1 is lost, and its VMs run again
// elsewhere.
#pragma once

#include <chrono>
#include <memory>

#include "exporter/failover/record.h"

namespace xenha::test {

/// Ten user VMs with HA, one without, two routers, a console proxy and a secondary storage VM on the lost
/// master. Closed as recovered; phases at exactly the published times, uncertainty 5 s. `loss` is the last
/// contact.
exporter::FailoverRecord published_failover(WallTime loss);

/// The same failover `after` the loss, still open: what came later has not happened yet.
exporter::FailoverRecord open_failover(WallTime loss, Duration after);

/// The published failover with so many user VMs with HA, restarted five at a time.
exporter::FailoverRecord failover_of(WallTime loss, int vms);

/// A book of these, counted as the stop-watch counts. Closed ones are given newest first.
std::shared_ptr<const exporter::FailoverBook> book_of(std::vector<exporter::FailoverRecord> open,
                                                      std::vector<exporter::FailoverRecord> closed = {});

}  // namespace xenha::test
