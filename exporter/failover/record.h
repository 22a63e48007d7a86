// One failover as it was measured, and the book of all of a pool: plain values. The stop-watch writes them;
// the history file, metrics and pages read them. All times are the exporter's clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

enum class FailoverRole { kMaster, kSlave };
inline constexpr std::array kFailoverRoleWords{"master", "slave"};

enum class FailoverOutcome { kOpen, kRecovered, kPartial, kExpired, kFalseAlarm };
inline constexpr std::array kFailoverOutcomeWords{"open", "recovered", "partial", "expired", "false_alarm"};

enum class FailoverPhase {
  kDetected,             ///< two sources, or three probes in a row, agreed
  kMasterElected,        ///< masters only: another host leads the pool, and a second one says so
  kHostDeclaredDead,     ///< XenServer: host_metrics.live became false
  kCloudstackHostDown,   ///< alert A1-A3, else state Down as polled
  kCloudstackHaStarted,  ///< the first victim left Running in CloudStack
  kFirstVmRunning,       ///< the first victim runs again, in whichever system is seen first
  kAllVmsRunning,        ///< the last protected victim runs again
};
inline constexpr std::array kFailoverPhaseWords{"detected",
                                                "master_elected",
                                                "host_declared_dead",
                                                "cloudstack_host_down",
                                                "cloudstack_ha_started",
                                                "first_vm_running",
                                                "all_vms_running"};
inline constexpr std::size_t kFailoverPhases = kFailoverPhaseWords.size();

/// Buckets of both histograms, seconds.
inline constexpr std::array kFailoverBuckets{15.0,  30.0,  60.0,  75.0,  90.0,  120.0,  180.0,  240.0,
                                             300.0, 330.0, 420.0, 600.0, 900.0, 1800.0, 3600.0, 10800.0};

enum class VictimState {
  kPending,       ///< protected (or nobody knows whether), not yet running
  kRunning,       ///< runs again
  kNotProtected,  ///< its HA flag is off, and it was stopped or its host is surely lost
  kStayed,        ///< never stopped: the host was not lost, or it had moved away before
  kStopped,       ///< an operator stopped or destroyed it meanwhile
};
inline constexpr std::array kVictimStateWords{"pending", "running", "not_protected", "stayed", "stopped"};

/// Where the time of "running in CloudStack" comes from, best first.
enum class RunningSource { kEvent, kLastUpdated, kAlert, kPoll };
inline constexpr std::array kRunningSourceWords{"event", "lastupdated", "alert", "poll"};

struct Victim {
  std::string name;          ///< instance name = VM.name_label; of a replaced system VM the old one
  std::string display_name;  ///< CloudStack's name; empty unknown
  model::CloudVmKind kind = model::CloudVmKind::kUser;
  std::string cloud_id;  ///< empty: CloudStack does not know it
  std::string vm_uuid;   ///< XenAPI; empty: XenServer did not know it
  std::string zone_id;   ///< of system VMs, for the match of their replacement
  std::optional<bool>
      ha;  ///< HA flag; absent unknown. System VMs that their managers re-create count as protected
  VictimState state = VictimState::kPending;
  /// What ran beside it when all was well and so is not its restart: XenAPI uuids of VMs with the same name;
  /// for system VMs the CloudStack ids of those of the same kind and zone.
  std::vector<std::string> others;
  std::optional<WallTime> left_running;        ///< CloudStack: seen in another state, or without its host
  std::optional<WallTime> stopped_xenserver;   ///< XenServer: its record seen not running, or gone
  std::optional<WallTime> running_xenserver;   ///< seen by XenServer's events
  std::optional<WallTime> running_cloudstack;  ///< by the best source there is
  std::optional<RunningSource> source;         ///< of running_cloudstack
  std::string new_host;                        ///< label of the host where it runs now; empty unknown
  std::string replaced_by;                     ///< instance name of the new system VM; empty: itself
  int failed_attempts = 0;                     ///< alerts A9 and failed HA starts
  bool started_by_operator = false;            ///< a person's VM.START: not HA's latency
  bool operator==(const Victim&) const = default;
  /// The earlier of both views.
  std::optional<WallTime> running() const {
    if (!running_xenserver) return running_cloudstack;
    if (!running_cloudstack) return running_xenserver;
    return std::min(*running_xenserver, *running_cloudstack);
  }
};

