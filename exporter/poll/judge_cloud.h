// What CloudStack adds to a pool's own facts: both systems side by side. Pure.
#pragma once

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/model/records.h"

namespace xenha::exporter {

/// From 4.3.2 on CloudStack promotes no master itself, so pool HA has to (reference 6.2). Absent when the
/// text is no version.
std::optional<bool> cloudstack_requires_ha(const std::string& version);

/// Fills what depends on both sides: ha_required, maintenance_cloudstack, is_primary_storage, VMs that run in
/// one system only. `db` null: the master's word is not known. What CloudStack did not tell stays absent.
void add_cloud(PoolSnapshot& pool, const model::PoolDb* db, const CloudSnapshot& cloud);

}  // namespace xenha::exporter
