// Reference 4: the queue, fencing, restarts, retries; and XenServer sees the same VMs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

void act(Simulation& sim, const std::string& command, const Json& arguments = Json::object()) {
  const Result<std::string> result = sim.command(command, arguments.dump());
  EXPECT_TRUE(result) << command << ": " << (result ? "" : result.error().message);
}

/// Host 3 loses power; everything that follows has followed.
std::unique_ptr<Simulation> after_lost_host(const char* version, PoolSpec pool = {}) {
  auto sim = start_cloud_world({.version = version}, pool);
  sim->advance(5min);
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(15min);
  return sim;
}

std::vector<std::string> subjects(Simulation& sim) {
  std::vector<std::string> out;
  for (const Json& alert : Json(cloud_state(sim).at("alerts"))) out.push_back(alert.at("subject"));
  return out;
}

int count_part(const std::vector<std::string>& texts, const std::string& part) {
  return static_cast<int>(std::count_if(
      texts.begin(), texts.end(), [&](const std::string& text) { return text.find(part) != text.npos; }));
}

TEST(CloudHa, VmsOfADeadHostRunElsewhereInBothSystems) {
  const auto sim = after_lost_host("4.20.3.0");
  EXPECT_EQ(cloud_state(*sim).at("running"), 20);
  for (const Json& vm : Json(cloud_state(*sim).at("vms"))) EXPECT_NE(vm.at("host"), "127.10.1.3") << vm;
  sim->run([](World& world) { EXPECT_EQ(disagreements(world), ""); });
}

TEST(CloudHa, VmWithoutTheFlagStaysStopped) {
  const auto sim = start_cloud_world();
  std::string victim;
  for (const Json& vm : Json(cloud_state(*sim).at("vms")))
    if (vm.at("host") == "127.10.1.3" && vm.at("name").get<std::string>().front() == 'i')
      victim = vm.at("name");
  act(*sim, "cs-vm", {{"vm", victim}, {"act", "ha"}, {"on", false}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(15min);
  EXPECT_EQ(cloud_vm(*sim, victim).at("state"), "Stopped");
  EXPECT_TRUE(cloud_vm(*sim, victim).at("host").is_null());
  EXPECT_EQ(count_part(subjects(*sim), victim), 0);
}

TEST(CloudHa, EventsAndAlertsOfARestartByRelease) {
  struct Row {
    const char* version;
    bool events, starting_alert;
  };
  for (const Row& row : {Row{"4.5.2", false, false}, Row{"4.14.0.0", false, false},
                         Row{"4.18.2.0", false, true}, Row{"4.20.3.0", true, true}}) {
    const auto sim = after_lost_host(row.version);
    const Json events = cloud_state(*sim).at("events");
    EXPECT_EQ(std::any_of(events.begin(), events.end(),
                          [](const Json& each) {
                            return each.at("description") == "Successfully completed restarting VM for HA";
                          }),
              row.events)
        << row.version;
    EXPECT_EQ(count_part(subjects(*sim), "HA starting VM: ") > 0, row.starting_alert) << row.version;
    EXPECT_EQ(std::any_of(events.begin(), events.end(),
                          [](const Json& each) { return each.at("type") == "VM.STOP"; }),
              false)
        << "a forced stop leaves no event";
  }
}

TEST(CloudHa, SystemVmsComeBackUnderNewNames) {
  const auto sim = after_lost_host("4.20.3.0", {.vm_names = {"i-2-1-VM", "i-2-2-VM", "v-3-VM"}});
  EXPECT_TRUE(cloud_vm(*sim, "v-3-VM").empty());
  const std::vector<Json> replaced = truths(*sim, "vm_replaced");
  ASSERT_GE(replaced.size(), 1U);
  EXPECT_EQ(cloud_vm(*sim, replaced.front().at("detail")).at("state"), "Running");
}

TEST(CloudHa, FailedStartIsTriedAgainAfter614Seconds) {
  const auto sim = start_cloud_world();
  act(*sim, "cs-next-restart-fails", {{"vm", "i-2-3-VM"}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(25min);
  const std::vector<Json> failed = truths(*sim, "vm_start_failed");
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(cloud_vm(*sim, "i-2-3-VM").at("state"), "Running");
  const double again =
      cloud_vm(*sim, "i-2-3-VM").at("changed_at").get<double>() - failed[0].at("at").get<double>();
  EXPECT_GE(again, 614.4 + 20);
  EXPECT_LE(again, 614.4 + 60 + 31);
  EXPECT_EQ(count_part(subjects(*sim), "Unable to restart app-3 which was running on host Host {\"id\":3,"),
            1);
  const Json events = cloud_state(*sim).at("events");
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const Json& each) {
    return each.at("description") == "Error while restarting VM for HA";
  }));
}

TEST(CloudHa, FiveAttemptsAndThenSilence) {
  const auto sim = start_cloud_world({.version = "4.18.2.0"});
  act(*sim, "cs-next-restart-fails", {{"count", 1000}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(2h);
  EXPECT_EQ(cloud_state(*sim).at("ha_work").size(), 0U);
  EXPECT_EQ(count_part(subjects(*sim),
                       "Unable to restart app-11 which was running on host name: pool1-xs3(id:3), "),
            5);
}

TEST(CloudHa, FencingNeedsXenApiWithoutItEverythingWaits) {
  const auto sim = start_cloud_world({}, {.ha = false});
  sim->advance(5min);
  act(*sim, "power-off", {{"host", 1}});
  sim->advance(4min);
  act(*sim, "cs-state", {{"host", 1}, {"state", "Down"}});
  sim->advance(5min);
  EXPECT_GE(count_part(subjects(*sim), "Unable to restart"), 1);
  EXPECT_EQ(cloud_state(*sim).at("running"), 20) << "still Running as far as CloudStack knows";
}

TEST(CloudHa, HundredVmsQueueForFiveWorkers) {
  const auto sim = start_cloud_world({}, {.hosts = 3, .vms = 300});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(30min);
  EXPECT_EQ(cloud_state(*sim).at("running"), 300);
  double last = 0;
  for (const Json& vm : Json(cloud_state(*sim).at("vms")))
    last = std::max(last, vm.at("changed_at").get<double>());
  const double took = last - truths(*sim, "host_down").front().at("at").get<double>();
  EXPECT_GE(took, 80 / 5 * 22.0);
  EXPECT_LE(took, 100 / 5 * 40.0);
}

TEST(CloudHa, PinnedTimesAreMetToTheSecond) {
  const auto sim = start_cloud_world();
  act(*sim, "power-off", {{"host", 1}});
  act(*sim, "cs-plan", {{"host", 1}, {"down", 195}, {"ha", 210}, {"done", 330}});
  const double now = Json::parse(sim->state_json()).at("time");
  sim->advance(6min);
  EXPECT_NEAR(truths(*sim, "host_down").front().at("at").get<double>() - now, 195, 0.5);
  EXPECT_NEAR(truths(*sim, "vm_force_stopping").front().at("at").get<double>() - now, 210, 0.5);
  double last = 0;
  for (const Json& vm : Json(cloud_state(*sim).at("vms")))
    last = std::max(last, vm.at("changed_at").get<double>());
  EXPECT_NEAR(last - now, 330, 0.5);
  EXPECT_EQ(cloud_state(*sim).at("running"), 20);
}

TEST(CloudHa, FastRebootIsSeenByPowerStatesOnTheSameHost) {
  // 4.20: missing for two ping intervals; the host was never anything but Up.
  const auto sim = start_cloud_world({}, {.ha = false});
  sim->advance(5min);
  act(*sim, "reset", {{"host", 3}});
  sim->advance(12min);
  EXPECT_EQ(truths(*sim, "host_down").size(), 0U);
  EXPECT_EQ(cloud_state(*sim).at("running"), 20);
  const Json events = cloud_state(*sim).at("events");
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const Json& each) {
    return each.at("description") == "Out of band VM power off";
  }));
}

