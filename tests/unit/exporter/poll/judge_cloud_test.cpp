// Both systems side by side: one good pair, each test spoils one fact.
#include "exporter/poll/judge_cloud.h"

#include <gtest/gtest.h>

#include "exporter/poll/failover_feed.h"
#include "tests/unit/exporter/poll/pool_view.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using test::GoodPool;
using test::host_called;

/// cluster1 and its CloudStack: hosts joined, one VM on each host in both systems, primary storage elsewhere.
struct GoodPair {
  GoodPair() {
    cloud.name = "cloud1";
    cloud.up = true;
    cloud.vms_read = cloud.hosts_read = pool.now;
    CloudFacts& facts = cloud.facts.emplace();
    facts.version = "4.20.1.0";
    facts.clusters.push_back(
        {.id = "c1", .label = "cluster-a", .managed_state = "Managed", .pool = "cluster1"});
    for (int n = 1; n <= 3; ++n) {
      const std::string number = std::to_string(n);
      const std::string name = "i-2-" + number + "-VM";
      facts.hosts.push_back({.id = "h" + number,
                             .name = "xs" + number,
                             .cluster_id = "c1",
                             .cluster = "cluster-a",
                             .state = "Up",
                             .resource_state = "Enabled",
                             .pool = "cluster1",
                             .host = "xs" + number,
                             .host_uuid = pool.host(n).uuid});
      facts.vms["v" + number] = {.id = "v" + number,
                                 .instance_name = name,
                                 .state = "Running",
                                 .host_id = "h" + number,
                                 .host_uuid = pool.host(n).uuid};
      pool.db.vms["vm" + number] = {
          .uuid = "u" + number, .name_label = name, .power_state = "Running", .resident_on = "host" + number};
    }
    facts.storage_pools.push_back({.id = "ps-nfs",
                                   .type = "NetworkFilesystem",
                                   .path = "/export/ps",
                                   .state = "Up",
                                   .cluster_id = "c1"});
  }
  PoolSnapshot judged() const {
    PoolSnapshot snapshot = pool.judged();
    add_cloud(snapshot, pool.db_is_good ? &pool.db : nullptr, cloud);
    return snapshot;
  }
  CloudFacts& facts() { return *cloud.facts; }

  GoodPool pool;
  CloudSnapshot cloud;
};

std::optional<bool> heartbeat_is_primary(const PoolSnapshot& pool) {
  return pool.facts->heartbeat_srs.at(0).is_primary_storage;
}

TEST(JudgeCloud, AGoodPair) {
  const PoolSnapshot pool = GoodPair().judged();
  EXPECT_EQ(pool.facts->ha_required, true);
  EXPECT_EQ(host_called(pool, "xs2").maintenance_cloudstack, false);
  EXPECT_EQ(heartbeat_is_primary(pool), false);
}

TEST(JudgeCloud, NothingIsKnownOfASilentCloudStack) {
  GoodPair pair;
  pair.cloud.facts.reset();
  const PoolSnapshot pool = pair.judged();
  EXPECT_FALSE(host_called(pool, "xs2").maintenance_cloudstack);
  EXPECT_FALSE(heartbeat_is_primary(pool));
}

TEST(JudgeCloud, PoolHaIsRequiredFromTheReleaseThatPromotesNoMaster) {
  EXPECT_EQ(cloudstack_requires_ha("4.3.1"), false);
  EXPECT_EQ(cloudstack_requires_ha("4.3.2"), true);
  EXPECT_EQ(cloudstack_requires_ha("4.4.0"), true);
  EXPECT_EQ(cloudstack_requires_ha("4.20.1.0"), true);
  EXPECT_FALSE(cloudstack_requires_ha("unknown"));
  // XenServer 6.2 without the hotfix does not need it, its CloudStack 4.3.2 does.
  GoodPair pair;
  for (int n = 1; n <= 3; ++n) pair.pool.host(n).api_minor = 0;
  pair.pool.hotfix = {{"10000000-host", false}};
  EXPECT_EQ(pair.pool.judged().facts->ha_required, false);
  EXPECT_EQ(pair.judged().facts->ha_required, true);
  pair.facts().version = "4.3.1";
  EXPECT_EQ(pair.judged().facts->ha_required, false);
}

