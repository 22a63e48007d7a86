// Everything known of a pool -> its snapshot. Pure: no clock, no network; equal views give equal snapshots.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/exporter_config.h"
#include "exporter/poll/host_probe.h"
#include "exporter/poll/master_chores.h"
#include "exporter/poll/persistent_state.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/model/pool_reading.h"
#include "lib/model/records.h"

namespace xenha::exporter {

/// A member as it is probed.
struct ProbedHost {
  std::string address;   ///< as configured or learnt
  std::string peer_ip;   ///< who answered there
  bool probed = false;   ///< a round has ended
  bool foreign = false;  ///< master of another pool
  ProbeVerdict verdict;
  std::optional<EmergencyFact> emergency;
  std::optional<WallTime> certificate_expiry;
};

struct PoolView {
  const PoolConfig& config;
  WallTime now;
  bool up = false;
  std::optional<WallTime> last_success;
  const model::PoolDb* db = nullptr;  ///< the master's word; null when there is none or it is too old
  std::vector<ProbedHost> probes;
  bool every_host_probed = false;
  const PersistentState& history;
  std::map<std::string, Duration> clock_offsets;   ///< by host uuid
  std::map<std::string, bool> hotfix;              ///< by host uuid
  std::map<std::string, HostLatencies> latencies;  ///< by host uuid
};

/// Everything but `self`, `probe_duration` and the hosts' `rejoin`.
PoolSnapshot judge(const PoolView& view);

using model::Identity;
/// As model::identify; a label is the host's in all metrics.
std::vector<Identity> identify(const model::PoolDb& db, const std::vector<ProbedHost>& probes);

/// The heartbeat SRs: those of the statefiles; else those with an old statefile; else the configured one.
std::vector<HeartbeatSrSnapshot> judge_heartbeat(const PoolConfig& config, const model::PoolDb& db,
                                                 const std::vector<Identity>& hosts);

}  // namespace xenha::exporter
