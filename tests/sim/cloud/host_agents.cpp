#include "tests/sim/cloud/host_agents.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/power_sync.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/cloud/xapi_link.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInvestigation = 3s;  ///< connection attempts, SSH to a neighbour
constexpr Duration kSetUp = 6s;          ///< Connecting: scripts are copied, storage is looked at
constexpr Duration kFirstScan = 5s;
constexpr Duration kSetBack = 300s;  ///< of last_ping after the set-up of a XenServer host

/// The clock that the monitor reads moves every 10 s.
SimTime coarse(SimTime when) {
  return when - when % SimTime(10s);
}

void ping(Cloud& cloud, CsHost& host, int attempts_left);

void ping_later(Cloud& cloud, CsHost& host, Duration when, int attempts_left) {
  cloud.later(when, [&cloud, &host, connection = host.connection, attempts_left] {
    if (host.connection == connection) ping(cloud, host, attempts_left);
  });
}

int retries(const Cloud& cloud) {
  if (!cloud.settings.exists("host.ping.retry.count")) return 1;
  return 1 + static_cast<int>(cloud.settings.number("host.ping.retry.count"));
}

void ping(Cloud& cloud, CsHost& host, int attempts_left) {
  if (ping_works(cloud, host)) {
    host.last_ping = coarse(cloud.time());
    report_power_states(cloud, host);
  } else if (attempts_left > 0) {
    const bool first = attempts_left == retries(cloud);
    return ping_later(cloud, host, first ? Duration(1s) : cloud.settings.seconds("host.ping.retry.timer"),
                      attempts_left - 1);
  }
  ping_later(cloud, host, cloud.settings.seconds("ping.interval"), retries(cloud));
}

/// A scenario says when it is declared Down.
bool is_pinned(const CsHost& host) {
  return host.plan && host.plan->down;
}

bool waited_for_alert(const Cloud& cloud, const CsHost& host) {
  // 4.3: reading a null value throws, and the disconnect task dies.
  if (cloud.rules.alert_starts_ha && cloud.settings.is_null("alert.wait")) return false;
  return cloud.time() - host.stored_ping > cloud.settings.seconds("alert.wait");
}

void act_on_nothing(Cloud& cloud, CsHost& host) {
  if (cloud.rules.undetermined_alerts && waited_for_alert(cloud, host)) declare_alert(cloud, host, true);
}

void act_on_answering_address(Cloud& cloud, CsHost& host) {
  const bool stays = host.state == HostState::kDisconnected ||
                     (host.state == HostState::kUp && host.resource_state == "PrepareForMaintenance" &&
                      cloud.rules.undetermined_alerts);
  if (!stays) return declare_alert(cloud, host, false);
  if (waited_for_alert(cloud, host)) declare_alert(cloud, host, false);
}

void conclude(Cloud& cloud, CsHost& host) {
  host.investigating = false;
  if (!host.attached || is_pinned(host)) return;
  if (cloud.rules.ha_can_be_off && !cloud.settings.flag("vm.ha.enabled")) {
    send_alert(
        cloud, 7,
        "Unable to investigate the host " + host.name + ", because VM high availability manager is disabled");
    return declare_alert(cloud, host, true);
  }
  switch (investigate(cloud, host)) {
    case Verdict::kUp:
      host.last_ping = coarse(cloud.time());
      if (host.state != HostState::kUp) {
        host.stored_ping = cloud.time();
        set_host_state(cloud, host, HostState::kUp);
      }
      return;
    case Verdict::kDown:
      return declare_down(cloud, host);
    case Verdict::kDisconnected:
      return act_on_answering_address(cloud, host);
    case Verdict::kNone:
      return act_on_nothing(cloud, host);
  }
}

bool is_left_alone(const Cloud& cloud, const CsHost& host) {
  return host.resource_state == "Disabled" || host.resource_state == "Maintenance" ||
         (cloud.rules.alert_starts_ha && host.resource_state == "ErrorInMaintenance");
}

void watch_over(Cloud& cloud) {
  const auto limit = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
      cloud.settings.number("ping.timeout") * cloud.settings.number("ping.interval")));
  for (const auto& each : cloud.hosts) {
    CsHost& host = *each;
    if (!host.attached || host.investigating || host.held || is_pinned(host) ||
        coarse(cloud.time()) - host.last_ping <= limit)
      continue;
    if (is_left_alone(cloud, host)) {
      disconnect_host(cloud, host);
      continue;
    }
    host.investigating = true;
    cloud.later(kInvestigation, [&cloud, &host] { conclude(cloud, host); });
  }
  cloud.ha->pick_up_stuck_vms();
}

void scan_for_hosts(Cloud& cloud) {
  for (const auto& each : cloud.hosts) {
    CsHost& host = *each;
    const bool lost = host.state == HostState::kAlert || host.state == HostState::kDown ||
                      host.state == HostState::kDisconnected;
    if (!lost || host.held || host.cluster->managed_state != "Managed") continue;
    if (ping_works(cloud, host)) connect_host(cloud, host);
  }
}

void every(Cloud& cloud, Duration first, const char* setting, const std::function<void()>& work) {
  cloud.later(first, [&cloud, setting, work] {
    work();
    every(cloud, cloud.settings.seconds(setting), setting, work);
  });
}

