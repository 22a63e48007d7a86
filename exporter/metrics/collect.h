// Snapshot -> metric families. All of it is pure: equal snapshots give equal families, whatever the time or
// the network. A fact that is absent gives no sample: unknown is not zero.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/metrics/families.h"

namespace xenha::exporter {

using prometheus::MetricFamily;

/// The parts, each about one thing. What only makes sense while HA is on is left out when it is off or
/// unknown.
void collect_pool_ha(metrics::Families& out, const PoolSnapshot& pool);
void collect_hosts(metrics::Families& out, const PoolSnapshot& pool);
void collect_heartbeat(metrics::Families& out, const PoolSnapshot& pool);

/// What is known of the pool: all of the above, and what both systems together tell of it.
std::vector<MetricFamily> collect_pool(const PoolSnapshot& pool);
/// The stop-watch's families; none without a book. Apart because they change only when the book does.
std::vector<MetricFamily> collect_failovers(const PoolSnapshot& pool);
/// What it costs to know it: the xenha_exporter_* families that carry the pool's name.
std::vector<MetricFamily> collect_self(const PoolSnapshot& pool);
/// All three.
std::vector<MetricFamily> collect(const PoolSnapshot& pool);

/// What is known of a CloudStack. Series that carry a pool go where that pool goes. None of them is one that
/// collect() gives for the pool.
struct CloudFamilies {
  std::vector<MetricFamily> of_no_pool;
  std::map<std::string, std::vector<MetricFamily>> of_pool;  ///< by configured name; joined pools only
};
CloudFamilies collect_cloud(const CloudSnapshot& cloud);

/// probe_success and probe_duration_seconds; `pool` is null while nothing was published, which is no success.
std::vector<MetricFamily> collect_probe(const PoolSnapshot* pool);

}  // namespace xenha::exporter
