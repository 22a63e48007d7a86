// What to ask a CloudStack next, and when: a full round every interval; while a failover is open also short
// rounds about its hosts and victims. One question at a time. Pure: the time comes as an argument.
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/cloud/focus.h"
#include "lib/base/clock.h"

namespace xenha::exporter {

enum class CloudQuestion {
  kApis,
  kCapabilities,
  kConfigurations,
  kOfferings,
  kClusters,
  kStoragePools,
  kHosts,
  kUserVms,
  kRouters,
  kSystemVms,
  kAlerts,
  kVictims,
  kEvents,
};
/// CloudStack's names for them.
inline constexpr std::array<std::string_view, 13> kCloudCommands{
    "listApis",         "listCapabilities",    "listConfigurations",  "listServiceOfferings", "listClusters",
    "listStoragePools", "listHosts",           "listVirtualMachines", "listRouters",          "listSystemVms",
    "listAlerts",       "listVirtualMachines", "listEvents"};
inline std::string_view command_of(CloudQuestion question) {
  return kCloudCommands[static_cast<std::size_t>(question)];
}

struct CloudAsk {
  CloudQuestion question{};
  std::string detail = {};            ///< kHosts: of this cluster only, empty = of all; kEvents: their type
  std::vector<std::string> ids = {};  ///< kVictims
  bool operator==(const CloudAsk&) const = default;
};

/// What the pools' open failovers want together.
struct CloudNeeds {
  bool focus = false;      ///< one is open
  bool fast = false;       ///< one is young
  std::string cluster_id;  ///< all of them are in this one; empty: in several, or nobody knows
  std::vector<std::string> victims;
  bool routers = false, system_vms = false;
  bool by_ids = true;  ///< false: the server refused these ids
  bool pending() const { return !victims.empty() || routers || system_vms; }
  bool operator==(const CloudNeeds&) const = default;
};
/// `clusters`: pool -> id of the joined cluster.
CloudNeeds needs_of(const std::map<std::string, CloudFocus>& pools,
                    const std::map<std::string, std::string>& clusters, WallTime now);

/// What this server and this account can do.
struct CloudAbilities {
  std::set<CloudQuestion> questions;
  bool by_ids = false;  ///< listVirtualMachines takes ids
};

class CloudSchedule {
 public:
  /// Between the end of a round and the begin of the next, while a failover is open.
  static constexpr std::chrono::seconds kFastPause{2}, kSlowPause{15};
  static constexpr std::chrono::minutes kFastFor{15};
  static constexpr std::chrono::seconds kEventsEvery{10};
  static constexpr std::chrono::seconds kUnknownClusterEvery{15};
  static constexpr std::chrono::minutes kClustersEvery{5}, kSettingsEvery{10};
  static constexpr std::chrono::hours kApisEvery{1};
  /// While a failover is open a listing of all VMs rests this many times as long as the last one took; less
  /// where victims can only be found by it.
  static constexpr int kListRests = 3, kListRestsWithoutIds = 1;

  explicit CloudSchedule(Duration interval) : interval_(interval) {}

  /// Nothing is known of the account any more: kApis comes first.
  void restart();
  void set_abilities(CloudAbilities abilities) { abilities_ = std::move(abilities); }
  /// A host is in a cluster that nobody knows.
  void unknown_cluster(SteadyTime now);

  /// What is due; the same until done() was told. Absent: nothing before due().
  std::optional<CloudAsk> next(SteadyTime now, const CloudNeeds& needs);
  SteadyTime due(SteadyTime now, const CloudNeeds& needs) const;
  /// The question is over: settled (answered, or refused for good), or failed and asked again in the next
  /// round.
  bool between_rounds() const { return queue_.empty(); }
  void done(const CloudAsk& ask, bool settled, SteadyTime began, SteadyTime now);

 private:
  struct Queued {
    CloudQuestion question;
    bool of_focus = false;
    std::string_view event_type = {};
  };
  using Queue = std::deque<Queued>;

  bool can(CloudQuestion question) const { return abilities_.questions.contains(question); }
  bool by_ids(const CloudNeeds& needs) const { return abilities_.by_ids && needs.by_ids; }
  bool list_rested(SteadyTime now, const CloudNeeds& needs) const;
  void put(Queue& queue, CloudQuestion question, bool of_focus) const;
  void put_victims(Queue& queue, const CloudNeeds& needs, bool of_focus) const;
  void put_events(Queue& queue, SteadyTime now, const CloudNeeds& needs);
  void put_full_round(SteadyTime now, const CloudNeeds& needs);
  Queue focus_round(SteadyTime now, const CloudNeeds& needs);
  void end_round(SteadyTime now);
  SteadyTime next_focus(const CloudNeeds& needs) const;
  SteadyTime next_full(const CloudNeeds& needs) const;

  Duration interval_;
  CloudAbilities abilities_;
  bool apis_known_ = false;
  bool had_focus_ = false;
  bool full_open_ = false;
  Queue queue_;
  std::map<CloudQuestion, SteadyTime> due_;  ///< of the slow questions that were answered once
  std::optional<SteadyTime> next_full_, round_ended_, next_events_, clusters_asked_;
  SteadyTime full_began_{};
  std::optional<SteadyTime> list_ended_;
  Duration list_took_{};
};

}  // namespace xenha::exporter
