#include "tests/support/pool_builder.h"

#include <algorithm>
#include <stdexcept>

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::HeartbeatSrSnapshot;
using exporter::HostSnapshot;
using exporter::HostState;
using exporter::PoolFacts;
using exporter::PoolSelf;
using exporter::PoolSnapshot;

namespace {

HostSnapshot healthy_host(int number, int hosts) {
  HostSnapshot host;
  host.label = "xs" + std::to_string(number);
  host.uuid = host_uuid(number);
  host.address = "10.0.0." + std::to_string(10 + number);
  host.version = "8.2.1";
  host.build = "release/yangtze/master/58";
  host.reachable = true;
  host.state = number == 1 ? HostState::kMaster : HostState::kSlave;
  host.claims_master = number == 1;
  host.believed_master = "xs1";
  host.emergency = false;
  host.certificate_expiry = test_now() + 24h * 365;
  host.live = true;
  host.enabled = true;
  host.ha_armed = true;
  host.ha_peers = hosts - 1;
  host.boot_time = test_now() - 240h - std::chrono::minutes(number);
  host.agent_start = test_now() - 239h - std::chrono::minutes(number);
  host.clock_offset = 40ms * number;
  host.maintenance_xenserver = false;
  host.maintenance_xenha = false;
  host.statefile = {true, 0.25};
  host.network = {true, -0.5};
  host.xapi = {true, 1.5};
  return host;
}

HeartbeatSrSnapshot healthy_sr(int hosts) {
  HeartbeatSrSnapshot sr;
  sr.label = "MGMT-HA";
  sr.uuid = "5f1a9c02-1111-4222-8333-0123456789ab";
  sr.type = "lvmoiscsi";
  sr.expected = true;
  sr.size = 5'368'709'120;
  sr.used = 276'824'064;
  sr.required = 0;
  sr.foreign_vdis = 0;
  for (int i = 1; i <= hosts; ++i) sr.attachments.push_back({"xs" + std::to_string(i), true, 2, 2});
  return sr;
}

PoolFacts healthy_facts(int hosts) {
  PoolFacts facts;
  facts.uuid = "c0ffee00-1111-4222-8333-0123456789ab";
  facts.name_label = "Cluster 1";
  facts.version = "8.2.1";
  facts.product = "XCP-ng";
  facts.cluster_stack = "xhad";
  facts.ha_enabled = true;
  facts.ha_required = true;
  facts.ha_enable_running = false;
  facts.ha_disable_running = false;
  facts.ha_timeout = 90;
  facts.ha_host_failures_to_tolerate = 0;
  facts.ha_plan_exists_for = 0;
  facts.ha_overcommitted = false;
  facts.ha_licensed = true;
  facts.ha_protected_vms = 0;
  facts.rolling_upgrade = false;
  facts.statefile_resolves = true;
  facts.heartbeat_srs.push_back(healthy_sr(hosts));
  return facts;
}

PoolSelf some_cost() {
  PoolSelf self;
  self.calls = {{"event.from", 120}, {"pool.get_all", 480}, {"session.login_with_password", 4}};
  self.errors = {{"auth", 0}, {"bad_reply", 0}, {"fault", 0}, {"timeout", 2}, {"tls", 0}, {"unreachable", 1}};
  self.received_bytes = 1'234'567;
  self.call_seconds_buckets.assign(exporter::kCallSecondsBuckets.size() + 1, 0);
  self.call_seconds_buckets[1] = 400;
  self.call_seconds_buckets[3] = 80;
  self.call_seconds_buckets.back() = 1;
  self.call_seconds_sum = 77.125;
  self.sessions = 4;
  self.probe_interval = 5s;
  return self;
}

}  // namespace

WallTime test_now() {
  return WallTime(std::chrono::seconds(1'764'036'000));
}

std::string host_uuid(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 8 - std::min<std::size_t>(8, digits.size()), '0');
  return digits + "-aaaa-4bbb-8ccc-0123456789ab";
}

PoolSnapshot healthy_pool(int hosts) {
  PoolSnapshot pool;
  pool.name = "cluster1";
  pool.up = true;
  pool.last_success = test_now() - 250ms;
  pool.facts = healthy_facts(hosts);
  for (int i = 1; i <= hosts; ++i) pool.hosts.push_back(healthy_host(i, hosts));
  std::sort(pool.hosts.begin(), pool.hosts.end(),
            [](const HostSnapshot& a, const HostSnapshot& b) { return a.label < b.label; });
  pool.masters = 1;
  pool.master_changes = 2;
  pool.master_since = test_now() - 240h;
  for (const char* message :
       {"HA_HOST_FAILED", "HA_HOST_WAS_FENCED", "HA_STATEFILE_LOST", "POOL_MASTER_TRANSITION"})
    pool.ha_messages[message];
  pool.ha_messages["POOL_MASTER_TRANSITION"] = {2, test_now() - 240h};
  pool.probe_duration = 31ms;
  pool.self = some_cost();
  return pool;
}

HostSnapshot& host_of(PoolSnapshot& pool, const std::string& label) {
  for (HostSnapshot& host : pool.hosts)
    if (host.label == label) return host;
  throw std::logic_error("no host " + label + " in " + pool.name);
}

void make_unreachable(PoolSnapshot& pool, const std::string& label) {
  HostSnapshot& host = host_of(pool, label);
  host.reachable = false;
  host.state = HostState::kUnreachable;
  host.claims_master = false;
  host.believed_master.clear();
  host.emergency.reset();
  host.emergency_reason.clear();
  host.certificate_expiry.reset();
  host.statefile = host.network = host.xapi = {};
  count_masters(pool);
}

void make_refusing(PoolSnapshot& pool, const std::string& label, HostState state) {
  HostSnapshot& host = host_of(pool, label);
  const std::optional<WallTime> expiry = host.certificate_expiry;
  make_unreachable(pool, label);
  host.reachable = true;
  host.state = state;
  host.certificate_expiry = expiry;
}

void make_emergency(PoolSnapshot& pool, const std::string& label, const std::string& reason) {
  HostSnapshot& host = host_of(pool, label);
  host.state = HostState::kEmergency;
  host.claims_master = false;
  host.believed_master.clear();
  host.emergency = true;
  host.emergency_reason = reason;
  host.live = false;
  host.ha_armed = false;
  host.statefile = host.network = host.xapi = {};
  count_masters(pool);
}

void count_masters(PoolSnapshot& pool) {
  pool.masters =
      static_cast<int>(std::count_if(pool.hosts.begin(), pool.hosts.end(),
                                     [](const HostSnapshot& host) { return host.claims_master == true; }));
}

void switch_ha_off(PoolSnapshot& pool) {
  if (pool.facts) {
    pool.facts->ha_enabled = false;
    pool.facts->ha_plan_exists_for.reset();
    pool.facts->ha_overcommitted.reset();
  }
  for (HostSnapshot& host : pool.hosts) {
    host.ha_armed = false;
    host.ha_peers.reset();
    host.statefile = host.network = host.xapi = {};
  }
}

void drop_facts(PoolSnapshot& pool) {
  pool.up = false;
  pool.facts.reset();
  for (HostSnapshot& host : pool.hosts) {
    host.version.clear();
    host.build.clear();
    host.live = host.enabled = host.ha_armed = host.maintenance_xenserver = host.maintenance_xenha =
        std::nullopt;
    host.ha_peers.reset();
    host.boot_time = host.agent_start = std::nullopt;
    host.clock_offset.reset();
    host.hotfixes.clear();
    host.statefile = host.network = host.xapi = {};
  }
}

}  // namespace xenha::test
