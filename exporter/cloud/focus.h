// What a pool says to the watcher of its CloudStack: who is in the pool, and what of it is urgent. Plain
// values, so that the stop-watch needs nothing that can reach the outside.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::exporter {

/// What a pool's watcher tells the cloud's: who is in the pool, for the join.
struct PoolMembers {
  std::string pool;            ///< configured name
  std::string pinned_cluster;  ///< cloudstack_cluster: name or id; empty = by address
  struct Host {
    std::string uuid, label;
    std::string name_label;              ///< as XenServer has it
    std::vector<std::string> addresses;  ///< host.address, and where it is probed
    bool operator==(const Host&) const = default;
  };
  std::vector<Host> hosts;
  bool operator==(const PoolMembers&) const = default;
};

/// What the stop-watch of a pool wants to know soon. Empty: no failover is open.
struct CloudFocus {
  std::optional<WallTime> since;   ///< opening of the oldest open failover; absent: none is open
  std::set<std::string> user_vms;  ///< CloudStack ids of victims that pend
  bool routers = false;            ///< a router pends
  bool system_vms = false;         ///< a console proxy or secondary storage VM pends
  bool operator==(const CloudFocus&) const = default;
};

}  // namespace xenha::exporter
