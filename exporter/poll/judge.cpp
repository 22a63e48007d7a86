#include "exporter/poll/judge.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace xenha::exporter {
namespace {

constexpr std::chrono::minutes kStartSettles{30};

const model::HostRecord* find_host(const model::PoolDb& db, const model::Ref& ref) {
  const auto found = db.hosts.find(ref);
  return found == db.hosts.end() ? nullptr : &found->second;
}

/// xapi takes an integer; anything else makes the next enable fail, so it is no timeout.
std::optional<double> whole_number(const std::string& text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

std::optional<double> effective_timeout(const model::PoolRecord& pool) {
  if (pool.ha_timeout) return whole_number(*pool.ha_timeout);
  if (pool.default_ha_timeout) return whole_number(*pool.default_ha_timeout);
  return 60;
}

struct Running {
  std::optional<bool> enable, disable;
};

/// From 7.0 the pool names its operations; before, only the tasks do.
Running ha_operations(const model::PoolDb& db, const model::PoolRecord& pool) {
  if (pool.current_operations) {
    const auto runs = [&](const char* word) {
      return std::find(pool.current_operations->begin(), pool.current_operations->end(), word) !=
             pool.current_operations->end();
    };
    return {runs("ha_enable"), runs("ha_disable")};
  }
  const auto task_runs = [&](std::string_view method) {
    return std::any_of(db.tasks.begin(), db.tasks.end(), [&](const auto& entry) {
      const model::TaskRecord& task = entry.second;
      return task.status == "pending" &&
             (task.name_label == method || task.name_label == "Async." + std::string(method));
    });
  };
  return {task_runs("pool.enable_ha"), task_runs("pool.disable_ha")};
}

/// "reason=TEXT;until=EPOCH" style marks of xenha in pool.other_config.
std::optional<std::string> mark_entry(const std::string& mark, std::string_view key) {
  std::size_t begin = 0;
  while (begin <= mark.size()) {
    const std::size_t end = std::min(mark.find(';', begin), mark.size());
    const std::string_view part = std::string_view(mark).substr(begin, end - begin);
    if (part.size() > key.size() && part.starts_with(key) && part[key.size()] == '=') {
      return std::string(part.substr(key.size() + 1));
    }
    begin = end + 1;
  }
  return std::nullopt;
}

/// The mark `xenha:intent` names a host and ends by itself.
bool intent_covers(const model::PoolRecord& pool, const Identity& host, WallTime now) {
  if (!pool.intent) return false;
  const std::optional<std::string> until = mark_entry(*pool.intent, "until");
  long long epoch = 0;
  if (!until || std::from_chars(until->data(), until->data() + until->size(), epoch).ec != std::errc())
    return false;
  if (unix_seconds(now) >= static_cast<double>(epoch)) return false;
  const std::optional<std::string> name = mark_entry(*pool.intent, "host");
  return !name || name->empty() || *name == host.label || *name == host.uuid;
}

/// Planned work as XenServer itself shows it. A toolstack start leaves hosts disabled for a while too
/// (reference 3.2).
std::optional<bool> in_maintenance(const model::HostRecord& host, std::optional<bool> live,
                                   const model::HostRecord* master, Duration offset, WallTime now) {
  if (host.maintenance_mode) return true;
  if (!host.enabled || !live) return std::nullopt;
  if (*host.enabled || !*live) return false;
  if (!host.agent_start_time || master == nullptr || !master->agent_start_time) return std::nullopt;
  const WallTime newest = std::max(*host.agent_start_time, *master->agent_start_time);
  return now + offset - newest > kStartSettles;
}

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
    if (const model::HostRecord* master = find_host(db, pool.master)) {
      out.version = master->product_version;
      out.product = master->product_brand;
      out.ha_required = ha_required(*master);
    }
    out.ha_enabled = pool.ha_enabled;
    const Running running = ha_operations(db, pool);
    out.ha_enable_running = running.enable;
    out.ha_disable_running = running.disable;
    out.ha_timeout = effective_timeout(pool);
    out.ha_host_failures_to_tolerate = pool.ha_host_failures_to_tolerate;
    if (pool.ha_enabled == true) {
      out.ha_plan_exists_for = pool.ha_plan_exists_for;
      out.ha_overcommitted = pool.ha_overcommitted;
    }
    out.ha_licensed = pool.ha_licensed;
    out.ha_protected_vms = std::count_if(
        db.vms.begin(), db.vms.end(), [](const auto& entry) { return restarted_by_xenserver(entry.second); });
    out.rolling_upgrade = pool.rolling_upgrade;
    out.statefile_resolves = statefiles_resolve(db);
    out.heartbeat_srs = judge_heartbeat(view_.config, db, hosts_);
    return out;
  }

  /// CloudStack's side (4.3.2 and later) joins in with the CloudStack reader.
  std::optional<bool> ha_required(const model::HostRecord& master) const {
    if (master.api_major == 0) return std::nullopt;
    if (master.api_major > 2 || master.api_minor >= 3) return true;
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
    const model::HostRecord& host = *find_host(*view_.db, identity.ref);
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
      out.maintenance_xenserver = in_maintenance(host, out.live, find_host(*view_.db, pool->master),
                                                 out.clock_offset.value_or(Duration{}), view_.now);
      out.maintenance_xenha = intent_covers(*pool, identity, view_.now);
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
  std::vector<Identity> out;
  std::map<std::string, int> names;
  const auto name_of = [](const model::HostRecord& host) {
    if (!host.name_label.empty()) return host.name_label;
    return host.hostname.empty() ? host.uuid : host.hostname;
  };
  for (const auto& [ref, host] : db.hosts) ++names[name_of(host)];
  for (const auto& entry : db.hosts) {
    const model::Ref& ref = entry.first;
    const model::HostRecord& host = entry.second;
    Identity one{.uuid = host.uuid, .label = name_of(host), .record_address = host.address, .ref = ref};
    if (names[one.label] > 1) one.label += " (" + host.uuid.substr(0, 8) + ")";
    const auto answers_there = [&](const ProbedHost& probe) {
      if (host.address.empty()) return false;
      return probe.address == host.address || probe.peer_ip == host.address;
    };
    const auto is_called = [&](const ProbedHost& probe) {
      return probe.address == host.hostname || probe.address == host.name_label;
    };
    auto probe = std::find_if(probes.begin(), probes.end(), answers_there);
    if (probe == probes.end()) probe = std::find_if(probes.begin(), probes.end(), is_called);
    if (probe != probes.end()) one.probe_address = probe->address;
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
  return out;
}

bool restarted_by_xenserver(const model::VmRecord& vm) {
  return vm.real && ((vm.ha_always_run && vm.ha_restart_priority == "restart") ||
                     vm.ha_restart_priority == "best-effort");
}

PoolSnapshot judge(const PoolView& view) {
  return Judge(view).run();
}

}  // namespace xenha::exporter
