// Reference 6: event.from, tokens, timeouts, counts, losses; legacy events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;

class Events : public ::testing::Test {
 protected:
  void begin(const char* release = "8.2", int vms = 5) {
    PoolSpec spec;
    spec.release = release;
    spec.hosts = 2;
    spec.vms = vms;
    sim_ = start(spec);
    master_ = std::make_unique<Client>(*sim_, 1);
    session_ = master_->login();
  }
  Answer from(const Json& classes, const std::string& token, double timeout) {
    return master_->call("event.from", {session_, classes, token, timeout}, 20s);
  }
  std::unique_ptr<Simulation> sim_;
  std::unique_ptr<Client> master_;
  std::string session_;
};

TEST_F(Events, EmptyTokenGivesEveryObjectOnce) {
  begin();
  const Answer answer = from({"pool", "host", "VM"}, "", 30.0);
  ASSERT_TRUE(answer.ok) << answer.body;
  std::map<std::string, int> seen;
  for (const Json& event : answer.value.at("events")) {
    EXPECT_EQ(event.at("operation"), "add");
    EXPECT_EQ(event.at("timestamp"), "0.0");
    EXPECT_TRUE(event.at("snapshot").contains("uuid"));
    ++seen[event.at("class")];
  }
  EXPECT_EQ(seen["pool"], 1);
  EXPECT_EQ(seen["host"], 2);
  EXPECT_EQ(answer.value.at("valid_ref_counts").at("vm"), seen["vm"]);
  EXPECT_TRUE(answer.body.find("<i4>") != std::string::npos);
  EXPECT_THAT(answer.value.at("token").get<std::string>(), ::testing::MatchesRegex("[0-9]{20},[0-9]{20}"));
}

TEST_F(Events, TimeoutGivesNothingButAToken) {
  begin();
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  const Answer answer = from({"pool"}, token, 0.1);
  ASSERT_TRUE(answer.ok);
  EXPECT_EQ(answer.value.at("events").size(), 0u);
}

TEST_F(Events, OneEventWithTheNewestSnapshotHoweverOftenItChanged) {
  begin();
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  const std::string pool = master_->call("pool.get_all", {session_}).value.at(0);
  master_->call("pool.set_name_label", {session_, pool, "a"});
  master_->call("pool.set_name_label", {session_, pool, "b"});
  const Answer answer = from({"pool"}, token, 5.0);
  ASSERT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_EQ(answer.value.at("events").at(0).at("operation"), "mod");
  EXPECT_EQ(answer.value.at("events").at(0).at("snapshot").at("name_label"), "b");
}

TEST_F(Events, WaitingCallIsWokenByAChange) {
  begin();
  const std::string token = from({"vm"}, "", 1.0).value.at("token");
  auto waiting = std::async(std::launch::async, [&] { return from({"vm"}, token, 20.0); });
  ASSERT_TRUE(sim_->wait_for(
      [&](const std::string&) { return host_state(*sim_, 1).at("waiting_events") == 1; }, 10s));
  act(*sim_, "vm-create", {{"vm", "i-2-77-VM"}, {"host", 2}});
  const Answer answer = waiting.get();
  ASSERT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_EQ(answer.value.at("events").at(0).at("operation"), "add");
  EXPECT_EQ(answer.value.at("events").at(0).at("snapshot").at("name_label"), "i-2-77-VM");
}

TEST_F(Events, DeletionHasNoSnapshotAndMayBeForgotten) {
  begin();
  act(*sim_, "vm-create", {{"vm", "one"}});
  act(*sim_, "vm-create", {{"vm", "two"}});
  Answer answer = from({"vm"}, "", 1.0);
  const int before = answer.value.at("valid_ref_counts").at("vm");
  act(*sim_, "vm-destroy", {{"vm", "one"}});
  answer = from({"vm"}, answer.value.at("token"), 1.0);
  ASSERT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_EQ(answer.value.at("events").at(0).at("operation"), "del");
  EXPECT_FALSE(answer.value.at("events").at(0).contains("snapshot"));
  act(*sim_, "vm-destroy", {{"vm", "two"}});
  act(*sim_, "miss-deletions");
  answer = from({"vm"}, answer.value.at("token"), 0.1);
  EXPECT_EQ(answer.value.at("events").size(), 0u);
  EXPECT_EQ(answer.value.at("valid_ref_counts").at("vm"), before - 2);
}