TEST(JudgeCloud, MaintenanceByResourceStateAndByAnUnmanagedCluster) {
  for (const char* state : {"PrepareForMaintenance", "ErrorInPrepareForMaintenance", "Maintenance",
                            "ErrorInMaintenance", "Disabled"}) {
    GoodPair pair;
    pair.facts().hosts[1].resource_state = state;
    EXPECT_EQ(host_called(pair.judged(), "xs2").maintenance_cloudstack, true) << state;
    EXPECT_EQ(host_called(pair.judged(), "xs1").maintenance_cloudstack, false) << state;
  }
  GoodPair pair;
  for (CloudHostSnapshot& host : pair.facts().hosts) host.managed = false;
  EXPECT_EQ(host_called(pair.judged(), "xs1").maintenance_cloudstack, true);
}

TEST(JudgeCloud, AHostThatIsLostIsNotInMaintenance) {
  for (const char* state : {"Down", "Alert", "Disconnected", "Connecting"}) {
    GoodPair pair;
    pair.facts().hosts[1].state = state;
    EXPECT_EQ(host_called(pair.judged(), "xs2").maintenance_cloudstack, false) << state;
  }
}

TEST(JudgeCloud, HeartbeatOnPrimaryStorageByName) {
  GoodPair pair;
  pair.facts().storage_pools[0].id = "MGMT-HA";
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), true);
  pair.facts().storage_pools[0].state = "Removed";
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), false);
}

TEST(JudgeCloud, HeartbeatOnPrimaryStorageByPreSetupPath) {
  GoodPair pair;
  pair.facts().storage_pools[0] = {
      .id = "whatever", .type = "PreSetup", .path = "/MGMT-HA", .state = "Up", .cluster_id = "c1"};
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), true);
}

TEST(JudgeCloud, HeartbeatOnPrimaryStorageByTag) {
  GoodPair pair;
  pair.pool.host(3).cloud_heartbeat_srs = {"5e000000-sr"};
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), true);
}

TEST(JudgeCloud, AnotherClustersStorageIsNotThisPools) {
  GoodPair pair;
  pair.facts().storage_pools[0] = {.id = "MGMT-HA", .state = "Up", .cluster_id = "c2"};
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), false);
  pair.facts().storage_pools[0].cluster_id.clear();  // zone-wide
  EXPECT_EQ(heartbeat_is_primary(pair.judged()), true);
}

TEST(JudgeCloud, UnjoinedPoolHasNoPrimaryStorageToCompare) {
  GoodPair pair;
  pair.facts().clusters[0].pool.clear();
  EXPECT_FALSE(heartbeat_is_primary(pair.judged()));
}

/// The same whether or not somebody indexed the VMs.
std::optional<VmDrift> drift_of(const GoodPair& pair) {
  const model::PoolDb* db = pair.pool.db_is_good ? &pair.pool.db : nullptr;
  const std::optional<VmDrift> drift = vm_drift(pair.judged(), db, pair.cloud);
  CloudSnapshot indexed = pair.cloud;
  if (indexed.facts) index_vms(*indexed.facts);
  EXPECT_EQ(vm_drift(pair.judged(), db, indexed), drift);
  return drift;
}
using Names = std::set<std::string, std::less<>>;

TEST(VmDrift, NoneInAGoodPair) {
  EXPECT_EQ(drift_of(GoodPair()), VmDrift{});
}

TEST(VmDrift, RunningInOneSystemOnly) {
  GoodPair pair;
  pair.pool.db.vms["vm1"].power_state = "Halted";
  EXPECT_EQ(drift_of(pair)->cloudstack_only, Names{"i-2-1-VM"});
  EXPECT_EQ(drift_of(pair)->xenserver_only, Names{});
  pair.facts().vms["v2"].state = "Stopped";
  EXPECT_EQ(drift_of(pair)->xenserver_only, Names{"i-2-2-VM"});
  pair.facts().vms.erase("v2");
  EXPECT_EQ(drift_of(pair)->xenserver_only, Names{"i-2-2-VM"});
}

TEST(VmDrift, WhatIsOnItsWayIsNone) {
  for (const char* state : {"Starting", "Stopping", "Migrating"}) {
    GoodPair pair;
    pair.facts().vms["v2"].state = state;
    EXPECT_EQ(drift_of(pair), VmDrift{}) << state;
    pair.pool.db.vms["vm2"].power_state = "Halted";
    EXPECT_EQ(drift_of(pair), VmDrift{}) << state;
  }
}

