// What the management server's database holds. Only facts; host_agents, ha_work and vm_life move them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "tests/sim/world/scheduler.h"

namespace xenha::sim {
struct Host;
class Site;
}  // namespace xenha::sim

namespace xenha::sim::cloud {

enum class HostState { kConnecting, kUp, kDisconnected, kAlert, kDown, kRemoved };
enum class VmState {
  kStarting,
  kRunning,
  kStopping,
  kStopped,
  kMigrating,
  kDestroyed,
  kExpunging,
};
enum class VmKind { kUser, kRouter, kConsoleProxy, kSecondaryStorageVm };

const char* word(HostState state);
const char* word(VmState state);
/// As listSystemVms and offerings write it; "" for user VMs.
const char* system_vm_type(VmKind kind);
/// Type number of alerts about such a VM.
int alert_type(VmKind kind);

struct CsCluster {
  int number = 0;
  std::string id, name;
  Site* site = nullptr;
  std::string allocation_state = "Enabled";
  std::string managed_state = "Managed";
  // The XenAPI session that all hosts of the pool share.
  Host* session_master = nullptr;
  std::uint64_t session_incarnation = 0;
};

/// What a scenario pins: simulated times of the failure of one host.
struct HostPlan {
  std::optional<SimTime> down, ha, done;
};

struct CsHost {
  int number = 0;
  std::string id, name;
  CsCluster* cluster = nullptr;
  Host* xen = nullptr;
  HostState state = HostState::kUp;
  std::string resource_state = "Enabled";
  bool attached = true;          ///< this management server owns it: it is pinged and monitored
  bool held = false;             ///< a scenario's: investigation and scan leave it alone
  bool ha_tagged = false;        ///< carries the tag that ha.tag names
  std::uint64_t connection = 0;  ///< moves on at every connect and disconnect: planned pings are void
  SimTime last_ping{};           ///< in the monitor's map, by its coarse clock
  SimTime stored_ping{};         ///< host.last_ping of the database, which ordinary pings do not write
  bool investigating = false;
  WallTime created;
  std::optional<WallTime> disconnected;
  std::optional<HostPlan> plan;
  std::string job;  ///< pending maintenance
};

struct CsOffering {
  std::string id, name;
  bool offer_ha = true;
  bool system = false;
  VmKind kind = VmKind::kUser;
};

struct CsVm {
  int number = 0;
  std::string id, instance_name, name;
  VmKind kind = VmKind::kUser;
  int account = 2;
  const CsOffering* offering = nullptr;
  bool ha_enabled = true;
  VmState state = VmState::kRunning;
  CsHost* host = nullptr;
  CsHost* last_host = nullptr;
  CsCluster* cluster = nullptr;  ///< where its volumes are
  WallTime created, last_updated;
  SimTime changed_at{};                  ///< last change of state or host
  std::uint64_t turn = 0;                ///< moves on with every operation: what an older one planned is void
  std::optional<SimTime> missing_since;  ///< not in its host's report
  bool removed = false;
  std::string job;
};

struct CsStoragePool {
  int number = 0;
  std::string id, name, type, address, path;
  CsCluster* cluster = nullptr;
  std::string sr_uuid;
  WallTime created;
  bool heartbeats = true;  ///< of a type that gets CloudStack's own heartbeat files
};

struct CsAlert {
  std::uint64_t serial = 0;
  std::string id, subject;
  int type = 0;
  WallTime sent;
  SimTime at{};
};

struct CsEvent {
  std::uint64_t serial = 0;
  std::string id, type, level = "INFO", state, description;
  int account = 1;
  std::string user = "system";
  std::string resource_id, resource_type, resource_name, parent;
  WallTime created;
  SimTime at{};
};

struct CsJob {
  std::string id, command, instance_type, instance_id;
  int account = 2;
  int status = 0;  ///< 0 in progress, 1 succeeded, 2 failed
  int result_code = 0;
  std::string result;  ///< JSON text: the entity under its object name, or the failure
  WallTime created;
  std::optional<WallTime> completed;
};

enum class RoleType { kRootAdmin = 1, kDomainAdmin = 4, kUser = 8 };

struct CsAccount {
  int number = 0;
  std::string id, name, user, domain, domain_id, user_id;
  RoleType role = RoleType::kRootAdmin;
  bool only_reads = false;  ///< a role of type Admin whose rules allow what an exporter needs
  std::string api_key, secret_key;
  std::string project_id, project;  ///< a project's own account
  // Throttling.
  SimTime window_start{};
  int calls_in_window = 0;
};

}  // namespace xenha::sim::cloud
