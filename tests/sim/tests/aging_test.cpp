// Things that only show after a while or at the end: leaked calls, stopped toolstacks, changed certificates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/sim/tests/client.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;

TEST(Aging, SimulationEndsWhileCallsWait) {
  auto sim = start();
  const Client master(*sim, 1);
  const std::string session = master.login();
  auto waiting = std::async(std::launch::async, [&] {
    return master.call("event.from", {session, Json::array({"task"}), "", 30.0}, 20s);
  });
  ASSERT_TRUE(
      sim->wait_for([&](const std::string&) { return host_state(*sim, 1).at("waiting_events") == 1; }, 10s));
  sim.reset();
  EXPECT_FALSE(waiting.get().transport_ok);
}

TEST(Aging, CallWhoseClientLeftDoesNotKeepItsSessionForEver) {
  const auto sim = start();
  const Client master(*sim, 1);
  const std::string session = master.login();
  EXPECT_FALSE(master.call("event.from", {session, Json::array({"task"}), "", 30.0}, 200ms).transport_ok);
  act(*sim, "rename", {{"to", "x"}});  // the waiting call looks whether anybody still listens
  ASSERT_TRUE(
      sim->wait_for([&](const std::string&) { return host_state(*sim, 1).at("waiting_events") == 0; }, 10s));
  sim->advance(25h);
  EXPECT_EQ(master.call("pool.get_all", {session}).code(), "SESSION_INVALID");
}

TEST(Aging, StoppedToolstackUnderHaFencesTheHost) {
  const auto sim = start();
  const Client slave(*sim, 2);
  EXPECT_TRUE(slave.call("host.shutdown_agent", {slave.local_login()}).ok);
  sim->advance(4min);
  EXPECT_EQ(host_state(*sim, 2).at("agent"), "down");
  EXPECT_EQ(host_state(*sim, 2).at("in_liveset"), true);
  sim->advance(5min);
  EXPECT_EQ(host_state(*sim, 2).at("agent"), "running");
  const Json messages = pool_state(*sim).at("messages");
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.back().at("name"), "HA_HOST_WAS_FENCED");
}

TEST(Aging, SlaveThatRestartsDuringAnElectionFollowsTheWinner) {
  const auto sim = start();
  act(*sim, "power-off", {{"host", 1}});
  sim->advance(112s);
  act(*sim, "restart-toolstack", {{"host", 3}});  // its own restart overtakes the one for the election
  sim->advance(6min);
  EXPECT_EQ(host_state(*sim, 3).at("follows"), "127.10.1.2");
  EXPECT_EQ(host_state(*sim, 3).at("agent"), "running");
}

TEST(Aging, PbdOfALostDiskIsNotPluggedAtAStart) {
  PoolSpec spec;
  spec.ha = false;
  const auto sim = start(spec);
  act(*sim, "lose-statefile", {{"host", 2}});
  act(*sim, "restart-toolstack", {{"host", 2}});
  sim->advance(2min);
  EXPECT_EQ(pool_state(*sim).at("messages").at(0).at("name"), "PBD_PLUG_FAILED_ON_SERVER_START");
}

TEST(Aging, BootingHostIsNotInEmergency) {
  const auto sim = start();
  act(*sim, "booting", {{"host", 2}});
  const Client slave(*sim, 2);
  EXPECT_EQ(slave.call("session.login_with_password", {"root", "x"}).code(), "HOST_STILL_BOOTING");
  EXPECT_EQ(slave.call("host.is_in_emergency_mode", {slave.local_login()}).value, false);
}

}  // namespace
}  // namespace xenha::sim::test
