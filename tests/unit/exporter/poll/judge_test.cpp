#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/exporter/poll/pool_view.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using test::GoodPool;
using test::host_called;
using ::testing::ElementsAre;

std::vector<std::string> labels(const PoolSnapshot& pool) {
  std::vector<std::string> out;
  for (const HostSnapshot& host : pool.hosts) out.push_back(host.label);
  return out;
}

TEST(Judge, AGoodPool) {
  const PoolSnapshot pool = GoodPool().judged();
  EXPECT_THAT(labels(pool), ElementsAre("xs1", "xs2", "xs3"));
  EXPECT_EQ(pool.masters, 1);
  ASSERT_TRUE(pool.facts);
  EXPECT_EQ(pool.facts->ha_enabled, true);
  EXPECT_EQ(pool.facts->ha_required, true);
  EXPECT_EQ(pool.facts->ha_timeout, 90);
  EXPECT_EQ(pool.facts->ha_enable_running, false);
  EXPECT_EQ(pool.facts->statefile_resolves, true);
  EXPECT_EQ(host_called(pool, "xs1").believed_master, "xs1");
  EXPECT_EQ(host_called(pool, "xs2").believed_master, "xs1");
  EXPECT_EQ(host_called(pool, "xs2").claims_master, false);
  EXPECT_EQ(host_called(pool, "xs2").ha_peers, 2);  // itself is in the set and is not counted
  EXPECT_EQ(host_called(pool, "xs2").ha_armed, true);
  EXPECT_EQ(host_called(pool, "xs2").emergency, false);
  EXPECT_EQ(host_called(pool, "xs2").maintenance_xenserver, false);
}

TEST(Judge, EqualViewsGiveEqualSnapshots) {
  EXPECT_EQ(GoodPool().judged(), GoodPool().judged());
}

// Unknown is not zero: without the master's word, only what was asked directly is left.
TEST(Judge, WithoutTheMastersWordOnlyDirectFactsStay) {
  GoodPool good;
  good.db_is_good = false;
  const PoolSnapshot pool = good.judged();
  EXPECT_FALSE(pool.facts);
  const HostSnapshot& host = host_called(pool, "xs2");  // the label is remembered
  EXPECT_EQ(host.uuid, "20000000-host");
  EXPECT_EQ(host.reachable, true);
  EXPECT_FALSE(host.live || host.enabled || host.ha_armed || host.ha_peers || host.boot_time);
  EXPECT_EQ(host.believed_master, "xs1");
}

TEST(Judge, AHostNeverIdentifiedIsCalledByItsAddress) {
  GoodPool good;
  good.db_is_good = false;
  good.history.members.clear();
  EXPECT_THAT(labels(good.judged()), ElementsAre("10.0.0.11", "10.0.0.12", "10.0.0.13"));
}

TEST(Judge, HaOffMeansNotArmedAndNoPeers) {
  GoodPool good;
  good.pool().ha_enabled = false;
  const PoolSnapshot pool = good.judged();
  const HostSnapshot& host = host_called(pool, "xs2");
  EXPECT_EQ(host.ha_armed, false);
  EXPECT_FALSE(host.ha_peers);
  EXPECT_FALSE(pool.facts->ha_plan_exists_for || pool.facts->ha_overcommitted);
  EXPECT_EQ(pool.facts->ha_host_failures_to_tolerate, 0);
  EXPECT_EQ(pool.facts->statefile_resolves, true);  // a dangling one breaks the next enable
}

TEST(Judge, HaUnknownMeansArmedUnknown) {
  GoodPool good;
  good.pool().ha_enabled.reset();
  EXPECT_FALSE(host_called(good.judged(), "xs2").ha_armed);
}

TEST(Judge, AHostThatLostTheStatefileIsDisarmed) {
  GoodPool good;
  good.host(2).has_ha_statefile = false;
  EXPECT_EQ(host_called(good.judged(), "xs2").ha_armed, false);
  EXPECT_EQ(host_called(good.judged(), "xs3").ha_armed, true);
}

TEST(Judge, TwoHostsClaimTheRole) {
  GoodPool good;
  good.probe(3).verdict.state = HostState::kMaster;
  good.probe(3).verdict.claims_master = true;
  good.probe(3).verdict.believed_address.clear();
  const PoolSnapshot pool = good.judged();
  EXPECT_EQ(pool.masters, 2);
  EXPECT_EQ(host_called(pool, "xs3").believed_master, "xs3");
}

