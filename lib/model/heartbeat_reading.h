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

/// One host's way to an SR. `paths`: absent without multipathing.
struct Attachment {
  std::optional<bool> attached;  ///< plugged; no PBD counts as unplugged
  std::optional<int> paths_active, paths;
  bool operator==(const Attachment&) const = default;
};
Attachment attachment(const PoolDb& db, const Ref& sr, const Ref& host);

/// Disks on `sr` that are neither statefile nor HA metadata; `db` must hold all disks of it.
int foreign_vdis(const PoolDb& db, const Ref& sr);

}  // namespace xenha::model
