// The page at /: what a tired operator looks at first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

struct LandingPage {
  std::vector<std::shared_ptr<const PoolSnapshot>> pools;    ///< in config order
  std::vector<std::string> waiting;                          ///< configured pools without a first snapshot
  std::vector<std::shared_ptr<const CloudSnapshot>> clouds;  ///< published ones; pools name theirs
  std::string telemetry_path = "/metrics";
  WallTime now;
};

/// HTML without scripts and external files, failovers drawn as timelines; readable without colour, in light
/// and dark. Pools with problems come first, the worst on top; in a large fleet healthy pools are folded to
/// one line. All names are escaped.
std::string render_landing_page(const LandingPage& page);

}  // namespace xenha::exporter
