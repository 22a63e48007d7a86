#include "lib/model/heartbeat_reading.h"

#include <algorithm>
#include <charconv>

#include "lib/model/pool_reading.h"

namespace xenha::model {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
constexpr std::int64_t kStatefileBytes = 4 * kMiB;
constexpr std::int64_t kMetadataBytes = 256 * kMiB;
constexpr std::int64_t kMetadataBytesFrom2330 = std::int64_t{951} * 4 * kMiB;

/// "23.31.0" >= 23.30; absent when it is no such text.
std::optional<bool> at_least_23_30(const std::string& xapi_build) {
  int major = 0;
  int minor = 0;
  const char* end = xapi_build.data() + xapi_build.size();
  const auto first = std::from_chars(xapi_build.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc()) return std::nullopt;
  return major > 23 || (major == 23 && minor >= 30);
}

std::optional<std::int64_t> metadata_bytes(const PoolDb& db) {
  const HostRecord* master = master_of(db);
  if (master == nullptr || master->api_major == 0) return std::nullopt;
  if (!master->xapi_build.empty()) {
    const std::optional<bool> big = at_least_23_30(master->xapi_build);
    if (big) return *big ? kMetadataBytesFrom2330 : kMetadataBytes;
  }
  // XenServer 8 began at API 2.20; without its build number nobody can tell which side of 23.30 it stands on.
  if (master->api_major > 2 || master->api_minor >= 20) return std::nullopt;
  return kMetadataBytes;
}

}  // namespace

std::set<Ref> statefile_srs(const PoolDb& db) {
  std::set<Ref> refs;
  const PoolRecord* pool = db.pool();
  if (pool != nullptr && pool->ha_statefiles) {
    for (const Ref& statefile : *pool->ha_statefiles) {
      const auto vdi = db.vdis.find(statefile);
      if (vdi != db.vdis.end() && db.srs.contains(vdi->second.sr)) refs.insert(vdi->second.sr);
    }
  }
  if (!refs.empty()) return refs;
  for (const auto& [ref, vdi] : db.vdis) {
    if (vdi.type == "ha_statefile" && db.srs.contains(vdi.sr)) refs.insert(vdi.sr);
  }
  return refs;
}

std::optional<bool> statefiles_resolve(const PoolDb& db) {
  const PoolRecord* pool = db.pool();
  if (pool == nullptr || !pool->ha_statefiles || pool->ha_statefiles->empty()) return std::nullopt;
  return std::all_of(pool->ha_statefiles->begin(), pool->ha_statefiles->end(), [&](const Ref& ref) {
    const auto vdi = db.vdis.find(ref);
    return vdi != db.vdis.end() && !vdi->second.missing;
  });
}

std::optional<std::int64_t> required_bytes(const PoolDb& db, const Ref& sr) {
  const std::optional<std::int64_t> metadata = metadata_bytes(db);
  if (!metadata) return std::nullopt;
  bool has_statefile = false;
  bool has_metadata = false;
  for (const auto& [ref, vdi] : db.vdis) {
    if (vdi.sr != sr || vdi.missing) continue;
    has_statefile |= vdi.type == "ha_statefile" && vdi.virtual_size >= kStatefileBytes;
    has_metadata |= vdi.type == "redo_log" && vdi.ha_metadata && vdi.virtual_size >= *metadata;
  }
  if (has_statefile && has_metadata) return 0;
  return kStatefileBytes + *metadata;
}

Attachment attachment(const PoolDb& db, const Ref& sr, const Ref& host) {
  Attachment out{.attached = false, .paths_active = {}, .paths = {}};
  for (const auto& [ref, pbd] : db.pbds) {
    if (pbd.sr != sr || pbd.host != host) continue;
    out.attached = pbd.currently_attached;
    out.paths_active = pbd.paths_active;
    out.paths = pbd.paths;
  }
  return out;
}

int foreign_vdis(const PoolDb& db, const Ref& sr) {
  return static_cast<int>(std::count_if(db.vdis.begin(), db.vdis.end(), [&](const auto& entry) {
    const VdiRecord& vdi = entry.second;
    const bool of_ha = vdi.type == "ha_statefile" || (vdi.type == "redo_log" && vdi.ha_metadata);
    return vdi.sr == sr && !of_ha && !vdi.missing;
  }));
}

}  // namespace xenha::model
