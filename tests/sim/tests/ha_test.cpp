// Reference 4: pool.enable_ha and pool.disable_ha, their checks in order, phases, tasks and ways to fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Ha : public ::testing::Test {
 protected:
  void begin(const char* release = "8.2", bool ha = false) {
    PoolSpec spec;
    spec.release = release;
    spec.hosts = 3;
    spec.vms = 4;
    spec.ha = ha;
    sim_ = start(spec);
    log_in(1);
  }
  void log_in(int host) {
    master_ = std::make_unique<Client>(*sim_, host);
    s_ = master_->login("operator", "operator-password");
    pool_ = master_->call("pool.get_all", {s_}).value.at(0);
    sr_ = find_ref(*master_, s_, "SR", "name_label", "MGMT-HA");
  }
  Answer enable(const Json& configuration = {{"timeout", "90"}}) {
    return master_->call("Async.pool.enable_ha", {s_, Json::array({sr_}), configuration});
  }
  /// The end of an asynchronous enable: the task's error_info, empty for success.
  std::vector<std::string> outcome(const Json& configuration = {{"timeout", "90"}}) {
    const Answer answer = enable(configuration);
    EXPECT_TRUE(answer.ok) << answer.body;
    sim_->advance(10min);
    const Json task = master_->call("task.get_record", {s_, answer.value}).value;
    EXPECT_NE(task.at("status"), "pending");
    return task.at("error_info").get<std::vector<std::string>>();
  }
  Json field(const char* name) { return master_->call(std::string("pool.get_") + name, {s_, pool_}).value; }
  std::unique_ptr<Simulation> sim_;
  std::unique_ptr<Client> master_;
  std::string s_, pool_, sr_;
};

TEST_F(Ha, EnableGoesThroughItsPhases) {
  begin();
  const std::string task = enable().value;
  EXPECT_EQ(field("current_operations").at(task), "ha_enable");
  EXPECT_EQ(field("ha_statefiles").size(), 1u);
  EXPECT_EQ(field("ha_enabled"), false);
  sim_->advance(25s);  // three hosts are prepared one after the other
  EXPECT_NEAR(master_->call("task.get_progress", {s_, task}).value.get<double>(), 0.33, 0.05);
  EXPECT_EQ(field("ha_enabled"), false);
  sim_->advance(15s);
  EXPECT_EQ(field("ha_enabled"), true);  // though it is not over yet
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "pending");
  sim_->advance(10s);
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "success");
  EXPECT_EQ(field("current_operations").size(), 0u);
  EXPECT_EQ(field("ha_configuration").at("timeout"), "90");
  for (int host = 1; host <= 3; ++host) {
    EXPECT_EQ(host_state(*sim_, host).at("ha_statefiles").size(), 1u);  // set by the join
    EXPECT_EQ(host_state(*sim_, host).at("ha_network_peers").size(), 0u);
  }
  sim_->advance(60s);
  EXPECT_EQ(host_state(*sim_, 2).at("ha_network_peers").size(), 3u);
}

TEST_F(Ha, SecondCallIsRefusedFrom70On) {
  begin("7.0");
  enable();
  EXPECT_EQ(master_->call("pool.enable_ha", {s_, Json::array({sr_}), Json::object()}).code(),
            "HA_ENABLE_IN_PROGRESS");
  EXPECT_EQ(master_->call("pool.disable_ha", {s_}).code(), "HA_ENABLE_IN_PROGRESS");
}

TEST_F(Ha, SecondCallWaitsIn62AndThenFindsItDone) {
  begin("6.2");
  enable();
  const std::string second = enable().value;
  EXPECT_EQ(master_->call("task.get_status", {s_, second}).value, "pending");
  sim_->advance(5min);
  EXPECT_THAT(master_->call("task.get_error_info", {s_, second}).value, ElementsAre("HA_IS_ENABLED"));
}

TEST_F(Ha, IsEnabledAlready) {
  begin("8.2", true);
  EXPECT_THAT(outcome(), ElementsAre("HA_IS_ENABLED"));
}