void detach(CsHost& host) {
  host.attached = false;
  host.investigating = false;
  ++host.connection;
}

}  // namespace

void set_host_state(Cloud& cloud, CsHost& host, HostState state) {
  if (host.state == state) return;
  host.state = state;
  if (state != HostState::kUp && state != HostState::kConnecting) detach(host);
  const char* what = state == HostState::kUp           ? "host_up"
                     : state == HostState::kConnecting ? "host_connecting"
                     : state == HostState::kAlert      ? "host_alert"
                     : state == HostState::kDown       ? "host_down"
                                                       : "host_disconnected";
  cloud.truth(what, &host);
}

void declare_down(Cloud& cloud, CsHost& host) {
  if (!cloud.rules.down_subject.empty())
    send_alert(cloud, 7, cloud.rules.down_subject + std::to_string(host.number));
  set_host_state(cloud, host, HostState::kDown);
  cloud.ha->schedule_host(host);
}

void declare_alert(Cloud& cloud, CsHost& host, bool undetermined) {
  const bool braces = cloud.rules.ids_in_braces;
  if (undetermined)
    send_alert(cloud, 7,
               "Host in ALERT state, " + (braces ? host_in_braces(host) : "name: " + host_with_id(host)) +
                   alert_place(cloud));
  else
    send_alert(cloud, 7,
               "Host disconnected, name: " +
                   (braces ? host.name + " (id:" + host.id + ")" : host_with_id(host)) + alert_place(cloud));
  set_host_state(cloud, host, HostState::kAlert);
  if (cloud.rules.alert_starts_ha) cloud.ha->schedule_host(host);
}

void disconnect_host(Cloud& cloud, CsHost& host) {
  host.stored_ping = cloud.time();
  set_host_state(cloud, host, HostState::kDisconnected);
}

void connect_host(Cloud& cloud, CsHost& host) {
  set_host_state(cloud, host, HostState::kConnecting);
  host.attached = true;
  host.plan.reset();
  host.last_ping = coarse(cloud.time());
  ++host.connection;
  cloud.later(kSetUp, [&cloud, &host, connection = host.connection] {
    if (host.connection != connection) return;
    if (!ping_works(cloud, host)) {
      set_host_state(cloud, host, HostState::kAlert);
      return;
    }
    host.name = master_via(cloud, host)->db->text("host", host.xen->ref, "name_label");
    destroy_leftovers(cloud, host);
    if (host.resource_state == "Enabled" || host.resource_state == "Disabled")
      write_host_tags(cloud, host, true);
    host.last_ping = coarse(cloud.time());
    host.stored_ping = cloud.time() - kSetBack;
    set_host_state(cloud, host, HostState::kUp);
    ping(cloud, host, retries(cloud));
  });
}

void write_host_tags(Cloud& cloud, CsHost& host, bool on) {
  Host* master = master_via(cloud, host);
  if (!master || !master->db->exists("host", host.xen->ref)) return;
  Database& db = *master->db;
  Json tags = Json::array();
  for (const Json& tag : db.get("host", host.xen->ref, "tags"))
    if (tag.get_ref<const std::string&>().find("cloud") == std::string::npos) tags.push_back(tag);
  if (on)
    for (const auto& pool : cloud.storage_pools)
      if (pool->cluster == host.cluster && pool->heartbeats)
        tags.push_back("cloud-heartbeat-" + pool->sr_uuid);
  db.set("host", host.xen->ref, "tags", std::move(tags));
}

void plan_failure(Cloud& cloud, CsHost& host, const HostPlan& plan) {
  host.plan = plan;
  if (!plan.down) return;
  cloud.later(*plan.down - cloud.time(), [&cloud, &host] {
    if (host.plan) declare_down(cloud, host);
  });
}

void start_host_rounds(Cloud& cloud, bool after_start) {
  const Duration period = cloud.settings.seconds("ping.interval");
  const WallTime now = cloud.now();
  for (const auto& each : cloud.hosts) {
    CsHost& host = *each;
    if (after_start) {
      const bool was_ours = host.attached;
      host.plan.reset();  // nobody keeps its times any more
      if (host.state == HostState::kUp || host.state == HostState::kConnecting)
        set_host_state(cloud, host, HostState::kDisconnected);
      if (was_ours) {
        host.disconnected = now;
        host.stored_ping = cloud.time();
      }
      continue;
    }
    const Duration first = cloud.between(1s, period);
    host.last_ping = coarse(cloud.time() + first - period);
    host.stored_ping = cloud.time() - 24h;
    ping_later(cloud, host, first, retries(cloud));
  }
  every(cloud, after_start ? period : cloud.between(1s, period), "ping.interval",
        [&cloud] { watch_over(cloud); });
  const Duration scan = cloud.settings.seconds("direct.agent.scan.interval");
  every(cloud, after_start ? kFirstScan : cloud.between(1s, scan), "direct.agent.scan.interval",
        [&cloud] { scan_for_hosts(cloud); });
  if (!cloud.rules.per_host_sync)
    every(cloud, cloud.between(1s, 60s), "sync.interval", [&cloud] { sync_by_masters(cloud); });
}

}  // namespace xenha::sim::cloud
