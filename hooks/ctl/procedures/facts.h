// What a procedure knows of the pool when it takes its next step: plain values that can be printed and
// compared. run/facts_reader.h fills them from live reads, next_step.h reads them and nothing else. An absent
// optional is a fact that could not be read: unknown is not false.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::ctl {

/// As CloudStack holds the host.
struct CloudHostFacts {
  std::string id;
  std::string state;           ///< Up, Alert, Disconnected, ...
  std::string resource_state;  ///< Enabled, Maintenance, ...
  bool operator==(const CloudHostFacts&) const = default;
};

struct HostFacts {
  std::string uuid, ref, label, address;
  std::optional<bool> reachable;      ///< answers when asked directly
  std::optional<bool> claims_master;  ///< it granted a session as master of this pool
  std::string believed_master;        ///< label of whom it names; empty = unknown
  std::optional<bool> emergency;      ///< host.is_in_emergency_mode
  std::string emergency_code;         ///< of host.local_assert_healthy; of the procedure's host only
  std::optional<bool> live, enabled;
  std::optional<bool> armed;  ///< HA is on and the host has statefile access
  std::string version;        ///< product version and build; empty = unknown
  int api_major = 0, api_minor = 0;
  std::optional<int> vms;               ///< that run on it; the control domain does not count
  std::vector<std::string> operations;  ///< host.current_operations
  std::optional<std::int64_t> booted;   ///< other_config boot_time, by the host's own clock: to compare only
  std::optional<CloudHostFacts> cloud;  ///< absent: CloudStack does not know it, or was not asked
  bool operator==(const HostFacts&) const = default;
};

struct CloudFacts {
  std::string problem;        ///< why it was not read; empty = it was
  std::string managed_state;  ///< listClusters managedstate; empty = the pool's cluster was not found
  bool operator==(const CloudFacts&) const = default;
};

/// May HA be switched on now? By the guards of xenha-hooks, those left out that hold back a daemon and not a
/// person.
struct EnableFacts {
  enum class Verdict { kMay, kOn, kWait, kRefuse };
  Verdict verdict = Verdict::kWait;
  std::string reason;  ///< word of DECISIONS.md
  std::string fact;    ///< what was seen
  bool operator==(const EnableFacts&) const = default;
};

/// A task or job that a step began.
struct WorkFacts {
  enum class Status { kRunning, kSuccess, kFailure, kGone };
  Status status = Status::kRunning;
  double progress = 0;  ///< 0 to 1
  std::string error;    ///< of a failed one, one line
  bool operator==(const WorkFacts&) const = default;
};

struct Facts {
  WallTime now;
  std::string pool;                       ///< as configured
  std::vector<std::string> failed_reads;  ///< each what, and why
  std::string master;                     ///< uuid of the host that answered as master; empty = none did
  std::string master_address;             ///< at which it answered
  std::string pool_ref;
  std::optional<std::string> mark;  ///< xenha:intent as it stands on the pool, while it holds
  std::optional<bool> ha_enabled;
  std::optional<std::vector<std::string>> operations;  ///< of the pool as a whole
  std::optional<bool> rolling_upgrade;
  std::vector<HostFacts> hosts;     ///< all members
  std::string target;               ///< uuid of the procedure's host; empty where there is none
  std::optional<CloudFacts> cloud;  ///< absent: the pool has none, or it is to be left out
  std::optional<std::vector<std::string>> stuck_vms;  ///< that cannot leave the host, each with the reason
  std::optional<bool> heartbeat_is_primary;  ///< the heartbeat SR is CloudStack's primary storage too
  std::string heartbeat_sr;                  ///< its name
  EnableFacts enable;
  std::optional<WorkFacts> work;  ///< of what the step under way began

  const HostFacts* host(std::string_view uuid) const;
  const HostFacts* of_target() const { return host(target); }
  /// Hosts that claim the role.
  std::vector<std::string> masters() const;
  /// Exactly one host claims the role and every host that answers names it.
  bool agree_on_master() const;
  bool operator==(const Facts&) const = default;
};

}  // namespace xenha::ctl
