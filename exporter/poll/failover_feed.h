// Between a pool's watcher and its stop-watch: turns probes, the master's database and CloudStack's snapshots
// into sights, keeps the book on disk, and says what to ask sooner because of an open failover.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "exporter/cloud/focus.h"
#include "exporter/failover/history.h"
#include "exporter/failover/stopwatch.h"
#include "exporter/poll/host_probe.h"
#include "exporter/poll/isolation.h"
#include "exporter/poll/pool_context.h"
#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/model/records.h"

namespace xenha::exporter {

class FailoverFeed {
 public:
  static constexpr std::chrono::seconds kFastProbes{1};
  static constexpr std::chrono::seconds kTickEvery{1};       ///< while something is suspected
  static constexpr std::chrono::seconds kIdleTickEvery{60};  ///< else; the master's word likewise
  static constexpr std::chrono::seconds kBaselineSaveEvery{60};

  FailoverFeed(const PoolContext& context, const Isolation& isolation,
               const std::filesystem::path& state_dir);

  /// A round of direct probes of one member has ended. `uuid` empty: it was never identified.
  void probed(const HostProbe& probe, const std::string& uuid, const std::string& label,
              const std::string& names_uuid);
  void stream_failed(const std::string& master_uuid);
  /// The copy of the master's database changed.
  void records_changed() { records_changed_ = true; }
  /// With every snapshot of the pool; `db` null: there is none, or it is too old to be repeated.
  void judged(const PoolSnapshot& pool, const model::PoolDb* db);
  void cloud(const CloudSnapshot& snapshot);
  /// Time-outs. True when the book changed since the last call.
  bool tick(SteadyTime now);
  SteadyTime next_tick() const { return next_tick_; }

  Duration probe_interval() const;
  std::shared_ptr<const FailoverBook> book() const { return book_; }
  CloudFocus focus() const { return stopwatch_.focus(); }
  /// The book at once when it changed; who ran where once a minute, or with `all` now.
  void save(bool all);

 private:
  WallTime wall_of(SteadyTime when) const;
  void renew_book();
  void tell_isolation();

  const PoolContext& context_;
  const Isolation& isolation_;
  FailoverHistory history_;
  Stopwatch stopwatch_;
  std::shared_ptr<const FailoverBook> book_;
  bool records_changed_ = false;
  SteadyTime next_tick_{}, xen_due_{}, baseline_save_due_{};
  std::uint64_t version_ = 0, saved_version_ = 0, saved_baseline_ = 0;
};

/// One state of the master's database as the stop-watch sees it. Pure.
XenSight xen_sight(const PoolSnapshot& pool, const model::PoolDb& db, WallTime now);

}  // namespace xenha::exporter
