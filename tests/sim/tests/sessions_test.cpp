// Reference 1.2, 1.3, 2.1 to 2.6: logging in, sessions, local sessions, roles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

PoolSpec of_release(const char* release) {
  PoolSpec spec;
  spec.release = release;
  spec.hosts = 3;
  spec.vms = 4;
  return spec;
}

TEST(Login, MasterGivesSessionInEveryRelease) {
  for (const char* release : {"6.2", "6.5", "7.0", "7.1", "7.6", "8.0", "8.2", "8"}) {
    const auto sim = start(of_release(release));
    const Client master(*sim, 1);
    const Answer answer =
        master.call("session.login_with_password", {"root", "root-password", "1.0", "test"});
    ASSERT_TRUE(answer.ok) << release << answer.body;
    EXPECT_EQ(answer.value.get<std::string>().rfind("OpaqueRef:", 0), 0u);
    EXPECT_TRUE(master.call("pool.get_all", {answer.value}).ok) << release;
  }
}

TEST(Login, TwoToFourArguments) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  EXPECT_TRUE(master.call("session.login_with_password", {"root", "root-password"}).ok);
  EXPECT_TRUE(master.call("session.login_with_password", {"root", "root-password", "1.0"}).ok);
  EXPECT_EQ(master.call("session.login_with_password", {"root"}).code(), "MESSAGE_PARAMETER_COUNT_MISMATCH");
}

TEST(Login, SlaveNamesItsMasterBeforeThePasswordIsChecked) {
  const auto sim = start(of_release("7.0"));
  const Client slave(*sim, 2);
  EXPECT_THAT(slave.call("session.login_with_password", {"root", "wrong", "1.0", "t"}).error,
              ElementsAre("HOST_IS_SLAVE", "127.10.1.1"));
}

TEST(Login, OldSlaveChecksThePasswordFirstAndOpensASessionAtTheMaster) {
  const auto sim = start(of_release("6.2"), 1000);
  const Client slave(*sim, 2);
  EXPECT_EQ(slave.call("session.login_with_password", {"root", "wrong", "1.0", "t"}).code(),
            "SESSION_AUTHENTICATION_FAILED");
  EXPECT_EQ(slave.call("session.login_with_password", {"root", "root-password", "1.0", "t"}).code(),
            "HOST_IS_SLAVE");
  EXPECT_EQ(host_state(*sim, 1).at("sessions"), 1);
}

TEST(Login, SlaveOfADeadMasterStillNamesIt) {
  const auto sim = start(of_release("8.2"));
  act(*sim, "power-off", {{"host", 1}});
  EXPECT_THAT(Client(*sim, 2).call("session.login_with_password", {"root", "x", "1.0", "t"}).error,
              ElementsAre("HOST_IS_SLAVE", "127.10.1.1"));
}

TEST(Login, OldSlaveOfADeadMasterHangsButLocalLoginWorks) {
  const auto sim = start(of_release("6.2"));
  act(*sim, "power-off", {{"host", 1}});
  const Client slave(*sim, 2);
  EXPECT_FALSE(
      slave.call("session.login_with_password", {"root", "root-password", "1.0", "t"}, 400ms).transport_ok);
  const std::string local = slave.local_login();
  EXPECT_EQ(slave.call("host.is_in_emergency_mode", {local}).value, false);
}

TEST(Login, WrongPasswordTakesFiveSeconds) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  auto waiting = std::async(std::launch::async, [&] {
    return master.call("session.login_with_password", {"root", "wrong", "1.0", "t"});
  });
  EXPECT_TRUE(sim->wait_for([&](const std::string&) { return sim->calls().size() == 1; }, 10s));
  EXPECT_EQ(waiting.wait_for(200ms), std::future_status::timeout);
  sim->advance(5s);
  EXPECT_THAT(waiting.get().error, ElementsAre("SESSION_AUTHENTICATION_FAILED", "root", testing::_));
}

TEST(Login, AccountWithoutRoleIsNotAuthorized) {
  const auto sim = start(of_release("8.2"));
  EXPECT_EQ(Client(*sim, 1).call("session.login_with_password", {"stranger", "stranger-password"}).code(),
            "SESSION_AUTHORIZATION_FAILED");
}

TEST(Session, EndsWithLogout) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login();
  EXPECT_TRUE(master.call("session.logout", {session}).ok);
  EXPECT_THAT(master.call("pool.get_all", {session}).error, ElementsAre("SESSION_INVALID", session));
}

