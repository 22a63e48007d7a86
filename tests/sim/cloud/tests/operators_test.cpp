// Reference 7 and what people do meanwhile.
#include <gtest/gtest.h>

#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;

void act(Simulation& sim, const std::string& command, const Json& arguments = Json::object()) {
  const Result<std::string> result = sim.command(command, arguments.dump());
  EXPECT_TRUE(result) << command << ": " << (result ? "" : result.error().message);
}

TEST(CloudOperators, MaintenanceEmptiesTheHostAndSaysSo) {
  const auto sim = start_cloud_world();
  act(*sim, "cs-maintenance", {{"host", 2}});
  EXPECT_EQ(cloud_host(*sim, 2).at("resourcestate"), "PrepareForMaintenance");
  EXPECT_FALSE(sim->command("cs-maintenance", R"({"host": 3})")) << "one host of a cluster at a time";
  sim->advance(3min);
  EXPECT_EQ(cloud_host(*sim, 2).at("resourcestate"), "Maintenance");
  EXPECT_EQ(cloud_host(*sim, 2).at("state"), "Up");
  for (const Json& vm : Json(cloud_state(*sim).at("vms"))) EXPECT_NE(vm.at("host"), "127.10.1.2") << vm;
  EXPECT_EQ(cloud_state(*sim).at("alerts").back().at("subject"),
            "Migration Complete for host name: pool1-xs2 (id:2), availability zone: z1, pod: pod1");
  sim->run([](World& world) { EXPECT_EQ(disagreements(world), ""); });
  act(*sim, "cs-maintenance", {{"host", 2}, {"on", false}});
  EXPECT_EQ(cloud_host(*sim, 2).at("resourcestate"), "Enabled");
}

TEST(CloudOperators, LiveMigrationIsNoRestart) {
  const auto sim = start_cloud_world();
  act(*sim, "cs-vm", {{"vm", "i-2-1-VM"}, {"act", "migrate"}, {"host", 2}});
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("state"), "Migrating");
  sim->advance(10s);
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("host"), "127.10.1.2");
  EXPECT_EQ(truths(*sim, "vm_stopped").size(), 0U);
}

TEST(CloudOperators, MovedBehindItsBack) {
  const auto sim = start_cloud_world();
  act(*sim, "vm-migrate", {{"vm", "i-2-1-VM"}, {"host", 2}});
  sim->advance(2min);
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("host"), "127.10.1.2");
}

TEST(CloudOperators, DriftIsFoundByPowerStates) {
  const auto sim = start_cloud_world();
  act(*sim, "cs-vm", {{"vm", "i-2-1-VM"}, {"act", "ha"}, {"on", false}});
  act(*sim, "cs-drift", {{"vm", "i-2-1-VM"}});
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("state"), "Running");
  sim->advance(5min);
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("state"), "Stopped");
  act(*sim, "cs-drift", {{"vm", "i-2-2-VM"}, {"side", "xenserver"}});
  EXPECT_EQ(cloud_vm(*sim, "i-2-2-VM").at("state"), "Stopped");
  sim->advance(5min);
  EXPECT_EQ(cloud_vm(*sim, "i-2-2-VM").at("state"), "Running");
}

TEST(CloudOperators, HeartbeatSrAsPrimaryStorage) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  for (const Json& pool : client.rows("listStoragePools", "storagepool")) EXPECT_NE(pool.at("id"), "MGMT-HA");
  act(*sim, "cs-primary-is-heartbeat");
  const Json pools = client.rows("listStoragePools", "storagepool", {{"path", "/MGMT-HA"}});
  ASSERT_EQ(pools.size(), 1U);
  EXPECT_EQ(pools.at(0).at("type"), "PreSetup");
  EXPECT_EQ(pools.at(0).at("id"), "MGMT-HA");
}

TEST(CloudOperators, StoppedMeanwhileIsNotRestarted) {
  const auto sim = start_cloud_world();
  act(*sim, "cs-next-restart-fails", {{"vm", "i-2-3-VM"}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(8min);
  ASSERT_EQ(cloud_vm(*sim, "i-2-3-VM").at("state"), "Stopped");
  act(*sim, "cs-vm", {{"vm", "i-2-3-VM"}, {"act", "start"}});
  sim->advance(40s);
  act(*sim, "cs-vm", {{"vm", "i-2-3-VM"}, {"act", "stop"}});
  sim->advance(30min);
  EXPECT_EQ(cloud_vm(*sim, "i-2-3-VM").at("state"), "Stopped") << "HA saw that somebody else moved it";
}

TEST(CloudOperators, NewVmsAreInBothSystems) {
  const auto sim = start_cloud_world();
  const Result<std::string> made = sim->command("cs-vm-create", R"({"host": 2})");
  ASSERT_TRUE(made);
  sim->advance(40s);
  const std::string name = Json::parse(*made).at("vm");
  EXPECT_EQ(cloud_vm(*sim, name).at("state"), "Running");
  sim->run([](World& world) { EXPECT_EQ(disagreements(world), ""); });
}

}  // namespace
}  // namespace xenha::sim::test
