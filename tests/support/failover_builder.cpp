#include "tests/support/failover_builder.h"

#include <string>

#include "tests/support/pool_builder.h"

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::FailoverBook;
using exporter::FailoverOutcome;
using exporter::FailoverPhase;
using exporter::FailoverRecord;
using exporter::FailoverRole;
using exporter::Victim;
using exporter::VictimState;
using model::CloudVmKind;

namespace {

Victim running(CloudVmKind kind, const std::string& name, WallTime loss, Duration after) {
  Victim victim;
  victim.name = name;
  victim.kind = kind;
  victim.cloud_id = "id-of-" + name;
  victim.vm_uuid = "uuid-of-" + name;
  victim.ha = true;
  victim.state = VictimState::kRunning;
  victim.left_running = loss + 210s;
  victim.running_xenserver = loss + after - 1s;
  victim.running_cloudstack = loss + after;
  victim.source =
      kind == CloudVmKind::kUser ? exporter::RunningSource::kLastUpdated : exporter::RunningSource::kPoll;
  victim.new_host = "xs2";
  return victim;
}

FailoverRecord lost_master(WallTime loss) {
  FailoverRecord record;
  record.pool = "cluster1";
  record.host_uuid = host_uuid(1);
  record.id = "cluster1-" + std::to_string(std::chrono::system_clock::to_time_t(loss)) + "-" +
              record.host_uuid.substr(0, 8);
  record.host = "xs1";
  record.role = FailoverRole::kMaster;
  record.ha_enabled = true;
  record.last_contact = loss;
  record.first_failure = loss + 5s;
  record.at(FailoverPhase::kDetected) = loss + 75s;
  record.at(FailoverPhase::kMasterElected) = loss + 180s;
  record.at(FailoverPhase::kHostDeclaredDead) = loss + 186s;
  record.at(FailoverPhase::kCloudstackHostDown) = loss + 195s;
  record.at(FailoverPhase::kCloudstackHaStarted) = loss + 210s;
  record.new_master = "xs2";
  record.closed = loss + 335s;
  record.outcome = FailoverOutcome::kRecovered;
  record.somebody_restarts = true;
  return record;
}

/// From the victims, as the stop-watch does.
void set_running_phases(FailoverRecord& record) {
  std::optional<WallTime> first, last;
  bool pending = false;
  for (const Victim& victim : record.victims) {
    pending = pending || victim.state == VictimState::kPending;
    if (victim.state != VictimState::kRunning) continue;
    first = std::min(first.value_or(*victim.running()), *victim.running());
    last = std::max(last.value_or(*victim.running()), *victim.running());
  }
  record.at(FailoverPhase::kFirstVmRunning) = first;
  record.at(FailoverPhase::kAllVmsRunning) = pending ? std::nullopt : last;
}

}  // namespace

FailoverRecord published_failover(WallTime loss) {
  FailoverRecord record = lost_master(loss);
  for (int i = 0; i < 10; ++i)
    record.victims.push_back(
        running(CloudVmKind::kUser, "i-2-" + std::to_string(10 + i) + "-VM", loss, 250s + 9s * i));
  Victim left = running(CloudVmKind::kUser, "i-2-30-VM", loss, 0s);
  left.ha = false;
  left.state = VictimState::kNotProtected;
  left.running_xenserver = left.running_cloudstack = std::nullopt;
  left.source.reset();
  left.new_host.clear();
  record.victims.push_back(left);
  record.victims.push_back(running(CloudVmKind::kRouter, "r-4-VM", loss, 231s));
  record.victims.push_back(running(CloudVmKind::kRouter, "r-5-VM", loss, 236s));
  record.victims.push_back(running(CloudVmKind::kSecondaryStorageVm, "s-2-VM", loss, 331s));
  record.victims.push_back(running(CloudVmKind::kConsoleProxy, "v-1-VM", loss, 321s));
  record.victims.back().replaced_by = "v-7-VM";
  set_running_phases(record);
  return record;
}

FailoverRecord open_failover(WallTime loss, Duration after) {
  FailoverRecord record = published_failover(loss);
  record.closed.reset();
  record.outcome = FailoverOutcome::kOpen;
  const auto forget = [&](std::optional<WallTime>& when) {
    if (when && *when > loss + after) when.reset();
  };
  for (auto& phase : record.phases) forget(phase);
  if (!record.at(FailoverPhase::kMasterElected)) record.new_master.clear();
  for (Victim& victim : record.victims) {
    forget(victim.left_running);
    forget(victim.running_xenserver);
    forget(victim.running_cloudstack);
    if (victim.running() || victim.state == VictimState::kNotProtected) continue;
    victim.state = VictimState::kPending;
    victim.new_host.clear();
    victim.replaced_by.clear();
    victim.source.reset();
  }
  set_running_phases(record);
  return record;
}

FailoverRecord failover_of(WallTime loss, int vms) {
  FailoverRecord record = lost_master(loss);
  for (int i = 0; i < vms; ++i)
    record.victims.push_back(
        running(CloudVmKind::kUser, "i-2-" + std::to_string(100 + i) + "-VM", loss, 240s + 14s * (i / 5)));
  set_running_phases(record);
  return record;
}

std::shared_ptr<const FailoverBook> book_of(std::vector<FailoverRecord> open,
                                            std::vector<FailoverRecord> closed) {
  auto book = std::make_shared<FailoverBook>();
  book->suspicions = 3;
  for (const FailoverRecord& record : closed) {
    ++book->outcomes[{record.role, record.outcome}];
    if (record.outcome == FailoverOutcome::kFalseAlarm) continue;
    for (std::size_t i = 0; i < exporter::kFailoverPhases; ++i) {
      const auto phase = static_cast<FailoverPhase>(i);
      if (const auto took = record.seconds_to(phase))
        book->phase_seconds[{record.role, phase}].observe(*took);
    }
    for (const Victim& victim : record.victims) {
      using SeenBy = FailoverBook::SeenBy;
      const auto observe = [&](SeenBy view, const std::optional<WallTime>& when) {
        if (when) book->vm_restart_latency[{victim.kind, view}].observe(seconds(*when - record.last_contact));
      };
      observe(SeenBy::kXenserver, victim.running_xenserver);
      observe(SeenBy::kCloudstack, victim.running_cloudstack);
    }
  }
  book->open = std::move(open);
  book->closed.assign(closed.begin(), closed.end());
  return book;
}

}  // namespace xenha::test
