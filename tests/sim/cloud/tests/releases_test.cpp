// The version matrix, as far as answers differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/cloud/rules.h"
#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using ::testing::HasSubstr;

struct Row {
  const char* version;
  int unknown_command;
  bool script_type, server_id_is_text, last_updated, control_state, has_ids, host_ha, management_servers;
};
const Row kRows[] = {
    {"4.3.2", 432, true, false, false, false, false, false, false},
    {"4.5.2", 432, true, false, false, false, false, false, false},
    {"4.11.3.0", 401, false, false, false, false, true, true, false},
    {"4.14.0.0", 401, false, false, false, false, true, true, true},
    {"4.18.2.0", 401, false, true, true, true, true, true, true},
    {"4.20.3.0", 401, false, true, true, true, true, true, true},
    {"4.22.1.0", 401, false, true, true, true, true, true, true},
};

class CloudReleases : public ::testing::TestWithParam<Row> {};

TEST_P(CloudReleases, AnswerAsTheMatrixSays) {
  const Row& row = GetParam();
  const auto sim = start_cloud_world({.version = row.version}, {.hosts = 2, .vms = 6});
  const CloudClient client(*sim);
  EXPECT_EQ(client.call("listCapabilities")
                .inside("listcapabilitiesresponse")
                .at("capability")
                .at("cloudstackversion"),
            row.version);
  const CloudAnswer unknown = client.call("listEverything");
  EXPECT_EQ(unknown.status, row.unknown_command);
  EXPECT_TRUE(unknown.json.contains("errorresponse"));
  const CloudAnswer answer = client.call("listHosts");
  EXPECT_THAT(answer.headers.at("content-type"),
              HasSubstr(row.script_type ? "javascript" : "application/json"));
  const Json host = answer.inside("listhostsresponse").at("host").at(0);
  EXPECT_EQ(host.at("managementserverid").is_string(), row.server_id_is_text);
  EXPECT_EQ(host.contains("hostha"), row.host_ha);
  const Json vm = client.rows("listVirtualMachines", "virtualmachine", {{"listall", "true"}}).at(0);
  EXPECT_EQ(vm.contains("lastupdated"), row.last_updated);
  EXPECT_EQ(vm.contains("hostcontrolstate"), row.control_state);
  bool has_ids = false;
  bool has_servers = false;
  for (const Json& api : client.rows("listApis", "api")) {
    has_servers = has_servers || api.at("name") == "listManagementServers";
    for (const Json& param : api.at("params"))
      has_ids = has_ids || (api.at("name") == "listVirtualMachines" && param.at("name") == "ids");
  }
  EXPECT_EQ(has_ids, row.has_ids);
  EXPECT_EQ(has_servers, row.management_servers);
}

INSTANTIATE_TEST_SUITE_P(All, CloudReleases, ::testing::ValuesIn(kRows), [](const auto& row) {
  std::string name = row.param.version;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(CloudReleasesThat, AreNotKnownAreRefused) {
  SimulationOptions options;
  options.clouds = {{.version = "4.7.0"}};
  EXPECT_FALSE(Simulation::start(options));
  options.clouds = {{.version = "4.20.3.0", .settings = {{"no.such.setting", "1"}}}};
  EXPECT_FALSE(Simulation::start(options));
}

TEST(CloudReleasesThat, EnforceTimestampsWantThemAndPost) {
  const auto sim = start_cloud_world(
      {.version = "4.22.1.0", .settings = {{"enforce.post.requests.and.timestamps", "true"}}},
      {.hosts = 1, .vms = 1});
  const CloudClient client(*sim);
  EXPECT_EQ(client.call("listZones").status, 401) << "no expires";
  const Params far{{"signatureversion", "3"}, {"expires", "2099-01-02T03:04:05+0000"}};
  EXPECT_EQ(client.call("listZones", far).status, 401) << "more than 15 minutes ahead";
}

TEST(CloudReleasesThat, AreOldHaveNoZonedStartdate) {
  const auto old = start_cloud_world({.version = "4.3.2"}, {.hosts = 1, .vms = 1});
  const Params zoned{{"listall", "true"}, {"startdate", "2026-01-02T03:04:05+0000"}};
  EXPECT_EQ(CloudClient(*old).call("listEvents", zoned).status, 431);
  const auto recent = start_cloud_world({}, {.hosts = 1, .vms = 1});
  EXPECT_EQ(CloudClient(*recent).call("listEvents", zoned).status, 200);
}

}  // namespace
}  // namespace xenha::sim::test
