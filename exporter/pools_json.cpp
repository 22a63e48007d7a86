#include "exporter/pools_json.h"

#include <map>

#include "exporter/findings.h"
#include "exporter/json_values.h"
#include "exporter/metrics/heartbeat.h"

namespace xenha::exporter {
namespace {

using json::dump;
using json::Object;
using json::value_of;

const CloudHostSnapshot* cloud_host(const CloudSnapshot* cloud, const PoolSnapshot& pool,
                                    const HostSnapshot& host) {
  if (!cloud || !cloud->facts || host.uuid.empty()) return nullptr;
  for (const CloudHostSnapshot& known : cloud->facts->hosts)
    if (known.pool == pool.name && known.host_uuid == host.uuid) return &known;
  return nullptr;
}

Object host_json(const PoolSnapshot& pool, const CloudSnapshot* cloud, const HostSnapshot& host) {
  const bool ha_on = pool.facts && pool.facts->ha_enabled == true;
  Object out;
  out["host"] = host.label;
  out["host_uuid"] = value_of(host.uuid);
  out["address"] = host.address;
  out["version"] = value_of(host.version);
  out["build"] = value_of(host.build);
  out["reachable"] = value_of(host.reachable);
  out["state"] =
      host.state ? Object(kHostStateWords[static_cast<std::size_t>(*host.state)]) : Object(nullptr);
  out["claims_master"] = value_of(host.claims_master);
  out["believed_master"] = value_of(host.believed_master);
  out["emergency_mode"] = value_of(host.emergency);
  out["emergency_reason"] = value_of(host.emergency_reason);
  out["live"] = value_of(host.live);
  out["enabled"] = value_of(host.enabled);
  out["ha_armed"] = value_of(host.ha_armed);
  out["ha_peers"] = value_of(host.ha_peers);
  out["heartbeat_margin_ratio"] =
      ha_on ? value_of(heartbeat_margin(host, pool.facts->ha_timeout)) : Object(nullptr);
  out["maintenance_xenserver"] = value_of(host.maintenance_xenserver);
  out["maintenance_xenha"] = value_of(host.maintenance_xenha);
  out["maintenance_cloudstack"] = value_of(host.maintenance_cloudstack);
  const CloudHostSnapshot* known = cloud_host(cloud, pool, host);
  out["cloudstack_state"] = known ? value_of(known->state) : Object(nullptr);
  out["cloudstack_resource_state"] = known ? value_of(known->resource_state) : Object(nullptr);
  out["certificate_expiry_timestamp_seconds"] = value_of(host.certificate_expiry);
  out["boot_time_timestamp_seconds"] = value_of(host.boot_time);
  out["agent_start_timestamp_seconds"] = value_of(host.agent_start);
  out["clock_offset_seconds"] = value_of(host.clock_offset);
  out["rejoin_seconds"] = value_of(host.rejoin);
  out["hotfixes"] = Object::object();
  for (const auto& [name, applied] : host.hotfixes) out["hotfixes"][name] = applied;
  return out;
}

Object sr_json(const HeartbeatSrSnapshot& sr) {
  Object out;
  out["sr"] = sr.label;
  out["sr_uuid"] = sr.uuid;
  out["sr_type"] = value_of(sr.type);
  out["expected"] = value_of(sr.expected);
  out["size_bytes"] = value_of(sr.size);
  out["used_bytes"] = value_of(sr.used);
  out["required_bytes"] = value_of(sr.required);
  out["foreign_vdis"] = value_of(sr.foreign_vdis);
  out["is_primary_storage"] = value_of(sr.is_primary_storage);
  out["attachments"] = Object::array();
  for (const auto& attachment : sr.attachments) {
    Object item;
    item["host"] = attachment.host;
    item["attached"] = value_of(attachment.attached);
    item["paths_active"] = value_of(attachment.paths_active);
    item["paths"] = value_of(attachment.paths);
    out["attachments"].push_back(std::move(item));
  }
  return out;
}

Object ha_json(const PoolSnapshot& pool, const PoolFacts& facts) {
  Object out;
  out["enabled"] = value_of(facts.ha_enabled);
  out["required"] = value_of(facts.ha_required);
  out["enabled_since_timestamp_seconds"] = value_of(pool.ha_enabled_since);
  out["disabled_since_timestamp_seconds"] = value_of(pool.ha_disabled_since);
  out["enable_running"] = value_of(facts.ha_enable_running);
  out["disable_running"] = value_of(facts.ha_disable_running);
  out["timeout_seconds"] = value_of(facts.ha_timeout);
  out["timeout_expected_seconds"] = pool.ha_timeout_expected;
  out["host_failures_to_tolerate"] = value_of(facts.ha_host_failures_to_tolerate);
  out["plan_exists_for"] = value_of(facts.ha_plan_exists_for);
  out["overcommitted"] = value_of(facts.ha_overcommitted);
  out["licensed"] = value_of(facts.ha_licensed);
  out["protected_vms"] = value_of(facts.ha_protected_vms);
  out["statefile_resolves"] = value_of(facts.statefile_resolves);
  return out;
}

/// null for a pool without a CloudStack.
Object cloud_json(const PoolSnapshot& pool, const CloudSnapshot* cloud) {
  if (pool.cloudstack.empty()) return nullptr;
  Object out;
  out["name"] = pool.cloudstack;
  out["up"] = cloud ? Object(cloud->up) : Object(nullptr);
  out["last_success_timestamp_seconds"] = cloud ? value_of(cloud->last_success) : Object(nullptr);
  out["version"] = cloud && cloud->facts ? value_of(cloud->facts->version) : Object(nullptr);
  out["vms_cloudstack_only"] = value_of(pool.vms_cloudstack_only);
  out["vms_xenserver_only"] = value_of(pool.vms_xenserver_only);
  return out;
}

Object pool_json(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now) {
  const PoolFacts facts = pool.facts.value_or(PoolFacts{});
  Object out;
  out["name"] = pool.name;
  out["ready"] = true;
  out["up"] = pool.up;
  out["last_success_timestamp_seconds"] = value_of(pool.last_success);
  out["problems"] = Object::array();
  for (const Finding& finding : pool_findings(pool, cloud, now)) {
    Object item;
    item["severity"] = kSeverityWords[static_cast<std::size_t>(finding.severity)];
    item["text"] = finding.text;
    out["problems"].push_back(std::move(item));
  }
  out["pool_uuid"] = value_of(facts.uuid);
  out["name_label"] = value_of(facts.name_label);
  out["version"] = value_of(facts.version);
  out["product"] = value_of(facts.product);
  out["cluster_stack"] = value_of(facts.cluster_stack);
  out["rolling_upgrade"] = value_of(facts.rolling_upgrade);
  out["masters"] = value_of(pool.masters);
  out["master"] = nullptr;
  if (pool.masters == 1)
    for (const HostSnapshot& host : pool.hosts)
      if (host.claims_master == true) out["master"] = host.label;
  out["master_since_timestamp_seconds"] = value_of(pool.master_since);
  out["master_changes"] = pool.master_changes;
  out["ha"] = ha_json(pool, facts);
  out["cloudstack"] = cloud_json(pool, cloud);
  out["failovers_open"] = pool.failovers ? Object(pool.failovers->open.size()) : Object(nullptr);
  out["heartbeat_srs"] = Object::array();
  for (const HeartbeatSrSnapshot& sr : facts.heartbeat_srs) out["heartbeat_srs"].push_back(sr_json(sr));
  out["hosts"] = Object::array();
  for (const HostSnapshot& host : pool.hosts) out["hosts"].push_back(host_json(pool, cloud, host));
  return out;
}

}  // namespace

std::string pools_json(const std::vector<std::string>& names,
                       const std::vector<std::shared_ptr<const PoolSnapshot>>& pools,
                       const std::vector<std::shared_ptr<const CloudSnapshot>>& clouds, WallTime now) {
  const auto cloud_of = [&](const PoolSnapshot& pool) -> const CloudSnapshot* {
    for (const auto& cloud : clouds)
      if (cloud->name == pool.cloudstack) return cloud.get();
    return nullptr;
  };
  std::map<std::string_view, const PoolSnapshot*> known;
  for (const auto& pool : pools) known.emplace(pool->name, pool.get());
  Object out;
  out["timestamp_seconds"] = unix_seconds(now);
  out["pools"] = Object::array();
  for (const std::string& name : names) {
    const auto found = known.find(name);
    if (found != known.end()) {
      out["pools"].push_back(pool_json(*found->second, cloud_of(*found->second), now));
    } else {
      Object unread;
      unread["name"] = name;
      unread["ready"] = false;
      out["pools"].push_back(std::move(unread));
    }
  }
  return dump(out);
}

std::string targets_json(const std::vector<std::string>& names) {
  Object out = Object::array();
  for (const std::string& name : names) {
    Object target;
    target["targets"] = Object::array({name});
    target["labels"] = Object::object({{"__meta_xenha_pool", name}});
    out.push_back(std::move(target));
  }
  return dump(out);
}

}  // namespace xenha::exporter
