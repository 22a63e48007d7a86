// What was read of a pool -> what the decision knows of it. Pure.
#pragma once

#include <list>
#include <map>
#include <string>
#include <vector>

#include "hooks/situation/host_inquiry.h"
#include "hooks/situation/master_reading.h"
#include "hooks/situation/situation.h"
#include "lib/model/pool_reading.h"

namespace xenha::hooks {

/// Everything that was read of the pool itself.
struct PoolWord {
  const config::PoolConfig& config;
  const std::list<HostAnswer>& answers;
  std::string pool_uuid;               ///< ours; empty = not known
  const HostAnswer* master = nullptr;  ///< the one that was read; null: none
  MasterWord word;
  std::vector<model::Identity> hosts;     ///< of the database
  std::map<model::Ref, Duration> clocks;  ///< of hosts, minus ours
  /// The host's, else the master's, else none.
  Duration clock_of(const model::Ref& host) const;
};

/// Pool facts, hosts, marks, times of starts and failed reads; nothing of SR, audit log, CloudStack.
void add_pool(Situation& out, const PoolWord& word);

/// Newest start of a host or its toolstack, and what it was; absent when none is known.
struct Start {
  WallTime at;
  std::string what;
};
std::optional<Start> newest_start(const PoolWord& word);

/// Newest sign of planned work that the pool itself shows.
std::optional<WallTime> maintenance_sign(const PoolWord& word, WallTime now);

}  // namespace xenha::hooks
