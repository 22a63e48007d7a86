#include "exporter/failover/stopwatch.h"

#include <algorithm>
#include <set>
#include <utility>

#include "exporter/failover/closing.h"
#include "exporter/failover/phases.h"
#include "exporter/failover/suspicion.h"
#include "exporter/failover/victims.h"
#include "exporter/failover/views.h"

namespace xenha::exporter {
namespace {

using Life = ProbeSight::Life;

/// After a change of the master the others restart their toolstacks.
constexpr std::chrono::minutes kElectionSettles{5};
/// Who ran there longer ago than this is no longer known.
constexpr std::chrono::hours kBaselineHolds{3};

/// What of a snapshot a pool without trouble looks at: the same marks, nothing new.
struct CloudMarks {
  std::optional<WallTime> hosts_read, vms_read;
  std::string newest_alert;
  bool operator==(const CloudMarks&) const = default;
};

CloudMarks marks_of(const CloudSnapshot& cloud) {
  return {cloud.hosts_read, cloud.vms_read,
          cloud.recent_alerts.empty() ? std::string() : cloud.recent_alerts.back().id};
}

}  // namespace

struct Stopwatch::Impl {
  StopwatchSettings settings;
  StopwatchState kept;  ///< its baselines live in `hosts`
  Baselines hosts;
  std::set<std::string> heard;  ///< hosts that gave a sign of life since the start: their baselines move on
  std::unique_ptr<const XenView> xen;
  std::unique_ptr<const CloudView> cloud;
  std::optional<CloudMarks> cloud_marks;
  bool isolated = false;
  std::uint64_t version = 1, baseline_version = 1;

  BothViews views() const { return {xen.get(), cloud.get(), settings.has_cloudstack}; }
  Baseline* host(const std::string& uuid) {
    const auto found = hosts.find(uuid);
    return found == hosts.end() ? nullptr : &found->second;
  }
  FailoverRecord* open_record(const std::string& id) {
    for (FailoverRecord& record : kept.book.open)
      if (record.id == id) return &record;
    return nullptr;
  }
  bool engaged() const {
    return !kept.book.open.empty() || std::any_of(hosts.begin(), hosts.end(), [](const auto& entry) {
      return entry.second.suspected.has_value();
    });
  }

  void restore(StopwatchState restored);
  void take_master(const std::string& uuid, WallTime at);
  void take_hosts(const XenSight& sight);
  void take_hosts(const CloudView& view);
  void note_started(const XenSight& sight);

