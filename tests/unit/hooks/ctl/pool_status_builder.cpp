#include "tests/unit/hooks/ctl/pool_status_builder.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMiB = 1 << 20;

hooks::HostSituation host(const std::string& name) {
  return {.uuid = "uuid-" + name,
          .label = name,
          .reachable = true,
          .claims_master = name == "xs1",
          .believed_master = "xs1",
          .emergency = false,
          .live = true,
          .enabled = true,
          .armed = true,
          .version = "8.2.1 release"};
}

}  // namespace

WallTime status_now() {
  return WallTime(std::chrono::seconds(1'800'000'000));
}

PoolStatus healthy_pool() {
  PoolStatus out;
  out.pool = "cluster1";
  hooks::Situation& s = out.situation;
  s.pool = out.pool;
  s.now = status_now();
  s.kill_switch = false;
  s.oldest_read = status_now() - 1s;
  s.master_uuid = "uuid-xs1";
  s.ha_enabled = true;
  s.operations.emplace();
  s.rolling_upgrade = false;
  s.licensed = true;
  s.master_started = status_now() - 240h;
  s.audit.read = true;
  s.sr = hooks::SrSituation{.uuid = "0c5f2d9e-1111-2222-3333-444455556666",
                            .name = "MGMT-HA",
                            .shared = true,
                            .pbds_known = true,
                            .free_bytes = 8192 * kMiB,
                            .required_bytes = 0};
  s.last_good_sr = s.sr->uuid;
  s.configured_sr = "MGMT-HA";
  s.cloud = hooks::CloudSituation{.managed_state = "Managed"};
  for (const char* name : {"xs1", "xs2", "xs3"}) {
    s.hosts.push_back(host(name));
    s.cloud->hosts.push_back({name, "Up", "Enabled"});
    out.hosts.push_back({.said = s.hosts.back(),
                         .heartbeat = model::Attachment{.attached = true, .paths_active = 2, .paths = 2},
                         .cloud_state = "Up",
                         .cloud_resource_state = "Enabled"});
  }
  out.ha_timeout = 90;
  out.heartbeat_sr = "MGMT-HA";
  out.cloudstack = "cloud1";
  out.exporter.ha_enabled = true;
  out.exporter.ha_enabled_since = status_now() - 57 * 24h;
  out.exporter.last_success = status_now() - 3s;
  out.exporter.master = "xs1";
  out.hooks.mode = "act";
  out.hooks.policies = 1;
  out.hooks.seen_on = status_now() - 4min;
  return out;
}

void switch_ha_off(PoolStatus& status) {
  status.situation.ha_enabled = false;
  status.situation.last_change = status_now() - 21min;
  status.situation.last_change_what = "HA went off";
  for (HostStatus& host : status.hosts) host.said.armed = false;
  status.exporter.ha_enabled = false;
  status.exporter.ha_disabled_since = status_now() - 21min;
  status.exporter.ha_enabled_since.reset();
}

void lose(PoolStatus& status, std::size_t host) {
  hooks::HostSituation& lost = status.hosts[host].said;
  const bool was_master = lost.claims_master == true;
  lost.reachable = false;
  lost.claims_master.reset();
  lost.believed_master.clear();
  lost.emergency.reset();
  lost.live = false;
  status.hosts[host].cloud_state = "Down";
  if (!was_master) return;
  // With it goes everything that only the master tells.
  hooks::Situation& s = status.situation;
  s.master_uuid.clear();
  s.ha_enabled.reset();
  s.operations.reset();
  s.rolling_upgrade.reset();
  s.licensed.reset();
  s.sr.reset();
  s.failed_reads = {"no host gave a session as master of this pool"};
  s.cloud->problem = "which cluster is the pool's cannot be told, its hosts are not known";
  status.ha_timeout.reset();
  status.heartbeat_sr.clear();
  for (HostStatus& each : status.hosts) {
    each.said.live.reset();
    each.said.enabled.reset();
    each.said.armed.reset();
    each.heartbeat.reset();
  }
}

PoolStatus finished(PoolStatus status) {
  status.situation.hosts.clear();
  for (const HostStatus& host : status.hosts) status.situation.hosts.push_back(host.said);
  hooks::Policy policy;
  policy.mode = hooks::Mode::kAct;
  status.decision = hooks::decide_reenable_ha(status.situation, status.situation, policy);
  const std::vector<std::string> masters = status.masters();
  status.master = masters.size() == 1 ? masters.front() : "";
  return status;
}

}  // namespace xenha::ctl
