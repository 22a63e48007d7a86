#include "hooks/situation/heartbeat_choice.h"

#include <algorithm>
#include <set>

#include "lib/model/heartbeat_reading.h"

namespace xenha::hooks {
namespace {

bool holds_disks(const model::SrRecord& sr) {
  return sr.type != "iso" && sr.type != "udev";
}

/// By uuid, else by a name that only one SR has, or of those the last good one.
model::Ref find_sr(const model::PoolDb& db, const std::string& wanted, const std::string& last_good) {
  std::vector<model::Ref> named;
  for (const auto& [ref, sr] : db.srs) {
    if (!holds_disks(sr)) continue;
    if (sr.uuid == wanted) return ref;
    if (sr.name_label == wanted) named.push_back(ref);
  }
  if (named.size() == 1) return named.front();
  for (const model::Ref& ref : named)
    if (db.srs.at(ref).uuid == last_good) return ref;
  return {};
}

enum class Plugged { kYes, kNo, kUnknown };

Plugged plugged_once(const model::PoolDb& db, const model::Ref& sr, const model::Ref& host) {
  int found = 0;
  std::optional<bool> attached;
  for (const auto& [ref, pbd] : db.pbds) {
    if (pbd.sr != sr || pbd.host != host) continue;
    ++found;
    attached = pbd.currently_attached;
  }
  if (found != 1) return Plugged::kNo;
  if (!attached) return Plugged::kUnknown;
  return *attached ? Plugged::kYes : Plugged::kNo;
}

}  // namespace

std::string sr_of_statefiles(const model::PoolDb& db) {
  const std::set<model::Ref> refs = model::statefile_srs(db);
  return refs.size() == 1 ? db.srs.at(*refs.begin()).uuid : std::string();
}

HeartbeatChoice choose_heartbeat(const model::PoolDb& db, const std::vector<model::Identity>& hosts,
                                 const HeartbeatWish& wish, bool pbds_read, bool vdis_read) {
  HeartbeatChoice out;
  const std::string& wanted = wish.configured.empty() ? wish.last_good : wish.configured;
  if (wanted.empty()) return out;
  out.ref = find_sr(db, wanted, wish.last_good);
  if (out.ref.empty()) return out;
  const model::SrRecord& record = db.srs.at(out.ref);
  SrSituation& sr = out.sr.emplace();
  sr.uuid = record.uuid;
  sr.name = record.name_label.empty() ? record.uuid : record.name_label;
  sr.shared = record.shared;
  sr.pbds_known = pbds_read && !hosts.empty();
  for (const model::Identity& host : hosts) {
    if (!pbds_read) break;
    const Plugged plugged = plugged_once(db, out.ref, host.ref);
    if (plugged == Plugged::kNo) sr.without_pbd.push_back(host.label);
    if (plugged == Plugged::kUnknown) sr.pbds_known = false;
  }
  if (record.physical_size && record.physical_utilisation)
    sr.free_bytes = *record.physical_size - *record.physical_utilisation;
  if (vdis_read) sr.required_bytes = model::required_bytes(db, out.ref);
  return out;
}

}  // namespace xenha::hooks
