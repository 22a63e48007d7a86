// Reference 7 and 8.3: messages and the audit log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;

class Messages : public ::testing::Test {
 protected:
  void SetUp() override {
    PoolSpec spec;
    spec.hosts = 3;
    spec.vms = 2;
    sim_ = start(spec);
    master_ = std::make_unique<Client>(*sim_, 1);
    s_ = master_->login();
  }
  std::unique_ptr<Simulation> sim_;
  std::unique_ptr<Client> master_;
  std::string s_;
};

TEST_F(Messages, AreReadBySinceObjectAndRecord) {
  act(*sim_, "message",
      {{"name", "HA_HOST_FAILED"}, {"priority", 3}, {"cls", "Host"}, {"obj_uuid", "u1"}, {"body", "b"}});
  const Json all = master_->call("message.get_since", {s_, "20200101T00:00:00Z"}).value;
  ASSERT_EQ(all.size(), 1u);
  const Json record = all.begin().value();
  EXPECT_EQ(record.at("name"), "HA_HOST_FAILED");
  EXPECT_EQ(record.at("priority"), "3");
  EXPECT_EQ(record.at("obj_uuid"), "u1");
  EXPECT_EQ(master_->call("message.get", {s_, "Host", "u1", "20200101T00:00:00Z"}).value.size(), 1u);
  EXPECT_EQ(master_->call("message.get", {s_, "Host", "u2", "20200101T00:00:00Z"}).value.size(), 0u);
  EXPECT_EQ(master_->call("message.get_since", {s_, "20990101T00:00:00Z"}).value.size(), 0u);
  const std::string ref = all.begin().key();
  EXPECT_EQ(master_->call("message.get_record", {s_, ref}).value.at("uuid"), record.at("uuid"));
}

TEST_F(Messages, AreCreatedAndDestroyedByOperators) {
  const Answer made = master_->call("message.create", {s_, "XENHA_NOTE", "5", "Pool", "u", "text"});
  ASSERT_TRUE(made.ok) << made.body;
  EXPECT_TRUE(master_->call("message.destroy", {s_, made.value}).ok);
  EXPECT_EQ(master_->call("message.get_record", {s_, made.value}).code(), "HANDLE_INVALID");
}

TEST_F(Messages, RecentOnesAreLostByAFailover) {
  act(*sim_, "message", {{"name", "ALARM"}});
  act(*sim_, "power-off", {{"host", 1}});
  sim_->advance(5min);
  const Json messages = pool_state(*sim_).at("messages");
  ASSERT_FALSE(messages.empty());
  for (const Json& message : messages) EXPECT_NE(message.at("name"), "ALARM");
}

TEST_F(Messages, AuditLogHasWritesWithTheCallersNameAndNoReads) {
  const std::string op = master_->login("operator", "operator-password");
  master_->call("host.get_all_records", {op});
  const std::string task = master_->call("Async.pool.disable_ha", {op}).value;
  sim_->advance(1min);
  const HttpAnswer log = http_get(sim_->url(1, 1) + "/audit_log?session_id=" + s_);
  EXPECT_EQ(log.status, 200);
  EXPECT_THAT(log.body, ::testing::HasSubstr("'operator' 'ALLOWED' 'OK' 'API' 'pool.disable_ha'"));
  EXPECT_THAT(log.body, ::testing::Not(::testing::HasSubstr("get_all_records")));
  const HttpAnswer later = http_get(sim_->url(1, 1) + "/audit_log?since=20990101T00:00:00Z&session_id=" + s_);
  EXPECT_EQ(later.body, "");
}

TEST_F(Messages, AuditLogOfAnotherHostIsItsOwnAndNeedsASession) {
  master_->call("pool.set_name_label", {s_, master_->call("pool.get_all", {s_}).value.at(0), "x"});
  EXPECT_THAT(http_get(sim_->url(1, 1) + "/audit_log?session_id=" + s_).body,
              ::testing::HasSubstr("LOCAL_SUPERUSER"));
  EXPECT_EQ(http_get(sim_->url(1, 2) + "/audit_log?session_id=" + s_).body, "");
  EXPECT_EQ(http_get(sim_->url(1, 1) + "/audit_log?session_id=OpaqueRef:none").status, 401);
}

TEST_F(Messages, DeniedCallIsInTheAuditLogToo) {
  const std::string reader = master_->login("monitor", "monitor-password");
  master_->call("pool.disable_ha", {reader});
  EXPECT_THAT(http_get(sim_->url(1, 1) + "/audit_log?session_id=" + s_).body,
              ::testing::HasSubstr("'monitor' 'DENIED' 'ERROR:RBAC_PERMISSION_DENIED'"));
}

}  // namespace
}  // namespace xenha::sim::test
