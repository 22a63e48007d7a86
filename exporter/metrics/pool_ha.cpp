#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Families;
using metrics::Labels;

void collect_facts(Families& out, const Labels& labels, const std::string& name, const PoolFacts& facts) {
  out.add(catalog::kPoolInfo,
          {{"pool", name},
           {"pool_uuid", facts.uuid},
           {"name_label", facts.name_label},
           {"version", facts.version},
           {"product", facts.product},
           {"cluster_stack", facts.cluster_stack}},
          1);
  out.add(catalog::kPoolHaEnabled, labels, facts.ha_enabled);
  out.add(catalog::kPoolHaRequired, labels, facts.ha_required);
  out.add(catalog::kPoolHaOperation, {{"pool", name}, {"operation", "ha_disable"}}, facts.ha_disable_running);
  out.add(catalog::kPoolHaOperation, {{"pool", name}, {"operation", "ha_enable"}}, facts.ha_enable_running);
  out.add(catalog::kPoolHaTimeout, labels, facts.ha_timeout);
  out.add(catalog::kPoolHaHostFailuresToTolerate, labels, facts.ha_host_failures_to_tolerate);
  if (facts.ha_enabled == true) {  // XenServer leaves old values there when HA is off
    out.add(catalog::kPoolHaPlanExistsFor, labels, facts.ha_plan_exists_for);
    out.add(catalog::kPoolHaOvercommitted, labels, facts.ha_overcommitted);
  }
  out.add(catalog::kPoolHaLicensed, labels, facts.ha_licensed);
  out.add(catalog::kPoolHaProtectedVms, labels, facts.ha_protected_vms);
  out.add(catalog::kPoolRollingUpgrade, labels, facts.rolling_upgrade);
}

void collect_drift(Families& out, const PoolSnapshot& pool) {
  if (pool.cloudstack.empty()) return;
  const auto add = [&](const char* direction, const std::optional<int>& vms) {
    out.add(catalog::kCloudVmMismatch,
            {{"cloudstack", pool.cloudstack}, {"pool", pool.name}, {"direction", direction}}, vms);
  };
  add("cloudstack_only", pool.vms_cloudstack_only);
  add("xenserver_only", pool.vms_xenserver_only);
}

}  // namespace

void collect_pool_ha(Families& out, const PoolSnapshot& pool) {
  const Labels labels{{"pool", pool.name}};
  out.add(catalog::kPoolUp, labels, pool.up);
  out.add(catalog::kPoolLastSuccess, labels, pool.last_success);
  out.add(catalog::kPoolMasters, labels, pool.masters);
  out.add(catalog::kPoolMasterChanges, labels, pool.master_changes);
  out.add(catalog::kPoolMasterSince, labels, pool.master_since);
  out.add(catalog::kPoolHaDisabledSince, labels, pool.ha_disabled_since);
  out.add(catalog::kPoolHaTimeoutExpected, labels, pool.ha_timeout_expected);
  if (pool.facts) collect_facts(out, labels, pool.name, *pool.facts);
  for (const auto& [message, seen] : pool.ha_messages) {
    const Labels which{{"pool", pool.name}, {"message", message}};
    out.add(catalog::kHaMessages, which, seen.count);
    out.add(catalog::kHaMessageLast, which, seen.last);
  }
}

std::vector<MetricFamily> collect_pool(const PoolSnapshot& pool) {
  Families out;
  collect_pool_ha(out, pool);
  collect_hosts(out, pool);
  collect_heartbeat(out, pool);
  collect_drift(out, pool);
  return std::move(out).take();
}

std::vector<MetricFamily> collect(const PoolSnapshot& pool) {
  std::vector<MetricFamily> all = collect_pool(pool);
  for (MetricFamily& family : collect_failovers(pool)) all.push_back(std::move(family));
  for (MetricFamily& family : collect_self(pool)) all.push_back(std::move(family));
  return all;
}

std::vector<MetricFamily> collect_probe(const PoolSnapshot* pool) {
  Families out;
  out.add(catalog::kProbeSuccess, {}, pool && pool->up);
  if (pool) out.add(catalog::kProbeDuration, {}, pool->probe_duration);
  return std::move(out).take();
}

}  // namespace xenha::exporter
