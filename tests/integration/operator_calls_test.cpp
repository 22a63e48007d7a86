// The calls of lib/xapi_operator and lib/cloudstack_operator, each carried out by the simulated pools and
// clouds of old and new releases: what they change, and how they are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/cloudstack_operator/maintenance.h"
#include "lib/http/curl_transport.h"
#include "lib/xapi_enable/enable_ha.h"
#include "lib/xapi_operator/host_calls.h"
#include "lib/xapi_operator/pool_calls.h"
#include "lib/xapi_operator/procedure_methods.h"
#include "tests/sim/sim.h"
#include "tests/sim/world/world.h"

namespace xenha {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class Operator {
 public:
  explicit Operator(const std::string& release, const std::string& cloud = "") {
    sim::SimulationOptions options;
    options.pools = {sim::PoolSpec{.release = release, .hosts = 3, .vms = 6}};
    options.speed = 30;
    if (!cloud.empty()) options.clouds = {sim::CloudSpec{.version = cloud}};
    auto started = sim::Simulation::start(std::move(options));
    if (!started) throw std::runtime_error(started.error().message);
    sim_ = *std::move(started);
  }

  Result<xapi::Session> session(int host = 1) {
    return xapi::Session::log_in(line_, endpoint(host), "operator", Secret("operator-password"), "xenhactl",
                                 soon());
  }
  Result<xapi::Session> local_session(int host) {
    return xapi::Session::log_in_locally(line_, endpoint(host), "root", Secret("root-password"), soon());
  }
  SteadyTime soon() const { return clock_.steady() + 20s; }

  Json pool() const { return Json::parse(sim_->state_json()).at("pools").at(0); }
  Json host(int number) const { return pool().at("hosts").at(static_cast<std::size_t>(number - 1)); }
  std::string ref(int number) const { return host(number).at("ref"); }
  std::string pool_ref() {
    std::string ref;
    sim_->run([&ref](sim::World& world) { ref = world.sites.front()->master()->db->pool_ref(); });
    return ref;
  }
  /// The task's end, and nothing is left of it.
  xapi::TaskState followed(xapi::Session& session, const Result<std::string>& task) {
    if (!task) throw std::runtime_error(task.error().message);
    while (true) {
      const auto state = xapi::read_task(session, *task, soon());
      if (!state) throw std::runtime_error(state.error().message);
      if (state->status == xapi::TaskState::Status::kPending) {
        transport_.poll(clock_.steady() + 50ms);
        continue;
      }
      xapi::destroy_task(session, *task, soon());
      return *state;
    }
  }
  bool comes_true(const std::function<bool(const Json& pool)>& holds) {
    return sim_->wait_for([&](const std::string& text) { return holds(Json::parse(text).at("pools").at(0)); },
                          60s);
  }
  std::vector<std::string> writes() {
    std::vector<std::string> out;
    for (const sim::CallEntry& call : sim_->writes()) out.push_back(call.method);
    return out;
  }
  sim::Simulation& sim() { return *sim_; }
  http::CurlTransport& transport() { return transport_; }
  const Clock& clock() const { return clock_; }

 private:
  std::shared_ptr<const http::Endpoint> endpoint(int host) const {
    return std::make_shared<const http::Endpoint>(
        http::Endpoint{false, sim_->address(1, host), sim_->port(), {}});
  }

