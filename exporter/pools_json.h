// GET /api/v1/pools. The schema is in API.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

/// A pool of `names` without a snapshot in `pools` has only `name` and `ready` false.
std::string pools_json(const std::vector<std::string>& names,
                       const std::vector<std::shared_ptr<const PoolSnapshot>>& pools,
                       const std::vector<std::shared_ptr<const CloudSnapshot>>& clouds, WallTime now);

/// GET /sd: Prometheus' HTTP service discovery, one target a pool.
std::string targets_json(const std::vector<std::string>& names);

}  // namespace xenha::exporter
