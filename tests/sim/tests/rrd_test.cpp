// Reference 8.1 and 8.2: /rrd_updates and the HA data sources.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Rrd : public ::testing::Test {
 protected:
  void begin(const char* release = "8.2") {
    PoolSpec spec;
    spec.release = release;
    spec.hosts = 2;
    spec.vms = 2;
    sim_ = start(spec);
    master_ = std::make_unique<Client>(*sim_, 1);
    s_ = master_->login();
  }
  HttpAnswer get(int host, const std::string& more = "",
                 const std::vector<std::string>& headers = {"Accept: text/xml"}) {
    const long start = static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(
                                             std::chrono::system_clock::now().time_since_epoch())
                                             .count()) -
                       60;
    return http_get(sim_->url(1, host) + "/rrd_updates?start=" + std::to_string(start) +
                        "&cf=AVERAGE&interval=5&host=true&vm_uuid=none&session_id=" + s_ + more,
                    headers);
  }
  std::unique_ptr<Simulation> sim_;
  std::unique_ptr<Client> master_;
  std::string s_;
};

TEST_F(Rrd, HaSourcesAreListedButNotRecordedByDefault) {
  begin();
  const std::string host = find_ref(*master_, s_, "host", "address", "127.10.1.1");
  int ha = 0;
  const Json sources = master_->call("host.get_data_sources", {s_, host}).value;
  for (const Json& source : sources)
    if (source.at("name_label").get<std::string>().find("latency") != std::string::npos) {
      ++ha;
      EXPECT_EQ(source.at("enabled"), false);
      EXPECT_EQ(source.at("value"), 0.0);
    }
  EXPECT_EQ(ha, 3);
  EXPECT_THAT(get(1).body, Not(HasSubstr("network/latency")));
  EXPECT_EQ(master_->call("host.query_data_source", {s_, host, "network/latency"}).code(), "INTERNAL_ERROR");
}

TEST_F(Rrd, RecordedSourceAppearsOnItsHostOnly) {
  begin();
  const std::string host = find_ref(*master_, s_, "host", "address", "127.10.1.2");
  EXPECT_TRUE(master_->call("host.record_data_source", {s_, host, "network/latency"}).ok);
  const HttpAnswer answer = get(2);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("AVERAGE:host:" + host_state(*sim_, 2).at("uuid").get<std::string>() +
                                     ":network/latency</entry>"));
  EXPECT_THAT(answer.body, HasSubstr("<v>-0.001000</v>"));
  EXPECT_THAT(answer.body, HasSubstr("<v>NaN</v>"));
  EXPECT_THAT(get(1).body, Not(HasSubstr("network/latency")));
  EXPECT_TRUE(master_->call("host.forget_data_source_archives", {s_, host, "network/latency"}).ok);
  EXPECT_THAT(get(2).body, Not(HasSubstr("network/latency")));
}

TEST_F(Rrd, SourcesVanishWithHa) {
  begin();
  act(*sim_, "record-sources");
  EXPECT_THAT(get(1).body, HasSubstr("xapi_healthcheck/latency"));
  act(*sim_, "silent-disarm");
  EXPECT_THAT(get(1).body, Not(HasSubstr("latency")));
}

TEST_F(Rrd, NewestRowFirst) {
  begin();
  const std::string body = get(1).body;
  const std::size_t first = body.find("<t>");
  const std::size_t second = body.find("<t>", first + 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_GT(std::stol(body.substr(first + 3)), std::stol(body.substr(second + 3)));
}

TEST_F(Rrd, AcceptDecidesOnlyInTheNewestRelease) {
  begin("8");
  EXPECT_EQ(get(1, "", {"Accept: */*"}).content_type, "application/json");
  EXPECT_EQ(get(1, "&json=true", {"Accept: text/xml"}).content_type, "text/xml");
  EXPECT_EQ(get(1, "", {"Accept:"}).content_type, "text/xml");
  begin("8.2");
  EXPECT_EQ(get(1, "", {"Accept: */*"}).content_type, "text/xml");
  EXPECT_EQ(Json::parse(get(1, "&json=true").body).at("meta").at("step"), "5");
  begin("6.2");
  EXPECT_THAT(get(1, "&json=true").body, HasSubstr("{meta:{start:"));
}

TEST_F(Rrd, StartIsRequiredAndCredentialsAreChecked) {
  begin();
  EXPECT_EQ(http_get(sim_->url(1, 1) + "/rrd_updates?session_id=" + s_).status, 400);
  EXPECT_EQ(http_get(sim_->url(1, 1) + "/rrd_updates?start=0&session_id=x").status, 401);
  EXPECT_EQ(
      http_get(sim_->url(1, 1) + "/rrd_updates?start=0", {"Authorization: Basic cm9vdDpyb290LXBhc3N3b3Jk"})
          .status,
      200);
  EXPECT_EQ(
      http_get(sim_->url(1, 1) + "/rrd_updates?start=0", {"Authorization: Basic cm9vdDp3cm9uZw=="}).status,
      401);
}

TEST_F(Rrd, ASlaveAsksTheMasterWhoIsAllowed) {
  begin();
  EXPECT_EQ(get(2).status, 200);
  act(*sim_, "power-off", {{"host", 1}});
  const HttpAnswer answer =
      http_get(sim_->url(1, 2) + "/rrd_updates?start=0&session_id=" + s_, {}, std::chrono::milliseconds(400));
  EXPECT_FALSE(answer.ok);
}

TEST_F(Rrd, VmsUnlessToldOtherwiseAndFourTimesWithoutFunction) {
  begin();
  const std::string all =
      http_get(sim_->url(1, 1) + "/rrd_updates?start=0&session_id=" + s_, {"Accept: text/xml"}).body;
  EXPECT_THAT(all, HasSubstr("AVERAGE:vm:"));
  EXPECT_THAT(all, HasSubstr("LAST:vm:"));
  EXPECT_THAT(all, Not(HasSubstr(":host:")));
  EXPECT_THAT(get(1).body, Not(HasSubstr(":vm:")));
}

}  // namespace
}  // namespace xenha::sim::test
