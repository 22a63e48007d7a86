// Reference 3: how a host becomes Down or Alert, how it comes back, and what is left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

PoolSpec small(bool ha = true) {
  PoolSpec pool;
  pool.hosts = 3;
  pool.vms = 9;
  pool.ha = ha;
  return pool;
}

void act(Simulation& sim, const std::string& command, const Json& arguments = Json::object()) {
  const Result<std::string> result = sim.command(command, arguments.dump());
  EXPECT_TRUE(result) << command << ": " << (result ? "" : result.error().message);
}

std::string state_of(Simulation& sim, int host) {
  return cloud_host(sim, host).at("state");
}

int alerts_with(Simulation& sim, const std::string& part) {
  int count = 0;
  for (const Json& alert : Json(cloud_state(sim).at("alerts")))
    if (alert.at("subject").get<std::string>().find(part) != std::string::npos) ++count;
  return count;
}

double truth_time(Simulation& sim, const std::string& what) {
  const std::vector<Json> found = truths(sim, what);
  EXPECT_FALSE(found.empty()) << what;
  return found.empty() ? -1 : found.front().at("at").get<double>();
}

TEST(CloudHosts, DeadSlaveIsDownWithinTheArithmeticOfTheCode) {
  const auto sim = start_cloud_world({}, small());
  sim->advance(5min);
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(10min);
  EXPECT_EQ(state_of(*sim, 3), "Down");
  const double took = truth_time(*sim, "host_down") - truth_time(*sim, "host_lost_power");
  EXPECT_GE(took, 90);
  EXPECT_LE(took, 235);
  EXPECT_EQ(alerts_with(*sim, "Host down, 3"), 1);
  EXPECT_EQ(alerts_with(*sim, "Host is down, name: pool1-xs3 (id:3), availability zone: z1, pod: pod1"), 1);
  const Json host = CloudClient(*sim).rows("listHosts", "host", {{"state", "Down"}}).at(0);
  EXPECT_FALSE(host.contains("managementserverid"));
}

TEST(CloudHosts, DownHostComesBackByTheScan) {
  const auto sim = start_cloud_world({}, small());
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(10min);
  act(*sim, "power-on", {{"host", 3}});
  sim->advance(6min);
  EXPECT_EQ(state_of(*sim, 3), "Up");
  EXPECT_GE(truths(*sim, "host_connecting").size(), 1U);
}

TEST(CloudHosts, DownAlertByRelease) {
  for (const auto& [version, subject] :
       {std::pair{"4.5.2", "Host disconnected, 3"}, {"4.11.3.0", "Host down, 3"}}) {
    const auto sim = start_cloud_world({.version = version}, small());
    act(*sim, "cs-state", {{"host", 3}, {"state", "Down"}});
    EXPECT_EQ(alerts_with(*sim, subject), 1) << version;
  }
  const auto old = start_cloud_world({.version = "4.3.2"}, small());
  act(*old, "cs-state", {{"host", 3}, {"state", "Down"}});
  EXPECT_EQ(cloud_state(*old).at("alerts").size(), 1U) << "only that the VMs are taken care of";
}

TEST(CloudHosts, LostMasterWithoutHaLeavesAllSlavesInAlert) {
  const auto sim = start_cloud_world({}, small(false));
  sim->advance(5min);
  act(*sim, "power-off", {{"host", 1}});
  sim->advance(15min);
  EXPECT_EQ(state_of(*sim, 2), "Alert");
  EXPECT_EQ(state_of(*sim, 3), "Alert");
  EXPECT_GE(alerts_with(*sim, "Host in ALERT state, Host {\"id\":2,"), 1);
  // A dead end: no further state, no HA for them, however long.
  sim->advance(3h);
  EXPECT_EQ(state_of(*sim, 2), "Alert");
  for (const Json& vm : Json(cloud_state(*sim).at("vms")))
    EXPECT_TRUE(vm.at("host") != "127.10.1.2" || vm.at("state") == "Running") << vm;
}

TEST(CloudHosts, LostMasterWithoutHaLeavesSlavesUpInOldReleases) {
  for (const char* version : {"4.3.2", "4.5.2"}) {
    const auto sim = start_cloud_world({.version = version}, small(false));
    act(*sim, "power-off", {{"host", 1}});
    sim->advance(15min);
    EXPECT_EQ(state_of(*sim, 2), "Up") << version;
    EXPECT_EQ(state_of(*sim, 3), "Up") << version;
  }
}

TEST(CloudHosts, AnsweringAddressWithoutXenApiIsAlert) {
  const auto sim = start_cloud_world({}, small(false));
  sim->advance(5min);
  act(*sim, "stop-toolstack", {{"host", 3}});
  sim->advance(6min);
  EXPECT_EQ(state_of(*sim, 3), "Alert");
  EXPECT_EQ(alerts_with(*sim, "Host disconnected, name: pool1-xs3 (id:" +
                                  cloud_host(*sim, 3).at("id").get<std::string>() + ")"),
            1);
  EXPECT_EQ(cloud_state(*sim).at("ha_work").size(), 0U);
  act(*sim, "start-toolstack", {{"host", 3}});
  sim->advance(4min);
  EXPECT_EQ(state_of(*sim, 3), "Up");
}