TEST_F(Ha, ReadOnlyRoleIsDenied) {
  begin();
  s_ = master_->login("monitor", "monitor-password");
  EXPECT_EQ(enable().code(), "RBAC_PERMISSION_DENIED");
}

TEST_F(Ha, MixedVersions) {
  begin();
  act(*sim_, "rolling-upgrade");
  EXPECT_THAT(outcome(), ElementsAre("NOT_SUPPORTED_DURING_UPGRADE"));
}

TEST_F(Ha, NoLicence) {
  begin();
  act(*sim_, "licence", {{"on", false}});
  EXPECT_THAT(outcome(), ElementsAre("LICENCE_RESTRICTION", "XHA"));
}

TEST_F(Ha, UnpluggedInterface) {
  begin();
  const std::string pif = master_->call("PIF.get_all", {s_}).value.at(1);
  act(*sim_, "set-field",
      {{"class", "PIF"}, {"ref", pif}, {"field", "currently_attached"}, {"value", false}});
  EXPECT_THAT(outcome(), ElementsAre("REQUIRED_PIF_IS_UNPLUGGED", pif));
}

TEST_F(Ha, HostNotLive) {
  begin();
  const std::string host = find_ref(*master_, s_, "host", "address", "127.10.1.3");
  act(*sim_, "power-off", {{"host", 3}});
  sim_->advance(11min);
  EXPECT_THAT(outcome(), ElementsAre("HOST_OFFLINE", host));
}

TEST_F(Ha, UnpluggedPbd) {
  begin();
  act(*sim_, "unplug-pbd", {{"host", 2}});
  EXPECT_THAT(outcome(), ElementsAre("SR_HAS_NO_PBDS", sr_));
}

TEST_F(Ha, SrThatCannotAttachOffline) {
  begin();
  act(*sim_, "set-field", {{"class", "SR"}, {"name", "MGMT-HA"}, {"field", "type"}, {"value", "ext"}});
  EXPECT_THAT(outcome(), ElementsAre("SR_OPERATION_NOT_SUPPORTED", sr_));
}

TEST_F(Ha, SrOfTheOtherClusterStack) {
  begin();
  act(*sim_, "set-field", {{"class", "SR"}, {"name", "MGMT-HA"}, {"field", "type"}, {"value", "gfs2"}});
  EXPECT_THAT(outcome(), ElementsAre("INCOMPATIBLE_STATEFILE_SR", "gfs2"));
}

TEST_F(Ha, NewReleaseWantsFourGigabytes) {
  begin("8");
  act(*sim_, "set-sr-space", {{"size", 3992977407}, {"used", 0}});
  EXPECT_THAT(outcome(), ElementsAre("SR_SOURCE_SPACE_INSUFFICIENT", sr_));
  act(*sim_, "set-sr-space", {{"size", 3992977408}, {"used", 0}});
  EXPECT_TRUE(outcome().empty());
}

TEST_F(Ha, OldReleaseIsContentWithOneGigabyte) {
  begin("8.2");
  act(*sim_, "set-sr-space", {{"size", 1 << 30}, {"used", 0}});
  EXPECT_TRUE(outcome().empty());
}

TEST_F(Ha, StatefileNotReadableByTheMaster) {
  begin();
  act(*sim_, "lose-statefile", {{"host", 1}});
  EXPECT_EQ(outcome().at(0), "VDI_NOT_AVAILABLE");
  EXPECT_EQ(field("ha_statefiles").size(), 1u);  // left behind
}

TEST_F(Ha, BadTimeout) {
  begin();
  EXPECT_EQ(outcome({{"timeout", "9"}}).at(0), "INTERNAL_ERROR");
  EXPECT_EQ(outcome({{"timeout", "soon"}}).at(0), "INTERNAL_ERROR");
}

TEST_F(Ha, TimeoutDefaultsToThePoolsKeyThenToSixty) {
  begin();
  EXPECT_TRUE(outcome(Json::object()).empty());
  EXPECT_EQ(pool_state(*sim_).at("statefile").at("timeout"), 60);
}

