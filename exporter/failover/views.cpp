#include "exporter/failover/views.h"

#include <utility>

namespace xenha::exporter {
namespace {

/// In all pools together. A cloud with more is so large that each pool looks for replacements on its own
/// hosts only.
constexpr std::size_t kMostSystemVms = 200;

template <class Map, class Key>
const typename Map::mapped_type& find_or_empty(const Map& map, const Key& key) {
  static const typename Map::mapped_type kNone;
  const auto found = map.find(key);
  return found == map.end() ? kNone : found->second;
}

bool is_system(model::CloudVmKind kind) {
  return kind == model::CloudVmKind::kConsoleProxy || kind == model::CloudVmKind::kSecondaryStorageVm;
}

}  // namespace

XenView::XenView(XenSight sight) : sight_(std::move(sight)) {
  by_uuid_.reserve(sight_.vms.size());
  by_name_.reserve(sight_.vms.size());
  for (const XenSight::Vm& vm : sight_.vms) {
    by_uuid_.emplace(vm.uuid, &vm);
    if (!vm.name.empty()) by_name_[vm.name].push_back(&vm);
  }
}

const XenSight::Vm* XenView::vm(std::string_view uuid) const {
  const auto found = by_uuid_.find(uuid);
  return found == by_uuid_.end() ? nullptr : found->second;
}

const std::vector<const XenSight::Vm*>& XenView::named(std::string_view name) const {
  return find_or_empty(by_name_, name);
}

std::string XenView::label_of(std::string_view host_uuid) const {
  for (const XenSight::Host& host : sight_.hosts)
    if (host.uuid == host_uuid) return host.label;
  return {};
}

CloudView::CloudView(const CloudSnapshot& snapshot, const std::string& pool,
                     const std::set<std::string>& wanted, WallTime now)
    : hosts_at_(snapshot.hosts_read.value_or(now)) {
  const CloudFacts& facts = *snapshot.facts;
  std::set<std::string_view> clusters;
  for (const CloudClusterSnapshot& cluster : facts.clusters)
    if (cluster.pool == pool) clusters.insert(cluster.id);
  for (const CloudHostSnapshot& host : facts.hosts) {
    if (!host.host_uuid.empty()) labels_[host.host_uuid] = host.host;
    if (host.pool == pool && !host.host_uuid.empty()) hosts_[host.host_uuid] = host;
  }
  const auto keep = [&](const auto& ids) {
    for (const std::string& id : ids)
      if (const auto vm = facts.vms.find(id); vm != facts.vms.end()) vms_.insert(*vm);
  };
  if (facts.vm_index) {
    if (const auto ours = facts.vm_index->of_pool.find(pool); ours != facts.vm_index->of_pool.end())
      keep(ours->second);
    // The replacement of a system VM may start in any cluster.
    if (facts.vm_index->system_vms.size() <= kMostSystemVms) keep(facts.vm_index->system_vms);
    keep(wanted);
  } else {
    for (const auto& [id, vm] : facts.vms)
      if (hosts_.contains(vm.host_uuid) || clusters.contains(vm.cluster_id) || is_system(vm.kind) ||
          wanted.contains(id))
        vms_.emplace_hint(vms_.end(), id, vm);
  }
  by_name_.reserve(vms_.size());
  for (const auto& [id, vm] : vms_)
    if (!vm.instance_name.empty()) by_name_.emplace(vm.instance_name, &vm);
  for (const CloudEventSnapshot& event : snapshot.recent_events)
    if (!event.vm_id.empty()) events_[event.vm_id].push_back(event);
  for (const CloudAlertSnapshot& alert : snapshot.recent_alerts) {
    if (!alert.vm.empty()) {
      vm_alerts_[alert.vm].push_back(alert);
    } else if (!alert.host_uuid.empty()) {
      host_alerts_[alert.host_uuid].push_back(alert);
    }
  }
  for (const CloudSettingSnapshot& setting : facts.settings) {
    if (!setting.value) continue;
    if (setting.name == "force.ha") force_ha_ = *setting.value != 0;
    if (setting.name == "vm.ha.enabled") restarts_vms_ = *setting.value != 0;
  }
  knows_all_vms_ = snapshot.vms_read.has_value();
}

const CloudVmSnapshot* CloudView::vm(const std::string& id) const {
  const auto found = vms_.find(id);
  return found == vms_.end() ? nullptr : &found->second;
}

const CloudVmSnapshot* CloudView::named(std::string_view instance_name) const {
  const auto found = by_name_.find(instance_name);
  return found == by_name_.end() ? nullptr : found->second;
}

const std::vector<CloudEventSnapshot>& CloudView::events_of(const std::string& vm_id) const {
  return find_or_empty(events_, vm_id);
}
const std::vector<CloudAlertSnapshot>& CloudView::alerts_of_host(const std::string& host_uuid) const {
  return find_or_empty(host_alerts_, host_uuid);
}
const std::vector<CloudAlertSnapshot>& CloudView::alerts_of_vm(const std::string& name) const {
  return find_or_empty(vm_alerts_, name);
}

std::string CloudView::label_of(const std::string& host_uuid) const {
  return find_or_empty(labels_, host_uuid);
}

}  // namespace xenha::exporter
