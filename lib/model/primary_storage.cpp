#include "lib/model/primary_storage.h"

#include <algorithm>

namespace xenha::model {

PrimaryStorage primary_storage(const PoolDb* db, const std::vector<CloudStoragePool>& pools,
                               const std::vector<std::string>& cluster_ids) {
  PrimaryStorage out;
  for (const CloudStoragePool& pool : pools) {
    if (pool.state == "Removed") continue;
    const bool elsewhere = !pool.cluster_id.empty() && std::find(cluster_ids.begin(), cluster_ids.end(),
                                                                 pool.cluster_id) == cluster_ids.end();
    if (elsewhere) continue;
    out.name_labels.insert(pool.id);
    if (pool.type == "PreSetup") {
      std::string_view path = pool.path;
      while (path.starts_with('/')) path.remove_prefix(1);
      if (!path.empty()) out.name_labels.emplace(path);
    }
  }
  if (db != nullptr)
    for (const auto& [ref, host] : db->hosts)
      out.uuids.insert(host.cloud_heartbeat_srs.begin(), host.cloud_heartbeat_srs.end());
  return out;
}

}  // namespace xenha::model
