// GET /api/v1/failovers. The schema is in API.md.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

struct FailoverQuery {
  std::set<std::string> pools;  ///< empty: all
  std::set<std::string> ids;    ///< empty: all
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

/// Absent unless it is a whole number from 1 on.
std::optional<std::size_t> parse_limit(std::string_view text);

/// Newest first, open ones included.
std::string failovers_json(const std::vector<std::shared_ptr<const PoolSnapshot>>& pools,
                           const FailoverQuery& query, WallTime now);

}  // namespace xenha::exporter