TEST(Judge, MastersAreCountedOnlyWhenEveryHostWasAsked) {
  GoodPool good;
  good.every_host_probed = false;
  EXPECT_FALSE(good.judged().masters);
}

// Trap 36: an ejected host is master of a pool of its own, no split brain.
TEST(Judge, TheMasterOfAnotherPoolDoesNotCount) {
  GoodPool good;
  good.probes.push_back({.address = "10.0.0.99", .probed = true, .foreign = true});
  good.probes.back().verdict = {.reachable = true};
  const PoolSnapshot pool = good.judged();
  EXPECT_EQ(pool.masters, 1);
  EXPECT_FALSE(host_called(pool, "10.0.0.99").claims_master);
  EXPECT_FALSE(host_called(pool, "10.0.0.99").state);
  EXPECT_EQ(host_called(pool, "10.0.0.99").reachable, true);
}

TEST(Judge, NamesThatAreNotUniqueCarryTheUuid) {
  GoodPool good;
  good.host(2).name_label = "xs1";
  EXPECT_THAT(labels(good.judged()), ElementsAre("xs1 (10000000)", "xs1 (20000000)", "xs3"));
}

TEST(Judge, AnEmptyNameFallsBackToHostnameThenUuid) {
  GoodPool good;
  good.host(1).name_label.clear();
  good.host(1).hostname = "node-a";
  good.host(2).name_label.clear();
  good.host(2).hostname.clear();
  EXPECT_THAT(labels(good.judged()), ElementsAre("20000000-host", "node-a", "xs3"));
}

// Trap 32: host.address is empty during boot; the name it was configured by still identifies it.
TEST(Judge, AHostConfiguredByNameIsFoundByWhoAnswered) {
  GoodPool good;
  good.probe(2).address = "xs-two.example";
  EXPECT_EQ(host_called(good.judged(), "xs2").reachable, true);
  EXPECT_EQ(good.judged().hosts.size(), 3u);
}

TEST(Judge, AMasterNamedByAnUnknownAddressIsShownByItsAddress) {
  GoodPool good;
  good.probe(2).verdict.believed_address = "10.9.9.9";
  EXPECT_EQ(host_called(good.judged(), "xs2").believed_master, "10.9.9.9");
}

TEST(Judge, TimeoutComesFromTheConfigurationThenTheDefaultThenSixty) {
  GoodPool good;
  good.pool().ha_timeout.reset();
  EXPECT_EQ(good.judged().facts->ha_timeout, 60);
  good.pool().default_ha_timeout = "120";
  EXPECT_EQ(good.judged().facts->ha_timeout, 120);
  good.pool().ha_timeout = "ninety";
  EXPECT_FALSE(good.judged().facts->ha_timeout);
}

TEST(Judge, OperationsComeFromThePoolOrBefore70FromTasks) {
  GoodPool good;
  good.pool().current_operations = {{"ha_enable"}};
  EXPECT_EQ(good.judged().facts->ha_enable_running, true);
  EXPECT_EQ(good.judged().facts->ha_disable_running, false);
  good.pool().current_operations.reset();
  EXPECT_EQ(good.judged().facts->ha_enable_running, false);
  good.db.tasks["task"] = {.name_label = "Async.pool.disable_ha", .status = "pending"};
  EXPECT_EQ(good.judged().facts->ha_disable_running, true);
  good.db.tasks["task"].status = "success";
  EXPECT_EQ(good.judged().facts->ha_disable_running, false);
}

struct ProtectionRow {
  const char* name;
  model::VmRecord vm;
  int expected;
};
class ProtectedVms : public ::testing::TestWithParam<ProtectionRow> {};