TEST_F(Events, OneObjectAndUnknownClass) {
  begin();
  const std::string host = find_ref(*master_, session_, "host", "address", "127.10.1.2");
  const Answer answer = from({"host/" + host}, "", 1.0);
  ASSERT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_EQ(answer.value.at("events").at(0).at("ref"), host);
  EXPECT_EQ(from({"nonsense"}, "", 0.1).value.at("events").size(), 0u);
}

TEST_F(Events, NoObjectAtAllMakesTheFirstCallWait) {
  begin();
  const auto before = std::chrono::steady_clock::now();
  const Answer answer = from({"task"}, "", 0.3);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 300ms);
  EXPECT_EQ(answer.value.at("events").size(), 0u);
}

TEST_F(Events, BadTokenIsRefused) {
  begin();
  EXPECT_EQ(from({"pool"}, "no token", 1.0).code(), "EVENT_FROM_TOKEN_PARSE_FAILURE");
}

TEST_F(Events, InjectIsABarrier) {
  begin();
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  const std::string pool = master_->call("pool.get_all", {session_}).value.at(0);
  const std::string barrier = master_->call("event.inject", {session_, "pool", pool}).value;
  const Answer answer = from({"pool"}, token, 5.0);
  EXPECT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_GE(answer.value.at("token").get<std::string>(), barrier);
}

TEST_F(Events, MessagesComeAsObjects) {
  begin();
  const std::string token = from({"message", "pool"}, "", 1.0).value.at("token");
  act(*sim_, "message", {{"name", "HA_HOST_FAILED"}, {"cls", "Host"}});
  const Answer answer = from({"message"}, token, 5.0);
  ASSERT_EQ(answer.value.at("events").size(), 1u);
  EXPECT_EQ(answer.value.at("events").at(0).at("snapshot").at("name"), "HA_HOST_FAILED");
}

TEST_F(Events, In62TheSecondCallTakesTheSessionsOnlySubscription) {
  begin("6.2");
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  auto first = std::async(std::launch::async, [&] { return from({"pool"}, token, 2.0); });
  ASSERT_TRUE(sim_->wait_for(
      [&](const std::string&) { return host_state(*sim_, 1).at("waiting_events") == 1; }, 10s));
  auto second = std::async(std::launch::async, [&] { return from({"pool"}, token, 10.0); });
  ASSERT_TRUE(sim_->wait_for(
      [&](const std::string&) { return host_state(*sim_, 1).at("waiting_events") == 2; }, 10s));
  act(*sim_, "rename", {{"to", "x"}});
  EXPECT_EQ(second.get().value.at("events").size(), 1u);
  EXPECT_EQ(first.get().value.at("events").size(), 0u);
}

TEST_F(Events, TimeoutMustBeADoubleOn62) {
  begin("6.2");
  EXPECT_EQ(master_->call("event.from", {session_, Json::array({"pool"}), "", "1"}).code(),
            "FIELD_TYPE_ERROR");
}

TEST_F(Events, WaitingCallOfAnEndedSessionIsTold) {
  begin();
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  auto waiting = std::async(std::launch::async, [&] { return from({"pool"}, token, 20.0); });
  ASSERT_TRUE(sim_->wait_for(
      [&](const std::string&) { return host_state(*sim_, 1).at("waiting_events") == 1; }, 10s));
  act(*sim_, "expire-sessions");
  EXPECT_EQ(waiting.get().code(), "SESSION_INVALID");
}

TEST_F(Events, GenerationIsSmallerAfterAFailoverAndHidesChanges) {
  begin();
  for (int n = 0; n < 30; ++n) act(*sim_, "rename", {{"to", "n" + std::to_string(n)}});
  const std::string token = from({"pool"}, "", 1.0).value.at("token");
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(6min);
  const Client next(*sim_, 2);
  const std::string session = next.login();
  const Answer fresh = next.call("event.from", {session, Json::array({"pool"}), "", 1.0});
  EXPECT_LT(fresh.value.at("token").get<std::string>(), token);
  const Answer stale = next.call("event.from", {session, Json::array({"pool"}), token, 0.1});
  EXPECT_EQ(stale.value.at("events").size(), 0u);
}

TEST_F(Events, RegisterAndNextForOldClients) {
  begin();
  EXPECT_EQ(master_->call("event.next", {session_}).code(), "SESSION_NOT_REGISTERED");
  EXPECT_TRUE(master_->call("event.register", {session_, Json::array({"pool"})}).ok);
  act(*sim_, "rename", {{"to", "y"}});
  const Answer answer = master_->call("event.next", {session_});
  ASSERT_EQ(answer.value.size(), 1u);
  EXPECT_EQ(answer.value.at(0).at("class"), "pool");
}

}  // namespace
}  // namespace xenha::sim::test
