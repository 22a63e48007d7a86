// Reference 2.4, 3.2, 3.3, 5: emergency mode, failover with and without HA, fencing, freshness of what the
// master says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class HostLife : public ::testing::Test {
 protected:
  void begin(bool ha, const char* release = "8.2", int hosts = 3) {
    PoolSpec spec;
    spec.release = release;
    spec.hosts = hosts;
    spec.vms = 6;
    spec.ha = ha;
    sim_ = start(spec);
  }
  Json host(int number) { return host_state(*sim_, number); }
  Json pool() { return pool_state(*sim_); }
  std::string login_error(int number) {
    return Client(*sim_, number)
        .call("session.login_with_password", {"root", "root-password", "1.0", "t"}, 500ms)
        .code();
  }
  /// host.is_in_emergency_mode and the code of local_assert_healthy, as a probe sees them.
  std::pair<bool, std::string> probe(int number) {
    const Client client(*sim_, number);
    const std::string local = client.local_login();
    const bool emergency = client.call("host.is_in_emergency_mode", {local}).value.get<bool>();
    return {emergency, client.call("host.local_assert_healthy", {local}).code()};
  }
  bool has_message(const std::string& name) {
    const Json messages = pool().at("messages");
    for (const Json& message : messages)
      if (message.at("name") == name) return true;
    return false;
  }
  std::unique_ptr<Simulation> sim_;
};

TEST_F(HostLife, HealthyPool) {
  begin(true);
  EXPECT_EQ(login_error(1), "");
  EXPECT_EQ(login_error(2), "HOST_IS_SLAVE");
  EXPECT_EQ(probe(2), std::make_pair(false, std::string()));
  sim_->advance(10min);
  EXPECT_EQ(pool().at("masters"), 1);
  EXPECT_TRUE(pool().at("messages").empty());
}

TEST_F(HostLife, SlaveToolstackRestartShowsSecondsOfEmergency) {
  begin(true);
  act(*sim_, "restart-toolstack", {{"host", 2}});
  sim_->advance(1500ms);
  EXPECT_FALSE(Client(*sim_, 2).call("session.login_with_password", {"root", "x"}, 500ms).transport_ok);
  sim_->advance(15s);
  EXPECT_EQ(probe(2), std::make_pair(true, std::string("HOST_STILL_BOOTING")));
  EXPECT_EQ(login_error(2), "HOST_STILL_BOOTING");
  sim_->advance(4s);
  EXPECT_FALSE(probe(2).first);
  EXPECT_EQ(host(2).at("enabled"), false);
  sim_->advance(20s);
  EXPECT_EQ(host(2).at("enabled"), true);
}

TEST_F(HostLife, MasterToolstackRestartDisablesEverybodyForAWhile) {
  begin(true);
  act(*sim_, "restart-toolstack", {{"host", 1}});
  sim_->advance(23s);
  for (int number = 1; number <= 3; ++number) EXPECT_EQ(host(number).at("enabled"), false);
  EXPECT_FALSE(probe(2).first);  // slaves do not restart
  sim_->advance(60s);
  for (int number = 1; number <= 3; ++number) EXPECT_EQ(host(number).at("enabled"), true);
}

TEST_F(HostLife, DisableIsDroppedAtARestartOfTheToolstack) {
  begin(true);
  const Client master(*sim_, 1);
  const std::string session = master.login();
  const std::string ref = host(2).at("ref");
  EXPECT_TRUE(master.call("host.disable", {session, ref}).ok);
  sim_->advance(5min);
  EXPECT_EQ(host(2).at("enabled"), false);
  act(*sim_, "restart-toolstack", {{"host", 2}});
  sim_->advance(2min);
  EXPECT_EQ(host(2).at("enabled"), true);
}

