// What each question asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cloudstack/scripted_server.h"

namespace xenha::cloudstack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using Form = std::map<std::string, std::string>;

class ReaderTest : public ::testing::Test {
 protected:
  ReaderTest() {
    bench_.server.always([](const Asked&) { return json(R"({"listresponse":{}})"); });
  }
  /// The command's own parameters of the requests since the last call.
  std::vector<Form> asked() {
    bench_.run();
    std::vector<Form> forms;
    for (const Asked& item : bench_.server.asked) {
      Form form = item.form;
      for (const char* name : {"apikey", "signature", "signatureversion", "expires", "response"})
        form.erase(name);
      forms.push_back(form);
    }
    bench_.server.asked.clear();
    return forms;
  }
  /// A Done that must run once, without an error.
  template <class T>
  Reader::Done<T> good() {
    return [](Result<Listing<T>> listing) { EXPECT_TRUE(listing) << listing.error().message; };
  }
  Form paged(Form form, const std::string& size = "500") {
    form.insert({{"page", "1"}, {"pagesize", size}});
    return form;
  }
  Bench bench_;
};

TEST_F(ReaderTest, Infrastructure) {
  bench_.reader.clusters(good<model::CloudCluster>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listClusters"}})));
  const Form hosts{
      {"command", "listHosts"}, {"type", "Routing"}, {"hypervisor", "XenServer"}, {"details", "events"}};
  bench_.reader.hosts("", good<model::CloudHost>());
  EXPECT_THAT(asked(), ElementsAre(paged(hosts)));
  Form of_one = hosts;
  of_one["clusterid"] = "0c6f";
  bench_.reader.hosts("0c6f", good<model::CloudHost>());
  EXPECT_THAT(asked(), ElementsAre(paged(of_one)));
  bench_.reader.storage_pools(good<model::CloudStoragePool>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listStoragePools"}})));
  bench_.reader.configurations(good<model::CloudConfiguration>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listConfigurations"}})));
}

TEST_F(ReaderTest, UserVmsOfProjectsToo) {
  const Form plain{{"command", "listVirtualMachines"},
                   {"listall", "true"},
                   {"details", "min"},
                   {"hypervisor", "XenServer"}};
  Form projects = plain;
  projects["projectid"] = "-1";
  bench_.reader.user_vms({}, true, good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged(projects)));
  bench_.reader.user_vms({}, false, good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged(plain), paged(projects)));
  projects["ids"] = "a,b";
  bench_.reader.user_vms({"a", "b"}, true, good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged(projects)));
}

TEST_F(ReaderTest, ManyIdsGoInSeveralQuestions) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1001; ++i) ids.push_back("id" + std::to_string(i));
  bench_.reader.user_vms(ids, true, good<model::CloudVm>());
  const std::vector<Form> forms = asked();
  ASSERT_THAT(forms, SizeIs(3));
  EXPECT_EQ(forms[1].at("ids").substr(0, 12), "id500,id501,");
  EXPECT_EQ(forms[2].at("ids"), "id1000");
}

TEST_F(ReaderTest, RoutersAndSystemVms) {
  const Form plain{{"command", "listRouters"}, {"listall", "true"}};
  Form projects = plain;
  projects["projectid"] = "-1";
  bench_.reader.routers(true, good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged(projects)));
  bench_.reader.routers(false, good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged(plain), paged(projects)));
  bench_.reader.system_vms(good<model::CloudVm>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listSystemVms"}})));
}

TEST_F(ReaderTest, OfferingsOfUsersAndOfTheSystem) {
  bench_.reader.offerings(good<model::CloudOffering>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listServiceOfferings"}}),
                                   paged({{"command", "listServiceOfferings"}, {"issystem", "true"}})));
}

TEST_F(ReaderTest, WhatHappened) {
  bench_.reader.alerts(nullptr, 1000, good<model::CloudAlert>());
  EXPECT_THAT(asked(), ElementsAre(paged({{"command", "listAlerts"}}, "100")));
  bench_.reader.events("VM.STOP", nullptr, 1000, good<model::CloudEvent>());
  EXPECT_THAT(asked(), ElementsAre(paged(
                           {{"command", "listEvents"}, {"listall", "true"}, {"type", "VM.STOP"}}, "100")));
}

TEST_F(ReaderTest, WhatTheServerIs) {
  bench_.reader.apis([](Result<Apis> apis) {
    ASSERT_TRUE(apis);
    EXPECT_TRUE(apis->commands.empty());
  });
  EXPECT_THAT(asked(), ElementsAre(Form{{"command", "listApis"}}));
  bench_.reader.capabilities([](Result<Capabilities> told) {
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, ErrorCode::kBadReply);
  });
  EXPECT_THAT(asked(), ElementsAre(Form{{"command", "listCapabilities"}}));
}

TEST_F(ReaderTest, TwoListingsJoinedHoldNothingTwice) {
  bench_.server.always([](const Asked& asked) {
    const std::string own = asked.form.contains("projectid") ? "p" : "a";
    return json(
        R"({"listvirtualmachinesresponse":{"virtualmachine":[{"id":"both","state":"Running"},{"id":")" + own +
        R"(","state":"Running"}]}})");
  });
  const auto vms = bench_.result_of<Listing<model::CloudVm>>(
      [&](auto done) { bench_.reader.user_vms({}, false, std::move(done)); });
  ASSERT_TRUE(vms);
  ASSERT_THAT(vms->items, SizeIs(3));
  EXPECT_EQ(vms->items[2].id, "p");
}

TEST_F(ReaderTest, ARowThatIsNotUnderstoodFailsTheListing) {
  bench_.server.then(json(R"({"listhostsresponse":{"host":[{"id":"x","state":"Up"},{"name":"y"}]}})"));
  const auto hosts = bench_.result_of<Listing<model::CloudHost>>(
      [&](auto done) { bench_.reader.hosts("", std::move(done)); });
  ASSERT_FALSE(hosts);
  EXPECT_EQ(hosts.error().code, ErrorCode::kBadReply);
  EXPECT_EQ(hosts.error().message, "listHosts: the answer has a host without id");
}

}  // namespace
}  // namespace xenha::cloudstack::test
