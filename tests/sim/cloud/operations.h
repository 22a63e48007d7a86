// What operators do, through the API or a scenario: maintenance, unmanaged clusters, VMs.
#pragma once

#include <optional>
#include <string>

#include "tests/sim/cloud/vm_life.h"

namespace xenha::sim::cloud {

/// Why the management server refuses (HTTP 530); absent when it does not. `done` runs in Maintenance (true)
/// or once that failed.
std::optional<std::string> prepare_maintenance(Cloud& cloud, CsHost& host, const CsAccount& by, Done done);
std::optional<std::string> cancel_maintenance(Cloud& cloud, CsHost& host, const CsAccount& by);
/// The operator asserts that the host is dead: its VMs get HA without investigation. Only in Alert and
/// Disconnected.
std::optional<std::string> declare_degraded(Cloud& cloud, CsHost& host);
void set_managed(Cloud& cloud, CsCluster& cluster, bool managed);

std::optional<std::string> operator_start(Cloud& cloud, CsVm& vm, const CsAccount& by, CsHost* on, Done done);
/// `forced`: whatever its host says.
std::optional<std::string> operator_stop(Cloud& cloud, CsVm& vm, const CsAccount& by, bool forced, Done done);
std::optional<std::string> operator_migrate(Cloud& cloud, CsVm& vm, const CsAccount& by, CsHost& to,
                                            Done done);

}  // namespace xenha::sim::cloud
