// What each system said last of this pool, indexed for the stop-watch. Copies: a sight is gone after its
// call.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exporter/failover/sights.h"
#include "exporter/snapshot/cloud_snapshot.h"

namespace xenha::exporter {

class XenView {
 public:
  explicit XenView(XenSight sight);
  XenView(const XenView&) = delete;
  XenView& operator=(const XenView&) = delete;

  WallTime at() const { return sight_.at; }
  const XenSight& sight() const { return sight_; }
  const XenSight::Vm* vm(std::string_view uuid) const;
  /// All VMs of that name, in the order of the sight.
  const std::vector<const XenSight::Vm*>& named(std::string_view name) const;
  /// Empty when the host is not in the sight.
  std::string label_of(std::string_view host_uuid) const;

 private:
  XenSight sight_;
  std::unordered_map<std::string_view, const XenSight::Vm*> by_uuid_;
  std::unordered_map<std::string_view, std::vector<const XenSight::Vm*>> by_name_;
};

class CloudView {
 public:
  /// `wanted`: CloudStack ids of VMs that are kept wherever they run. The snapshot must hold facts.
  CloudView(const CloudSnapshot& snapshot, const std::string& pool, const std::set<std::string>& wanted,
            WallTime now);
  CloudView(const CloudView&) = delete;
  CloudView& operator=(const CloudView&) = delete;

  /// Hosts of this pool, by XenServer's uuid.
  const std::map<std::string, CloudHostSnapshot>& hosts() const { return hosts_; }
  WallTime hosts_at() const { return hosts_at_; }
  const CloudVmSnapshot* vm(const std::string& id) const;
  const CloudVmSnapshot* named(std::string_view instance_name) const;
  const std::map<std::string, CloudVmSnapshot>& vms() const { return vms_; }
  /// Oldest first.
  const std::vector<CloudEventSnapshot>& events_of(const std::string& vm_id) const;
  const std::vector<CloudAlertSnapshot>& alerts_of_host(const std::string& host_uuid) const;
  const std::vector<CloudAlertSnapshot>& alerts_of_vm(const std::string& name) const;
  /// Label of a host of any pool; empty unknown.
  std::string label_of(const std::string& host_uuid) const;

  bool joined() const { return !hosts_.empty(); }
  bool forces_ha() const { return force_ha_; }         ///< force.ha
  bool restarts_vms() const { return restarts_vms_; }  ///< vm.ha.enabled
  bool knows_all_vms() const { return knows_all_vms_; }

 private:
  std::map<std::string, CloudHostSnapshot> hosts_;
  std::map<std::string, std::string> labels_;
  WallTime hosts_at_;
  std::map<std::string, CloudVmSnapshot> vms_;
  std::unordered_map<std::string_view, const CloudVmSnapshot*> by_name_;
  std::unordered_map<std::string, std::vector<CloudEventSnapshot>> events_;
  std::unordered_map<std::string, std::vector<CloudAlertSnapshot>> host_alerts_, vm_alerts_;
  bool force_ha_ = false, restarts_vms_ = true, knows_all_vms_ = false;
};

}  // namespace xenha::exporter
