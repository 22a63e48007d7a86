#include "exporter/failover/phases.h"

#include <algorithm>

#include "exporter/failover/suspicion.h"
#include "exporter/failover/victims.h"

namespace xenha::exporter {
namespace {

using Life = ProbeSight::Life;

constexpr std::chrono::seconds kCutOff{1};  // alerts carry whole seconds

void reach(FailoverRecord& record, FailoverPhase phase, WallTime when) {
  std::optional<WallTime>& at = record.at(phase);
  when = std::max(when, record.last_contact);
  if (!at || when < *at) at = when;
}

bool is_confirmed(const FailoverRecord& record, const Baselines& hosts, const Baseline& candidate,
                  const MastersWord& word) {
  if (word.uuid == candidate.host_uuid && word.since > record.last_contact) return true;
  bool others = false;
  for (const auto& [uuid, host] : hosts) {
    if (uuid == record.host_uuid || uuid == candidate.host_uuid || host.signs.last != Life::kAnswers)
      continue;
    if (host.signs.names_master == candidate.host_uuid) return true;
    others = true;
  }
  return !others && candidate.signs.claims >= 2;
}

}  // namespace

void note_declared_dead(FailoverRecord& record, const Baseline& host, const CloudView* cloud) {
  if (dead_in_xenserver(host)) reach(record, FailoverPhase::kHostDeclaredDead, *host.signs.dead_since);
  if (cloud != nullptr) {
    for (const CloudAlertSnapshot& alert : cloud->alerts_of_host(host.host_uuid)) {
      const bool down = alert.kind == CloudAlertKind::kHostDown || alert.kind == CloudAlertKind::kHaScheduled;
      if (down && alert.sent + kCutOff > record.last_contact)
        reach(record, FailoverPhase::kCloudstackHostDown, alert.sent);
    }
  }
  if (host.signs.cloud_state == "Down" && down_in_cloudstack(host))
    reach(record, FailoverPhase::kCloudstackHostDown, *host.signs.cloud_since);
}

void note_election(FailoverRecord& record, const Baselines& hosts, const MastersWord& word) {
  if (record.role != FailoverRole::kMaster || record.at(FailoverPhase::kMasterElected)) return;
  for (const auto& [uuid, host] : hosts) {
    if (uuid == record.host_uuid || !host.signs.claims_since) continue;
    if (!is_confirmed(record, hosts, host, word)) continue;
    WallTime when = *host.signs.claims_since;
    if (word.uuid == uuid && word.since > record.last_contact) when = std::min(when, *word.since);
    reach(record, FailoverPhase::kMasterElected, when);
    record.new_master = host.host;
    return;
  }
}

void note_restarts(FailoverRecord& record) {
  std::optional<WallTime> left, first, last;
  int running = 0, pending = 0, unknown_running = 0, unknown_pending = 0;
  for (const Victim& victim : record.victims) {
    const bool runs = victim.state == VictimState::kRunning;
    if (victim.left_running && victim.state != VictimState::kStopped &&
        victim.state != VictimState::kStayed && !victim.started_by_operator)
      left = std::min(left.value_or(*victim.left_running), *victim.left_running);
    if (runs) first = std::min(first.value_or(*victim.running()), *victim.running());
    if (!may_be_restarted(victim)) continue;
    if (runs) last = std::max(last.value_or(*victim.running()), *victim.running());
    const bool pends = victim.state == VictimState::kPending;
    (victim.ha ? running : unknown_running) += runs ? 1 : 0;
    (victim.ha ? pending : unknown_pending) += pends ? 1 : 0;
  }
  // A VM that runs again proves that its restart had begun, whatever our polls missed.
  if (left && first) left = std::min(*left, *first);
  record.at(FailoverPhase::kCloudstackHaStarted) = left;
  record.at(FailoverPhase::kFirstVmRunning) = first;
  const bool none_known = running + pending == 0;
  const bool all = none_known ? unknown_running > 0 && unknown_pending == 0 : running > 0 && pending == 0;
  record.at(FailoverPhase::kAllVmsRunning) = all ? last : std::nullopt;
}

}  // namespace xenha::exporter
