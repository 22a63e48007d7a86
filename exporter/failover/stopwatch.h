// Times failovers of one pool (design 6): a pure state machine. It is told what was seen and when, and never
// reads a clock itself. Suspect: any sign of any source. Open: two sources, or three probes in a row, agree.
// Closed: the host is declared dead or back, a master is replaced, and no protected victim pends.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/cloud/focus.h"
#include "exporter/failover/baseline.h"
#include "exporter/failover/record.h"
#include "exporter/failover/sights.h"
#include "exporter/snapshot/cloud_snapshot.h"

namespace xenha::exporter {

struct StopwatchSettings {
  std::string pool;  ///< configured name
  Duration probe_interval = std::chrono::seconds(5);
  bool has_cloudstack = false;  ///< pools[].cloudstack is set
};

/// What must survive a restart of the exporter: the book, who ran where when all was well, and what is being
/// suspected. A state taken at any time and restored goes on as if nothing had happened.
struct StopwatchState {
  using Baseline = exporter::Baseline;
  FailoverBook book;
  std::vector<Baseline> baselines;  ///< by host uuid
  std::optional<bool> ha_enabled;
  std::string master_uuid;                 ///< who led the pool last
  std::optional<WallTime> master_changed;  ///< since when, unless it always did
  /// VMs that XenServer saw starting while something is suspected or open: XenAPI uuid -> when.
  std::map<std::string, WallTime> started;
  bool operator==(const StopwatchState&) const = default;
};

class Stopwatch {
 public:
  static constexpr std::chrono::minutes kFastFor{10};  ///< fast probes, from the suspicion on
  static constexpr std::chrono::minutes kPartialAfter{30};
  static constexpr std::chrono::hours kExpiresAfter{3};

  Stopwatch(StopwatchSettings settings, StopwatchState restored);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  void see(const ProbeSight& probe);
  void see(const XenSight& xen);
  void see(const StreamSight& stream);
  /// The whole snapshot; only what is joined to this pool counts. `now`: when it is told.
  void see(const CloudSnapshot& cloud, WallTime now);
  /// More than half of all hosts vanished at once: our own uplink. Nothing opens while it lasts.
  void isolated(bool isolated, WallTime now);
  /// Lets time-outs pass. At least once a second while something is suspected or open, else once a minute.
  void tick(WallTime now);

  const FailoverBook& book() const;
  /// For the state file. Baselines in it are those of the last call of any see().
  StopwatchState state() const;
  /// Moves on whenever book() changed.
  std::uint64_t version() const;
  /// Moves on whenever a baseline's VMs changed (not its last_contact).
  std::uint64_t baseline_version() const;

  /// Something is suspected or open, for less than ten minutes, and we are not cut off ourselves.
  bool wants_fast_probes(WallTime now) const;
  bool suspects() const;  ///< a suspicion or an open failover
  /// What to ask CloudStack about; empty unless a failover is open.
  CloudFocus focus() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::exporter
