// What CloudStack adds to a pool's own facts: both systems side by side. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/model/records.h"

namespace xenha::exporter {

/// From 4.3.2 on CloudStack promotes no master itself, so pool HA has to (reference 6.2). Absent when the
/// text is no version.
std::optional<bool> cloudstack_requires_ha(const std::string& version);

/// Fills what depends on both sides: ha_required, maintenance_cloudstack, is_primary_storage. `db` null: the
/// master's word is not known. What CloudStack did not tell stays absent.
void add_cloud(PoolSnapshot& pool, const model::PoolDb* db, const CloudSnapshot& cloud);

/// VMs by instance name that are Running in one system and not in the other.
struct VmDrift {
  std::set<std::string, std::less<>> cloudstack_only, xenserver_only;
  bool operator==(const VmDrift&) const = default;
};
/// Absent unless both systems are known: the pool answers and is joined, CloudStack's VMs were listed.
std::optional<VmDrift> vm_drift(const PoolSnapshot& pool, const model::PoolDb* db,
                                const CloudSnapshot& cloud);

/// CloudStack is asked now and then, XenServer tells at once: a VM that has just started or stopped looks
/// like drift until the next list. Only what two lists in a row agree on counts.
class DriftMemory {
 public:
  /// Fills vms_cloudstack_only and vms_xenserver_only.
  void add(PoolSnapshot& pool, const std::optional<VmDrift>& drift, const CloudSnapshot& cloud);

 private:
  using FirstSeen = std::map<std::string, WallTime, std::less<>>;  ///< in which list of VMs
  static int settled(FirstSeen& memory, const std::set<std::string, std::less<>>& now, WallTime list);
  FirstSeen cloudstack_only_, xenserver_only_;
};

}  // namespace xenha::exporter
