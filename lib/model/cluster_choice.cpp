#include "lib/model/cluster_choice.h"

#include <algorithm>
#include <tuple>

namespace xenha::model {
namespace {

std::size_t in_common(const ClusterPlace& cluster, const PoolPlace& pool) {
  return static_cast<std::size_t>(
      std::count_if(cluster.addresses.begin(), cluster.addresses.end(),
                    [&](const std::string& address) { return pool.addresses.contains(address); }));
}

void take(ClusterChoice& out, const ClusterPlace& cluster, const std::string& pool) {
  out.pool_of[cluster.id] = pool;
  out.cluster_of[pool] = cluster.id;
}

/// Those that a pin may mean: the one of this id, else all of this name.
std::vector<const ClusterPlace*> meant_by(const std::string& pin, const std::vector<ClusterPlace>& clusters) {
  std::vector<const ClusterPlace*> named;
  for (const ClusterPlace& cluster : clusters) {
    if (cluster.id == pin) return {&cluster};
    if (cluster.name == pin) named.push_back(&cluster);
  }
  return named;
}

void choose_pinned(ClusterChoice& out, const std::vector<ClusterPlace>& clusters,
                   const std::map<std::string, PoolPlace>& pools) {
  for (const auto& entry : pools) {
    const std::string& name = entry.first;
    const PoolPlace& pool = entry.second;
    if (pool.pinned.empty()) continue;
    const std::vector<const ClusterPlace*> meant = meant_by(pool.pinned, clusters);
    if (meant.empty()) {
      out.pin_problems[name] = "no XenServer cluster has this name or id";
      continue;
    }
    // Several zones may have a cluster of this name.
    const ClusterPlace* best = *std::max_element(
        meant.begin(), meant.end(),
        [&](const auto* a, const auto* b) { return in_common(*a, pool) < in_common(*b, pool); });
    if (meant.size() > 1 && in_common(*best, pool) == 0) {
      out.pin_problems[name] = "several clusters have this name, write the id";
    } else if (const auto taken = out.pool_of.find(best->id); taken != out.pool_of.end()) {
      out.pin_problems[name] = "pool " + taken->second + " has this cluster already";
    } else {
      take(out, *best, name);
    }
  }
}

void choose_by_addresses(ClusterChoice& out, const std::vector<ClusterPlace>& clusters,
                         const std::map<std::string, PoolPlace>& pools) {
  struct Pair {
    std::size_t shared;
    const ClusterPlace* cluster;
    std::string pool;
  };
  std::vector<Pair> pairs;
  for (const ClusterPlace& cluster : clusters) {
    for (const auto& [name, pool] : pools) {
      if (!pool.pinned.empty()) continue;
      if (const std::size_t shared = in_common(cluster, pool)) pairs.push_back({shared, &cluster, name});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(b.shared, a.cluster->id, a.pool) < std::tie(a.shared, b.cluster->id, b.pool);
  });
  for (const Pair& pair : pairs)
    if (!out.pool_of.contains(pair.cluster->id) && !out.cluster_of.contains(pair.pool))
      take(out, *pair.cluster, pair.pool);
}

}  // namespace

ClusterChoice choose_clusters(std::vector<ClusterPlace> clusters,
                              const std::map<std::string, PoolPlace>& pools) {
  std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  ClusterChoice out;
  choose_pinned(out, clusters, pools);
  choose_by_addresses(out, clusters, pools);
  return out;
}

}  // namespace xenha::model
