// One pool at one moment, from everybody who knows something of it: its hosts, its master, CloudStack, and
// our two daemons. A plain value: `status` shows it, `judge` says what is wrong. Absent means unknown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hooks/decision/reenable_ha.h"
#include "hooks/situation/situation.h"
#include "lib/base/clock.h"
#include "lib/model/heartbeat_reading.h"

namespace xenha::ctl {

struct HostStatus {
  hooks::HostSituation said;                   ///< by itself and by the master
  std::optional<model::Attachment> heartbeat;  ///< its way to the heartbeat SR
  std::string cloud_state, cloud_resource_state;
};

/// A message of XenServer's about HA.
struct PoolMessage {
  WallTime at;  ///< our clock
  std::string name;
  std::string host;  ///< label; empty: it is about none
};

struct OpenFailover {
  std::string id, host, role;
  WallTime lost_at;
  int running = 0, pending = 0, not_protected = 0;
  std::vector<std::string> down;  ///< names of those that wait
  bool surely_lost = false;       ///< XenServer or CloudStack declared the host dead, or it booted anew
};

/// xenha-exporter's word on a pool.
struct ExporterWord {
  std::string problem;  ///< why there is none; empty: it answered
  std::string fix;      ///< what to do about that
  std::optional<bool> ha_enabled;
  std::optional<WallTime> last_success;  ///< when the master last answered it
  std::optional<WallTime> ha_disabled_since, ha_enabled_since;
  std::string master;                          ///< label
  std::map<std::string, std::string> name_of;  ///< address -> label of its hosts
  /// CloudStack's state and resource state of hosts, by label: while no master tells which hosts are ours.
  std::map<std::string, std::pair<std::string, std::string>> cloud_states;
  std::vector<OpenFailover> failovers;
};

/// xenha-hooks' word on a pool.
struct HooksWord {
  struct Hold {
    std::string reason, who;
    std::optional<WallTime> until;
  };
  struct Attempt {
    WallTime at;
    std::string outcome, error;  ///< outcome empty: it runs
  };
  struct Evaluation {
    WallTime at;
    std::string verdict, reason, fact;
  };
  std::string problem;  ///< why there is none; empty: it answered
  std::string fix;      ///< what to do about that
  std::string mode;
  int policies = 0;
  bool acting = false;
  int open_alerts = 0;
  std::optional<Evaluation> evaluation;
  std::optional<Hold> paused;
  std::optional<Evaluation> gave_up;
  std::optional<Attempt> last_attempt;
  std::optional<WallTime> last_success, seen_on;
  int attempts_last_day = 0;
};

struct PoolStatus {
  std::string pool;
  hooks::Situation situation;  ///< `now` is when it was read
  hooks::Decision decision;    ///< by the daemon's guards: may HA be switched on?
  std::vector<HostStatus> hosts;
  std::string master;                ///< label of the one that claims the role; empty: none or several
  std::optional<double> ha_timeout;  ///< seconds, in force or for the next enable
  std::chrono::seconds ha_timeout_expected{90};
  std::string heartbeat_sr;           ///< name of what carries the heartbeat, or would
  std::vector<PoolMessage> messages;  ///< of the last day, newest first
  std::string cloudstack;             ///< configured name; empty: none
  ExporterWord exporter;
  HooksWord hooks;

  WallTime now() const { return situation.now; }
  /// At least one host told its role, or why it has none. One that refuses the password, or cannot prove who
  /// it is, told nothing.
  bool anybody_answers() const;
  /// Labels of the hosts that claim to be the pool's master.
  std::vector<std::string> masters() const;
  /// The failover's host, where the master counts it as live and nobody ever declared it dead: its VMs may
  /// have run all the time. Else null.
  const HostStatus* perhaps_not_lost(const OpenFailover& failover) const;
};

/// Something that a person should know, the worst first.
struct Finding {
  enum class Severity { kBad, kWarning, kNote } severity;
  std::string what;          ///< one sentence
  std::string next = {};     ///< what to do; may be empty
  std::string command = {};  ///< to be typed then; may be empty
  bool operator==(const Finding&) const = default;
};

/// Pure: what is wrong, in the order in which a person should read it. Healthy: nothing but notes.
std::vector<Finding> judge(const PoolStatus& status);
bool healthy(const std::vector<Finding>& findings);

}  // namespace xenha::ctl
