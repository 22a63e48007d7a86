// What xenha keeps of the XenAPI records it follows, one struct a class, named as XenAPI names them. An
// absent optional means that this release has no such field or that it could not be read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::model {

using Ref = std::string;  ///< "OpaqueRef:..."; empty = NULL

struct PoolRecord {
  std::string uuid, name_label;
  Ref master;
  std::optional<bool> ha_enabled;
  std::optional<std::string> ha_timeout;                  ///< ha_configuration["timeout"], seconds as text
  std::optional<std::string> default_ha_timeout;          ///< other_config["default_ha_timeout"]
  std::optional<std::vector<std::string>> ha_statefiles;  ///< VDI references; stale after disable
  std::optional<std::int64_t> ha_host_failures_to_tolerate, ha_plan_exists_for;
  std::optional<bool> ha_overcommitted;
  std::optional<bool> ha_licensed;                             ///< restrictions["enable_xha"]
  std::string ha_cluster_stack;                                ///< empty before 7.0
  std::optional<std::vector<std::string>> current_operations;  ///< values; absent before 7.0
  std::optional<bool> rolling_upgrade;  ///< other_config has rolling_upgrade_in_progress
  std::optional<std::string> intent;    ///< other_config["xenha:intent"]
  std::optional<std::string> paused;    ///< other_config["xenha:paused"]
  bool operator==(const PoolRecord&) const = default;
};

struct HostRecord {
  std::string uuid, name_label, hostname, address;
  std::optional<bool> enabled;
  Ref metrics;
  std::string product_version, build_number, product_brand, xapi_build;  ///< software_version; empty unknown
  int api_major = 0, api_minor = 0;                                      ///< 0 = unknown
  std::optional<bool> has_ha_statefile;  ///< ha_statefiles is not empty; stale while HA is off
  std::optional<std::vector<std::string>>
      ha_network_peers;  ///< host uuids, itself included; stale while HA is off
  std::optional<WallTime> boot_time, agent_start_time;  ///< other_config
  bool maintenance_mode = false;                        ///< other_config has a MAINTENANCE_MODE key
  std::vector<std::string> cloud_heartbeat_srs;         ///< uuids in CloudStack's tags cloud-heartbeat-<uuid>
  bool operator==(const HostRecord&) const = default;
};

struct HostMetricsRecord {
  std::optional<bool> live;
  bool operator==(const HostMetricsRecord&) const = default;
};

struct PbdRecord {
  Ref host, sr;
  std::optional<bool> currently_attached;
  std::optional<int> paths_active, paths;  ///< sums of the mpath-* keys; absent without multipathing
  bool operator==(const PbdRecord&) const = default;
};

struct SrRecord {
  std::string uuid, name_label, type;
  std::optional<bool> shared;
  std::optional<std::int64_t> physical_size, physical_utilisation;  ///< bytes; absent when unknown (-1)
  bool operator==(const SrRecord&) const = default;
};

struct VdiRecord {
  Ref sr;
  std::string type;          ///< user, ha_statefile, redo_log, ...
  bool ha_metadata = false;  ///< redo_log named "Metadata for HA"
  std::int64_t virtual_size = 0;
  bool missing = false;
  bool operator==(const VdiRecord&) const = default;
};

struct VmRecord {
  std::string uuid, name_label, power_state;
  Ref resident_on;
  bool real = true;                 ///< no template, snapshot or control domain
  std::string ha_restart_priority;  ///< "restart", "best-effort", ""
  bool ha_always_run = false;
  bool operator==(const VmRecord&) const = default;
};

struct TaskRecord {
  std::string name_label, status;
  bool operator==(const TaskRecord&) const = default;
};

/// A copy of the master's database, as far as we follow it: by reference.
struct PoolDb {
  std::map<Ref, PoolRecord> pools;
  std::map<Ref, HostRecord> hosts;
  std::map<Ref, HostMetricsRecord> host_metrics;
  std::map<Ref, PbdRecord> pbds;
  std::map<Ref, SrRecord> srs;
  std::map<Ref, VdiRecord> vdis;
  std::map<Ref, VmRecord> vms;
  std::map<Ref, TaskRecord> tasks;

  const PoolRecord* pool() const { return pools.empty() ? nullptr : &pools.begin()->second; }
};

}  // namespace xenha::model
