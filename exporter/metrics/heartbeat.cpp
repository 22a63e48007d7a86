#include "exporter/metrics/heartbeat.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Families;
using metrics::Labels;

constexpr double kXapiHealthcheckTimeout = 120;  ///< seconds, fixed in XenServer

void collect_latencies(Families& out, const PoolSnapshot& pool, const HostSnapshot& host) {
  const Labels labels{{"pool", pool.name}, {"host", host.label}};
  const auto recorded = [&](const char* datasource, const HostSnapshot::Latency& latency) {
    out.add(catalog::kHeartbeatLatencyRecorded,
            {{"pool", pool.name}, {"host", host.label}, {"datasource", datasource}}, latency.recorded);
  };
  out.add(catalog::kHeartbeatStatefileLatency, labels, host.statefile.seconds);
  out.add(catalog::kHeartbeatNetworkLatency, labels, host.network.seconds);
  out.add(catalog::kHeartbeatXapiLatency, labels, host.xapi.seconds);
  recorded("network", host.network);
  recorded("statefile", host.statefile);
  recorded("xapi", host.xapi);
  out.add(catalog::kHeartbeatMargin, labels, heartbeat_margin(host, pool.facts->ha_timeout));
}

void collect_sr(Families& out, const std::string& pool, const std::string& cloudstack, const std::string& sr,
                const HeartbeatSrSnapshot& facts) {
  const Labels labels{{"pool", pool}, {"sr", sr}};
  out.add(catalog::kHeartbeatSrInfo,
          {{"pool", pool}, {"sr", sr}, {"sr_uuid", facts.uuid}, {"sr_type", facts.type}}, 1);
  out.add(catalog::kHeartbeatSrExpected, labels, facts.expected);
  out.add(catalog::kHeartbeatSrSize, labels, facts.size);
  out.add(catalog::kHeartbeatSrUsed, labels, facts.used);
  out.add(catalog::kHeartbeatSrRequired, labels, facts.required);
  out.add(catalog::kHeartbeatSrForeignVdis, labels, facts.foreign_vdis);
  if (!cloudstack.empty())
    out.add(catalog::kHeartbeatSrIsPrimaryStorage, {{"pool", pool}, {"sr", sr}, {"cloudstack", cloudstack}},
            facts.is_primary_storage);
  for (const HeartbeatSrSnapshot::Attachment& attachment : facts.attachments) {
    const Labels where{{"pool", pool}, {"host", attachment.host}, {"sr", sr}};
    out.add(catalog::kHeartbeatSrAttached, where, attachment.attached);
    out.add(catalog::kHeartbeatSrPathsActive, where, attachment.paths_active);
    out.add(catalog::kHeartbeatSrPaths, where, attachment.paths);
  }
}

/// Two repositories may have one name: they would share their series.
std::map<std::string, const HeartbeatSrSnapshot*> by_unique_label(
    const std::vector<HeartbeatSrSnapshot>& srs) {
  std::map<std::string, int> count;
  for (const HeartbeatSrSnapshot& sr : srs) ++count[sr.label];
  std::map<std::string, const HeartbeatSrSnapshot*> unique;
  for (const HeartbeatSrSnapshot& sr : srs)
    unique.emplace(count[sr.label] == 1 ? sr.label : sr.label + " (" + sr.uuid.substr(0, 8) + ")", &sr);
  return unique;
}

}  // namespace

std::optional<double> heartbeat_margin(const HostSnapshot& host, const std::optional<double>& timeout) {
  std::optional<double> worst;
  const auto reckon = [&](const HostSnapshot::Latency& latency, const std::optional<double>& limit) {
    if (!latency.seconds || !std::isfinite(*latency.seconds) || !limit || *limit <= 0) return;
    worst = std::max(worst.value_or(0), *latency.seconds / *limit);  // the network's may be below 0
  };
  reckon(host.network, timeout);
  reckon(host.statefile, timeout);
  reckon(host.xapi, kXapiHealthcheckTimeout);
  if (!worst) return std::nullopt;
  return 1 - *worst;
}

void collect_heartbeat(Families& out, const PoolSnapshot& pool) {
  if (!pool.facts) return;
  for (const auto& [label, sr] : by_unique_label(pool.facts->heartbeat_srs))
    collect_sr(out, pool.name, pool.cloudstack, label, *sr);
  out.add(catalog::kHeartbeatStatefileResolves, {{"pool", pool.name}}, pool.facts->statefile_resolves);
  if (pool.facts->ha_enabled != true) return;  // the sources exist only while the HA monitor runs
  for (const HostSnapshot& host : pool.hosts) collect_latencies(out, pool, host);
}

}  // namespace xenha::exporter
