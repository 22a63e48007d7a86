#include "exporter/poll/judge.h"

#include <algorithm>

#include "lib/model/heartbeat_reading.h"
#include "lib/model/pool_reading.h"

namespace xenha::exporter {
namespace {

class Judge {
 public:
  explicit Judge(const PoolView& view) : view_(view) {
    if (view.db != nullptr) hosts_ = identify(*view.db, view.probes);
  }

  PoolSnapshot run() {
    PoolSnapshot out;
    out.name = view_.config.name;
    out.up = view_.up;
    out.last_success = view_.last_success;
    out.ha_timeout_expected = static_cast<double>(view_.config.ha_timeout.count());
    out.master_changes = view_.history.master_changes;
    out.master_since = view_.history.master_since;
    out.ha_disabled_since = view_.history.ha_disabled_since;
    out.ha_enabled_since = view_.history.ha_enabled_since;
    out.ha_messages = view_.history.messages;
    if (view_.every_host_probed) out.masters = count_masters();
    if (view_.db != nullptr && view_.db->pool() != nullptr) out.facts = facts(*view_.db->pool());
    out.hosts = hosts(out.facts);
    return out;
  }

 private:
  int count_masters() const {
    return static_cast<int>(std::count_if(
        view_.probes.begin(), view_.probes.end(),
        [](const ProbedHost& probe) { return probe.verdict.claims_master == true && !probe.foreign; }));
  }

  PoolFacts facts(const model::PoolRecord& pool) const {
    const model::PoolDb& db = *view_.db;
    PoolFacts out{.uuid = pool.uuid, .name_label = pool.name_label, .cluster_stack = pool.ha_cluster_stack};
    if (const model::HostRecord* master = model::find_host(db, pool.master)) {
      out.version = master->product_version;
      out.product = master->product_brand;
      // CloudStack's side (4.3.2 and later) joins in with the CloudStack reader.
      out.ha_required = model::ha_required(*master, any_hotfix());
    }
    out.ha_enabled = pool.ha_enabled;
    const model::HaOperations running = model::ha_operations(db);
    out.ha_enable_running = running.enable;
    out.ha_disable_running = running.disable;
    out.ha_timeout = model::effective_timeout(pool);
    out.ha_host_failures_to_tolerate = pool.ha_host_failures_to_tolerate;
    if (pool.ha_enabled == true) {
      out.ha_plan_exists_for = pool.ha_plan_exists_for;
      out.ha_overcommitted = pool.ha_overcommitted;
    }
    out.ha_licensed = pool.ha_licensed;
    out.ha_protected_vms = std::count_if(db.vms.begin(), db.vms.end(), [](const auto& entry) {
      return model::restarted_by_xenserver(entry.second);
    });
    out.rolling_upgrade = pool.rolling_upgrade;
    out.statefile_resolves = model::statefiles_resolve(db);
    out.heartbeat_srs = judge_heartbeat(view_.config, db, hosts_);
    return out;
  }

  std::optional<bool> any_hotfix() const {
    if (view_.hotfix.empty()) return std::nullopt;
    return std::any_of(view_.hotfix.begin(), view_.hotfix.end(),
                       [](const auto& entry) { return entry.second; });
  }

  std::vector<HostSnapshot> hosts(const std::optional<PoolFacts>& facts) const {
    std::vector<HostSnapshot> out;
    std::vector<bool> used(view_.probes.size());
    for (const Identity& host : hosts_) {
      HostSnapshot one{.label = host.label, .uuid = host.uuid, .address = host.record_address};
      for (std::size_t i = 0; i < view_.probes.size(); ++i) {
        if (host.probe_address.empty() || view_.probes[i].address != host.probe_address) continue;
        used[i] = true;
        add_probe(one, view_.probes[i]);
      }
      if (one.address.empty()) one.address = host.probe_address;
      add_facts(one, host, facts);
      out.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < view_.probes.size(); ++i) {
      if (used[i]) continue;
      const ProbedHost& probe = view_.probes[i];
      HostSnapshot one{.label = probe.address, .address = probe.address};
      const auto known = view_.history.members.find(probe.address);
      if (view_.db == nullptr && known != view_.history.members.end() && !known->second.label.empty()) {
        one.label = known->second.label;
        one.uuid = known->second.uuid;
      }
      add_probe(one, probe);
      out.push_back(std::move(one));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
    // The same host under two addresses: one is enough.
    out.erase(
        std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.label == b.label; }),
        out.end());
    return out;
  }

