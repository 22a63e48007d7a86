// A failover as the table that was once published for CloudStack on XenServer: what took how long, in
// minutes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/failover/record.h"

namespace xenha::exporter {

struct FailoverRow {
  FailoverPhase phase{};
  const char* label = "";
  std::optional<double> measured;   ///< seconds from the loss; absent: not reached
  std::optional<double> published;  ///< seconds; absent: the published table does not have the row
};

/// In the order in which they usually come. Slaves have no row for the new master.
std::vector<FailoverRow> failover_table(const FailoverRecord& record);

/// Of all victims: who was expected to run again, who does, who waits still.
struct VictimCount {
  int running = 0, pending = 0, not_protected = 0, stayed = 0, stopped = 0;
  int expected() const { return running + pending; }
};
VictimCount count_victims(const FailoverRecord& record);

}  // namespace xenha::exporter
