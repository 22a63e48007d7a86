// Which CloudStack cluster is which pool. CloudStack tells no XenServer uuid, so a pin or the addresses of
// the hosts decide. Pure: equal arguments give an equal choice.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/model/cloud.h"

namespace xenha::model {

/// Addresses must be written in one way (canonical), so that equal ones are equal texts.
struct ClusterPlace {
  std::string id, name;
  std::set<std::string> addresses;  ///< of its hosts
};
struct PoolPlace {
  std::string pinned;  ///< name or id; empty = by addresses
  std::set<std::string> addresses;
};

struct ClusterChoice {
  std::map<std::string, std::string> cluster_of;    ///< pool -> id
  std::map<std::string, std::string> pool_of;       ///< cluster id -> pool
  std::map<std::string, std::string> pin_problems;  ///< pool -> what is wrong with its pin
};

/// Pins come first, by id rather than by name; then the pair with most addresses in common, until no pair has
/// one. A pool gets at most one cluster and a cluster at most one pool. A pin that failed is not made up for
/// by a guess.
ClusterChoice choose_clusters(std::vector<ClusterPlace> clusters,
                              const std::map<std::string, PoolPlace>& pools);

}  // namespace xenha::model
