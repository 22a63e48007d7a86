// Reference 1.5 to 1.9 and 2: envelopes, pages, scope, rights, dates, jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(CloudApi, HostsClustersAndVmsOfTheWorld) {
  const auto sim = start_cloud_world({}, {}, 2);
  const CloudClient client(*sim);
  const CloudAnswer answer = client.call("listHosts", {{"type", "Routing"}, {"details", "events"}});
  const Json hosts = answer.inside("listhostsresponse");
  EXPECT_EQ(hosts.at("count"), 8);
  EXPECT_EQ(hosts.at("host").at(0).at("ipaddress"), "127.10.1.1");
  EXPECT_EQ(hosts.at("host").at(0).at("state"), "Up");
  EXPECT_EQ(client.rows("listClusters", "cluster").size(), 2U);
  const Json vms = client.rows("listVirtualMachines", "virtualmachine",
                               {{"listall", "true"}, {"projectid", "-1"}, {"details", "min"}});
  EXPECT_EQ(vms.size(), 32U) << "40 VMs without 4 routers and 4 system VMs";
  EXPECT_EQ(client.rows("listSystemVms", "systemvm").size(), 4U);
  EXPECT_EQ(client.rows("listRouters", "router", {{"listall", "true"}}).size(), 4U);
  EXPECT_EQ(client.rows("listStoragePools", "storagepool").size(), 8U);
}

TEST(CloudApi, InstanceNamesAreXenServersNamesAndUnique) {
  const auto sim = start_cloud_world({}, {}, 2);
  std::set<std::string> names;
  for (const Json& vm : Json(cloud_state(*sim).at("vms"))) names.insert(vm.at("name").get<std::string>());
  EXPECT_EQ(names.size(), 40U);
}

TEST(CloudApi, PagesAsTheReferenceSays) {
  const auto sim = start_cloud_world({.settings = {{"default.page.size", "5"}}});
  const CloudClient client(*sim);
  const auto hosts = [&](Params params) { return client.call("listSystemVms", std::move(params)); };
  const auto vms = [&](Params params) {
    params.emplace_back("listall", "true");
    return client.call("listVirtualMachines", std::move(params));
  };
  EXPECT_EQ(vms({{"page", "1"}}).status, 431);
  EXPECT_EQ(vms({{"pagesize", "5"}}).status, 431);
  const CloudAnswer large = vms({{"page", "1"}, {"pagesize", "6"}});
  EXPECT_EQ(large.status, 431);
  EXPECT_THAT(large.body, HasSubstr("Page size can not exceed"));
  EXPECT_EQ(vms({{"page", "1"}, {"pagesize", "-1"}}).status, 431);
  const Json silent = vms({}).inside("listvirtualmachinesresponse");
  EXPECT_EQ(silent.at("virtualmachine").size(), 5U);
  EXPECT_EQ(silent.at("count"), 15);
  const Json all = vms({{"pagesize", "-1"}}).inside("listvirtualmachinesresponse");
  EXPECT_EQ(all.at("virtualmachine").size(), 15U);
  const Json last = vms({{"page", "3"}, {"pagesize", "5"}}).inside("listvirtualmachinesresponse");
  EXPECT_EQ(last.at("virtualmachine").size(), 5U);
  const Json past = vms({{"page", "4"}, {"pagesize", "5"}}).inside("listvirtualmachinesresponse");
  EXPECT_EQ(past, (Json{{"count", 15}}));
  EXPECT_EQ(hosts({{"name", "nobody"}}).inside("listsystemvmsresponse"), Json::object());
}