struct FailoverRecord {
  std::string id;  ///< "<pool>-<loss in Unix seconds>-<first 8 of the host's uuid>": unique, fit for a URL
  std::string pool;
  std::string host_uuid, host;  ///< the lost host; label as it was
  FailoverRole role = FailoverRole::kSlave;
  std::optional<bool> ha_enabled;  ///< pool HA at the loss
  WallTime last_contact;           ///< "the loss": latencies count from here
  WallTime first_failure;          ///< first failed contact; the loss lies between the two
  std::array<std::optional<WallTime>, kFailoverPhases> phases{};
  std::string new_master;          ///< label; masters only
  std::optional<WallTime> back;    ///< the host answered again as a member
  std::optional<bool> rebooted;    ///< after its return: other boot time than before; absent unknown
  std::optional<WallTime> closed;  ///< absent while open
  FailoverOutcome outcome = FailoverOutcome::kOpen;
  std::vector<Victim> victims;  ///< by name
  /// Whether somebody was expected to restart VMs: CloudStack joined, or XenServer protecting some.
  bool somebody_restarts = false;
  bool operator==(const FailoverRecord&) const = default;

  Duration uncertainty() const { return first_failure - last_contact; }
  const std::optional<WallTime>& at(FailoverPhase phase) const {
    return phases[static_cast<std::size_t>(phase)];
  }
  std::optional<WallTime>& at(FailoverPhase phase) { return phases[static_cast<std::size_t>(phase)]; }
  /// Seconds from the loss; absent when the phase was not reached.
  std::optional<double> seconds_to(FailoverPhase phase) const {
    const auto& when = at(phase);
    if (!when) return std::nullopt;
    return seconds(*when - last_contact);
  }
};

/// Counts per bucket of kFailoverBuckets, +Inf last, not cumulative.
struct FailoverHistogram {
  std::array<std::uint64_t, kFailoverBuckets.size() + 1> counts{};
  double sum = 0;
  void observe(double value) {
    std::size_t bucket = 0;
    while (bucket < kFailoverBuckets.size() && value > kFailoverBuckets[bucket]) ++bucket;
    ++counts[bucket];
    sum += value;
  }
  bool operator==(const FailoverHistogram&) const = default;
};

/// Everything a pool's stop-watch has to show, and what survives a restart.
struct FailoverBook {
  std::vector<FailoverRecord> open;   ///< oldest first; at most one a host that is not back
  std::deque<FailoverRecord> closed;  ///< newest first; pruned: 200 records, and none older than 400 days
  std::uint64_t suspicions = 0;       ///< that came to nothing
  std::map<std::pair<FailoverRole, FailoverOutcome>, std::uint64_t> outcomes;  ///< closed ones
  std::map<std::pair<FailoverRole, FailoverPhase>, FailoverHistogram> phase_seconds;
  enum class SeenBy { kXenserver, kCloudstack };
  std::map<std::pair<model::CloudVmKind, SeenBy>, FailoverHistogram> vm_restart_latency;
  bool operator==(const FailoverBook&) const = default;

  /// The newest failover, open or closed, that was no false alarm; null before the first.
  const FailoverRecord* newest() const {
    if (!open.empty()) return &open.back();
    for (const FailoverRecord& record : closed)
      if (record.outcome != FailoverOutcome::kFalseAlarm) return &record;
    return nullptr;
  }
};
inline constexpr std::array kSeenByWords{"xenserver", "cloudstack"};

}  // namespace xenha::exporter
