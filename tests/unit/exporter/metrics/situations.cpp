#include "tests/unit/exporter/metrics/situations.h"

#include "tests/support/cloud_builder.h"
#include "tests/support/failover_builder.h"
#include "tests/support/pool_builder.h"

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::CloudSnapshot;
using exporter::HostSnapshot;
using exporter::HostState;
using exporter::PoolSnapshot;

namespace {

/// The master is gone, nobody has taken over yet; the facts are what it said last.
PoolSnapshot master_dead(bool ha_on) {
  PoolSnapshot pool = healthy_pool();
  if (!ha_on) switch_ha_off(pool);
  pool.up = false;
  pool.last_success = test_now() - 40s;
  make_unreachable(pool, "xs1");
  return pool;
}

PoolSnapshot ha_off() {
  PoolSnapshot pool = healthy_pool();
  switch_ha_off(pool);
  return pool;
}

PoolSnapshot split_brain() {
  PoolSnapshot pool = healthy_pool();
  HostSnapshot& second = host_of(pool, "xs3");
  second.claims_master = true;
  second.state = HostState::kMaster;
  second.believed_master = "xs3";
  host_of(pool, "xs4").believed_master = "xs3";
  count_masters(pool);
  return pool;
}

/// The master cleared HA after an incident and told nobody.
PoolSnapshot silently_disarmed() {
  PoolSnapshot pool = healthy_pool();
  switch_ha_off(pool);
  pool.ha_disabled_since = test_now() - 7min;
  pool.ha_messages["HA_STATEFILE_LOST"] = {1, test_now() - 9min};
  return pool;
}

PoolSnapshot one_host_disarmed() {
  PoolSnapshot pool = healthy_pool();
  HostSnapshot& host = host_of(pool, "xs2");
  host.ha_armed = false;
  host.ha_peers = 3;
  host.statefile = {true, 71.5};
  host.xapi = {false, std::nullopt};
  return pool;
}

PoolSnapshot emergency(const std::string& reason) {
  PoolSnapshot pool = healthy_pool(2);
  make_emergency(pool, "xs2", reason);
  return pool;
}

PoolSnapshot sr_detached() {
  PoolSnapshot pool = healthy_pool();
  exporter::HeartbeatSrSnapshot& sr = pool.facts->heartbeat_srs[0];
  sr.attachments[2].attached = false;
  sr.attachments[2].paths_active = 0;
  sr.attachments[3].paths_active = 1;
  host_of(pool, "xs3").ha_armed = false;
  return pool;
}

PoolSnapshot statefile_dangling() {
  PoolSnapshot pool = healthy_pool();
  switch_ha_off(pool);
  pool.facts->statefile_resolves = false;
  pool.facts->heartbeat_srs[0].required = 3'992'977'408;
  pool.facts->heartbeat_srs[0].foreign_vdis = 1;
  return pool;
}

PoolSnapshot facts_dropped() {
  PoolSnapshot pool = master_dead(true);
  pool.last_success = test_now() - 16min;
  drop_facts(pool);
  return pool;
}

PoolSnapshot refused(HostState state) {
  PoolSnapshot pool = healthy_pool(2);
  for (const char* host : {"xs1", "xs2"}) make_refusing(pool, host, state);
  pool.last_success = test_now() - 20min;
  drop_facts(pool);
  pool.self.errors[state == HostState::kTlsError ? "tls" : "auth"] = 2;
  return pool;
}

/// Configured by address, never answered.
PoolSnapshot unidentified_host() {
  PoolSnapshot pool = healthy_pool(2);
  HostSnapshot host;
  host.label = host.address = "10.0.0.13";
  host.reachable = false;
  host.state = HostState::kUnreachable;
  host.claims_master = false;
  pool.hosts.insert(pool.hosts.begin(), host);
  return pool;
}

PoolSnapshot never_answered() {
  PoolSnapshot pool;
  pool.name = "cluster1";
  for (const char* address : {"10.0.0.11", "10.0.0.12"}) {
    HostSnapshot host;
    host.label = host.address = address;
    pool.hosts.push_back(host);
  }
  return pool;
}

PoolSnapshot duplicate_host_names() {
  PoolSnapshot pool = healthy_pool(3);
  for (const int i : {1, 2}) {
    HostSnapshot& host = pool.hosts[i];
    const std::string unique = "xs2 (" + host.uuid.substr(0, 8) + ")";
    pool.facts->heartbeat_srs[0].attachments[i].host = unique;
    host.label = unique;
  }
  pool.facts->heartbeat_srs.push_back(pool.facts->heartbeat_srs[0]);
  pool.facts->heartbeat_srs[1].uuid = "77777777-1111-4222-8333-0123456789ab";
  pool.facts->heartbeat_srs[1].expected = false;
  return pool;
}

PoolSnapshot hostile_label_texts() {
  PoolSnapshot pool = healthy_pool(2);
  const std::string names[] = {"quote\" back\\slash\nnew line }", "\xF0\x9F\x98\x80 \xFF\xC0 \xE6\x9D\xB1"};
  for (const int i : {0, 1}) {
    pool.hosts[i].label = names[i];
    pool.hosts[i].believed_master = names[0];
    pool.facts->heartbeat_srs[0].attachments[i].host = names[i];
  }
  pool.facts->name_label = "{pool=\"other\"} 1\n# EOF";
  pool.facts->heartbeat_srs[0].label = "SR\twith\ttabs\rand returns\\";
  return pool;
}

PoolSnapshot maintenance() {
  PoolSnapshot pool = healthy_pool(2);
  HostSnapshot& host = host_of(pool, "xs2");
  host.enabled = false;
  host.maintenance_xenserver = true;
  host.maintenance_xenha = true;
  pool.facts->rolling_upgrade = true;
  return pool;
}

PoolSnapshot ha_enable_running() {
  PoolSnapshot pool = ha_off();
  pool.facts->ha_enable_running = true;
  return pool;
}

/// 6.2: no cluster stack, hotfixes, one of them missing.
PoolSnapshot hotfix_missing() {
  PoolSnapshot pool = healthy_pool(2);
  pool.facts->version = "6.2.0";
  pool.facts->product = "XenServer";
  pool.facts->cluster_stack.clear();
  for (HostSnapshot& host : pool.hosts) {
    host.version = "6.2.0";
    host.build = "70446c";
    host.hotfixes = {{"XS62ESP1004", true}};
  }
  host_of(pool, "xs2").hotfixes["XS62ESP1004"] = false;
  return pool;
}

/// What only both systems together tell.
PoolSnapshot cloud_attached() {
  PoolSnapshot pool = healthy_pool(2);
  pool.cloudstack = "cloud1";
  pool.facts->heartbeat_srs[0].is_primary_storage = true;
  host_of(pool, "xs1").maintenance_cloudstack = false;
  host_of(pool, "xs2").maintenance_cloudstack = true;
  pool.vms_cloudstack_only = 3;
  pool.vms_xenserver_only = 0;
  return pool;
}

/// Four minutes after the master died: another one leads, CloudStack has begun.
PoolSnapshot failover_open() {
  PoolSnapshot pool = healthy_pool();
  make_unreachable(pool, "xs1");
  host_of(pool, "xs1").live = false;
  HostSnapshot& master = host_of(pool, "xs2");
  master.claims_master = true;
  master.state = HostState::kMaster;
  for (const char* label : {"xs2", "xs3", "xs4"}) host_of(pool, label).believed_master = "xs2";
  count_masters(pool);
  pool.failovers = book_of({open_failover(test_now() - 4min, 4min)}, {published_failover(test_now() - 48h)});
  return pool;
}

/// One failover ended, then something that was none.
PoolSnapshot failover_closed() {
  PoolSnapshot pool = healthy_pool();
  exporter::FailoverRecord false_alarm = failover_of(test_now() - 1h, 0);
  false_alarm.outcome = exporter::FailoverOutcome::kFalseAlarm;
  pool.failovers = book_of({}, {false_alarm, published_failover(test_now() - 48h)});
  return pool;
}

PoolSnapshot failover_none_yet() {
  PoolSnapshot pool = healthy_pool(2);
  pool.failovers = std::make_shared<exporter::FailoverBook>();
  return pool;
}

std::vector<Situation> build() {
  std::vector<Situation> all = {
      {"healthy", healthy_pool()},
      {"master_dead_ha_on", master_dead(true)},
      {"master_dead_ha_off", master_dead(false)},
      {"ha_off", ha_off()},
      {"ha_enable_running", ha_enable_running()},
      {"split_brain", split_brain()},
      {"silently_disarmed", silently_disarmed()},
      {"one_host_disarmed", one_host_disarmed()},
      {"sr_detached", sr_detached()},
      {"statefile_dangling", statefile_dangling()},
      {"facts_dropped", facts_dropped()},
      {"auth_error", refused(HostState::kAuthError)},
      {"tls_error", refused(HostState::kTlsError)},
      {"unidentified_host", unidentified_host()},
      {"never_answered", never_answered()},
      {"duplicate_host_names", duplicate_host_names()},
      {"hostile_label_texts", hostile_label_texts()},
      {"maintenance", maintenance()},
      {"hotfix_missing", hotfix_missing()},
      {"cloud_attached", cloud_attached()},
      {"failover_open", failover_open()},
      {"failover_closed", failover_closed()},
      {"failover_none_yet", failover_none_yet()},
      {"everything", pool_with_everything()},
  };
  for (const char* reason :
       {"HOST_STILL_BOOTING", "HOST_HAS_NO_MANAGEMENT_IP", "HOST_ITS_OWN_SLAVE",
        "HOST_MASTER_CANNOT_TALK_BACK", "HOST_UNKNOWN_TO_MASTER", "INTERNAL_ERROR", "HOST_IS_SLAVE",
        "HOST_BROKEN", "HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR", "HA_HOST_CANNOT_ACCESS_STATEFILE",
        "HA_HEARTBEAT_DAEMON_STARTUP_FAILED", "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED", "other"})
    all.push_back({std::string("emergency_") + reason, emergency(reason)});
  return all;
}

/// A cluster of CloudStack that no pool was configured for, a host on each side that the other lacks.
CloudSnapshot cloud_unjoined_hosts() {
  CloudSnapshot cloud = healthy_cloud(2);
  exporter::CloudFacts& facts = *cloud.facts;
  facts.clusters.push_back({"c1a57e41", "cluster-b", "Unmanaged", ""});
  exporter::CloudHostSnapshot other = facts.hosts[0];
  other.id = "cd000009-aaaa-4bbb-8ccc-0123456789ab";
  other.name = other.host = "old-xs1";
  other.host_uuid.clear();
  other.cluster_id = "c1a57e41";
  other.cluster = "cluster-b";
  other.pool.clear();
  other.managed = false;
  other.state = "Disconnected";
  facts.hosts.push_back(other);
  facts.vms.at("id-of-i-2-10-VM").cluster_id = "c1a57e41";
  facts.missing_hosts.push_back({"cluster1", "cluster-a", "xs3"});
  return cloud;
}

CloudSnapshot cloud_unreachable() {
  CloudSnapshot cloud = healthy_cloud();
  cloud.up = false;
  cloud.last_success = test_now() - 16min;
  cloud.facts.reset();
  return cloud;
}

CloudSnapshot cloud_never_answered() {
  CloudSnapshot cloud;
  cloud.name = "cloud1";
  return cloud;
}

/// A release newer than we know, and two hosts of one name.
CloudSnapshot cloud_unheard_of() {
  CloudSnapshot cloud = healthy_cloud(2);
  for (exporter::CloudHostSnapshot& host : cloud.facts->hosts) host.host = "twin";
  cloud.facts->hosts[0].state = "Hibernating";
  cloud.facts->hosts[1].resource_state = "BeingPainted";
  cloud.facts->hosts[1].state.clear();
  cloud.facts->vms.at("id-of-v-1-VM").state = "Dreaming \"of\" sheep";
  return cloud;
}

}  // namespace

CloudSnapshot cloud_with_everything() {
  return healthy_cloud(2);
}

const std::vector<CloudSituation>& cloud_situations() {
  static const std::vector<CloudSituation> all = {
      {"cloud_healthy", healthy_cloud()},         {"cloud_unjoined_hosts", cloud_unjoined_hosts()},
      {"cloud_unreachable", cloud_unreachable()}, {"cloud_never_answered", cloud_never_answered()},
      {"cloud_unheard_of", cloud_unheard_of()},
  };
  return all;
}

PoolSnapshot pool_with_everything() {
  PoolSnapshot pool = emergency("other");
  pool.cloudstack = "cloud1";
  pool.facts->heartbeat_srs[0].is_primary_storage = false;
  pool.vms_cloudstack_only = pool.vms_xenserver_only = 1;
  pool.failovers = failover_open().failovers;
  pool.ha_disabled_since = test_now() - 1min;
  HostSnapshot& host = host_of(pool, "xs1");
  host.rejoin = 95s;
  host.hotfixes = {{"XS62ESP1004", true}};
  host.maintenance_cloudstack = false;
  return pool;
}

const std::vector<Situation>& situations() {
  static const std::vector<Situation> all = build();
  return all;
}

}  // namespace xenha::test