  void add_probe(HostSnapshot& out, const ProbedHost& probe) const {
    if (!probe.probed) return;
    out.reachable = probe.verdict.reachable;
    out.state = probe.foreign ? std::nullopt : probe.verdict.state;
    out.claims_master = probe.foreign ? std::nullopt : std::optional(probe.verdict.claims_master == true);
    out.certificate_expiry = probe.certificate_expiry;
    if (probe.verdict.claims_master == true && !probe.foreign) {
      out.believed_master = out.label;
    } else if (!probe.verdict.believed_address.empty()) {
      out.believed_master = label_of(probe.verdict.believed_address);
    }
    if (probe.emergency && !probe.foreign) {
      out.emergency = probe.emergency->emergency;
      if (probe.emergency->emergency) out.emergency_reason = probe.emergency->reason;
    }
  }

  void add_facts(HostSnapshot& out, const Identity& identity, const std::optional<PoolFacts>& facts) const {
    const model::HostRecord& host = *model::find_host(*view_.db, identity.ref);
    const model::PoolRecord* pool = view_.db->pool();
    out.version = host.product_version;
    out.build = host.build_number;
    const auto metrics = view_.db->host_metrics.find(host.metrics);
    if (metrics != view_.db->host_metrics.end()) out.live = metrics->second.live;
    out.enabled = host.enabled;
    const bool ha_on = facts && facts->ha_enabled == true;
    if (facts && facts->ha_enabled == false) out.ha_armed = false;
    if (ha_on) {
      out.ha_armed = host.has_ha_statefile;
      if (host.ha_network_peers) {
        out.ha_peers =
            static_cast<int>(std::count_if(host.ha_network_peers->begin(), host.ha_network_peers->end(),
                                           [&](const std::string& peer) { return peer != host.uuid; }));
      }
      const auto latencies = view_.latencies.find(host.uuid);
      if (latencies != view_.latencies.end() && out.reachable != false) {  // a dead host measures nothing
        out.statefile = latencies->second.statefile;
        out.network = latencies->second.network;
        out.xapi = latencies->second.xapi;
      }
    }
    out.boot_time = host.boot_time;
    out.agent_start = host.agent_start_time;
    const auto offset = view_.clock_offsets.find(host.uuid);
    if (offset != view_.clock_offsets.end()) out.clock_offset = offset->second;
    const auto hotfix = view_.hotfix.find(host.uuid);
    if (hotfix != view_.hotfix.end() && host.api_major == 2 && host.api_minor < 3) {
      out.hotfixes["XS62ESP1004"] = hotfix->second;
    }
    if (pool != nullptr) {
      out.maintenance_xenserver =
          model::in_maintenance(host, out.live, model::find_host(*view_.db, pool->master),
                                out.clock_offset.value_or(Duration{}), view_.now);
      out.maintenance_xenha = model::intent_covers(*pool, identity, view_.now);
    }
  }

  /// Label of the member at an address that somebody named; the address itself when nobody is known there.
  std::string label_of(const std::string& address) const {
    for (const Identity& host : hosts_) {
      if (host.record_address == address || host.probe_address == address) return host.label;
    }
    for (const ProbedHost& probe : view_.probes) {
      if (probe.address != address && probe.peer_ip != address) continue;
      for (const Identity& host : hosts_) {
        if (host.probe_address == probe.address) return host.label;
      }
      const auto known = view_.history.members.find(probe.address);
      return known == view_.history.members.end() || known->second.label.empty() ? probe.address
                                                                                 : known->second.label;
    }
    return address;
  }

  const PoolView& view_;
  std::vector<Identity> hosts_;
};

}  // namespace

std::vector<Identity> identify(const model::PoolDb& db, const std::vector<ProbedHost>& probes) {
  std::vector<model::AskedAddress> asked;
  for (const ProbedHost& probe : probes) asked.push_back({probe.address, probe.peer_ip});
  return model::identify(db, asked);
}

PoolSnapshot judge(const PoolView& view) {
  return Judge(view).run();
}

}  // namespace xenha::exporter
