#include <array>
#include <span>
#include <tuple>

#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Families;
using metrics::Labels;

/// Those of every release from 4.3 to 4.22.
constexpr std::array kHostStates{"Creating", "Connecting", "Up",    "Disconnected", "Alert",
                                 "Down",     "Removed",    "Error", "Rebalancing",  "Unknown"};
constexpr std::array kResourceStates{"Creating",
                                     "Enabled",
                                     "Disabled",
                                     "PrepareForMaintenance",
                                     "ErrorInPrepareForMaintenance",
                                     "Maintenance",
                                     "ErrorInMaintenance",
                                     "Degraded",
                                     "Error"};

/// Labels in the order of the catalogue; what is joined to nothing has no pool.
Labels labels_of(const std::string& cloud, const std::string& cluster, const std::string& pool) {
  Labels labels{{"cloudstack", cloud}};
  if (!cluster.empty()) labels.emplace_back("cluster", cluster);
  if (!pool.empty()) labels.emplace_back("pool", pool);
  return labels;
}

Labels with(Labels labels, std::string_view name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

/// One of the known states is 1, the others 0; one that we do not know comes besides. No state: no sample.
void add_states(Families& out, const metrics::MetricDef& def, const Labels& labels,
                std::span<const char* const> known, const std::string& state) {
  if (state.empty()) return;
  bool found = false;
  for (const char* word : known) {
    out.add(def, with(labels, "state", word), state == word);
    found = found || state == word;
  }
  if (!found) out.add(def, with(labels, "state", state), true);
}

class Collector {
 public:
  explicit Collector(const CloudSnapshot& cloud) : cloud_(cloud) {}

  CloudFamilies collect() {
    collect_server();
    if (cloud_.facts) collect_facts(*cloud_.facts);
    CloudFamilies all;
    all.of_no_pool = std::move(pages_[""]).take();
    pages_.erase("");
    for (auto& [pool, families] : pages_) all.of_pool.emplace(pool, std::move(families).take());
    return all;
  }

 private:
  void collect_server() {
    Families& out = pages_[""];
    const Labels labels{{"cloudstack", cloud_.name}};
    out.add(catalog::kCloudUp, labels, cloud_.up);
    out.add(catalog::kCloudLastSuccess, labels, cloud_.last_success);
    out.add(catalog::kCloudClockOffset, labels, cloud_.clock_offset);
    for (const char* word : kCloudAlertWords) {
      const auto seen = cloud_.alerts.find(word);
      out.add(catalog::kCloudAlerts, with(labels, "alert", word),
              seen == cloud_.alerts.end() ? 0 : seen->second);
    }
  }

  void collect_facts(const CloudFacts& facts) {
    Families& out = pages_[""];
    const Labels labels{{"cloudstack", cloud_.name}};
    if (!facts.version.empty()) out.add(catalog::kCloudInfo, with(labels, "version", facts.version), 1);
    for (const CloudSettingSnapshot& setting : facts.settings) {
      const Labels which = with(labels, "setting", setting.name);
      out.add(catalog::kCloudSettingSeconds, which, setting.seconds);
      out.add(catalog::kCloudSettingValue, which, setting.value);
      out.add(catalog::kCloudSettingDefault, which, setting.is_default);
    }
    for (const CloudClusterSnapshot& cluster : facts.clusters)
      if (!cluster.managed_state.empty())
        pages_[cluster.pool].add(catalog::kCloudClusterManaged,
                                 labels_of(cloud_.name, cluster.label, cluster.pool), cluster.managed());
    collect_hosts(facts);
    if (cloud_.vms_read) collect_vms(facts);
  }

  void collect_hosts(const CloudFacts& facts) {
    std::map<std::pair<std::string, std::string>, int> count;
    for (const CloudHostSnapshot& host : facts.hosts) ++count[{host.cluster, host.host}];
    std::map<std::pair<std::string, std::string>, bool> joined;  // by cluster and host
    for (const CloudHostSnapshot& host : facts.hosts) {
      const std::string label =
          count[{host.cluster, host.host}] == 1 ? host.host : host.host + " (" + host.id.substr(0, 8) + ")";
      const Labels labels = with(labels_of(cloud_.name, host.cluster, host.pool), "host", label);
      Families& out = pages_[host.pool];
      add_states(out, catalog::kCloudHostState, labels, kHostStates, host.state);
      add_states(out, catalog::kCloudHostResourceState, labels, kResourceStates, host.resource_state);
      joined.emplace(std::pair(host.cluster, label), !host.host_uuid.empty());
    }
    for (const CloudFacts::Missing& host : facts.missing_hosts)
      joined.emplace(std::pair(host.cluster, host.host), false);
    for (const auto& [where, is_joined] : joined)
      pages_[""].add(catalog::kCloudHostJoined,
                     with(labels_of(cloud_.name, where.first, ""), "host", where.second), is_joined);
  }

  void collect_vms(const CloudFacts& facts) {
    std::map<std::string_view, const CloudClusterSnapshot*> clusters;
    for (const CloudClusterSnapshot& cluster : facts.clusters) clusters.emplace(cluster.id, &cluster);
    std::map<std::tuple<std::string, std::string, model::CloudVmKind, std::string, std::string>, int> counts;
    for (const auto& [id, vm] : facts.vms) {
      const auto cluster = clusters.find(vm.cluster_id);
      const bool known = cluster != clusters.end();
      ++counts[{known ? cluster->second->label : "", known ? cluster->second->pool : "", vm.kind, vm.state,
                vm.ha ? (*vm.ha ? "true" : "false") : "unknown"}];
    }
    for (const auto& [key, vms] : counts) {
      const auto& [cluster, pool, kind, state, ha] = key;
      Labels labels = labels_of(cloud_.name, cluster, pool);
      labels.emplace_back("vm_kind", model::kCloudVmKindWords[static_cast<std::size_t>(kind)]);
      labels.emplace_back("state", state);
      labels.emplace_back("ha", ha);
      pages_[pool].add(catalog::kCloudVms, labels, vms);
    }
  }

  const CloudSnapshot& cloud_;
  std::map<std::string, Families> pages_;  ///< by pool, "" for what belongs to none
};

}  // namespace

CloudFamilies collect_cloud(const CloudSnapshot& cloud) {
  return Collector(cloud).collect();
}

}  // namespace xenha::exporter
