// What the master's database says: the classes that the decision needs, read one after the other over one
// connection, and the clocks of its hosts.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hooks/situation/pool_access.h"
#include "lib/model/records.h"

namespace xenha::hooks {

struct MasterWord {
  model::PoolDb db;
  std::set<std::string, std::less<>> read;  ///< event names of the classes that were
  std::vector<std::string> failed;          ///< each what was not, and why
  std::optional<WallTime> asked;            ///< when the first question went out
  bool has(std::string_view event_class) const { return read.contains(event_class); }
};

/// Classes by event name; of VDIs only those of HA. After silence nothing more is asked.
MasterWord read_master(const PoolAccess& access, const OpenSession& session,
                       const std::vector<std::string>& classes);

/// By host reference: that host's clock minus ours. Hosts that do not tell are left out.
std::map<model::Ref, Duration> read_clocks(const PoolAccess& access, const OpenSession& session,
                                           const std::vector<model::Ref>& hosts);

}  // namespace xenha::hooks