TEST(VmDrift, VmsThatAreNotCloudStacksDoNotCount) {
  GoodPair pair;
  for (const char* name : {"backup appliance", "i-am-a-vm", "x-2-3-VM", "i-2", "v-"})
    pair.pool.db.vms[name] = {.name_label = name, .power_state = "Running", .resident_on = "host1"};
  pair.pool.db.vms["template"] = {
      .name_label = "i-2-99-VM", .power_state = "Running", .resident_on = "host1", .real = false};
  EXPECT_EQ(drift_of(pair), VmDrift{});
  pair.pool.db.vms["stray"] = {.name_label = "v-7-VM", .power_state = "Running", .resident_on = "host1"};
  EXPECT_EQ(drift_of(pair)->xenserver_only, Names{"v-7-VM"});
}

TEST(VmDrift, UnknownWithoutTheMastersWordAWholeListOrAJoin) {
  GoodPair pair;
  pair.pool.db_is_good = false;
  EXPECT_FALSE(drift_of(pair));
  pair = {};
  pair.cloud.vms_read.reset();
  EXPECT_FALSE(drift_of(pair));
  pair = {};
  pair.facts().clusters[0].pool.clear();
  EXPECT_FALSE(drift_of(pair));
  pair = {};
  pair.cloud.facts.reset();
  EXPECT_FALSE(drift_of(pair));
}

TEST(DriftMemory, CountsWhatTwoListsInARowAgreeOn) {
  GoodPair pair;
  PoolSnapshot pool = pair.judged();
  DriftMemory memory;
  const auto add = [&](VmDrift drift) {
    memory.add(pool, drift, pair.cloud);
    return std::pair{*pool.vms_cloudstack_only, *pool.vms_xenserver_only};
  };
  const auto next_list = [&] { *pair.cloud.vms_read += 30s; };
  EXPECT_EQ(add({.cloudstack_only = {"a"}, .xenserver_only = {"b"}}), (std::pair{0, 0}));
  EXPECT_EQ(add({.cloudstack_only = {"a"}, .xenserver_only = {"b"}}), (std::pair{0, 0}))
      << "still the same list";
  next_list();
  EXPECT_EQ(add({.cloudstack_only = {"a"}, .xenserver_only = {"c"}}), (std::pair{1, 0}));
  next_list();
  EXPECT_EQ(add({.xenserver_only = {"c"}}), (std::pair{0, 1}));
  next_list();
  EXPECT_EQ(add({}), (std::pair{0, 0}));
}

// What the stop-watch is told of the master's database.

TEST(XenSightOfADatabase, HostsVmsAndTheMaster) {
  GoodPair pair;
  pair.pool.db.vms["vm1"].ha_always_run = true;
  pair.pool.db.vms["vm1"].ha_restart_priority = "restart";
  pair.pool.db.vms["vm2"].power_state = "Paused";
  pair.pool.db.vms["vm3"] = {.uuid = "u3", .name_label = "i-2-3-VM", .power_state = "Halted"};
  pair.pool.db.vms["template"] = {.name_label = "template", .power_state = "Halted", .real = false};
  const XenSight sight = xen_sight(pair.judged(), pair.pool.db, pair.pool.now);
  EXPECT_EQ(sight.at, pair.pool.now);
  EXPECT_EQ(sight.master_uuid, "10000000-host");
  EXPECT_EQ(sight.ha_enabled, true);
  ASSERT_EQ(sight.hosts.size(), 3u);
  EXPECT_EQ(sight.hosts[1].uuid, "20000000-host");
  EXPECT_EQ(sight.hosts[1].label, "xs2");
  EXPECT_EQ(sight.hosts[1].live, true);
  EXPECT_EQ(sight.hosts[1].boot_time, pair.pool.now - 48h);
  EXPECT_FALSE(sight.hosts[1].planned);
  ASSERT_EQ(sight.vms.size(), 3u);
  EXPECT_TRUE(sight.vms[0].running && sight.vms[0].protected_by_xenserver);
  EXPECT_EQ(sight.vms[0].host_uuid, "10000000-host");
  EXPECT_TRUE(sight.vms[1].running) << "paused is not lost";
  EXPECT_FALSE(sight.vms[1].protected_by_xenserver);
  EXPECT_FALSE(sight.vms[2].running);
  EXPECT_EQ(sight.vms[2].host_uuid, "");
}

TEST(XenSightOfADatabase, PlannedWorkIsTold) {
  GoodPool pool;
  pool.host(2).maintenance_mode = true;
  const XenSight sight = xen_sight(pool.judged(), pool.db, pool.now);
  EXPECT_FALSE(sight.hosts[0].planned);
  EXPECT_TRUE(sight.hosts[1].planned);
}

}  // namespace
}  // namespace xenha::exporter