TEST(Session, OfTheMasterAtASlaveIsAnsweredWithTheMaster) {
  const auto sim = start(of_release("8.2"));
  const std::string session = Client(*sim, 1).login();
  EXPECT_THAT(Client(*sim, 2).call("pool.get_all", {session}).error,
              ElementsAre("HOST_IS_SLAVE", "127.10.1.1"));
}

TEST(Session, AtASlaveOfADeadMasterHangs) {
  const auto sim = start(of_release("8.2"));
  const std::string session = Client(*sim, 1).login();
  act(*sim, "power-off", {{"host", 1}});
  EXPECT_FALSE(Client(*sim, 2).call("pool.get_all", {session}, 400ms).transport_ok);
}

TEST(Session, IsGoneAfterAToolstackRestart) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login();
  act(*sim, "restart-toolstack", {{"host", 1}});
  sim->advance(60s);
  EXPECT_EQ(master.call("pool.get_all", {session}).code(), "SESSION_INVALID");
}

TEST(Session, UnusedForADayExpires) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login();
  sim->advance(23h);
  EXPECT_TRUE(master.call("pool.get_all", {session}).ok);
  sim->advance(24h + 2min);
  EXPECT_EQ(master.call("pool.get_all", {session}).code(), "SESSION_INVALID");
}

TEST(Session, TheOldestOf500OfOneOriginatorIsEvicted) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string first = master.login();
  for (int n = 0; n < 499; ++n) master.login();
  EXPECT_TRUE(master.call("pool.get_all", {first}).ok);  // and is the youngest by now
  const std::string last = master.login();
  EXPECT_TRUE(master.call("pool.get_all", {first}).ok);
  EXPECT_TRUE(master.call("pool.get_all", {last}).ok);
  EXPECT_EQ(host_state(*sim, 1).at("sessions"), 500);
}

TEST(Session, WithoutOriginatorShares400Slots) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const Answer first = master.call("session.login_with_password", {"root", "root-password", "1.0", ""});
  for (int n = 0; n < 400; ++n) master.call("session.login_with_password", {"root", "root-password"});
  EXPECT_EQ(master.call("pool.get_all", {first.value}).code(), "SESSION_INVALID");
  EXPECT_EQ(host_state(*sim, 1).at("sessions"), 400);
}

TEST(LocalSession, WorksOnEveryHostAndDoesNotExpire) {
  const auto sim = start(of_release("8.2"));
  for (int host = 1; host <= 3; ++host) {
    const Client client(*sim, host);
    const std::string local = client.local_login();
    EXPECT_EQ(client.call("host.is_in_emergency_mode", {local}).value, false);
    EXPECT_TRUE(client.call("host.local_assert_healthy", {local}).ok);
    EXPECT_EQ(client.call("host.ha_xapi_healthcheck", {local}).value, true);
  }
  const Client client(*sim, 2);
  const std::string local = client.local_login();
  sim->advance(100h);
  EXPECT_TRUE(client.call("host.is_in_emergency_mode", {local}).ok);
  EXPECT_TRUE(client.call("session.local_logout", {local}).ok);
  EXPECT_EQ(client.call("host.is_in_emergency_mode", {local}).code(), "SESSION_INVALID");
}

TEST(LocalSession, TakesOnlyRoot) {
  const auto sim = start(of_release("8.2"), 1000);
  EXPECT_EQ(
      Client(*sim, 2).call("session.slave_local_login_with_password", {"monitor", "monitor-password"}).code(),
      "SESSION_AUTHENTICATION_FAILED");
}

TEST(LocalSession, ReachesTheDatabaseThroughTheMasterAndHangsWithoutIt) {
  const auto sim = start(of_release("8.2"));
  const Client slave(*sim, 2);
  const std::string local = slave.local_login();
  EXPECT_EQ(slave.call("pool.get_all", {local}).value.size(), 1u);
  act(*sim, "power-off", {{"host", 1}});
  EXPECT_FALSE(slave.call("pool.get_all", {local}, 400ms).transport_ok);
  EXPECT_TRUE(slave.call("host.is_in_emergency_mode", {local}).ok);
}

TEST(LocalSession, PoolIsSlaveHangsWithADeadMasterToo) {
  const auto sim = start(of_release("8.2"));
  const Client slave(*sim, 2);
  const std::string local = slave.local_login();
  const std::string session = Client(*sim, 1).login();
  const std::string host = find_ref(Client(*sim, 1), session, "host", "address", "127.10.1.1");
  EXPECT_EQ(slave.call("pool.is_slave", {local, host}).value, true);  // about itself, not about the argument
  act(*sim, "power-off", {{"host", 1}});
  EXPECT_FALSE(slave.call("pool.is_slave", {local, host}, 400ms).transport_ok);
}

