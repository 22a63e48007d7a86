#include <algorithm>
#include <map>
#include <set>

#include "exporter/poll/judge.h"
#include "lib/model/heartbeat_reading.h"

namespace xenha::exporter {
namespace {

std::set<model::Ref> heartbeat_refs(const PoolConfig& config, const model::PoolDb& db) {
  std::set<model::Ref> refs = model::statefile_srs(db);
  if (!refs.empty() || config.heartbeat_sr.empty()) return refs;
  for (const auto& [ref, sr] : db.srs) {
    if (sr.name_label == config.heartbeat_sr || sr.uuid == config.heartbeat_sr) refs.insert(ref);
  }
  return refs;
}

}  // namespace

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
                            .required = model::required_bytes(db, ref)};
    if (!config.heartbeat_sr.empty()) {
      one.expected = sr.name_label == config.heartbeat_sr || sr.uuid == config.heartbeat_sr;
    }
    one.foreign_vdis = model::foreign_vdis(db, ref);
    for (const Identity& host : hosts) {
      const model::Attachment way = model::attachment(db, ref, host.ref);
      one.attachments.push_back({host.label, way.attached, way.paths_active, way.paths});
    }
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
