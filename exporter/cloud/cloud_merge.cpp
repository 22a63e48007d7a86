#include "exporter/cloud/cloud_merge.h"

#include <algorithm>
#include <tuple>

namespace xenha::exporter {
namespace {

using model::CloudVmKind;

template <class T>
bool assign(T& old, T fresh) {
  if (old == fresh) return false;
  old = std::move(fresh);
  return true;
}

/// The order of two listings says nothing.
template <class T>
std::vector<T> by_id(std::vector<T> items) {
  std::sort(items.begin(), items.end(), [](const T& a, const T& b) { return a.id < b.id; });
  return items;
}

WallTime middle(const cloudstack::Times& times) {
  return times.asked + (times.answered - times.asked) / 2;
}

/// The offering of a console proxy is not in its record: the type tells, while all of a type agree.
std::string_view offering_type(CloudVmKind kind) {
  switch (kind) {
    case CloudVmKind::kUser:
      return {};
    case CloudVmKind::kRouter:
      return "domainrouter";
    case CloudVmKind::kConsoleProxy:
      return "consoleproxy";
    case CloudVmKind::kSecondaryStorageVm:
      return "secondarystoragevm";
  }
  return {};
}

}  // namespace

bool CloudMerge::take_clusters(std::vector<model::CloudCluster> clusters) {
  return assign(clusters_, by_id(std::move(clusters)));
}

bool CloudMerge::take_hosts(std::vector<model::CloudHost> hosts, const std::string& cluster_id) {
  if (!cluster_id.empty()) {
    std::set<std::string> listed;
    for (const model::CloudHost& host : hosts) listed.insert(host.id);
    for (const model::CloudHost& host : hosts_)
      if (host.cluster_id != cluster_id && !listed.contains(host.id)) hosts.push_back(host);
  }
  return assign(hosts_, by_id(std::move(hosts)));
}

std::string CloudMerge::cluster_of(const std::string& host_id) const {
  const auto host =
      std::lower_bound(hosts_.begin(), hosts_.end(), host_id,
                       [](const model::CloudHost& a, const std::string& id) { return a.id < id; });
  return host != hosts_.end() && host->id == host_id ? host->cluster_id : std::string();
}

bool CloudMerge::take_vm(const model::CloudVm& vm, WallTime seen_at, const ClockOffset& clock) {
  const auto known = vms_.find(vm.id);
  std::string cluster = vm.host_id.empty() ? std::string() : cluster_of(vm.host_id);
  if (known != vms_.end() && cluster.empty()) cluster = known->second.vm.cluster_id;
  // On a host that is none of ours: another hypervisor's.
  if (!vm.host_id.empty() && cluster.empty()) return vms_.erase(vm.id) > 0;
  Vm fresh;
  fresh.vm = {.kind = vm.kind,
              .id = vm.id,
              .instance_name = vm.instance_name,
              .name = vm.name,
              .state = vm.state,
              .zone_id = vm.zone_id,
              .host_id = vm.host_id,
              .host_uuid = {},
              .cluster_id = std::move(cluster),
              .ha = vm.ha_enabled,
              .last_updated = {},
              .seen_at = seen_at,
              .running_since = {}};
  if (vm.state == "Running") {
    const bool still =
        known != vms_.end() && known->second.vm.running_since && known->second.vm.host_id == vm.host_id;
    fresh.vm.running_since = still ? known->second.vm.running_since : seen_at;
  }
  fresh.offering_id = vm.offering_id;
  fresh.printed_update = vm.last_updated;
  if (vm.last_updated) {
    // The same print stays the same time, whatever we learn about the server's clock meanwhile.
    const bool same = known != vms_.end() && known->second.printed_update == vm.last_updated;
    fresh.vm.last_updated = same ? known->second.vm.last_updated : clock.ours(*vm.last_updated);
  }
  if (known == vms_.end()) {
    vms_.emplace(vm.id, std::move(fresh));
    return true;
  }
  CloudVmSnapshot before = known->second.vm;
  before.seen_at = seen_at;
  const bool changed = !(before == fresh.vm) || known->second.offering_id != fresh.offering_id;
  known->second = std::move(fresh);
  return changed;
}

bool CloudMerge::take_vms(const cloudstack::Listing<model::CloudVm>& listing,
                          const std::set<CloudVmKind>& kinds, const ClockOffset& clock) {
  bool changed = false;
  std::set<std::string_view> listed;
  for (const model::CloudVm& vm : listing.items) {
    listed.insert(vm.id);
    changed |= take_vm(vm, middle(listing.times), clock);
  }
  const int patience = listing.items.size() < kOnePage ? 1 : 2;
  for (auto at = vms_.begin(); at != vms_.end();) {
    auto& [id, known] = *at;
    const bool gone = kinds.contains(known.vm.kind) && !listed.contains(id) && ++known.missed >= patience;
    changed |= gone;
    at = gone ? vms_.erase(at) : std::next(at);
  }
  return changed;
}

bool CloudMerge::take_victims(const cloudstack::Listing<model::CloudVm>& listing,
                              const std::vector<std::string>& ids, const ClockOffset& clock) {
  bool changed = false;
  std::set<std::string_view> listed;
  for (const model::CloudVm& vm : listing.items) {
    listed.insert(vm.id);
    changed |= take_vm(vm, middle(listing.times), clock);
  }
  for (const std::string& id : ids)
    if (!listed.contains(id)) changed |= vms_.erase(id) > 0;
  return changed;
}

bool CloudMerge::take_offerings(const std::vector<model::CloudOffering>& offerings) {
  std::map<std::string, bool> offers;
  std::map<std::string, std::optional<bool>> system;
  for (const model::CloudOffering& offering : offerings) {
    offers[offering.id] = offering.offer_ha;
    if (!offering.is_system) continue;
    const auto [type, first] = system.try_emplace(offering.system_vm_type, offering.offer_ha);
    if (!first && type->second != offering.offer_ha) type->second.reset();
  }
  const bool one = assign(offers_ha_, std::move(offers));
  return assign(system_offers_, std::move(system)) || one;
}

bool CloudMerge::take_storage_pools(std::vector<model::CloudStoragePool> pools) {
  return assign(storage_pools_, by_id(std::move(pools)));
}

bool CloudMerge::take_settings(std::vector<model::CloudConfiguration> rows) {
  rows_ = std::move(rows);
  settings_read_ = true;
  return assign(settings_, cloudstack::judge_settings(rows_, version_));
}

bool CloudMerge::take_events(const std::vector<model::CloudEvent>& events, const ClockOffset& clock,
                             WallTime now) {
  bool news = false;
  for (const model::CloudEvent& event : events) {
    if (events_.contains(event.id)) continue;
    std::optional<CloudEventSnapshot> read = read_event(event);
    if (!read) continue;
    read->created = clock.ours(read->created);
    if (now - read->created > kRecentEvents) continue;
    news = true;
    events_.emplace(event.id, *std::move(read));
  }
  std::erase_if(events_, [&](const auto& entry) { return now - entry.second.created > kRecentEvents; });
  return news;
}

bool CloudMerge::set_version(cloudstack::Version version, std::string text) {
  const bool changed = version_text_ != text;
  version_ = version;
  version_text_ = std::move(text);
  if (changed && settings_read_) settings_ = cloudstack::judge_settings(rows_, version_);
  return changed;
}

bool CloudMerge::has_unknown_cluster() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [this](const model::CloudHost& host) {
    return std::none_of(clusters_.begin(), clusters_.end(),
                        [&](const model::CloudCluster& cluster) { return cluster.id == host.cluster_id; });
  });
}

