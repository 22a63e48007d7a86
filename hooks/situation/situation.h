// What the hooks daemon knew of one pool when it decided: plain values that can be printed and compared. The
// observer fills them from live reads and the journal, the decision reads them and nothing else. Times are
// this machine's clock. An absent optional is a fact that could not be read: unknown is not false.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::hooks {

struct HostSituation {
  std::string uuid, label;
  std::optional<bool> reachable;      ///< answers when asked directly
  std::optional<bool> claims_master;  ///< it granted a session as master of this pool
  std::string believed_master;    ///< label of whom it names, itself if it claims the role; empty = unknown
  std::optional<bool> emergency;  ///< host.is_in_emergency_mode
  std::string failure;            ///< code its login answered, when neither a session nor HOST_IS_SLAVE
  std::string problem;            ///< why something that it should have told was not read; one line
  std::optional<bool> live;       ///< host_metrics.live
  std::optional<bool> enabled;    ///< host.enabled
  std::optional<bool> armed;      ///< HA is on and host.ha_statefiles names a file
  std::string version;            ///< product version and build; empty = unknown
  bool operator==(const HostSituation&) const = default;
};

/// The SR that would carry the heartbeat: the configured one, else that of the last good time.
struct SrSituation {
  std::string uuid, name;
  std::optional<bool> shared;
  std::vector<std::string> without_pbd;  ///< labels of hosts that have not exactly one plugged PBD for it
  bool pbds_known = false;
  std::optional<std::int64_t> free_bytes,
      required_bytes;  ///< required: reference X 3.4, 0 when the old disks can be reused
  bool operator==(const SrSituation&) const = default;
};

struct CloudHostSituation {
  std::string name;
  std::string state;           ///< listHosts state; empty = unknown
  std::string resource_state;  ///< listHosts resourcestate; empty = unknown
  bool operator==(const CloudHostSituation&) const = default;
};

/// The pool's cluster as CloudStack holds it.
struct CloudSituation {
  std::string problem;        ///< why it could not be read; empty = it was
  std::string cluster_id;     ///< of the pool's cluster; empty = it has none there
  std::string managed_state;  ///< listClusters managedstate
  std::vector<CloudHostSituation> hosts;
  std::optional<WallTime>
      maintenance_ended;  ///< last time a host of the cluster left maintenance; absent = none known
  bool operator==(const CloudSituation&) const = default;
};

/// A mark of ours in pool.other_config, or a pause of the API. `until` absent: the mark does not say it
/// readably.
struct Mark {
  std::string text;
  std::optional<WallTime> until;
  bool operator==(const Mark&) const = default;
};

/// pool.disable_ha in the audit log of the host that was master, since HA was last seen on.
struct AuditSituation {
  bool read = false;
  std::string problem;                  ///< why not
  std::optional<WallTime> disabled_at;  ///< newest line by an operator
  std::string by;                       ///< user, as the line has it
  bool operator==(const AuditSituation&) const = default;
};

/// From our own journal; readable, or the daemon does not act at all.
struct JournalSituation {
  std::string latched;              ///< why it gave up; empty = it did not
  std::optional<WallTime> cleared;  ///< when an operator last said, after a latch, to go on
  std::optional<Mark> paused;
  std::optional<WallTime> last_attempt, last_success;
  int attempts_last_day = 0;
  std::optional<std::string> unfinished;  ///< an attempt without outcome: SR and time, for the fact
  bool operator==(const JournalSituation&) const = default;
};

/// What else goes on in this daemon.
struct FleetSituation {
  int configured = 1;            ///< pools
  int wanting = 1;               ///< pools with an open alert whose HA is off, this one included
  std::vector<WallTime> joined;  ///< when each of them began to want it
  std::string acting;            ///< pool of an action that runs now; empty = none
  bool operator==(const FleetSituation&) const = default;
};

struct Situation {
  std::string pool;
  WallTime now;
  bool policy_known = true;         ///< a policy names this alert
  std::optional<bool> kill_switch;  ///< the file exists; absent = cannot be told

  // The pool, as its master says.
  std::vector<std::string> failed_reads;  ///< each a short text: what, and why
  std::optional<WallTime> oldest_read;    ///< when the oldest of these facts was read
  std::string master_uuid;                ///< of the host that answered as master
  std::optional<bool> ha_enabled;
  std::optional<std::vector<std::string>>
      operations;  ///< pool.current_operations, pending enable and disable tasks
  std::optional<bool> rolling_upgrade;
  std::optional<bool> licensed;            ///< restrictions enable_xha
  std::optional<Mark> paused, intent;      ///< xenha:paused, xenha:intent in pool.other_config
  std::vector<HostSituation> hosts;        ///< all members
  std::optional<WallTime> master_started;  ///< start of the master's xapi
  std::optional<WallTime> last_change;     ///< of master, host state or HA, as far as we saw
  std::string last_change_what;
  std::optional<WallTime> last_maintenance;  ///< newest sign of planned work, from any source
  AuditSituation audit;

  // Heartbeat storage.
  std::optional<SrSituation> sr;  ///< absent: neither configured nor remembered, or it does not exist
  std::string last_good_sr;       ///< uuid; empty = never seen
  std::string configured_sr;      ///< as configured: name or uuid; empty = none

  std::optional<CloudSituation> cloud;  ///< absent: the pool has no cloudstack
  JournalSituation journal;
  FleetSituation fleet;
  bool operator==(const Situation&) const = default;
};

}  // namespace xenha::hooks