  /// What follows from every sight. `told`: either system spoke of its VMs.
  void advance(WallTime now, bool told);
  bool election_disturbs(const Baseline& host, WallTime now) const;
  bool is_lost_now(const Baseline& host, WallTime now) const;
  void watch(Baseline& host, WallTime now);
  void open(Baseline& host, WallTime now);
  bool somebody_restarts(const FailoverRecord& record) const;
  void follow(FailoverRecord& record, std::set<std::string>& taken, bool told);
  void judge_returns(WallTime now);
  void is_well(Baseline& host);
  void close_what_is_over(WallTime now);
  void refresh_baselines();
};

void Stopwatch::Impl::restore(StopwatchState restored) {
  kept = std::move(restored);
  for (Baseline& baseline : kept.baselines) {
    std::string uuid = baseline.host_uuid;
    hosts.emplace(std::move(uuid), std::move(baseline));
  }
  kept.baselines.clear();
  // A file that was cut or edited must not leave a host waiting for a record that does not exist.
  for (auto& [uuid, host] : hosts) {
    if (host.failover.empty() || open_record(host.failover) != nullptr) continue;
    host.failover.clear();
    host.away = true;
  }
}

// ---- what was told ----

void Stopwatch::Impl::take_master(const std::string& uuid, WallTime at) {
  if (uuid.empty() || uuid == kept.master_uuid) return;
  if (!kept.master_uuid.empty()) kept.master_changed = at;
  kept.master_uuid = uuid;
}

void Stopwatch::Impl::take_hosts(const XenSight& sight) {
  std::set<std::string_view> members;
  for (const XenSight::Host& told : sight.hosts) {
    members.insert(told.uuid);
    Baseline* known = host(told.uuid);
    if (known == nullptr) {
      if (told.live != true) continue;  // no sign of life yet
      known = &hosts[told.uuid];
      known->host_uuid = told.uuid;
      known->reached = false;
      known->last_contact = sight.at;
    }
    known->host = told.label;
    Signs& signs = known->signs;
    if (told.live) {
      if (*told.live) signs.dead_since.reset();
      if (!*told.live && signs.live != false) signs.dead_since = sight.at;
      signs.live = told.live;
      if (*told.live && !known->reached) known->last_contact = sight.at;
    }
    if (told.boot_time) signs.boot_time = told.boot_time;
    signs.planned = told.planned;
    signs.told = sight.at;
  }
  if (members.empty()) return;
  std::erase_if(hosts, [&](const auto& entry) {
    return entry.second.failover.empty() && !members.contains(entry.first);
  });
}

void Stopwatch::Impl::take_hosts(const CloudView& view) {
  for (const auto& [uuid, told] : view.hosts()) {
    Baseline* known = host(uuid);
    if (known == nullptr) continue;
    Signs& signs = known->signs;
    signs.cloud_planned = told.maintenance();
    if (told.state != signs.cloud_state) {
      signs.cloud_state = told.state;
      signs.cloud_since = view.hosts_at();
    }
    for (const CloudAlertSnapshot& alert : view.alerts_of_host(uuid)) {
      if (alert.kind == CloudAlertKind::kHostDown || alert.kind == CloudAlertKind::kHaScheduled)
        signs.down_alert = std::max(signs.down_alert.value_or(alert.sent), alert.sent);
      if (alert.kind == CloudAlertKind::kHostDisconnected || alert.kind == CloudAlertKind::kHostAlert)
        signs.unwell_alert = std::max(signs.unwell_alert.value_or(alert.sent), alert.sent);
    }
  }
}

/// A VM may be seen starting before it is known whose replacement it is.
void Stopwatch::Impl::note_started(const XenSight& sight) {
  if (!engaged()) {
    kept.started.clear();
    return;
  }
  std::set<std::string_view> ran;  // before: all of the last sight; after a restart those of the baselines
  if (xen) {
    for (const XenSight::Vm& vm : xen->sight().vms)
      if (vm.running) ran.insert(vm.uuid);
  } else {
    for (const auto& [uuid, host] : hosts)
      for (const Victim& vm : host.vms) ran.insert(vm.vm_uuid);
  }
  std::map<std::string, WallTime> started;
  for (const XenSight::Vm& vm : sight.vms) {
    if (!vm.running) continue;
    const auto seen = kept.started.find(vm.uuid);
    if (seen != kept.started.end()) {
      started.insert(*seen);
    } else if (!ran.contains(vm.uuid)) {
      started.emplace(vm.uuid, sight.at);
    }
  }
  kept.started = std::move(started);
}

// ---- suspect, open ----

bool Stopwatch::Impl::election_disturbs(const Baseline& host, WallTime now) const {
  if (host.host_uuid == kept.master_uuid) return false;
  if (kept.master_changed && now - *kept.master_changed < kElectionSettles) return true;
  const auto master = hosts.find(kept.master_uuid);
  return master != hosts.end() &&
         (master->second.suspected || master->second.away || !master->second.failover.empty());
}

bool Stopwatch::Impl::is_lost_now(const Baseline& host, WallTime now) const {
  Circumstances circumstances;
  circumstances.election = election_disturbs(host, now);
  if (host.signs.last == Life::kAlive)
    circumstances.stopped_or_rebooted = booted_anew(host) == true || mostly_stopped(host.vms, views());
  return is_lost(host, circumstances, now);
}

void Stopwatch::Impl::watch(Baseline& host, WallTime now) {
  if (host.away || !host.failover.empty()) return;
  if (!host.suspected && in_trouble(host) && !leaves_in_order(host)) host.suspected = now;
  if (is_lost_now(host, now)) {
    open(host, now);
  } else if (host.suspected && !in_trouble(host)) {
    host.suspected.reset();
    ++kept.book.suspicions;
    ++version;
  }
}

bool Stopwatch::Impl::somebody_restarts(const FailoverRecord& record) const {
  const bool by_cloud = settings.has_cloudstack && (!cloud || (cloud->joined() && cloud->restarts_vms()));
  return by_cloud || std::any_of(record.victims.begin(), record.victims.end(), [](const Victim& victim) {
           return victim.cloud_id.empty() && victim.ha == true;
         });
}

void Stopwatch::Impl::open(Baseline& host, WallTime now) {
  const WallTime failure = std::max(host.signs.first_silent.value_or(now), host.last_contact);
  if (leaves_in_order(host) || failure - host.last_contact > kBaselineHolds) {
    host.away = true;
    host.suspected.reset();
    return;
  }
  FailoverRecord record;
  record.id =
      settings.pool + "-" +
      std::to_string(
          std::chrono::duration_cast<std::chrono::seconds>(host.last_contact.time_since_epoch()).count()) +
      "-" + host.host_uuid.substr(0, 8);
  const auto taken = [&](const FailoverRecord& other) { return other.id == record.id; };
  const FailoverBook& book = kept.book;
  while (std::any_of(book.open.begin(), book.open.end(), taken) ||
         std::any_of(book.closed.begin(), book.closed.end(), taken))
    record.id += "-2";
  record.pool = settings.pool;
  record.host_uuid = host.host_uuid;
  record.host = host.host;
  record.role =
      host.master || host.host_uuid == kept.master_uuid ? FailoverRole::kMaster : FailoverRole::kSlave;
  record.ha_enabled = kept.ha_enabled;
  record.last_contact = host.last_contact;
  record.first_failure = failure;
  record.at(FailoverPhase::kDetected) = std::max(now, failure);
  std::set<std::pair<std::string, std::string>> pending;
  for (const FailoverRecord& other : book.open)
    for (const Victim& victim : other.victims)
      if (victim.state == VictimState::kPending) pending.emplace(victim.name, victim.cloud_id);
  for (const Victim& victim : host.vms)
    if (!pending.contains({victim.name, victim.cloud_id})) record.victims.push_back(victim);
  record.somebody_restarts = somebody_restarts(record);
  host.failover = record.id;
  if (!host.suspected) host.suspected = now;
  kept.book.open.push_back(std::move(record));
  ++version;
}

// ---- follow, close ----

void Stopwatch::Impl::follow(FailoverRecord& record, std::set<std::string>& taken, bool told) {
  const Baseline* lost = host(record.host_uuid);
  if (lost != nullptr && lost->failover == record.id) note_declared_dead(record, *lost, cloud.get());
  const bool had_master = record.at(FailoverPhase::kMasterElected).has_value();
  note_election(record, hosts, {kept.master_uuid, kept.master_changed});
  if (!had_master && record.at(FailoverPhase::kMasterElected)) {
    for (const auto& [uuid, candidate] : hosts)
      if (candidate.signs.claims_since && candidate.host == record.new_master)
        take_master(uuid, *record.at(FailoverPhase::kMasterElected));
  }
  if (told) {
    if (xen) follow_in_xenserver(record, *xen, kept.started);
    if (cloud) {
      follow_in_cloudstack(record, *cloud, taken);
      record.somebody_restarts = somebody_restarts(record);
    }
  }
  judge_victims(record, views());
  note_restarts(record);
}

void Stopwatch::Impl::is_well(Baseline& host) {
  host.failover.clear();
  host.away = false;
  host.suspected.reset();
  host.vms.clear();
  host.signs.cloud_since.reset();  // CloudStack may still show the past
  heard.insert(host.host_uuid);
  refresh_baselines();
}

void Stopwatch::Impl::judge_returns(WallTime now) {
  for (auto& [uuid, host] : hosts) {
    const Signs& signs = host.signs;
    const bool back = is_back(host, now);
    if (host.away && back) is_well(host);
    FailoverRecord* record = host.failover.empty() ? nullptr : open_record(host.failover);
    if (record == nullptr) continue;
    record->back.reset();
    if (!signs.good_since) continue;
    const WallTime detected = record->at(FailoverPhase::kDetected).value_or(record->first_failure);
    if (signs.live == true || *signs.good_since >= detected)
      record->back = std::max(*signs.good_since, detected);
    if (!back) continue;
    const bool false_alarm = judge_return(*record, host);
    is_well(host);
    if (false_alarm) {
      close(kept.book, static_cast<std::size_t>(record - kept.book.open.data()), FailoverOutcome::kFalseAlarm,
            now);
      ++version;
    } else {
      judge_victims(*record, views());
      note_restarts(*record);
    }
  }
}

void Stopwatch::Impl::close_what_is_over(WallTime now) {
  std::size_t which = 0;
  while (which < kept.book.open.size()) {
    const FailoverRecord& record = kept.book.open[which];
    Baseline* lost = host(record.host_uuid);
    const bool waits = lost != nullptr && lost->failover == record.id;
    ClosingFacts facts;
    facts.returning = waits && lost->signs.good_since && lost->signs.live == true;
    facts.returned = !waits;
    facts.leads_again = !waits && lost != nullptr && lost->signs.claims_since.has_value();
    const std::optional<FailoverOutcome> outcome = may_close(record, facts, now);
    if (!outcome) {
      ++which;
      continue;
    }
    if (waits) {
      lost->failover.clear();
      lost->away = true;
      lost->master = false;
      lost->suspected.reset();
    }
    close(kept.book, which, *outcome, now);
    ++version;
  }
}

void Stopwatch::Impl::refresh_baselines() {
  if (!xen && !cloud) return;
  std::map<std::string, std::vector<Victim>> running = residents(views());
  for (auto& [uuid, host] : hosts) {
    if (is_frozen(host) || (host.reached && !heard.contains(uuid))) continue;
    std::vector<Victim>& now_there = running[uuid];
    const bool master = uuid == kept.master_uuid;
    if (host.vms == now_there && host.master == master && host.boot_time == host.signs.boot_time) continue;
    host.vms = std::move(now_there);
    host.master = master;
    host.boot_time = host.signs.boot_time;
    ++baseline_version;
  }
}

void Stopwatch::Impl::advance(WallTime now, bool told) {
  const std::vector<FailoverRecord> before = kept.book.open;
  if (!isolated)
    for (auto& [uuid, host] : hosts) watch(host, now);
  std::set<std::string> taken;
  for (const FailoverRecord& record : kept.book.open)
    for (const Victim& victim : record.victims)
      if (!victim.replaced_by.empty()) taken.insert(victim.replaced_by);
  const bool opened = kept.book.open.size() > before.size();
  for (FailoverRecord& record : kept.book.open) follow(record, taken, told || opened);
  judge_returns(now);
  close_what_is_over(now);
  if (told) refresh_baselines();
  if (kept.book.open != before) ++version;
}

// ---- the door ----

Stopwatch::Stopwatch(StopwatchSettings settings, StopwatchState restored) : impl_(std::make_unique<Impl>()) {
  impl_->settings = std::move(settings);
  impl_->restore(std::move(restored));
}

Stopwatch::~Stopwatch() = default;

void Stopwatch::see(const ProbeSight& probe) {
  if (probe.host_uuid.empty()) return;
  Baseline* host = impl_->host(probe.host_uuid);
  const bool silent = probe.life == Life::kSilent;
  if (silent && (host == nullptr || impl_->isolated)) return;
  if (host == nullptr) {
    host = &impl_->hosts[probe.host_uuid];
    host->host_uuid = probe.host_uuid;
  }
  take(*host, probe);
  const bool first = !silent && impl_->heard.insert(probe.host_uuid).second;
  if (probe.claims_master && impl_->kept.master_uuid.empty())
    impl_->take_master(probe.host_uuid, probe.ended);
  impl_->advance(probe.ended, first);
}

void Stopwatch::see(const XenSight& xen) {
  const Baseline* claimed = impl_->host(xen.master_uuid);
  // An old word of the lost master does not undo an election.
  if (claimed == nullptr || claimed->failover.empty() || claimed->signs.last == Life::kAnswers)
    impl_->take_master(xen.master_uuid, xen.at);
  if (xen.ha_enabled) impl_->kept.ha_enabled = xen.ha_enabled;
  impl_->take_hosts(xen);
  impl_->note_started(xen);
  impl_->xen = std::make_unique<const XenView>(xen);
  impl_->advance(xen.at, true);
}

void Stopwatch::see(const StreamSight& stream) {
  Baseline* host = impl_->host(stream.host_uuid);
  if (host == nullptr || impl_->isolated) return;
  host->signs.stream_broken = stream.at;
  impl_->advance(stream.at, false);
}

void Stopwatch::see(const CloudSnapshot& cloud, WallTime now) {
  if (!cloud.facts) return;
  CloudMarks marks = marks_of(cloud);
  if (!impl_->engaged() && marks.vms_read && impl_->cloud_marks == marks) return;
  impl_->cloud_marks = std::move(marks);
  std::set<std::string> wanted;
  for (const FailoverRecord& record : impl_->kept.book.open)
    for (const Victim& victim : record.victims) wanted.insert(victim.cloud_id);
  impl_->cloud = std::make_unique<const CloudView>(cloud, impl_->settings.pool, wanted, now);
  impl_->take_hosts(*impl_->cloud);
  impl_->advance(now, true);
}

void Stopwatch::isolated(bool isolated, WallTime now) {
  if (impl_->isolated == isolated) return;
  impl_->isolated = isolated;
  if (isolated) return;
  for (auto& [uuid, host] : impl_->hosts) {
    forget_silence(host);
    if (host.suspected && host.failover.empty()) host.suspected = now;
  }
}

void Stopwatch::tick(WallTime now) {
  Impl& impl = *impl_;
  const std::vector<FailoverRecord> before = impl.kept.book.open;
  impl.judge_returns(now);
  impl.close_what_is_over(now);
  prune(impl.kept.book, now);
  if (impl.kept.book.open != before) ++impl.version;
}

const FailoverBook& Stopwatch::book() const {
  return impl_->kept.book;
}

StopwatchState Stopwatch::state() const {
  StopwatchState state = impl_->kept;
  for (const auto& [uuid, host] : impl_->hosts) state.baselines.push_back(host);
  return state;
}

std::uint64_t Stopwatch::version() const {
  return impl_->version;
}
std::uint64_t Stopwatch::baseline_version() const {
  return impl_->baseline_version;
}

bool Stopwatch::wants_fast_probes(WallTime now) const {
  if (impl_->isolated) return false;
  return std::any_of(impl_->hosts.begin(), impl_->hosts.end(), [&](const auto& entry) {
    return entry.second.suspected && now - *entry.second.suspected < kFastFor;
  });
}

bool Stopwatch::suspects() const {
  return impl_->engaged();
}

CloudFocus Stopwatch::focus() const {
  CloudFocus focus;
  for (const FailoverRecord& record : impl_->kept.book.open) {
    const WallTime detected = record.at(FailoverPhase::kDetected).value_or(record.first_failure);
    focus.since = std::min(focus.since.value_or(detected), detected);
    for (const Victim& victim : record.victims) {
      // One that XenServer shows running is asked about until CloudStack shows it too.
      const bool asks = victim.state == VictimState::kPending ||
                        (victim.state == VictimState::kRunning && !victim.running_cloudstack);
      if (!asks || (victim.cloud_id.empty() && victim.kind == model::CloudVmKind::kUser)) continue;
      if (victim.kind == model::CloudVmKind::kUser) focus.user_vms.insert(victim.cloud_id);
      if (victim.kind == model::CloudVmKind::kRouter) focus.routers = true;
      if (is_system_vm(victim.kind)) focus.system_vms = true;
    }
  }
  return focus;
}

}  // namespace xenha::exporter