CloudJoin CloudMerge::join(const std::map<std::string, PoolMembers>& pools) const {
  return join_cloud(clusters_, hosts_, pools);
}

CloudFacts CloudMerge::facts(const CloudJoin& join) const {
  CloudFacts out;
  out.version = version_text_;
  out.clusters = join.clusters;
  out.hosts = join.hosts;
  out.missing_hosts = join.missing_hosts;
  std::map<std::string_view, const CloudHostSnapshot*> hosts;
  for (const CloudHostSnapshot& host : join.hosts) hosts.emplace(host.id, &host);
  for (const auto& [id, known] : vms_) {
    CloudVmSnapshot vm = known.vm;
    if (const auto host = hosts.find(vm.host_id); host != hosts.end()) vm.host_uuid = host->second->host_uuid;
    if (vm.kind != CloudVmKind::kUser && !vm.ha) {
      const auto offering = offers_ha_.find(known.offering_id);
      const auto type = system_offers_.find(std::string(offering_type(vm.kind)));
      if (offering != offers_ha_.end())
        vm.ha = offering->second;
      else if (known.offering_id.empty() && type != system_offers_.end())
        vm.ha = type->second;
    }
    out.vms.emplace_hint(out.vms.end(), id, std::move(vm));
  }
  out.storage_pools = storage_pools_;
  out.settings = settings_.settings;
  out.ha_tag = settings_.ha_tag;
  index_vms(out);
  return out;
}

std::vector<CloudEventSnapshot> CloudMerge::recent_events(WallTime now) const {
  std::vector<CloudEventSnapshot> out;
  for (const auto& [id, event] : events_)
    if (now - event.created <= kRecentEvents) out.push_back(event);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return out;
}

void CloudMerge::doubt_vms() {
  for (auto& [id, known] : vms_) ++known.missed;
}

bool CloudMerge::forget_vms(const std::set<CloudVmKind>& kinds) {
  return std::erase_if(vms_, [&](const auto& entry) { return kinds.contains(entry.second.vm.kind); }) > 0;
}

}  // namespace xenha::exporter