TEST(CloudHa, OldReleaseRestartsWhatXapiMarksHalted) {
  const auto sim = start_cloud_world({.version = "4.3.2"});
  sim->advance(5min);
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(4min);
  const std::vector<Json> stopping = truths(*sim, "vm_force_stopping");
  ASSERT_FALSE(stopping.empty());
  const std::vector<Json> dead = truths(*sim, "host_declared_dead");
  ASSERT_FALSE(dead.empty());
  EXPECT_GE(stopping.front().at("at"), dead.front().at("at"));
  EXPECT_LE(stopping.front().at("at").get<double>() - dead.front().at("at").get<double>(), 62);
  const std::vector<Json> down = truths(*sim, "host_down");
  EXPECT_TRUE(down.empty() || stopping.front().at("at") < down.front().at("at"));
}

TEST(CloudHa, OnlyOldReleasesStartHaFromAlert) {
  for (const auto& [version, work] : {std::pair{"4.3.2", true}, {"4.5.2", false}, {"4.20.3.0", false}}) {
    const auto sim = start_cloud_world({.version = version});
    act(*sim, "cs-state", {{"host", 3}, {"state", "Alert"}, {"hold", true}});
    EXPECT_EQ(!cloud_state(*sim).at("ha_work").empty(), work) << version;
  }
}

TEST(CloudHa, DegradedHostIsTheWayOutOfAlert) {
  const auto sim = start_cloud_world({}, {.ha = false});
  act(*sim, "power-off", {{"host", 3}});
  act(*sim, "cs-state", {{"host", 3}, {"state", "Alert"}, {"silent", true}});
  sim->advance(10min);
  EXPECT_EQ(cloud_state(*sim).at("running"), 20) << "nothing happens";
  act(*sim, "cs-degrade", {{"host", 3}});
  sim->advance(10min);
  for (const Json& vm : Json(cloud_state(*sim).at("vms"))) EXPECT_NE(vm.at("host"), "127.10.1.3") << vm;
}

TEST(CloudHa, TagWithoutHostsFailsEveryRestart) {
  const auto sim = start_cloud_world({.settings = {{"ha.tag", "spare"}}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(8min);
  EXPECT_GE(count_part(subjects(*sim), "Unable to restart"), 1);
  act(*sim, "cs-tag-host", {{"host", 4}});
  sim->advance(20min);
  for (const Json& start : truths(*sim, "vm_running"))
    EXPECT_TRUE(start.at("system") != "cloud1" || start.at("vm").get<std::string>().front() != 'i' ||
                start.at("host") == "127.10.1.4")
        << start;
}

TEST(CloudHa, SwitchedOffInTheZone) {
  const auto sim = start_cloud_world({.settings = {{"vm.ha.enabled", "false"}}});
  act(*sim, "power-off", {{"host", 3}});
  sim->advance(10min);
  EXPECT_EQ(cloud_host(*sim, 3).at("state"), "Alert");
  EXPECT_GE(count_part(subjects(*sim), "VM high availability manager is disabled"), 1);
  EXPECT_EQ(cloud_state(*sim).at("ha_work").size(), 0U);
}

}  // namespace
}  // namespace xenha::sim::test