  SystemClock clock_;
  std::unique_ptr<sim::Simulation> sim_;
  http::CurlTransport transport_;
  xapi::Client client_{transport_, clock_, xapi::kProcedureMethods, "xenhactl", {}};
  xapi::Line line_{transport_, client_, clock_};
};

class OperatorCalls : public ::testing::TestWithParam<const char*> {};

TEST_P(OperatorCalls, TakeAHostOutAndRestartIt) {
  Operator it(GetParam());
  auto session = it.session();
  ASSERT_TRUE(session) << session.error().message;
  const std::string slave = it.ref(2);
  EXPECT_EQ(it.followed(*session, xapi::start_reboot(*session, slave, it.soon())).error_code,
            "HOST_NOT_DISABLED");
  ASSERT_TRUE(xapi::disable_host(*session, slave, it.soon()));
  EXPECT_FALSE(it.host(2).at("enabled"));
  EXPECT_EQ(it.followed(*session, xapi::start_reboot(*session, slave, it.soon())).error_code, "HOST_IN_USE");
  EXPECT_EQ(it.followed(*session, xapi::start_evacuation(*session, slave, it.soon())).status,
            xapi::TaskState::Status::kSuccess);
  EXPECT_EQ(it.followed(*session, xapi::start_reboot(*session, slave, it.soon())).status,
            xapi::TaskState::Status::kSuccess);
  EXPECT_TRUE(it.comes_true([](const Json& pool) { return pool.at("hosts").at(1).at("agent") == "down"; }));
  EXPECT_TRUE(it.comes_true([](const Json& pool) { return pool.at("hosts").at(1).at("enabled") == true; }));
}

TEST_P(OperatorCalls, ShutDownAndEnable) {
  Operator it(GetParam());
  auto session = it.session();
  ASSERT_TRUE(session);
  const std::string slave = it.ref(3);
  ASSERT_TRUE(xapi::disable_host(*session, slave, it.soon()));
  ASSERT_TRUE(xapi::enable_host(*session, slave, it.soon()));
  EXPECT_TRUE(it.host(3).at("enabled"));
  ASSERT_TRUE(xapi::disable_host(*session, slave, it.soon()));
  EXPECT_EQ(it.followed(*session, xapi::start_evacuation(*session, slave, it.soon())).error_code, "");
  EXPECT_EQ(it.followed(*session, xapi::start_shutdown(*session, slave, it.soon())).error_code, "");
  EXPECT_TRUE(it.comes_true([](const Json& pool) { return pool.at("hosts").at(2).at("powered") == false; }));
}

TEST_P(OperatorCalls, GiveTheRoleOfMasterAway) {
  Operator it(GetParam());
  {
    auto session = it.session();
    ASSERT_TRUE(session);
    const Status early = xapi::designate_new_master(*session, it.ref(2), it.soon());
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().remote_code, "HA_IS_ENABLED");
    EXPECT_EQ(it.followed(*session, xapi::start_disable_ha(*session, it.soon())).error_code, "");
    EXPECT_FALSE(it.pool().at("ha_enabled"));
    EXPECT_EQ(it.followed(*session, xapi::start_disable_ha(*session, it.soon())).error_code,
              "HA_NOT_ENABLED");
    const Status given = xapi::designate_new_master(*session, it.ref(2), it.soon());
    ASSERT_TRUE(given) << given.error().message;
  }
  EXPECT_TRUE(it.comes_true([&](const Json& pool) { return pool.at("master") == it.sim().address(1, 2); }));
}

TEST_P(OperatorCalls, WriteAMarkAndTakeItOff) {
  Operator it(GetParam());
  auto session = it.session();
  ASSERT_TRUE(session);
  const std::string pool = it.pool_ref();
  const auto mark = [&] { return it.pool().at("other_config").value("xenha:intent", ""); };
  ASSERT_TRUE(xapi::set_pool_mark(*session, pool, "xenha:intent", "by=ann;step=1", it.soon()));
  EXPECT_EQ(mark(), "by=ann;step=1");
  ASSERT_TRUE(xapi::set_pool_mark(*session, pool, "xenha:intent", "by=ann;step=2", it.soon()));
  EXPECT_EQ(mark(), "by=ann;step=2");
  ASSERT_TRUE(xapi::remove_pool_mark(*session, pool, "xenha:intent", it.soon()));
  ASSERT_TRUE(xapi::remove_pool_mark(*session, pool, "xenha:intent", it.soon()));
  EXPECT_EQ(mark(), "");
}

/// The release says how many arguments the call takes; one too many is a refusal, one too few a default.
TEST_P(OperatorCalls, DisarmAHostByItsOwnRoot) {
  Operator it(GetParam());
  const std::string release = GetParam();
  ASSERT_TRUE(it.sim().command("emergency", R"({"host": 2, "code": "HA_HOST_CANNOT_ACCESS_STATEFILE"})"));
  auto local = it.local_session(2);
  ASSERT_TRUE(local) << local.error().message;
  const bool old = release == "6.2" || release == "6.5" || release == "7.0";
  const auto form = old ? xapi::EmergencyForm::kBare : xapi::EmergencyForm::kSoftArgument;
  if (old) {
    const Status refused = xapi::emergency_ha_disable(*local, xapi::EmergencyForm::kSoftArgument, it.soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().remote_code, "MESSAGE_PARAMETER_COUNT_MISMATCH");
  }
  const Status done = xapi::emergency_ha_disable(*local, form, it.soon());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(it.host(2).at("ha_armed"));
  const Status again = xapi::emergency_ha_disable(*local, form, it.soon());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().remote_code, "HA_NOT_ENABLED");
}

