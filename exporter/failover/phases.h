// Which phases a failover has reached, and when: pure functions of its victims and its host's signs. A phase
// once reached moves only to an earlier time of a better source.
#pragma once

#include <map>
#include <string>

#include "exporter/failover/baseline.h"
#include "exporter/failover/record.h"
#include "exporter/failover/views.h"

namespace xenha::exporter {

/// By host uuid.
using Baselines = std::map<std::string, Baseline>;

/// host_declared_dead and cloudstack_host_down, of the host of the record. A null view was never told.
void note_declared_dead(FailoverRecord& record, const Baseline& host, const CloudView* cloud);

struct MastersWord {
  std::string uuid;               ///< the master that spoke last; empty: none yet
  std::optional<WallTime> since;  ///< it was first seen as such
};
/// master_elected and new_master, from who claims the role and whom the others name.
void note_election(FailoverRecord& record, const Baselines& hosts, const MastersWord& word);

/// cloudstack_ha_started, first_vm_running and all_vms_running.
void note_restarts(FailoverRecord& record);

}  // namespace xenha::exporter
