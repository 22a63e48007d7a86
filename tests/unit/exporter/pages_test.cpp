#include "exporter/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/cloud_builder.h"
#include "tests/support/failover_builder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/pool_builder.h"

namespace xenha::exporter {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using web::Reply;
using web::Request;

std::string bytes_of(const Reply& reply) {
  std::string all = reply.body;
  for (const auto& piece : reply.shared_body) all += *piece;
  return all;
}

std::string header(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return "";
}

class PagesTest : public ::testing::Test {
 protected:
  PagesTest() {
    add_pages(router_, store_,
              {.telemetry_path = "/metrics",
               .reload =
                   [this] {
                     ++reloads_;
                     return reload_result_;
                   },
               .clock = &clock_});
  }

  void publish(const std::string& name) {
    PoolSnapshot pool = test::healthy_pool();
    pool.name = name;
    store_.publish(std::move(pool));
  }
  void publish_both() {
    publish("alpha");
    publish("beta");
  }

  Reply ask(std::string path, std::vector<std::pair<std::string, std::string>> query = {},
            std::map<std::string, std::string, std::less<>> headers = {}) {
    Request request;
    request.method = "GET";
    request.path = std::move(path);
    request.query = std::move(query);
    request.headers = std::move(headers);
    return router_.handle(request);
  }
  Reply reload(bool loopback, bool authenticated,
               std::map<std::string, std::string, std::less<>> headers = {}) {
    Request request;
    request.method = "POST";
    request.path = "/-/reload";
    request.peer_is_loopback = loopback;
    request.authenticated = authenticated;
    request.headers = std::move(headers);
    return router_.handle(request);
  }

