// Which SRs CloudStack uses as primary storage (reference 6.5): readings that exporter and xenhactl share.
// Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/model/cloud.h"
#include "lib/model/records.h"

namespace xenha::model {

/// Name-labels that CloudStack gave, and the uuids in the tags that it left on the hosts.
struct PrimaryStorage {
  std::set<std::string, std::less<>> name_labels, uuids;
  bool holds(std::string_view name_label, std::string_view uuid) const {
    return name_labels.contains(name_label) || uuids.contains(uuid);
  }
};

/// Of these clusters, and of the whole zone. `db` null: the master's word is not known.
PrimaryStorage primary_storage(const PoolDb* db, const std::vector<CloudStoragePool>& pools,
                               const std::vector<std::string>& cluster_ids);

}  // namespace xenha::model
