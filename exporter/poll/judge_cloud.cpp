#include "exporter/poll/judge_cloud.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "lib/cloudstack/reader.h"
#include "lib/model/primary_storage.h"

namespace xenha::exporter {
namespace {

using Names = std::set<std::string, std::less<>>;

/// CloudStack's own instance names; an operator's other VMs are none of its business.
bool is_instance_name(std::string_view name) {
  if (name.size() < 5 || std::string_view("ivrs").find(name[0]) == std::string_view::npos) return false;
  return name[1] == '-' && std::isdigit(static_cast<unsigned char>(name[2])) != 0 &&
         name.find('-', 3) != std::string_view::npos;
}

}  // namespace

std::optional<bool> cloudstack_requires_ha(const std::string& version) {
  const cloudstack::Version parsed = cloudstack::parse_version(version);
  if (!parsed.known()) return std::nullopt;
  return parsed >= cloudstack::Version{4, 3, 2};
}

void add_cloud(PoolSnapshot& pool, const model::PoolDb* db, const CloudSnapshot& cloud) {
  if (!cloud.facts) return;
  const CloudFacts& facts = *cloud.facts;
  if (pool.facts && cloudstack_requires_ha(facts.version) == true) pool.facts->ha_required = true;
  for (const CloudHostSnapshot& known : facts.hosts) {
    if (known.pool != pool.name || known.host_uuid.empty()) continue;
    for (HostSnapshot& host : pool.hosts)
      if (host.uuid == known.host_uuid) host.maintenance_cloudstack = known.maintenance();
  }
  std::vector<std::string> clusters;
  for (const CloudClusterSnapshot& cluster : facts.clusters)
    if (cluster.pool == pool.name) clusters.push_back(cluster.id);
  if (pool.facts && !clusters.empty()) {
    const model::PrimaryStorage primary = model::primary_storage(db, facts.storage_pools, clusters);
    for (HeartbeatSrSnapshot& sr : pool.facts->heartbeat_srs)
      sr.is_primary_storage = primary.holds(sr.label, sr.uuid);
  }
}

std::optional<VmDrift> vm_drift(const PoolSnapshot& pool, const model::PoolDb* db,
                                const CloudSnapshot& cloud) {
  if (db == nullptr || !pool.up || !cloud.facts || !cloud.vms_read) return std::nullopt;
  const auto& clusters = cloud.facts->clusters;
  if (std::none_of(clusters.begin(), clusters.end(),
                   [&](const auto& each) { return each.pool == pool.name; }))
    return std::nullopt;
  std::set<std::string_view> here, running_here, known;  // known: running, or on the way to another state
  for (const HostSnapshot& host : pool.hosts) here.insert(host.uuid);
  for (const auto& [ref, vm] : db->vms)
    if (vm.real && vm.power_state == "Running") running_here.insert(vm.name_label);
  VmDrift drift;
  const auto compare = [&](const CloudVmSnapshot& vm) {
    const bool at_rest = vm.state == "Stopped" || vm.state == "Destroyed" || vm.state == "Expunging" ||
                         vm.state == "Error" || vm.state == "Shutdown";
    if (!at_rest) known.insert(vm.instance_name);
    const bool runs_here = vm.state == "Running" && !vm.host_uuid.empty() && here.contains(vm.host_uuid);
    if (runs_here && !running_here.contains(vm.instance_name)) drift.cloudstack_only.insert(vm.instance_name);
  };
  const CloudFacts& facts = *cloud.facts;
  if (facts.vm_index) {
    const auto ours = facts.vm_index->of_pool.find(pool.name);
    if (ours != facts.vm_index->of_pool.end())
      for (const std::string& id : ours->second)
        if (const auto vm = facts.vms.find(id); vm != facts.vms.end()) compare(vm->second);
  } else {
    for (const auto& [id, vm] : facts.vms) compare(vm);
  }
  for (const std::string_view name : running_here)
    if (is_instance_name(name) && !known.contains(name)) drift.xenserver_only.emplace(name);
  return drift;
}

int DriftMemory::settled(FirstSeen& memory, const Names& now, WallTime list) {
  std::erase_if(memory, [&](const auto& entry) { return !now.contains(entry.first); });
  for (const std::string& name : now) memory.try_emplace(name, list);
  return static_cast<int>(
      std::count_if(memory.begin(), memory.end(), [&](const auto& entry) { return entry.second != list; }));
}

void DriftMemory::add(PoolSnapshot& pool, const std::optional<VmDrift>& drift, const CloudSnapshot& cloud) {
  if (!drift) return;
  pool.vms_cloudstack_only = settled(cloudstack_only_, drift->cloudstack_only, *cloud.vms_read);
  pool.vms_xenserver_only = settled(xenserver_only_, drift->xenserver_only, *cloud.vms_read);
}

}  // namespace xenha::exporter