  test::ManualClock clock_{test::test_now()};
  SnapshotStore store_{{"alpha", "beta"}, [] { return std::vector<prometheus::MetricFamily>{}; }};
  web::Router router_;
  int reloads_ = 0;
  Status reload_result_ = Nothing{};
};

TEST_F(PagesTest, MetricsOfAllPoolsOrOfThoseNamed) {
  publish_both();
  const std::string all = bytes_of(ask("/metrics"));
  EXPECT_THAT(all, HasSubstr("xenha_pool_up{pool=\"alpha\"} 1"));
  EXPECT_THAT(all, HasSubstr("xenha_pool_up{pool=\"beta\"} 1"));
  const std::string one = bytes_of(ask("/metrics", {{"pool", "beta"}}));
  EXPECT_THAT(one, HasSubstr("pool=\"beta\""));
  EXPECT_THAT(one, Not(HasSubstr("pool=\"alpha\"")));
  EXPECT_EQ(bytes_of(ask("/metrics", {{"pool", "alpha"}, {"pool", "beta"}, {"pool", "alpha"}})), all);
}

TEST_F(PagesTest, UnknownAndEmptyNamesAreToldTheKnownOnes) {
  publish_both();
  for (const char* name : {"", "gamma", "alph", "<script>"}) {
    for (const Reply& reply :
         {ask("/metrics", {{"pool", "alpha"}, {"pool", name}}), ask("/probe", {{"target", name}})}) {
      EXPECT_EQ(reply.status, 400) << name;
      EXPECT_THAT(reply.body, HasSubstr("alpha, beta"));
      EXPECT_THAT(reply.body, Not(HasSubstr("<script>")));
    }
  }
  EXPECT_EQ(ask("/probe").status, 400);
  EXPECT_EQ(ask("/probe", {{"target", "alpha"}, {"target", "beta"}}).status, 400);
}

TEST_F(PagesTest, ProbeAnswersForOnePool) {
  publish("alpha");
  const std::string good = bytes_of(ask("/probe", {{"target", "alpha"}}));
  EXPECT_THAT(good, HasSubstr("probe_success 1"));
  EXPECT_THAT(good, HasSubstr("probe_duration_seconds"));
  EXPECT_THAT(bytes_of(ask("/probe", {{"target", "beta"}})), HasSubstr("probe_success 0"));
}

TEST_F(PagesTest, GivesTheFormThatIsAskedFor) {
  publish_both();
  const Reply text = ask("/metrics");
  EXPECT_EQ(text.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(header(text, "Content-Encoding"), "");
  EXPECT_EQ(header(text, "Vary"), "Accept, Accept-Encoding");
  const Reply open =
      ask("/metrics", {}, {{"accept", "application/openmetrics-text;version=1.0.0,*/*;q=0.1"}});
  EXPECT_EQ(open.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(bytes_of(open).ends_with("# EOF\n"));
  const Reply packed = ask("/probe", {{"target", "alpha"}}, {{"accept-encoding", "gzip"}});
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  EXPECT_THAT(bytes_of(packed), StartsWith("\x1f\x8b"));
  EXPECT_EQ(header(ask("/metrics", {}, {{"accept-encoding", "gzip;q=0"}}), "Content-Encoding"), "");
}

TEST_F(PagesTest, DiscoversOneTargetAPool) {
  const json expected = json::parse(
      R"([{"targets":["alpha"],"labels":{"__meta_xenha_pool":"alpha"}},{"targets":["beta"],"labels":{"__meta_xenha_pool":"beta"}}])");
  const Reply reply = ask("/sd");
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(json::parse(reply.body), expected);
  store_.set_pools({});
  EXPECT_EQ(json::parse(ask("/sd").body), json::array());
}

TEST_F(PagesTest, ReadyOnceEveryPoolWasRead) {
  EXPECT_EQ(ask("/-/healthy").status, 200);
  publish("alpha");
  const Reply early = ask("/-/ready");
  EXPECT_EQ(early.status, 503);
  EXPECT_THAT(early.body, HasSubstr("beta"));
  EXPECT_THAT(early.body, Not(HasSubstr("alpha")));
  publish("beta");
  EXPECT_EQ(ask("/-/ready").status, 200);
}

TEST_F(PagesTest, ReadyOnceEveryCloudWasReadToo) {
  store_.set_clouds({"cloud1"});
  publish_both();
  const Reply early = ask("/-/ready");
  EXPECT_EQ(early.status, 503);
  EXPECT_THAT(early.body, HasSubstr("CloudStack cloud1"));
  store_.publish_cloud(std::make_shared<const CloudSnapshot>(test::healthy_cloud()));
  EXPECT_EQ(ask("/-/ready").status, 200);
}

TEST_F(PagesTest, ReloadIsForThoseWhoMay) {
  EXPECT_EQ(reload(false, false).status, 403);
  EXPECT_EQ(reloads_, 0);
  EXPECT_EQ(reload(true, false).status, 200);
  EXPECT_EQ(reload(false, true).status, 200);
  EXPECT_EQ(reloads_, 2);
  EXPECT_EQ(ask("/-/reload").status, 405);
}

TEST_F(PagesTest, ReloadIsNotForPagesOfOtherSites) {
  EXPECT_EQ(reload(true, false, {{"origin", "http://evil.example"}, {"host", "127.0.0.1:10045"}}).status,
            403);
  EXPECT_EQ(reload(true, true, {{"origin", "null"}, {"host", "127.0.0.1:10045"}}).status, 403);
  EXPECT_EQ(reloads_, 0);
  EXPECT_EQ(reload(true, false, {{"origin", "http://127.0.0.1:10045"}, {"host", "127.0.0.1:10045"}}).status,
            200);
}

TEST_F(PagesTest, AFailedReloadTellsItsReason) {
  reload_result_ = Error{ErrorCode::kBadConfig, "pools[0].name (line 3): missing"};
  const Reply reply = reload(true, false);
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("pools[0].name (line 3): missing"));
  EXPECT_THAT(reply.body, HasSubstr("running configuration stays"));
}

TEST_F(PagesTest, TheTelemetryPathCanBeMoved) {
  web::Router router;
  add_pages(router, store_, {.telemetry_path = "/m", .clock = &clock_});
  Request request;
  request.method = "GET";
  request.path = "/m";
  EXPECT_EQ(router.handle(request).status, 200);
  request.path = "/metrics";
  EXPECT_EQ(router.handle(request).status, 404);
  request.path = "/";
  EXPECT_THAT(router.handle(request).body, HasSubstr("href=\"/m\""));
  request.method = "POST";
  request.path = "/-/reload";
  request.peer_is_loopback = true;
  EXPECT_EQ(router.handle(request).status, 501);
}

TEST_F(PagesTest, PoolsAsJson) {
  publish("alpha");
  const json document = json::parse(ask("/api/v1/pools").body);
  EXPECT_EQ(document.at("timestamp_seconds"), unix_seconds(test::test_now()));
  ASSERT_EQ(document.at("pools").size(), 2u);
  const json& alpha = document.at("pools")[0];
  EXPECT_EQ(alpha.at("name"), "alpha");
  EXPECT_EQ(alpha.at("ready"), true);
  EXPECT_EQ(alpha.at("up"), true);
  EXPECT_EQ(alpha.at("master"), "xs1");
  EXPECT_EQ(alpha.at("ha").at("enabled"), true);
  EXPECT_EQ(alpha.at("problems"), json::array());
  EXPECT_EQ(alpha.at("hosts").size(), 4u);
  EXPECT_EQ(alpha.at("hosts")[1].at("state"), "slave");
  EXPECT_EQ(alpha.at("heartbeat_srs")[0].at("sr"), "MGMT-HA");
  EXPECT_EQ(document.at("pools")[1], json::parse(R"({"name":"beta","ready":false})"));
}

TEST_F(PagesTest, PoolsAsJsonTellOfCloudStack) {
  store_.set_clouds({"cloud1"});
  PoolSnapshot pool = test::healthy_pool();
  pool.name = "alpha";
  pool.cloudstack = "cloud1";
  pool.vms_cloudstack_only = 2;
  pool.failovers = test::book_of({test::open_failover(test::test_now(), std::chrono::seconds(1))});
  test::host_of(pool, "xs2").maintenance_cloudstack = true;
  store_.publish(pool);
  json alpha = json::parse(ask("/api/v1/pools").body).at("pools")[0];
  EXPECT_TRUE(alpha.at("cloudstack").at("up").is_null()) << "not read yet";
  CloudSnapshot cloud = test::healthy_cloud();
  for (CloudHostSnapshot& host : cloud.facts->hosts) host.pool = "alpha";
  test::host_of(cloud, "xs2").state = "Alert";
  store_.publish_cloud(std::make_shared<const CloudSnapshot>(cloud));
  alpha = json::parse(ask("/api/v1/pools").body).at("pools")[0];
  EXPECT_EQ(alpha.at("cloudstack").at("name"), "cloud1");
  EXPECT_EQ(alpha.at("cloudstack").at("up"), true);
  EXPECT_EQ(alpha.at("cloudstack").at("version"), "4.20.1.0");
  EXPECT_EQ(alpha.at("cloudstack").at("vms_cloudstack_only"), 2);
  EXPECT_EQ(alpha.at("failovers_open"), 1);
  EXPECT_EQ(alpha.at("hosts")[1].at("cloudstack_state"), "Alert");
  EXPECT_EQ(alpha.at("hosts")[1].at("cloudstack_resource_state"), "Enabled");
  EXPECT_EQ(alpha.at("hosts")[1].at("maintenance_cloudstack"), true);
  publish("beta");
  const json beta = json::parse(ask("/api/v1/pools").body).at("pools")[1];
  EXPECT_TRUE(beta.at("cloudstack").is_null());
  EXPECT_TRUE(beta.at("hosts")[1].at("cloudstack_state").is_null());
  EXPECT_TRUE(beta.at("failovers_open").is_null());
}

TEST_F(PagesTest, UnknownIsNullInJsonNotFalse) {
  PoolSnapshot pool = test::healthy_pool();
  pool.name = "alpha";
  test::drop_facts(pool);
  test::make_unreachable(pool, "xs2");
  test::host_of(pool, "xs3").version = "bad \xff utf-8";
  store_.publish(pool);
  const json document = json::parse(ask("/api/v1/pools").body);
  const json& alpha = document.at("pools")[0];
  for (const auto& [key, value] : alpha.at("ha").items())
    EXPECT_EQ(value.is_null(), key != "timeout_expected_seconds") << key;
  for (const json& host : alpha.at("hosts"))
    for (const char* key : {"live", "enabled", "ha_armed", "ha_peers", "heartbeat_margin_ratio"})
      EXPECT_TRUE(host.at(key).is_null()) << key;
  EXPECT_EQ(alpha.at("problems")[0].at("severity"), "critical");
}

}  // namespace
}  // namespace xenha::exporter
