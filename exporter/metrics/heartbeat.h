// The one calculation among the collectors.
#pragma once

#include <optional>

#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

/// The part of the HA timeout that the host has left before it would be fenced: 1 all of it, 0 or less none.
/// `timeout` in seconds; a source without a value, or the timeout if unknown, is left out of the reckoning.
/// Absent when nothing is left to reckon with. Does not ask whether HA is on.
std::optional<double> heartbeat_margin(const HostSnapshot& host, const std::optional<double>& timeout);

}  // namespace xenha::exporter
