// What CloudStack's answers add up to: listings of everything and of single victims, of hosts of all clusters
// and of one, each with its own time. Pure but for its memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exporter/cloud/clock_offset.h"
#include "exporter/cloud/cloud_events.h"
#include "exporter/cloud/cloud_join.h"
#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/cloudstack/reader.h"
#include "lib/cloudstack/settings.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

class CloudMerge {
 public:
  /// A listing this long may have had pages, between which rows can shift: a VM must then be missing twice.
  static constexpr std::size_t kOnePage = 500;
  static constexpr std::chrono::hours kRecentEvents{3};

  // All take listings as they came. True if anything but the time of reading changed.
  bool take_clusters(std::vector<model::CloudCluster> clusters);
  /// `cluster_id` empty: the hosts of all clusters.
  bool take_hosts(std::vector<model::CloudHost> hosts, const std::string& cluster_id);
  /// A whole listing of one kind, or of both kinds of system VMs when `kinds` says so.
  bool take_vms(const cloudstack::Listing<model::CloudVm>& listing, const std::set<model::CloudVmKind>& kinds,
                const ClockOffset& clock);
  /// Of these ids only; one that is not in the answer is gone.
  bool take_victims(const cloudstack::Listing<model::CloudVm>& listing, const std::vector<std::string>& ids,
                    const ClockOffset& clock);
  bool take_offerings(const std::vector<model::CloudOffering>& offerings);
  bool take_storage_pools(std::vector<model::CloudStoragePool> pools);
  bool take_settings(std::vector<model::CloudConfiguration> rows);
  bool take_events(const std::vector<model::CloudEvent>& events, const ClockOffset& clock, WallTime now);
  bool set_version(cloudstack::Version version, std::string text);

  /// A host's cluster is none that the last listing of clusters had.
  bool has_unknown_cluster() const;
  /// It was taken, or is too old for that.
  bool knows_event(const model::CloudEvent& event, const ClockOffset& clock, WallTime now) const {
    return events_.contains(event.id) || now - clock.ours(event.created) > kRecentEvents;
  }
  CloudJoin join(const std::map<std::string, PoolMembers>& pools) const;
  const cloudstack::Version& version() const { return version_; }

  /// Everything as it stands; `join` as join() gave it.
  CloudFacts facts(const CloudJoin& join) const;
  std::vector<CloudEventSnapshot> recent_events(WallTime now) const;

  /// After a long silence: what the next whole listing lacks is gone, however long that list is.
  void doubt_vms();
  /// Nobody will list these any more.
  bool forget_vms(const std::set<model::CloudVmKind>& kinds);

 private:
  struct Vm {
    CloudVmSnapshot vm;
    std::string offering_id;
    std::optional<WallTime> printed_update;  ///< lastupdated as it came
    int missed = 0;                          ///< whole listings that did not have it
  };
  bool take_vm(const model::CloudVm& vm, WallTime seen_at, const ClockOffset& clock);
  std::string cluster_of(const std::string& host_id) const;

  std::vector<model::CloudCluster> clusters_;
  std::vector<model::CloudHost> hosts_;
  std::map<std::string, Vm> vms_;
  std::map<std::string, bool> offers_ha_;                     ///< by id of the offering
  std::map<std::string, std::optional<bool>> system_offers_;  ///< by systemvmtype; absent: offerings differ
  std::vector<model::CloudStoragePool> storage_pools_;
  std::vector<model::CloudConfiguration> rows_;
  cloudstack::Settings settings_;
  bool settings_read_ = false;
  std::map<std::string, CloudEventSnapshot> events_;
  cloudstack::Version version_;
  std::string version_text_;
};

}  // namespace xenha::exporter