TEST_F(Ha, HostWithoutStatefileFailsToJoinAndEverythingIsRolledBack) {
  begin();
  act(*sim_, "enable-fails", {{"phase", "join"}, {"code", "HA_FAILED_TO_FORM_LIVESET"}});
  EXPECT_THAT(outcome(), ElementsAre("HA_FAILED_TO_FORM_LIVESET"));
  EXPECT_EQ(field("ha_enabled"), false);
  EXPECT_EQ(host_state(*sim_, 2).at("ha_armed"), false);
}

TEST_F(Ha, LateFailureRollsBackThoughTheFlagWasTrue) {
  begin();
  act(*sim_, "enable-fails", {{"phase", "backup"}, {"code", "CANNOT_CONTACT_HOST"}});
  const std::string task = enable().value;
  sim_->advance(41s);
  EXPECT_EQ(field("ha_enabled"), true);
  sim_->advance(60s);
  EXPECT_EQ(field("ha_enabled"), false);
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "failure");
}

TEST_F(Ha, WhatIsRefusedAtOnceMakesNoTask) {
  begin();
  act(*sim_, "enable-fails", {{"phase", "refuse"}, {"code", "HOST_IS_SLAVE"}});
  const auto refused = enable();
  EXPECT_FALSE(refused.ok);
  EXPECT_EQ(refused.code(), "HOST_IS_SLAVE");
  act(*sim_, "enable-fails", {{"phase", "check"}, {"code", "TOO_MANY_PENDING_TASKS"}});
  EXPECT_THAT(outcome(), ElementsAre("TOO_MANY_PENDING_TASKS"));
  EXPECT_EQ(field("ha_enabled"), false);
}

TEST_F(Ha, ACallInTheQueueWaitsAndCanBeCancelled) {
  begin();
  act(*sim_, "enable-fails", {{"phase", "queue"}, {"code", "OTHER_OPERATION_IN_PROGRESS"}});
  const auto status_of = [this](const std::string& task) {
    return master_->call("task.get_status", {s_, task}).value;
  };
  const std::string cancelled = enable().value, waiting = enable().value;
  sim_->advance(1h);
  EXPECT_EQ(status_of(waiting), "pending");
  EXPECT_TRUE(master_->call("task.cancel", {s_, cancelled}).ok);
  sim_->advance(10s);
  EXPECT_EQ(status_of(cancelled), "cancelled");
  EXPECT_EQ(status_of(waiting), "pending");
  sim_->advance(1h);
  EXPECT_EQ(status_of(waiting), "failure");
  EXPECT_EQ(field("ha_enabled"), false);
  const std::string lucky = enable().value;
  act(*sim_, "enable-fails", {{"phase", ""}});
  sim_->advance(2min);
  EXPECT_EQ(status_of(lucky), "success");
}

TEST_F(Ha, RollBackMayNeverEnd) {
  begin();
  act(*sim_, "enable-fails", {{"phase", "join"}, {"rollback_hangs", true}});
  const std::string task = enable().value;
  sim_->advance(3h);
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "pending");
  act(*sim_, "enable-fails", {{"phase", ""}});
  sim_->advance(2min);
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "failure");
}

TEST_F(Ha, DisableLeavesTheTracesOfTheLastConfiguration) {
  begin("8.2", true);
  const std::string task = master_->call("Async.pool.disable_ha", {s_}).value;
  EXPECT_EQ(field("ha_enabled"), false);  // early
  EXPECT_EQ(field("current_operations").at(task), "ha_disable");
  sim_->advance(30s);
  EXPECT_EQ(master_->call("task.get_status", {s_, task}).value, "success");
  EXPECT_EQ(field("ha_statefiles").size(), 1u);
  EXPECT_EQ(field("ha_configuration").at("timeout"), "90");
  EXPECT_EQ(host_state(*sim_, 2).at("ha_network_peers").size(), 3u);
  EXPECT_EQ(host_state(*sim_, 2).at("ha_armed"), false);
  EXPECT_EQ(master_->call("pool.disable_ha", {s_}).code(), "HA_NOT_ENABLED");
}