TEST(Roles, ReadOnlyMayReadAndNothingElse) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login("monitor", "monitor-password");
  EXPECT_TRUE(master.call("host.get_all_records", {session}).ok);
  EXPECT_THAT(master.call("pool.disable_ha", {session}).error,
              ElementsAre("RBAC_PERMISSION_DENIED", "pool.disable_ha", testing::_));
}

TEST(Roles, OperatorMaySwitchHaButNotChangeThePassword) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login("operator", "operator-password");
  EXPECT_TRUE(master.call("Async.pool.disable_ha", {session}).ok);
  EXPECT_EQ(master.call("session.change_password", {session, "root-password", "new"}).code(),
            "RBAC_PERMISSION_DENIED");
}

TEST(Calls, UnknownRemovedWrongCountAndAsyncWithoutForm) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string session = master.login();
  EXPECT_EQ(master.call("pool.no_such_call", {session}).code(), "MESSAGE_METHOD_UNKNOWN");
  EXPECT_THAT(master.call("pool.get_all", {session, "x"}).error,
              ElementsAre("MESSAGE_PARAMETER_COUNT_MISMATCH", "pool.get_all", testing::_, testing::_));
  EXPECT_NE(master.call("Async.host.is_in_emergency_mode", {session}).fault, "");
  EXPECT_TRUE(master.call("system.listMethods").value.is_array());
}

TEST(Calls, GenericOnesFollowTheDataModel) {
  const auto sim = start(of_release("8.2"));
  const Client master(*sim, 1);
  const std::string s = master.login();
  const std::string pool = master.call("pool.get_all", {s}).value.at(0);
  EXPECT_EQ(master.call("pool.get_ha_enabled", {s, pool}).value, true);
  EXPECT_TRUE(master.call("pool.set_name_label", {s, pool, "new name"}).ok);
  EXPECT_EQ(master.call("pool.get_name_label", {s, pool}).value, "new name");
  EXPECT_TRUE(master.call("pool.add_to_other_config", {s, pool, "k", "v"}).ok);
  EXPECT_THAT(master.call("pool.add_to_other_config", {s, pool, "k", "v"}).error,
              ElementsAre("MAP_DUPLICATE_KEY", "pool", "other_config", pool, "k"));
  EXPECT_TRUE(master.call("pool.remove_from_other_config", {s, pool, "k"}).ok);
  EXPECT_TRUE(master.call("pool.remove_from_other_config", {s, pool, "k"}).ok);
  EXPECT_THAT(master.call("VM.get_record", {s, "OpaqueRef:x"}).error,
              ElementsAre("HANDLE_INVALID", "VM", "OpaqueRef:x"));
  EXPECT_THAT(master.call("VM.get_by_uuid", {s, "u"}).error, ElementsAre("UUID_INVALID", "VM", "u"));
  EXPECT_EQ(master.call("SR.get_by_name_label", {s, "MGMT-HA"}).value.size(), 1u);
  EXPECT_EQ(master.call("VM.get_all_records_where", {s, "field \"is_a_template\" = \"false\""}).value.size(),
            4u + 3u);
  EXPECT_EQ(master.call("VM.get_all_records_where", {s, "nonsense"}).code(), "INTERNAL_ERROR");
}

TEST(Calls, EmptyPathsAndJsonRpcByRelease) {
  const auto sim = start(of_release("8.2"));
  const std::string url = sim->url(1, 1);
  EXPECT_EQ(http_get(url + "/nonsense").status, 403);
  const HttpAnswer json = http_post(url + "/jsonrpc",
                                    R"({"jsonrpc":"2.0","method":"session.login_with_password",)"
                                    R"("params":["root","root-password"],"id":7})",
                                    "application/json");
  EXPECT_EQ(Json::parse(json.body).at("result").get<std::string>().rfind("OpaqueRef:", 0), 0u);
  const auto old = start(of_release("6.5"));
  EXPECT_TRUE(call(old->url(1, 1) + "/jsonrpc", "session.login_with_password", {"root", "root-password"}).ok);
  // A client that tries JSON there learns from the answer's type that it must speak XML.
  const HttpAnswer fault = http_post(old->url(1, 1) + "/jsonrpc", "{}", "application/json");
  EXPECT_EQ(fault.status, 200);
  EXPECT_EQ(fault.content_type, "text/xml");
}

}  // namespace
}  // namespace xenha::sim::test
