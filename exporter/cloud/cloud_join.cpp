#include "exporter/cloud/cloud_join.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "lib/config/address.h"
#include "lib/model/cluster_choice.h"

namespace xenha::exporter {
namespace {

using model::CloudCluster;
using model::CloudHost;

/// One way to write an address, so that equal ones are equal texts.
std::string canonical(const std::string& address) {
  Result<std::string> parsed = config::parse_host_address(address);
  return parsed ? *std::move(parsed) : address;
}

std::set<std::string> addresses_of(const PoolMembers::Host& host) {
  std::set<std::string> out;
  for (const std::string& address : host.addresses)
    if (!address.empty()) out.insert(canonical(address));
  return out;
}

class Joiner {
 public:
  Joiner(const std::vector<CloudCluster>& clusters, const std::vector<CloudHost>& hosts,
         const std::map<std::string, PoolMembers>& pools)
      : pools_(pools) {
    std::set<std::string> ids;
    for (const CloudCluster& cluster : clusters)
      if (cluster.hypervisor == "XenServer" && ids.insert(cluster.id).second) clusters_.push_back(&cluster);
    std::sort(clusters_.begin(), clusters_.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    for (const CloudHost& host : hosts)
      if (ids.contains(host.cluster_id)) hosts_[host.cluster_id].push_back(&host);
  }

  CloudJoin join() && {
    choose_clusters();
    name_clusters();
    for (const CloudClusterSnapshot& cluster : out_.clusters) join_hosts(cluster);
    make_host_labels_unique();
    std::sort(out_.hosts.begin(), out_.hosts.end(), [](const auto& a, const auto& b) {
      return std::tie(a.cluster, a.host, a.id) < std::tie(b.cluster, b.host, b.id);
    });
    std::sort(out_.missing_hosts.begin(), out_.missing_hosts.end(), [](const auto& a, const auto& b) {
      return std::tie(a.pool, a.host) < std::tie(b.pool, b.host);
    });
    for (const auto& [name, pool] : pools_)
      if (!pool.hosts.empty() && !cluster_of_.contains(name)) out_.pools_without_cluster.push_back(name);
    return std::move(out_);
  }

 private:
  void choose_clusters() {
    std::vector<model::ClusterPlace> places;
    for (const CloudCluster* cluster : clusters_) {
      model::ClusterPlace place{.id = cluster->id, .name = cluster->name};
      for (const CloudHost* host : hosts_[cluster->id])
        if (!host->address.empty()) place.addresses.insert(canonical(host->address));
      places.push_back(std::move(place));
    }
    std::map<std::string, model::PoolPlace> pools;
    for (const auto& [name, pool] : pools_) {
      model::PoolPlace& place = pools[name];
      place.pinned = pool.pinned_cluster;
      for (const PoolMembers::Host& host : pool.hosts) place.addresses.merge(addresses_of(host));
    }
    model::ClusterChoice choice = model::choose_clusters(std::move(places), pools);
    pool_of_ = std::move(choice.pool_of);
    cluster_of_ = std::move(choice.cluster_of);
    out_.pin_problems = std::move(choice.pin_problems);
  }

  void name_clusters() {
    std::map<std::string, int> uses;
    for (const CloudCluster* cluster : clusters_) ++uses[cluster->name];
    for (const CloudCluster* cluster : clusters_) {
      const bool plain = uses[cluster->name] == 1 && !cluster->name.empty();
      const auto pool = pool_of_.find(cluster->id);
      out_.clusters.push_back({.id = cluster->id,
                               .label = plain ? cluster->name : with_id(cluster->name, cluster->id),
                               .managed_state = cluster->managed_state,
                               .pool = pool == pool_of_.end() ? std::string() : pool->second});
    }
    std::sort(out_.clusters.begin(), out_.clusters.end(),
              [](const auto& a, const auto& b) { return std::tie(a.label, a.id) < std::tie(b.label, b.id); });
  }

  static std::string with_id(const std::string& name, const std::string& id) {
    return (name.empty() ? std::string("cluster") : name) + " (" + id.substr(0, 8) + ")";
  }

  void join_hosts(const CloudClusterSnapshot& cluster) {
    const auto pool = pools_.find(cluster.pool);
    const std::vector<PoolMembers::Host> none;
    const std::vector<PoolMembers::Host>& members = pool == pools_.end() ? none : pool->second.hosts;
    std::vector<const CloudHost*> hosts = hosts_[cluster.id];
    // A host removed and added again stands there twice for a while: the one that lives gets the match.
    std::sort(hosts.begin(), hosts.end(), [](const CloudHost* a, const CloudHost* b) {
      const auto rank = [](const CloudHost* host) {
        return host->state == "Up" ? 0 : host->state == "Removed" || host->state == "Error" ? 2 : 1;
      };
      return std::make_tuple(rank(a), a->id) < std::make_tuple(rank(b), b->id);
    });
    std::map<const CloudHost*, const PoolMembers::Host*> match;
    std::set<const PoolMembers::Host*> taken;
    const auto match_by = [&](auto&& same) {
      for (const CloudHost* host : hosts) {
        if (match.contains(host)) continue;
        const PoolMembers::Host* found = nullptr;
        for (const PoolMembers::Host& member : members)
          if (!taken.contains(&member) && same(*host, member)) found = found == nullptr ? &member : found;
        if (found == nullptr) continue;
        match[host] = found;
        taken.insert(found);
      }
    };
    match_by([](const CloudHost& host, const PoolMembers::Host& member) {
      return !host.address.empty() && addresses_of(member).contains(canonical(host.address));
    });
    match_by([&](const CloudHost& host, const PoolMembers::Host& member) {
      const auto same_name = [&](const PoolMembers::Host& other) { return other.name_label == host.name; };
      return !host.name.empty() && same_name(member) &&
             std::count_if(members.begin(), members.end(), same_name) == 1;
    });
    for (const CloudHost* host : hosts) {
      const auto member = match.find(host);
      const bool joined = member != match.end();
      out_.hosts.push_back({.id = host->id,
                            .name = host->name,
                            .address = host->address,
                            .cluster_id = cluster.id,
                            .cluster = cluster.label,
                            .state = host->state,
                            .resource_state = host->resource_state,
                            .pool = joined ? cluster.pool : std::string(),
                            .host = joined ? member->second->label : host->name,
                            .host_uuid = joined ? member->second->uuid : std::string(),
                            .managed = cluster.managed()});
    }
    for (const PoolMembers::Host& member : members)
      if (!taken.contains(&member)) out_.missing_hosts.push_back({cluster.pool, cluster.label, member.label});
  }

  /// A joined host keeps the label that it has everywhere else.
  void make_host_labels_unique() {
    std::map<std::pair<std::string, std::string>, int> uses;
    for (const CloudHostSnapshot& host : out_.hosts) ++uses[{host.cluster_id, host.host}];
    for (CloudHostSnapshot& host : out_.hosts) {
      if (!host.host_uuid.empty() || (uses[{host.cluster_id, host.host}] == 1 && !host.host.empty()))
        continue;
      host.host = (host.host.empty() ? host.address : host.host) + " (" + host.id.substr(0, 8) + ")";
    }
  }

  const std::map<std::string, PoolMembers>& pools_;
  std::vector<const CloudCluster*> clusters_;
  std::map<std::string, std::vector<const CloudHost*>> hosts_;  ///< by cluster
  std::map<std::string, std::string> pool_of_, cluster_of_;
  CloudJoin out_;
};

}  // namespace

CloudJoin join_cloud(const std::vector<CloudCluster>& clusters, const std::vector<CloudHost>& hosts,
                     const std::map<std::string, PoolMembers>& pools) {
  return Joiner(clusters, hosts, pools).join();
}

}  // namespace xenha::exporter