TEST(CloudApi, ErrorEnvelopes) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  const CloudAnswer enumeration = client.call("listHosts", {{"details", "everything"}});
  EXPECT_EQ(enumeration.status, 431);
  EXPECT_EQ(enumeration.inside("listhostsresponse").at("errorcode"), 431);
  EXPECT_TRUE(enumeration.headers.count("x-description"));
  EXPECT_EQ(client.call("listHosts", {{"clusterid", "0000"}}).status, 431);
  EXPECT_EQ(client.call("listVirtualMachines", {{"id", "x"}}).status, 431);
  EXPECT_EQ(client.call("queryAsyncJobResult", {{"jobid", "x"}}).status, 431);
  const CloudAnswer none = client.send({{"response", "json"}, {"apikey", "cloud-api-key"}});
  EXPECT_EQ(none.status, 432);
  EXPECT_EQ(none.code(), 432);
  EXPECT_TRUE(none.json.contains("errorresponse"));
  EXPECT_EQ(client.call("listhosts").status, 401) << "command names have one case";
  // "command" and "response" are known in lower case only.
  EXPECT_FALSE(client.send({{"Response", "json"}, {"command", "listHosts"}}).json.is_object());
}

TEST(CloudApi, WithoutJsonItIsXml) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  Params params{{"command", "listZones"}, {"apikey", "cloud-api-key"}};
  params.emplace_back("signature", signature_of(params, "cloud-secret-key"));
  const CloudAnswer answer = client.send(params);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers.at("content-type"), HasSubstr("text/xml"));
  EXPECT_THAT(answer.body, HasSubstr("<listzonesresponse"));
}

TEST(CloudApi, ScopeOfVms) {
  const auto sim = start_cloud_world();
  const CloudClient root(*sim);
  const auto count = [](const CloudClient& client, Params params) {
    return client.rows("listVirtualMachines", "virtualmachine", std::move(params)).size();
  };
  const std::size_t own = count(root, {});
  const std::size_t all = count(root, {{"listall", "true"}});
  const std::size_t with_projects = count(root, {{"listall", "true"}, {"projectid", "-1"}});
  EXPECT_LT(own, all);
  EXPECT_LT(all, with_projects);
  const Json seen =
      CloudClient(*sim, tenant_keys()).rows("listVirtualMachines", "virtualmachine", {{"listall", "true"}});
  ASSERT_FALSE(seen.empty());
  EXPECT_LT(seen.size(), all);
  for (const Json& vm : seen) {
    EXPECT_FALSE(vm.contains("instancename") || vm.contains("hostid") || vm.contains("hostname")) << vm;
    EXPECT_EQ(vm.at("account"), "tenant");
  }
}

TEST(CloudApi, OldProjectsNeedAListingOfTheirOwn) {
  const auto sim = start_cloud_world({.version = "4.3.2"});
  const Json vms = CloudClient(*sim).rows("listVirtualMachines", "virtualmachine",
                                          {{"listall", "true"}, {"projectid", "-1"}});
  ASSERT_FALSE(vms.empty());
  for (const Json& vm : vms) EXPECT_TRUE(vm.contains("projectid")) << vm;
}

TEST(CloudApi, RightsOfADomainAdminAndOfAReader) {
  const auto sim = start_cloud_world();
  const CloudClient tenant(*sim, tenant_keys());
  const CloudClient reader(*sim, reader_keys());
  const CloudAnswer refused = tenant.call("listHosts");
  EXPECT_EQ(refused.status, 432);
  EXPECT_TRUE(refused.json.contains("errorresponse"));
  EXPECT_EQ(tenant.call("listApis").status, 200);
  EXPECT_EQ(reader.call("listHosts").status, 200);
  EXPECT_EQ(reader.call("prepareHostForMaintenance", {{"id", "x"}}).status, 432);
  std::set<std::string> names;
  for (const Json& api : reader.rows("listApis", "api")) names.insert(api.at("name").get<std::string>());
  EXPECT_TRUE(names.count("listHosts"));
  EXPECT_FALSE(names.count("stopVirtualMachine"));
}