TEST_F(HostLife, MasterLostWithHaIsReplacedWithinMinutes) {
  begin(true);
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(100s);
  EXPECT_TRUE(pool().at("master").is_null());  // T alone is 90 s
  sim_->advance(140s);
  EXPECT_EQ(pool().at("master"), "127.10.1.2");
  EXPECT_TRUE(has_message("POOL_MASTER_TRANSITION"));
  EXPECT_EQ(pool().at("ha_enabled"), true);
  sim_->advance(60s);
  EXPECT_EQ(host(3).at("follows"), "127.10.1.2");
  EXPECT_EQ(host(3).at("agent"), "running");
}

TEST_F(HostLife, DeadOldMasterStaysLiveUntilTheOthersAreEnabled) {
  begin(true);
  act(*sim_, "power-off", {{"host", 1}});
  ASSERT_TRUE(sim_->wait_for(
      [&](const std::string&) {
        sim_->advance(5s);
        return !pool().at("master").is_null();
      },
      60s));
  EXPECT_EQ(host(1).at("live"), true);
  EXPECT_FALSE(has_message("HA_HOST_FAILED"));
  sim_->advance(90s);
  EXPECT_EQ(host(1).at("live"), false);
  EXPECT_TRUE(has_message("HA_HOST_FAILED"));
  EXPECT_EQ(host(1).at("vms"), 0);  // forced to Halted
}

TEST_F(HostLife, OldMasterComesBackAsSlave) {
  begin(true);
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(6min);
  act(*sim_, "power-on", {{"host", 1}});
  sim_->advance(6min);
  EXPECT_EQ(host(1).at("role"), "slave");
  EXPECT_EQ(host(1).at("follows"), "127.10.1.2");
  EXPECT_EQ(host(1).at("live"), true);
  EXPECT_EQ(host(1).at("enabled"), true);
  EXPECT_EQ(host(1).at("ha_armed"), true);
  EXPECT_TRUE(has_message("HA_HOST_WAS_FENCED"));  // a power cut looks the same
  EXPECT_EQ(pool().at("masters"), 1);
}

TEST_F(HostLife, MasterLostWithoutHaIsReplacedByNobodyAndSlavesLookHealthy) {
  begin(false);
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(2h);
  EXPECT_TRUE(pool().at("master").is_null());
  EXPECT_EQ(login_error(2), "HOST_IS_SLAVE");
  EXPECT_EQ(probe(2), std::make_pair(false, std::string()));
}

TEST_F(HostLife, SlaveRestartedWhileTheMasterIsDeadIsInEmergency) {
  begin(false);
  act(*sim_, "power-off", {{"host", 1}});
  act(*sim_, "restart-toolstack", {{"host", 2}});
  sim_->advance(1min);
  EXPECT_EQ(probe(2), std::make_pair(true, std::string("INTERNAL_ERROR")));
  EXPECT_EQ(login_error(2), "INTERNAL_ERROR");
  act(*sim_, "power-on", {{"host", 1}});
  sim_->advance(4min);
  EXPECT_FALSE(probe(2).first);
}

TEST_F(HostLife, LostSlaveWithHaIsDeclaredDeadAfterTheTimeout) {
  begin(true);
  act(*sim_, "power-off", {{"host", 3}});
  sim_->advance(80s);
  EXPECT_EQ(host(3).at("live"), true);
  sim_->advance(35s);
  EXPECT_EQ(host(3).at("live"), false);
  EXPECT_TRUE(has_message("HA_HOST_FAILED"));
  EXPECT_EQ(host(2).at("ha_network_peers").size(), 2u);
}

TEST_F(HostLife, LostSlaveWithoutHaIsLiveForTenMinutes) {
  begin(false);
  act(*sim_, "power-off", {{"host", 3}});
  sim_->advance(9min);
  EXPECT_EQ(host(3).at("live"), true);
  sim_->advance(2min);
  EXPECT_EQ(host(3).at("live"), false);
}

TEST_F(HostLife, LastUpdatedMovesOnlyUpTo70) {
  for (const char* release : {"7.0", "7.1"}) {
    begin(true, release);
    const Client master(*sim_, 1);
    const std::string session = master.login();
    const Json before = first_record(master, session, "host_metrics").at("last_updated");
    act(*sim_, "clock-skew", {{"seconds", 100}});  // the clock moves, without waiting for it
    sim_->advance(1min);
    EXPECT_EQ(first_record(master, session, "host_metrics").at("last_updated") != before,
              release == std::string("7.0"));
  }
}