TEST_F(Ha, BothDisksAreUsedAgain) {
  begin("8.2", true);
  const Json before = field("ha_statefiles");
  master_->call("Async.pool.disable_ha", {s_});
  sim_->advance(1min);
  EXPECT_TRUE(outcome().empty());
  EXPECT_EQ(field("ha_statefiles"), before);
}

TEST_F(Ha, RestartOfTheMasterAbortsTheOperationAndDropsItsTask) {
  begin();
  const std::string task = enable().value;
  sim_->advance(10s);
  act(*sim_, "restart-toolstack", {{"host", 1}});
  sim_->advance(2min);
  log_in(1);
  EXPECT_EQ(master_->call("task.get_record", {s_, task}).code(), "HANDLE_INVALID");
  EXPECT_EQ(field("ha_enabled"), false);
  EXPECT_EQ(field("current_operations").size(), 0u);
}

TEST_F(Ha, SilentDisarmLeavesNoTaskNoMessageAndNoAuditLine) {
  begin("8.2", true);
  act(*sim_, "silent-disarm");
  EXPECT_EQ(field("ha_enabled"), false);
  EXPECT_EQ(field("ha_statefiles").size(), 1u);
  EXPECT_TRUE(pool_state(*sim_).at("tasks").empty());
  EXPECT_TRUE(pool_state(*sim_).at("messages").empty());
  EXPECT_EQ(http_get(sim_->url(1, 1) + "/audit_log?session_id=" + s_).body, "");
  EXPECT_TRUE(sim_->writes().empty());
  EXPECT_TRUE(outcome().empty());
}

TEST_F(Ha, FailuresToTolerate) {
  begin("8.2", true);
  EXPECT_EQ(master_->call("pool.set_ha_host_failures_to_tolerate", {s_, pool_, "5"}).code(),
            "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN");
  EXPECT_TRUE(master_->call("pool.set_ha_host_failures_to_tolerate", {s_, pool_, "1"}).ok);
  EXPECT_EQ(field("ha_plan_exists_for"), "1");
  EXPECT_EQ(master_->call("pool.set_ha_host_failures_to_tolerate", {s_, pool_, "-1"}).code(),
            "INVALID_VALUE");
}

TEST_F(Ha, DesignateNewMasterNeedsHaOff) {
  begin("8.2", true);
  const std::string next = find_ref(*master_, s_, "host", "address", "127.10.1.2");
  EXPECT_EQ(master_->call("pool.designate_new_master", {s_, next}).code(), "HA_IS_ENABLED");
}

TEST_F(Ha, DesignatedMasterTakesOverAndEverybodyRestarts) {
  begin();
  const std::string next = find_ref(*master_, s_, "host", "address", "127.10.1.2");
  EXPECT_TRUE(master_->call("pool.designate_new_master", {s_, next}).ok);
  sim_->advance(40s);
  EXPECT_EQ(pool_state(*sim_).at("master"), "127.10.1.2");
  EXPECT_EQ(host_state(*sim_, 1).at("enabled"), false);
  sim_->advance(60s);
  EXPECT_EQ(host_state(*sim_, 1).at("role"), "slave");
  EXPECT_EQ(host_state(*sim_, 1).at("enabled"), true);
  EXPECT_EQ(pool_state(*sim_).at("masters"), 1);
}

TEST_F(Ha, TaskOfSomebodyElseIsNotOursToDestroy) {
  begin();
  const std::string task = enable().value;
  const std::string monitor = master_->login("monitor", "monitor-password");
  EXPECT_EQ(master_->call("task.destroy", {monitor, task}).code(), "RBAC_PERMISSION_DENIED");
  sim_->advance(5min);
  EXPECT_TRUE(master_->call("task.cancel", {s_, task}).ok);  // accepted, without effect
  EXPECT_EQ(field("ha_enabled"), true);
  EXPECT_TRUE(master_->call("task.destroy", {s_, task}).ok);
}

}  // namespace
}  // namespace xenha::sim::test