TEST(CloudApi, ThrottlesOthersThanRootAdmins) {
  const auto sim = start_cloud_world();
  ASSERT_TRUE(sim->command("cs-throttle", R"({"max": 2, "interval": 60})"));
  const CloudClient root(*sim);
  const CloudClient tenant(*sim, tenant_keys());
  for (int call = 0; call < 2; ++call) EXPECT_EQ(tenant.call("listZones").status, 200);
  const CloudAnswer third = tenant.call("listZones");
  EXPECT_EQ(third.status, 429);
  EXPECT_THAT(third.body, HasSubstr("please retry after"));
  for (int call = 0; call < 5; ++call) EXPECT_EQ(root.call("listZones").status, 200);
  sim->advance(61s);
  EXPECT_EQ(tenant.call("listZones").status, 200);
}

TEST(CloudApi, DatesCarryTheServersZoneAndClock) {
  const auto sim = start_cloud_world({.clock_skew = 7200, .zone_minutes = 120});
  const CloudClient client(*sim);
  ASSERT_TRUE(sim->command("cs-alert", R"({"type": 14, "subject": "hello"})"));
  const Json alert = client.rows("listAlerts", "alert").at(0);
  EXPECT_THAT(alert.at("sent").get<std::string>(), ::testing::MatchesRegex("....-..-..T..:..:..\\+0200"));
  EXPECT_THAT(client.call("listZones").headers.at("date"), HasSubstr("GMT"));
  const Json host = client.rows("listHosts", "host").at(0);
  EXPECT_THAT(host.at("lastpinged").get<std::string>(), HasSubstr("1970-01-"));
}

TEST(CloudApi, SettingsByPartOfAName) {
  const auto sim = start_cloud_world({.settings = {{"alert.wait", "900"}}});
  const CloudClient client(*sim);
  const Json found = client.rows("listConfigurations", "configuration", {{"name", "wait"}});
  EXPECT_GT(found.size(), 4U);
  for (const Json& one : found) EXPECT_TRUE(one.at("name") != "alert.wait" || one.at("value") == "900");
  ASSERT_TRUE(sim->command("cs-setting", R"({"name": "alert.wait", "null": true})"));
  const Json null = client.rows("listConfigurations", "configuration", {{"name", "alert.wait"}}).at(0);
  EXPECT_FALSE(null.contains("value"));
  EXPECT_EQ(null.at("defaultvalue"), "1800");
}

TEST(CloudApi, AsyncJobStopsAndStartsAVm) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  const std::string id = cloud_vm(*sim, "i-2-1-VM").at("id");
  const auto run = [&](const char* command, const char* key) {
    const std::string job = client.call(command, {{"id", id}}).inside(key).at("jobid");
    const auto ask = [&] {
      return client.call("queryAsyncJobResult", {{"jobid", job}}).inside("queryasyncjobresultresponse");
    };
    EXPECT_EQ(ask().at("jobstatus"), 0);
    sim->advance(40s);
    return ask();
  };
  EXPECT_EQ(run("stopVirtualMachine", "stopvirtualmachineresponse").at("jobstatus"), 1);
  EXPECT_EQ(cloud_vm(*sim, "i-2-1-VM").at("state"), "Stopped");
  const Json started = run("startVirtualMachine", "startvirtualmachineresponse");
  EXPECT_EQ(started.at("jobresult").at("virtualmachine").at("state"), "Running");
  const Json events = client.rows("listEvents", "event", {{"listall", "true"}, {"type", "VM.START"}});
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events.at(0).at("state"), "Completed") << "newest first";
  EXPECT_EQ(events.at(0).at("username"), "admin");
}

TEST(CloudApi, CallsAreLoggedWithTheCloudsName) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  client.call("listHosts");
  client.call("updateCluster", {{"id", cloud_state(*sim).at("clusters").at(0).at("id").get<std::string>()}});
  const std::vector<CallEntry> calls = sim->calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].cloud, "cloud1");
  EXPECT_EQ(calls[0].pool, "");
  EXPECT_EQ(calls[0].method, "listHosts");
  EXPECT_EQ(calls[0].outcome, "200");
  ASSERT_EQ(sim->writes().size(), 1U);
}

}  // namespace
}  // namespace xenha::sim::test