TEST_F(HostLife, CleanRebootMakesNoFailureMessage) {
  begin(true);
  const Client master(*sim_, 1);
  const std::string session = master.login();
  const std::string ref = host(2).at("ref");
  EXPECT_EQ(master.call("host.reboot", {session, ref}).code(), "HOST_NOT_DISABLED");
  EXPECT_TRUE(master.call("host.disable", {session, ref}).ok);
  EXPECT_EQ(master.call("host.reboot", {session, ref}).code(), "HOST_IN_USE");
  EXPECT_TRUE(master.call("Async.host.evacuate", {session, ref}).ok);
  sim_->advance(1min);
  EXPECT_EQ(host(2).at("vms"), 0);
  EXPECT_TRUE(master.call("host.reboot", {session, ref}).ok);
  sim_->advance(1min);
  EXPECT_EQ(host(2).at("live"), false);
  sim_->advance(5min);
  EXPECT_EQ(host(2).at("live"), true);
  EXPECT_EQ(host(2).at("enabled"), true);
  EXPECT_EQ(host(2).at("ha_armed"), true);
  EXPECT_FALSE(has_message("HA_HOST_FAILED"));
  EXPECT_FALSE(has_message("HA_HOST_WAS_FENCED"));
}

TEST_F(HostLife, VmsThatCannotLeaveAreToldBeforehandAndStayWhereTheyAre) {
  begin(true);
  const Client master(*sim_, 1);
  const std::string session = master.login();
  const std::string ref = host(2).at("ref");
  EXPECT_TRUE(master.call("host.get_vms_which_prevent_evacuation", {session, ref}).value.empty());
  act(*sim_, "vms-cannot-leave", {{"code", "VM_REQUIRES_SR"}});
  const auto vms = host(2).at("vms").get<std::size_t>();
  ASSERT_GT(vms, 0u);
  const Json stuck = master.call("host.get_vms_which_prevent_evacuation", {session, ref}).value;
  EXPECT_EQ(stuck.size(), vms);
  EXPECT_EQ(stuck.begin()->at(0), "VM_REQUIRES_SR");
  EXPECT_EQ(master.call("host.evacuate", {session, ref}).code(), "VM_REQUIRES_SR");
  EXPECT_EQ(host(2).at("vms"), vms);
  act(*sim_, "vms-cannot-leave", {{"code", ""}});
  EXPECT_TRUE(master.call("Async.host.evacuate", {session, ref}).ok);
  sim_->advance(1min);
  EXPECT_EQ(host(2).at("vms"), 0);
}

TEST_F(HostLife, StatefileLostEverywhereIsSurvivedWhileAllLive) {
  begin(true);
  act(*sim_, "lose-statefile");
  sim_->advance(5min);
  EXPECT_TRUE(has_message("HA_STATEFILE_LOST"));
  for (int number = 1; number <= 3; ++number) {
    EXPECT_EQ(host(number).at("agent"), "running");
    EXPECT_EQ(host(number).at("ha_statefiles").size(), 0u);
  }
  act(*sim_, "power-off", {{"host", 3}});  // now one failure fences all
  sim_->advance(3min);
  EXPECT_TRUE(pool().at("master").is_null());
  sim_->advance(10min);
  EXPECT_EQ(host(1).at("agent"), "stuck in HA start");
  EXPECT_FALSE(Client(*sim_, 1).call("session.login_with_password", {"root", "x"}, 500ms).transport_ok);
  act(*sim_, "restore-statefile");
  sim_->advance(2min);
  EXPECT_EQ(pool().at("master"), "127.10.1.1");
}

TEST_F(HostLife, StatefileLostOnOneHostFencesItAndItLooksDown) {
  begin(true);
  act(*sim_, "lose-statefile", {{"host", 2}});
  sim_->advance(40s);
  EXPECT_EQ(host(2).at("ha_statefiles").size(), 0u);
  EXPECT_FALSE(has_message("HA_STATEFILE_LOST"));
  sim_->advance(6min);
  EXPECT_EQ(host(2).at("agent"), "stuck in HA start");
  EXPECT_EQ(host(2).at("live"), false);
}

