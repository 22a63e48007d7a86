#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "exporter/poll/judge.h"

namespace xenha::exporter {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
constexpr std::int64_t kStatefileBytes = 4 * kMiB;
constexpr std::int64_t kMetadataBytes = 256 * kMiB;
constexpr std::int64_t kMetadataBytesFrom2330 = std::int64_t{951} * 4 * kMiB;

const model::HostRecord* master_of(const model::PoolDb& db) {
  const model::PoolRecord* pool = db.pool();
  if (pool == nullptr) return nullptr;
  const auto found = db.hosts.find(pool->master);
  return found == db.hosts.end() ? nullptr : &found->second;
}

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

std::optional<std::int64_t> metadata_bytes(const model::PoolDb& db) {
  const model::HostRecord* master = master_of(db);
  if (master == nullptr || master->api_major == 0) return std::nullopt;
  if (!master->xapi_build.empty()) {
    const std::optional<bool> big = at_least_23_30(master->xapi_build);
    if (big) return *big ? kMetadataBytesFrom2330 : kMetadataBytes;
  }
  // XenServer 8 began at API 2.20; without its build number nobody can tell which side of 23.30 it stands on.
  if (master->api_major > 2 || master->api_minor >= 20) return std::nullopt;
  return kMetadataBytes;
}

std::set<model::Ref> heartbeat_refs(const PoolConfig& config, const model::PoolDb& db) {
  std::set<model::Ref> refs;
  const model::PoolRecord* pool = db.pool();
  if (pool != nullptr && pool->ha_statefiles) {
    for (const model::Ref& statefile : *pool->ha_statefiles) {
      const auto vdi = db.vdis.find(statefile);
      if (vdi != db.vdis.end() && db.srs.contains(vdi->second.sr)) refs.insert(vdi->second.sr);
    }
  }
  if (!refs.empty()) return refs;
  for (const auto& [ref, vdi] : db.vdis) {
    if (vdi.type == "ha_statefile" && db.srs.contains(vdi.sr)) refs.insert(vdi.sr);
  }
  if (!refs.empty() || config.heartbeat_sr.empty()) return refs;
  for (const auto& [ref, sr] : db.srs) {
    if (sr.name_label == config.heartbeat_sr || sr.uuid == config.heartbeat_sr) refs.insert(ref);
  }
  return refs;
}

HeartbeatSrSnapshot::Attachment attachment(const model::PoolDb& db, const model::Ref& sr,
                                           const Identity& host) {
  HeartbeatSrSnapshot::Attachment out{.host = host.label, .attached = false};  // no PBD counts as unplugged
  for (const auto& [ref, pbd] : db.pbds) {
    if (pbd.sr != sr || pbd.host != host.ref) continue;
    out.attached = pbd.currently_attached;
    out.paths_active = pbd.paths_active;
    out.paths = pbd.paths;
  }
  return out;
}

}  // namespace

std::optional<bool> statefiles_resolve(const model::PoolDb& db) {
  const model::PoolRecord* pool = db.pool();
  if (pool == nullptr || !pool->ha_statefiles || pool->ha_statefiles->empty()) return std::nullopt;
  return std::all_of(pool->ha_statefiles->begin(), pool->ha_statefiles->end(), [&](const model::Ref& ref) {
    const auto vdi = db.vdis.find(ref);
    return vdi != db.vdis.end() && !vdi->second.missing;
  });
}

std::optional<std::int64_t> required_bytes(const model::PoolDb& db, const model::Ref& sr) {
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

std::vector<HeartbeatSrSnapshot> judge_heartbeat(const PoolConfig& config, const model::PoolDb& db,
                                                 const std::vector<Identity>& hosts) {
  std::vector<HeartbeatSrSnapshot> out;
  for (const model::Ref& ref : heartbeat_refs(config, db)) {
    const model::SrRecord& sr = db.srs.at(ref);
    HeartbeatSrSnapshot one{.label = sr.name_label.empty() ? sr.uuid : sr.name_label,
                            .uuid = sr.uuid,
                            .type = sr.type,
                            .size = sr.physical_size,
                            .used = sr.physical_utilisation,
                            .required = required_bytes(db, ref)};
    if (!config.heartbeat_sr.empty()) {
      one.expected = sr.name_label == config.heartbeat_sr || sr.uuid == config.heartbeat_sr;
    }
    int foreign = 0;
    for (const auto& [vdi_ref, vdi] : db.vdis) {
      const bool of_ha = vdi.type == "ha_statefile" || (vdi.type == "redo_log" && vdi.ha_metadata);
      if (vdi.sr == ref && !of_ha && !vdi.missing) ++foreign;
    }
    one.foreign_vdis = foreign;
    for (const Identity& host : hosts) one.attachments.push_back(attachment(db, ref, host));
    out.push_back(std::move(one));
  }
  // Two SRs of one name would be two equal series.
  std::map<std::string, int> names;
  for (const HeartbeatSrSnapshot& one : out) ++names[one.label];
  for (HeartbeatSrSnapshot& one : out) {
    if (names[one.label] > 1) one.label += " (" + one.uuid.substr(0, 8) + ")";
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
  return out;
}

}  // namespace xenha::exporter