TEST(CloudHosts, FreshHeartbeatMeansUpUpTo45) {
  const auto sim = start_cloud_world({.version = "4.5.2"}, small(false));
  act(*sim, "stop-toolstack", {{"host", 3}});
  sim->advance(20min);
  EXPECT_EQ(state_of(*sim, 3), "Up");
}

TEST(CloudHosts, DisabledInXapiLosesItsPingFrom44On) {
  for (const auto& [version, state] : {std::pair{"4.3.2", "Up"}, {"4.20.3.0", "Alert"}}) {
    const auto sim = start_cloud_world({.version = version}, small());
    sim->advance(2min);
    act(*sim, "maintenance", {{"host", 3}, {"on", true}});
    sim->advance(6min);
    EXPECT_EQ(state_of(*sim, 3), state) << version;
  }
}

TEST(CloudHosts, WithoutHeartbeatsEveryVictimReadsAsDead) {
  const auto sim = start_cloud_world({}, small(false));
  act(*sim, "stop-toolstack", {{"host", 3}});
  sim->advance(1s);
  // A cluster of local storage only is simulated by taking its pools away: nothing was ever written there.
  act(*sim, "cs-no-heartbeats");
  sim->advance(6min);
  EXPECT_EQ(state_of(*sim, 3), "Down");
}

TEST(CloudHosts, UndeterminedHostThatHasJustConnectedWaits) {
  const auto sim = start_cloud_world({}, small(false));
  act(*sim, "cs-power", {{"on", false}});
  sim->advance(1min);
  act(*sim, "cs-power", {{"on", true}});
  sim->advance(2min);
  ASSERT_EQ(state_of(*sim, 2), "Up");
  act(*sim, "power-off", {{"host", 1}});
  sim->advance(15min);
  EXPECT_EQ(state_of(*sim, 2), "Up") << "1800 s after the connection, set back by 300 s";
  sim->advance(15min);
  EXPECT_EQ(state_of(*sim, 2), "Alert");
}

TEST(CloudHosts, ServerStartDisconnectsAllAndTheScanConnects) {
  const auto sim = start_cloud_world({}, small());
  act(*sim, "cs-power", {{"on", false}});
  EXPECT_EQ(CloudClient(*sim).call("listHosts").status, 0);
  act(*sim, "cs-power", {{"on", true}});
  EXPECT_EQ(state_of(*sim, 1), "Disconnected");
  sim->advance(20s);
  EXPECT_EQ(state_of(*sim, 1), "Up");
  EXPECT_TRUE(CloudClient(*sim).rows("listHosts", "host").at(0).contains("disconnected"));
}

TEST(CloudHosts, UnmanagedClusterIsLeftAlone) {
  const auto sim = start_cloud_world({}, small());
  act(*sim, "cs-unmanage");
  EXPECT_EQ(state_of(*sim, 2), "Disconnected");
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(10min);
  EXPECT_EQ(state_of(*sim, 3), "Disconnected");
  EXPECT_EQ(cloud_state(*sim).at("alerts").size(), 0U);
  act(*sim, "cs-manage");
  sim->advance(2min);
  EXPECT_EQ(state_of(*sim, 2), "Up");
  EXPECT_EQ(state_of(*sim, 3), "Disconnected");
}

TEST(CloudHosts, DisabledOnesAreNotInvestigated) {
  const auto sim = start_cloud_world({}, small());
  act(*sim, "cs-disable-host", {{"host", 3}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(10min);
  EXPECT_EQ(state_of(*sim, 3), "Disconnected");
  EXPECT_EQ(cloud_state(*sim).at("alerts").size(), 0U);
}

TEST(CloudHosts, SettingOfThePingIntervalNeedsARestart) {
  const auto sim = start_cloud_world({}, small());
  act(*sim, "cs-setting", {{"name", "ping.timeout"}, {"value", "100"}});  // dynamic
  sim->advance(1min);
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(20min);
  EXPECT_EQ(state_of(*sim, 3), "Up");
}

TEST(CloudHosts, HeartbeatTagsNameThePrimarySrs) {
  const auto sim = start_cloud_world({}, small());
  const auto tags = [&] {
    Json out;
    sim->run([&](World& world) { out = tags_of(world, 1, 2); });
    return out.dump();
  };
  EXPECT_THAT(tags(), HasSubstr("cloud-heartbeat-"));
  EXPECT_THAT(tags(), HasSubstr("vmops-version-4.20.3.0"));
  act(*sim, "cs-maintenance", {{"host", 2}});
  EXPECT_THAT(tags(), ::testing::Not(HasSubstr("cloud-heartbeat-")));
}

}  // namespace
}  // namespace xenha::sim::test
