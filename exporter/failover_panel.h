// A pool's failovers on the landing page: what is open, else what happened last.
#pragma once

#include <string>

#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

/// HTML: a sentence, the timeline, and the same as a table, with the link to the JSON. Empty without any
/// failover. One that ended more than a day ago is folded to its sentence. All names are escaped.
std::string failover_panel(const PoolSnapshot& pool, WallTime now);

}  // namespace xenha::exporter
