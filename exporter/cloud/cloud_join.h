// Which CloudStack cluster is which pool, and which of its hosts is which XenServer host. CloudStack tells no
// XenServer uuid, so addresses decide, then names. Pure: equal arguments give an equal join.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exporter/cloud/focus.h"
#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

struct CloudJoin {
  std::vector<CloudClusterSnapshot> clusters;      ///< by label
  std::vector<CloudHostSnapshot> hosts;            ///< of those clusters, by cluster and host
  std::vector<CloudFacts::Missing> missing_hosts;  ///< by pool and host

  /// For the log: pool -> what is wrong with its pin.
  std::map<std::string, std::string> pin_problems;
  /// Pools that have hosts but no cluster.
  std::vector<std::string> pools_without_cluster;
  bool operator==(const CloudJoin&) const = default;
};

/// `pools` by name. Pins come first, by id rather than by name; then the pair with most addresses in common,
/// until no pair has one. A pool gets at most one cluster and a cluster at most one pool. Only XenServer
/// clusters count. Labels are unique: what would not be gets " (first 8 of its id)".
CloudJoin join_cloud(const std::vector<model::CloudCluster>& clusters,
                     const std::vector<model::CloudHost>& hosts,
                     const std::map<std::string, PoolMembers>& pools);

}  // namespace xenha::exporter
