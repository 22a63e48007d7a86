// Which SR would carry the heartbeat, and is it fit. Pure.
#pragma once

#include <string>
#include <vector>

#include "hooks/situation/situation.h"
#include "lib/model/pool_reading.h"

namespace xenha::hooks {

struct HeartbeatWish {
  std::string configured;  ///< name or uuid; empty = none
  std::string last_good;   ///< uuid; empty = never seen
};

struct HeartbeatChoice {
  std::optional<SrSituation>
      sr;  ///< absent: none is wished for, it does not exist, or its name is not unique
  model::Ref ref;
};

/// uuid of the only SR that the pool's own statefiles point to; empty when there is none or several.
std::string sr_of_statefiles(const model::PoolDb& db);

/// The configured one, else the last good one; SRs of ISO images, the tools among them, never. What the
/// classes that were not read would say stays absent.
HeartbeatChoice choose_heartbeat(const model::PoolDb& db, const std::vector<model::Identity>& hosts,
                                 const HeartbeatWish& wish, bool pbds_read, bool vdis_read);

}  // namespace xenha::hooks