INSTANTIATE_TEST_SUITE_P(Releases, OperatorCalls, ::testing::Values("6.2", "7.0", "7.1", "8"),
                         [](const auto& each) {
                           std::string name = std::string("R") + each.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(EmergencyForm, TakesAnArgumentFrom71On) {
  EXPECT_EQ(xapi::emergency_form(1, 3), xapi::EmergencyForm::kBare);
  EXPECT_EQ(xapi::emergency_form(2, 5), xapi::EmergencyForm::kBare);
  EXPECT_EQ(xapi::emergency_form(2, 6), xapi::EmergencyForm::kSoftArgument);
  EXPECT_EQ(xapi::emergency_form(3, 0), xapi::EmergencyForm::kSoftArgument);
  EXPECT_EQ(xapi::emergency_form(0, 0), xapi::EmergencyForm::kSoftArgument);
}

class CloudMaintenance : public ::testing::TestWithParam<const char*> {
 protected:
  cloudstack::Maintenance maintenance(const std::string& key = "cloud-api-key",
                                      const std::string& secret = "cloud-secret-key") {
    auto endpoint =
        std::make_shared<const http::Endpoint>(http::Endpoint{false, "127.20.1.1", it.sim().port(), {}});
    return {it.transport(), it.clock(), {endpoint, "/client/api", {Secret(key), Secret(secret)}}, 10s};
  }
  Json cloud_host(int number) {
    return Json::parse(it.sim().state_json())
        .at("clouds")
        .at(0)
        .at("hosts")
        .at(static_cast<std::size_t>(number - 1));
  }
  std::string host_id(int number) { return cloud_host(number).at("id"); }
  cloudstack::JobState ended(cloudstack::Maintenance& who, const std::string& job) {
    while (true) {
      const auto state = who.job(job);
      if (!state) throw std::runtime_error(state.error().message);
      if (state->status != cloudstack::JobState::Status::kRunning) return *state;
      it.transport().poll(it.clock().steady() + 50ms);
    }
  }
  Operator it{"8.2", GetParam()};
};

TEST_P(CloudMaintenance, GoesInEmptiesTheHostAndComesOut) {
  cloudstack::Maintenance who = maintenance();
  const std::string id = host_id(2);
  const auto job = who.prepare(id);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(ended(who, *job).status, cloudstack::JobState::Status::kSuccess);
  EXPECT_EQ(cloud_host(2).at("resourcestate"), "Maintenance");
  const auto out = who.cancel(id);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(ended(who, *out).status, cloudstack::JobState::Status::kSuccess);
  EXPECT_EQ(cloud_host(2).at("resourcestate"), "Enabled");
  const auto again = who.cancel(id);
  ASSERT_TRUE(again) << again.error().message;
  const cloudstack::JobState refused = ended(who, *again);
  EXPECT_EQ(refused.status, cloudstack::JobState::Status::kFailure);
  EXPECT_THAT(refused.error, ::testing::HasSubstr("Cannot perform cancelMaintenance"));
}

TEST_P(CloudMaintenance, SaysWhyNot) {
  cloudstack::Maintenance who = maintenance();
  const auto unknown = who.prepare("");
  ASSERT_FALSE(unknown);
  EXPECT_FALSE(who.job("no-such-job"));
  const auto stranger = maintenance("cloud-api-key", "wrong").prepare(host_id(2));
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, ErrorCode::kAuth);
  EXPECT_EQ(stranger.error().message.find("wrong"), std::string::npos);
  EXPECT_EQ(cloud_host(2).at("resourcestate"), "Enabled");
}

INSTANTIATE_TEST_SUITE_P(Versions, CloudMaintenance, ::testing::Values("4.3.2", "4.20.3.0"),
                         [](const auto& each) {
                           std::string name = std::string("V") + each.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace xenha