TEST_F(HostLife, IsolatedHostFencesItselfAndReturnsWhenTheNetworkDoes) {
  begin(true);
  act(*sim_, "network", {{"host", 3}, {"mode", "cut"}});
  sim_->advance(80s);
  EXPECT_EQ(host(3).at("live"), true);
  sim_->advance(45s);  // T, and the master looks every 20 s
  EXPECT_EQ(host(3).at("live"), false);
  act(*sim_, "network", {{"host", 3}, {"mode", "up"}});
  sim_->advance(5min);
  EXPECT_EQ(host(3).at("live"), true);
  EXPECT_EQ(host(3).at("agent"), "running");
}

TEST_F(HostLife, SplitBrainHasTwoMastersOfOnePool) {
  begin(false);
  act(*sim_, "split-brain", {{"host", 2}});
  EXPECT_EQ(pool().at("masters"), 2);
  std::vector<Json> uuids;
  for (int number = 1; number <= 2; ++number) {
    const Client client(*sim_, number);
    const std::string session = client.login();
    const Json record = first_record(client, session, "pool");
    uuids.push_back(record.at("uuid"));
    EXPECT_EQ(client.call("host.get_address", {session, record.at("master")}).value,
              "127.10.1." + std::to_string(number));
  }
  EXPECT_EQ(uuids[0], uuids[1]);
  act(*sim_, "restart-toolstack", {{"host", 1}});  // asks the others and gives way
  sim_->advance(2min);
  EXPECT_EQ(pool().at("masters"), 1);
  EXPECT_EQ(host(1).at("follows"), "127.10.1.2");
}

TEST_F(HostLife, EmergencyTransitionNeedsHaOffAndAsksNobody) {
  begin(true);
  const Client slave(*sim_, 2);
  const std::string local = slave.local_login();
  EXPECT_EQ(slave.call("pool.emergency_transition_to_master", {local}).code(), "HA_IS_ENABLED");
  begin(false);
  const Client other(*sim_, 2);
  EXPECT_TRUE(other.call("pool.emergency_transition_to_master", {other.local_login()}).ok);
  sim_->advance(1min);
  EXPECT_EQ(pool().at("masters"), 2);  // no check of a living master in the API
}

TEST_F(HostLife, RecoverSlavesAfterTheMasterWasLost) {
  begin(false);
  act(*sim_, "power-off", {{"host", 1}});
  const Client next(*sim_, 2);
  EXPECT_TRUE(next.call("pool.emergency_transition_to_master", {next.local_login()}).ok);
  sim_->advance(1min);
  const Answer recovered = next.call("pool.recover_slaves", {next.login()});
  EXPECT_EQ(recovered.value.size(), 1u);
  sim_->advance(2min);
  EXPECT_EQ(host(3).at("follows"), "127.10.1.2");
  EXPECT_EQ(host(3).at("enabled"), true);
}

TEST_F(HostLife, EmergencyHaDisableHasItsSoftArgumentFrom71On) {
  begin(true, "7.0");
  const Client old(*sim_, 2);
  EXPECT_EQ(old.call("host.emergency_ha_disable", {old.local_login(), true}).code(),
            "MESSAGE_PARAMETER_COUNT_MISMATCH");
  EXPECT_TRUE(old.call("host.emergency_ha_disable", {old.local_login()}).ok);
  begin(false, "7.1");
  const Client slave(*sim_, 2);
  const std::string local = slave.local_login();
  EXPECT_EQ(slave.call("host.emergency_ha_disable", {local}).code(), "HA_NOT_ENABLED");
  EXPECT_TRUE(slave.call("host.emergency_ha_disable", {local, true}).ok);
}

