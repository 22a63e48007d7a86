#include "exporter/failover/closing.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/failover/stopwatch.h"
#include "exporter/failover/suspicion.h"
#include "exporter/failover/victims.h"

namespace xenha::exporter {
namespace {

constexpr std::size_t kKeptRecords = 200;
constexpr std::chrono::hours kKeptFor{400 * 24};

// The record waits a little for the second system's view of the last VMs, and for the exact time of the
// first.
constexpr std::chrono::seconds kSettles{15};
constexpr std::chrono::seconds kWaitsForOtherView{60};

bool all_views_told(const FailoverRecord& record, WallTime now) {
  std::optional<WallTime> last;
  bool told = true;
  for (const Victim& victim : record.victims) {
    if (victim.state != VictimState::kRunning || victim.cloud_id.empty()) continue;
    const WallTime latest = std::max(victim.running_xenserver.value_or(WallTime::min()),
                                     victim.running_cloudstack.value_or(WallTime::min()));
    last = std::max(last.value_or(latest), latest);
    told = told && victim.running_xenserver && victim.running_cloudstack;
  }
  return !last || now - *last >= (told ? kSettles : kWaitsForOtherView);
}

bool pends(const FailoverRecord& record, bool unknown_too) {
  return std::any_of(record.victims.begin(), record.victims.end(), [&](const Victim& victim) {
    return victim.state == VictimState::kPending && (victim.ha ? true : unknown_too);
  });
}

}  // namespace

bool judge_return(FailoverRecord& record, const Baseline& host) {
  // Its boot time tells what happened, if the master has spoken of it since.
  const bool told = host.signs.told && host.signs.good_since && *host.signs.told >= *host.signs.good_since;
  if (told) record.rebooted = booted_anew(host);
  if (record.rebooted == true) return false;
  bool lost_any = false;
  for (Victim& victim : record.victims) {
    if (victim.state == VictimState::kStopped || victim.state == VictimState::kStayed) continue;
    if (was_stopped(victim)) {
      lost_any = true;
    } else {
      victim.state = VictimState::kStayed;
    }
  }
  return !lost_any;
}

std::optional<FailoverOutcome> may_close(const FailoverRecord& record, const ClosingFacts& facts,
                                         WallTime now) {
  const bool elected = record.at(FailoverPhase::kMasterElected) || facts.leads_again;
  const bool has_master = record.role == FailoverRole::kSlave || elected;
  const bool told_dead =
      record.at(FailoverPhase::kHostDeclaredDead) || record.at(FailoverPhase::kCloudstackHostDown);
  const bool settled = (facts.returned || (told_dead && !facts.returning)) && has_master;
  const Duration open_for = now - record.at(FailoverPhase::kDetected).value_or(record.first_failure);
  const bool long_open = open_for >= Stopwatch::kPartialAfter;

  if (settled && !pends(record, true) && all_views_told(record, now)) return FailoverOutcome::kRecovered;
  const bool nobody_acts = !record.somebody_restarts || (record.ha_enabled == false && !has_master);
  if (long_open && nobody_acts) return FailoverOutcome::kPartial;
  // Whoever restarts the protected ones has done so; of the others nobody knows whether they ever start.
  if (long_open && settled && !pends(record, false)) return FailoverOutcome::kRecovered;
  if (open_for >= Stopwatch::kExpiresAfter) return FailoverOutcome::kExpired;
  return std::nullopt;
}

void close(FailoverBook& book, std::size_t which, FailoverOutcome outcome, WallTime now) {
  FailoverRecord record = std::move(book.open[which]);
  book.open.erase(book.open.begin() + static_cast<std::ptrdiff_t>(which));
  record.closed = now;
  record.outcome = outcome;
  ++book.outcomes[{record.role, outcome}];
  if (outcome != FailoverOutcome::kFalseAlarm) {
    for (std::size_t phase = 0; phase < kFailoverPhases; ++phase)
      if (const auto took = record.seconds_to(static_cast<FailoverPhase>(phase)))
        book.phase_seconds[{record.role, static_cast<FailoverPhase>(phase)}].observe(*took);
    using SeenBy = FailoverBook::SeenBy;
    for (const Victim& victim : record.victims) {
      if (victim.state != VictimState::kRunning || victim.started_by_operator || !may_be_restarted(victim))
        continue;
      if (victim.running_xenserver)
        book.vm_restart_latency[{victim.kind, SeenBy::kXenserver}].observe(
            seconds(*victim.running_xenserver - record.last_contact));
      if (victim.running_cloudstack)
        book.vm_restart_latency[{victim.kind, SeenBy::kCloudstack}].observe(
            seconds(*victim.running_cloudstack - record.last_contact));
    }
  }
  book.closed.push_front(std::move(record));
  prune(book, now);
}

void prune(FailoverBook& book, WallTime now) {
  const auto old = [&](const FailoverRecord& record) {
    return record.closed && now - *record.closed > kKeptFor;
  };
  while (book.closed.size() > kKeptRecords || (!book.closed.empty() && old(book.closed.back())))
    book.closed.pop_back();
}

}  // namespace xenha::exporter
