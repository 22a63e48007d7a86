#include "exporter/poll/failover_feed.h"

#include <algorithm>

#include "exporter/poll/failover_log.h"
#include "exporter/poll/judge.h"

namespace xenha::exporter {

FailoverFeed::FailoverFeed(const PoolContext& context, const Isolation& isolation,
                           const std::filesystem::path& state_dir)
    : context_(context),
      isolation_(isolation),
      history_(state_dir, context.config.name),
      stopwatch_({.pool = context.config.name,
                  .probe_interval = context.settings.probe_interval,
                  .has_cloudstack = !context.config.cloudstack.empty()},
                 history_.take()) {
  renew_book();
  saved_version_ = stopwatch_.version();
  saved_baseline_ = stopwatch_.baseline_version();
}

WallTime FailoverFeed::wall_of(SteadyTime when) const {
  return context_.clock.wall() -
         std::chrono::duration_cast<WallTime::duration>(context_.clock.steady() - when);
}

void FailoverFeed::renew_book() {
  version_ = stopwatch_.version();
  auto book = std::make_shared<const FailoverBook>(stopwatch_.book());
  if (book_) log_changes(*book_, *book);
  book_ = std::move(book);
}

void FailoverFeed::probed(const HostProbe& probe, const std::string& uuid, const std::string& label,
                          const std::string& names_uuid) {
  if (uuid.empty() || probe.foreign()) return;
  const ProbeVerdict& verdict = probe.verdict();
  // What a TLS error says of the host is only that somebody is there.
  const bool silent = verdict.reachable == false && verdict.state != HostState::kTlsError;
  ProbeSight sight{.host_uuid = uuid,
                   .host = label,
                   .began = wall_of(probe.verdict_began()),
                   .ended = wall_of(probe.verdict_ended())};
  if (silent) sight.life = verdict.machine_answers ? ProbeSight::Life::kAlive : ProbeSight::Life::kSilent;
  sight.claims_master = verdict.claims_master == true;
  // A host in emergency mode may name somebody, but it is nobody's member.
  if (verdict.state == HostState::kSlave) sight.names_master = names_uuid;
  if (silent) tell_isolation();
  stopwatch_.see(sight);
  next_tick_ = std::min(next_tick_, context_.clock.steady() + kTickEvery);
}

void FailoverFeed::stream_failed(const std::string& master_uuid) {
  stopwatch_.see(StreamSight{context_.clock.wall(), master_uuid});
}

void FailoverFeed::judged(const PoolSnapshot& pool, const model::PoolDb* db) {
  const SteadyTime now = context_.clock.steady();
  if (db == nullptr || !pool.up || (!records_changed_ && now < xen_due_)) return;
  records_changed_ = false;
  xen_due_ = now + kIdleTickEvery;
  stopwatch_.see(xen_sight(pool, *db, context_.clock.wall()));
}

void FailoverFeed::cloud(const CloudSnapshot& snapshot) {
  stopwatch_.see(snapshot, context_.clock.wall());
}

/// Asked only while it matters: it looks at the hosts of all pools.
void FailoverFeed::tell_isolation() {
  stopwatch_.isolated(isolation_.isolated(), context_.clock.wall());
}

bool FailoverFeed::tick(SteadyTime now) {
  if (now >= next_tick_) {
    if (stopwatch_.suspects()) tell_isolation();
    stopwatch_.tick(context_.clock.wall());
    next_tick_ = now + (stopwatch_.suspects() ? Duration(kTickEvery) : Duration(kIdleTickEvery));
  }
  if (stopwatch_.version() == version_) return false;
  renew_book();
  return true;
}

Duration FailoverFeed::probe_interval() const {
  const Duration usual = context_.settings.probe_interval;
  return stopwatch_.wants_fast_probes(context_.clock.wall()) ? std::min<Duration>(usual, kFastProbes) : usual;
}

void FailoverFeed::save(bool all) {
  const SteadyTime now = context_.clock.steady();
  const bool book_changed = stopwatch_.version() != saved_version_;
  const bool baseline_changed = stopwatch_.baseline_version() != saved_baseline_;
  if (!all && !book_changed && !(baseline_changed && now >= baseline_save_due_)) return;
  saved_version_ = stopwatch_.version();
  saved_baseline_ = stopwatch_.baseline_version();
  baseline_save_due_ = now + kBaselineSaveEvery;
  history_.save(stopwatch_.state());
}

XenSight xen_sight(const PoolSnapshot& pool, const model::PoolDb& db, WallTime now) {
  XenSight sight{.at = now};
  if (const model::PoolRecord* record = db.pool()) {
    sight.ha_enabled = record->ha_enabled;
    const auto master = db.hosts.find(record->master);
    if (master != db.hosts.end()) sight.master_uuid = master->second.uuid;
  }
  for (const HostSnapshot& host : pool.hosts) {
    if (host.uuid.empty()) continue;
    sight.hosts.push_back({.uuid = host.uuid,
                           .label = host.label,
                           .live = host.live,
                           .enabled = host.enabled,
                           .boot_time = host.boot_time,
                           .agent_start = host.agent_start,
                           .planned = host.maintenance_xenha == true || host.maintenance_xenserver == true});
  }
  sight.vms.reserve(db.vms.size());
  for (const auto& [ref, vm] : db.vms) {
    if (!vm.real) continue;
    const auto host = db.hosts.find(vm.resident_on);
    sight.vms.push_back({.uuid = vm.uuid,
                         .name = vm.name_label,
                         .running = vm.power_state == "Running" || vm.power_state == "Paused",
                         .host_uuid = host == db.hosts.end() ? std::string() : host->second.uuid,
                         .protected_by_xenserver = model::restarted_by_xenserver(vm)});
  }
  return sight;
}

}  // namespace xenha::exporter
