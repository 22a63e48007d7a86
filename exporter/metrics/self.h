// The exporter's own state as metrics: what /metrics has beside the pools.
#pragma once

#include <prometheus/metric_family.h>

#include <optional>
#include <vector>

#include "lib/base/clock.h"
#include "lib/metrics/families.h"

namespace xenha::exporter {

struct ExporterSelf {
  std::optional<bool> isolated;  ///< absent before the first round of every pool
  bool last_reload_successful = true;
  std::optional<WallTime> last_reload_success;  ///< when a good configuration was last read; the start counts
  bool operator==(const ExporterSelf&) const = default;
};

void collect_exporter(metrics::Families& out, const ExporterSelf& self);

/// Both: what SnapshotStore wants from its callback.
std::vector<prometheus::MetricFamily> own_families(const ExporterSelf& self);

}  // namespace xenha::exporter