// Trap 26: templates, snapshots and control domains are no VMs.
TEST_P(ProtectedVms, AreThoseThatXenServerWouldRestart) {
  GoodPool good;
  good.db.vms["vm"] = GetParam().vm;
  EXPECT_EQ(good.judged().facts->ha_protected_vms, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ProtectedVms,
    ::testing::Values(ProtectionRow{"plain", {.name_label = "i-2-3-VM"}, 0},
                      ProtectionRow{"restart", {.ha_restart_priority = "restart", .ha_always_run = true}, 1},
                      ProtectionRow{"restart_but_stopped_by_its_user", {.ha_restart_priority = "restart"}, 0},
                      ProtectionRow{"best_effort", {.ha_restart_priority = "best-effort"}, 1},
                      ProtectionRow{"old_number", {.ha_restart_priority = "1", .ha_always_run = true}, 0},
                      ProtectionRow{"template",
                                    {.real = false, .ha_restart_priority = "restart", .ha_always_run = true},
                                    0}),
    [](const auto& row) { return row.param.name; });

struct RequiredRow {
  const char* name;
  int api_minor;
  std::map<std::string, bool> hotfix;
  std::optional<bool> expected;
};
class HaRequired : public ::testing::TestWithParam<RequiredRow> {};

TEST_P(HaRequired, DependsOnReleaseAndHotfix) {
  GoodPool good;
  good.host(1).api_minor = GetParam().api_minor;
  good.host(1).api_major = GetParam().api_minor == 0 && GetParam().hotfix.empty() ? 0 : 2;
  good.hotfix = GetParam().hotfix;
  EXPECT_EQ(good.judged().facts->ha_required, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Rows, HaRequired,
                         ::testing::Values(RequiredRow{"release_unknown", 0, {}, std::nullopt},
                                           RequiredRow{"v65", 3, {}, true},
                                           RequiredRow{"v62_patches_unknown", 1, {}, std::nullopt},
                                           RequiredRow{"v62_without", 1, {{"10000000-host", false}}, false},
                                           RequiredRow{"v62_one_host_has_it",
                                                       1,
                                                       {{"10000000-host", false}, {"20000000-host", true}},
                                                       true}),
                         [](const auto& row) { return row.param.name; });

// Trap 10: every master xapi restart disables all hosts for a while; that is no maintenance.
TEST(Judge, DisabledIsMaintenanceOnlyWhenNoToolstackStartExplainsIt) {
  GoodPool good;
  good.host(2).enabled = false;
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenserver, true);
  good.host(1).agent_start_time = good.now - 10min;  // the master's
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenserver, false);
  good.host(1).agent_start_time = good.now - 2h;
  good.host(2).agent_start_time = good.now - 10min;  // its own
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenserver, false);
  good.host(2).agent_start_time.reset();
  EXPECT_FALSE(host_called(good.judged(), "xs2").maintenance_xenserver);
  good.host(2).maintenance_mode = true;
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenserver, true);
}

TEST(Judge, TheMarkOfXenhaNamesOneHostUntilItExpires) {
  GoodPool good;
  const auto mark = [&](std::chrono::seconds left) {
    const auto until =
        std::chrono::duration_cast<std::chrono::seconds>((good.now + left).time_since_epoch()).count();
    return "by=anna;host=xs2;step=3;until=" + std::to_string(until);
  };
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenha, false);
  good.pool().intent = mark(1h);
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenha, true);
  EXPECT_EQ(host_called(good.judged(), "xs3").maintenance_xenha, false);
  good.pool().intent = mark(-1s);
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenha, false);
  good.pool().intent = "by=anna;host=xs2";
  EXPECT_EQ(host_called(good.judged(), "xs2").maintenance_xenha, false);
}

// References may dangle between two calls (trap list 1.4): unknown, no failure.
TEST(Judge, DanglingReferencesAreUnknown) {
  GoodPool good;
  good.db.host_metrics.clear();
  good.pool().master = "gone";
  const PoolSnapshot pool = good.judged();
  EXPECT_FALSE(host_called(pool, "xs2").live);
  EXPECT_FALSE(pool.facts->ha_required);
  EXPECT_EQ(pool.facts->version, "");
}

TEST(Judge, LatenciesAreTheHostsOwnAndOnlyWhileHaIsOn) {
  GoodPool good;
  good.latencies["20000000-host"] = {.network = {true, -0.4}, .xapi = {true, 2.0}};
  EXPECT_EQ(host_called(good.judged(), "xs2").network.seconds, -0.4);
  EXPECT_FALSE(host_called(good.judged(), "xs3").network.recorded);
  good.pool().ha_enabled = false;
  EXPECT_FALSE(host_called(good.judged(), "xs2").network.seconds);
}

}  // namespace
}  // namespace xenha::exporter
