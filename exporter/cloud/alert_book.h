// Counts CloudStack's alerts, each once, also across restarts, and keeps those of the last hours with the
// host they mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/cloud/clock_offset.h"
#include "exporter/cloud/cloud_alerts.h"
#include "exporter/cloud/cloud_state.h"
#include "exporter/snapshot/cloud_snapshot.h"

namespace xenha::exporter {

class AlertBook {
 public:
  static constexpr std::chrono::hours kRecent{3};
  /// Management servers' clocks differ, so an alert may come later than a younger one; but not by this.
  static constexpr std::chrono::hours kOverlap{24};
  static constexpr std::size_t kMostSeen = 20'000;

  AlertBook(CloudState state, WallTime now);

  /// Nothing before it can be news: a listing may end here. Recent ones are wanted once a run, counted or
  /// not.
  bool known(const model::CloudAlert& alert, const ClockOffset& clock, WallTime now) const;
  /// A listing, in any order. True if anything was new.
  bool take(const std::vector<model::CloudAlert>& listing, const ClockOffset& clock, WallTime now);
  /// Finds the hosts that alerts mean among those that are known now. What is found stays.
  void resolve(const std::vector<CloudHostSnapshot>& hosts);

  const std::map<std::string, std::uint64_t>& counts() const { return state_.alerts; }
  /// Oldest first. `host_uuid` as of these hosts.
  std::vector<CloudAlertSnapshot> recent(WallTime now, const std::vector<CloudHostSnapshot>& hosts) const;
  /// For the file.
  CloudState state() const;

 private:
  struct Entry {
    CloudAlertSnapshot alert;
    AlertHost host;
    std::string host_id;  ///< CloudStack's; empty while not found
  };
  std::optional<WallTime> horizon(const ClockOffset& clock) const;
  void forget_old(WallTime now);

  CloudState state_;
  std::map<std::string, WallTime> read_;  ///< id -> our time, of the recent ones that this run has read
  HostNumbers numbers_;
  std::map<std::string, Entry> recent_;  ///< by id
};

}  // namespace xenha::exporter
