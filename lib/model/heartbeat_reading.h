// What the records say of the disks that carry the heartbeat: readings that exporter and hooks share. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "lib/model/records.h"

namespace xenha::model {

/// SRs of the disks in pool.ha_statefiles; when none of these is there any more, SRs with a statefile on
/// them.
std::set<Ref> statefile_srs(const PoolDb& db);
/// Does every reference in pool.ha_statefiles exist? Absent when there is none.
std::optional<bool> statefiles_resolve(const PoolDb& db);
/// Bytes that the next enable needs free on `sr` (reference 3.4); 0 when both its VDIs can be reused.
std::optional<std::int64_t> required_bytes(const PoolDb& db, const Ref& sr);

}  // namespace xenha::model
