// One CloudStack at one instant, joined to the pools, as a plain value. The cloud watcher makes it; metrics,
// the pools' watchers and the stop-watch read it. All times are our clock: what the management server printed
// is already corrected by its clock's offset. Absent means unknown.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

struct CloudClusterSnapshot {
  std::string id;
  std::string label;  ///< value of the label `cluster`: name, with " (id8)" when that is not unique
  std::string managed_state;
  std::string pool;  ///< configured name of the joined pool; empty: none
  bool managed() const { return managed_state == "Managed"; }
  bool operator==(const CloudClusterSnapshot&) const = default;
};

struct CloudHostSnapshot {
  std::string id, name, address, cluster_id;
  std::string cluster;  ///< label
  std::string state, resource_state;
  std::string pool;       ///< joined: the pool's configured name
  std::string host;       ///< joined: the XenServer host's label; else CloudStack's name
  std::string host_uuid;  ///< joined: the XenServer host's uuid; else empty
  bool managed = true;    ///< its cluster is Managed
  /// Planned work as reference 7 item 1 and 2 count it.
  bool maintenance() const {
    return !managed || resource_state == "PrepareForMaintenance" ||
           resource_state == "ErrorInPrepareForMaintenance" || resource_state == "Maintenance" ||
           resource_state == "ErrorInMaintenance" || resource_state == "Disabled";
  }
  bool operator==(const CloudHostSnapshot&) const = default;
};

struct CloudVmSnapshot {
  model::CloudVmKind kind = model::CloudVmKind::kUser;
  std::string id, instance_name, name, state, zone_id;
  std::string host_id;     ///< CloudStack's host id; empty = none
  std::string host_uuid;   ///< joined XenServer host; empty = none or not joined
  std::string cluster_id;  ///< of its host; without one the last that was known; empty unknown
  std::optional<bool> ha;  ///< haenable; of routers and system VMs their offering's; absent unknown
  std::optional<WallTime> last_updated;
  WallTime seen_at;  ///< when this was true (middle of the asking)
  /// Since when every look has found it Running on this host; absent while it is not.
  std::optional<WallTime> running_since;
  bool operator==(const CloudVmSnapshot&) const = default;
};

/// Which alerts count, by reference 4.5.
enum class CloudAlertKind {
  kHostDown,               ///< A1, A2
  kHaScheduled,            ///< A3
  kHostDisconnected,       ///< A4
  kHostAlert,              ///< A5
  kMaintenanceComplete,    ///< A7
  kVmStoppedUnexpectedly,  ///< A8
  kVmRestartFailed,        ///< A9
  kVmRestarted,            ///< A10
  kMigrationFailed,        ///< A12
  kHaDisabled,             ///< A13
  kVmStoppedStorage,       ///< A14
};
inline constexpr std::array kCloudAlertWords{
    "host_down",         "ha_scheduled",         "host_disconnected",
    "host_alert",        "maintenance_complete", "vm_stopped_unexpectedly",
    "vm_restart_failed", "vm_restarted",         "migration_failed",
    "ha_disabled",       "vm_stopped_storage"};

struct CloudAlertSnapshot {
  std::string id;
  CloudAlertKind kind{};
  WallTime sent;          ///< our clock; the true moment is up to a second later
  std::string host_uuid;  ///< of the joined XenServer host that it names; empty unknown
  std::string host_name;  ///< as CloudStack wrote it; empty: it names none that could be understood
  std::string vm;         ///< the VM's name (A9) or instance name (A10, A12, A14); empty: none
  bool operator==(const CloudAlertSnapshot&) const = default;
};

/// VM.START and VM.STOP (ROUTER., PROXY., SSVM. likewise).
struct CloudEventSnapshot {
  std::string id;
  bool start = false;      ///< *.START; else *.STOP
  bool by_system = false;  ///< username system: HA and power-state sync, not a person
  bool failed = false;     ///< level ERROR
  bool completed = false;  ///< state Completed
  std::string vm_id;       ///< CloudStack id of the VM; before 4.17 found in the description; empty unknown
  WallTime created;        ///< our clock; the true moment is up to a second later
  bool operator==(const CloudEventSnapshot&) const = default;
};

using CloudSettingSnapshot = model::CloudSetting;

/// What CloudStack last said. Parts of it may be older than others (VMs carry their own time).
struct CloudFacts {
  std::string version;                         ///< "4.20.1.0"; empty unknown
  std::vector<CloudClusterSnapshot> clusters;  ///< XenServer clusters only, by label
  std::vector<CloudHostSnapshot> hosts;        ///< of those clusters, by cluster and host
  /// XenServer hosts of joined pools that CloudStack does not know: pool, cluster label, host label.
  struct Missing {
    std::string pool, cluster, host;
    bool operator==(const Missing&) const = default;
  };
  std::vector<Missing> missing_hosts;
  std::map<std::string, CloudVmSnapshot> vms;  ///< by id; XenServer VMs of all kinds, those without host too
  /// Ids of the VMs of each joined pool, and of all console proxies and secondary storage VMs, so that a
  /// hundred pools need not each look at all VMs. Absent: nobody made them (index_vms).
  struct VmIndex {
    std::map<std::string, std::vector<std::string>> of_pool;
    std::vector<std::string> system_vms;
    bool operator==(const VmIndex&) const = default;
  };
  std::optional<VmIndex> vm_index;
  std::vector<model::CloudStoragePool> storage_pools;
  std::vector<CloudSettingSnapshot> settings;  ///< by name
  std::optional<std::string> ha_tag;           ///< setting ha.tag; absent = none or unknown
  bool operator==(const CloudFacts&) const = default;
};

/// Makes `vm_index` of what stands in `facts`: a VM belongs to the pool whose host it is on, else to the pool
/// that its last known cluster is joined to.
inline void index_vms(CloudFacts& facts) {
  std::map<std::string_view, std::string_view> pools;  // of hosts by uuid and of clusters by id
  for (const CloudClusterSnapshot& cluster : facts.clusters) pools.emplace(cluster.id, cluster.pool);
  for (const CloudHostSnapshot& host : facts.hosts)
    if (!host.host_uuid.empty()) pools.emplace(host.host_uuid, host.pool);
  CloudFacts::VmIndex& index = facts.vm_index.emplace();
  for (const auto& [id, vm] : facts.vms) {
    auto pool = pools.find(vm.host_uuid);
    if (pool == pools.end()) pool = pools.find(vm.cluster_id);
    if (pool != pools.end() && !pool->second.empty()) index.of_pool[std::string(pool->second)].push_back(id);
    if (vm.kind == model::CloudVmKind::kConsoleProxy || vm.kind == model::CloudVmKind::kSecondaryStorageVm)
      index.system_vms.push_back(id);
  }
}

struct CloudSnapshot {
  std::string name;  ///< as configured
  bool up = false;   ///< the last question was answered
  std::optional<WallTime> last_success;
  std::optional<Duration> clock_offset;         ///< management server minus ours, smoothed
  std::optional<CloudFacts> facts;              ///< dropped keep_facts after the last success
  std::map<std::string, std::uint64_t> alerts;  ///< by word of kCloudAlertWords, all of them; persisted
  /// Of the last three hours, oldest first; ids are unique.
  std::vector<CloudAlertSnapshot> recent_alerts;
  std::vector<CloudEventSnapshot> recent_events;
  /// When the facts about hosts and the whole list of VMs were last read completely.
  std::optional<WallTime> hosts_read, vms_read;
  bool operator==(const CloudSnapshot&) const = default;
};

}  // namespace xenha::exporter