TEST_F(HostLife, DisarmedHostOfAnArmedPoolIsInEmergencyUntilThePoolDisarms) {
  begin(true);
  const Client slave(*sim_, 2);
  EXPECT_TRUE(slave.call("host.emergency_ha_disable", {slave.local_login()}).ok);
  EXPECT_EQ(pool().at("ha_enabled"), true);
  act(*sim_, "restart-toolstack", {{"host", 2}});
  sim_->advance(1min);
  EXPECT_EQ(probe(2), std::make_pair(true, std::string("HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED")));
  const Client master(*sim_, 1);
  EXPECT_TRUE(master.call("Async.pool.disable_ha", {master.login()}).ok);
  sim_->advance(3min);
  EXPECT_FALSE(probe(2).first);
}

TEST_F(HostLife, EveryEmergencyCodeCanBeShown) {
  for (const char* code : {"HOST_HAS_NO_MANAGEMENT_IP", "HOST_ITS_OWN_SLAVE", "HOST_MASTER_CANNOT_TALK_BACK",
                           "HOST_UNKNOWN_TO_MASTER", "HOST_BROKEN", "HA_HOST_CANNOT_ACCESS_STATEFILE",
                           "HA_HEARTBEAT_DAEMON_STARTUP_FAILED"}) {
    begin(true);
    act(*sim_, "emergency", {{"host", 2}, {"code", code}});
    EXPECT_EQ(probe(2), std::make_pair(true, std::string(code)));
    EXPECT_EQ(login_error(2), code);
  }
}

TEST_F(HostLife, WhatLeavesEmergencyModeIsLiveAndArmedAgain) {
  for (const char* code : {"HA_HOST_CANNOT_ACCESS_STATEFILE", "HOST_UNKNOWN_TO_MASTER"}) {
    begin(true);
    act(*sim_, "emergency", {{"host", 2}, {"code", code}});
    sim_->advance(5min);
    EXPECT_EQ(host(2).at("live"), code != std::string("HA_HOST_CANNOT_ACCESS_STATEFILE")) << code;
    act(*sim_, "clear-emergency", {{"host", 2}});
    sim_->advance(2min);
    EXPECT_FALSE(probe(2).first) << code;
    EXPECT_EQ(host(2).at("live"), true) << code;
    EXPECT_EQ(host(2).at("enabled"), true) << code;
    EXPECT_EQ(host(2).at("ha_armed"), true) << code;
  }
}

TEST_F(HostLife, OldMasterInEmergencyRejoinsAfterHaWasDisabledOnPoolAndHost) {
  begin(true);
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(6min);
  act(*sim_, "power-on", {{"host", 1}});
  sim_->advance(105s);
  act(*sim_, "emergency",
      {{"host", 1}, {"code", "HA_HOST_CANNOT_ACCESS_STATEFILE"}, {"thinks_master", true}});
  const Client next(*sim_, 2);
  EXPECT_TRUE(next.call("Async.pool.disable_ha", {next.login()}).ok);
  sim_->advance(1min);
  EXPECT_TRUE(probe(1).first);
  const Client old(*sim_, 1);
  old.call("host.emergency_ha_disable", {old.local_login()});
  sim_->advance(3min);
  EXPECT_EQ(host(1).at("role"), "slave");
  EXPECT_EQ(host(1).at("live"), true);
  EXPECT_EQ(pool().at("masters"), 1);
}

TEST_F(HostLife, EjectedHostIsTheMasterOfItsOwnPool) {
  begin(false);
  const std::string before = first_record(Client(*sim_, 1), Client(*sim_, 1).login(), "pool").at("uuid");
  act(*sim_, "eject", {{"host", 3}});
  sim_->advance(1min);
  const Client ejected(*sim_, 3);
  const std::string session = ejected.login();
  EXPECT_NE(first_record(ejected, session, "pool").at("uuid"), before);
  EXPECT_EQ(ejected.call("host.get_all", {session}).value.size(), 1u);
  EXPECT_EQ(Client(*sim_, 1).call("host.get_all", {Client(*sim_, 1).login()}).value.size(), 2u);
}

}  // namespace
}  // namespace xenha::sim::test
