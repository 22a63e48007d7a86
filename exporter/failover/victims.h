// Who is a victim of a loss, and what became of each: the rules, as pure functions over what both systems
// said.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "exporter/failover/record.h"
#include "exporter/failover/views.h"

namespace xenha::exporter {

/// What either system says; a null view was never told.
struct BothViews {
  const XenView* xen = nullptr;
  const CloudView* cloud = nullptr;
  bool has_cloudstack = false;  ///< configured
};

bool is_system_vm(model::CloudVmKind kind);
/// Its flag counts as on, or nobody knows.
inline bool may_be_restarted(const Victim& victim) {
  return victim.ha != false;
}

/// Who runs where, by host uuid: the baselines as they are now. VMs that run nowhere are not in it.
std::map<std::string, std::vector<Victim>> residents(const BothViews& views);

/// XenServer declared the host dead, CloudStack declared it down, or it booted anew: what ran there is gone.
bool surely_lost(const FailoverRecord& record);
/// It ended on the lost host: seen stopped in either system, or running anew.
bool was_stopped(const Victim& victim);
/// Most of the VMs were seen not running any more, in either system.
bool mostly_stopped(const std::vector<Victim>& vms, const BothViews& views);

/// Takes what XenServer says of the victims. `started`: when VMs were seen starting, by uuid.
void follow_in_xenserver(FailoverRecord& record, const XenView& xen,
                         const std::map<std::string, WallTime>& started);
/// Takes what CloudStack says of them, replacements of system VMs included. `taken`: instance names of those
/// that already replace another; grows.
void follow_in_cloudstack(FailoverRecord& record, const CloudView& cloud, std::set<std::string>& taken);
/// From what was seen to the state of each victim that pends.
void judge_victims(FailoverRecord& record, const BothViews& views);

}  // namespace xenha::exporter
