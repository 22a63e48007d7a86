// Rows of every release as records, and rows that lack what they must have.
#include "lib/cloudstack/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/cloudstack/dates.h"
#include "tests/unit/cloudstack/scripted_server.h"

namespace xenha::cloudstack::test {
namespace {

using namespace model;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kTail = "-2b3c-4d5e-8f90-000000000001";
const std::string kZone = "9a770001" + kTail, kCluster = "0c6f0001" + kTail, kHost1 = "a9d20001" + kTail;

struct Release {
  const char* name;
  Version version;
  bool before(int major, int minor) const { return version < Version{major, minor, 0}; }
};
void PrintTo(const Release& release, std::ostream* out) {
  *out << release.name;
}

/// Every list of one release, through the reader.
class EachRelease : public ::testing::TestWithParam<Release> {
 protected:
  template <class T>
  std::vector<T> list(const std::string& file, const std::function<void(Reader::Done<T>)>& ask) {
    bench_.server.always([file](const Asked& asked) {
      const bool system = asked.get("issystem") == "true";
      return json(fixture(std::string(GetParam().name) + "/" + (system ? "system_" : "") + file + ".json"));
    });
    const auto listing = bench_.result_of<Listing<T>>(ask);
    EXPECT_TRUE(listing) << listing.error().message;
    return listing ? listing->items : std::vector<T>();
  }
  Bench bench_;
};

TEST_P(EachRelease, Clusters) {
  const auto clusters =
      list<CloudCluster>("clusters", [&](auto done) { bench_.reader.clusters(std::move(done)); });
  ASSERT_THAT(clusters, SizeIs(2));
  EXPECT_EQ(clusters[0], (CloudCluster{kCluster, "xen-cl-1", kZone, "pod1", "XenServer", "Managed"}));
  EXPECT_EQ(clusters[1].hypervisor, "KVM");
}

TEST_P(EachRelease, Hosts) {
  const auto hosts = list<CloudHost>("hosts", [&](auto done) { bench_.reader.hosts("", std::move(done)); });
  ASSERT_THAT(hosts, SizeIs(3));
  EXPECT_EQ(hosts[0], (CloudHost{kHost1, "xs-01", "10.0.0.11", kCluster, kZone, "Up", "Enabled", false}));
  EXPECT_EQ(hosts[1].state, "Down");
  EXPECT_EQ(hosts[2].resource_state, "PrepareForMaintenance");
  EXPECT_TRUE(hosts[2].ha_host);
}

TEST_P(EachRelease, UserVms) {
  const auto vms =
      list<CloudVm>("user_vms", [&](auto done) { bench_.reader.user_vms({}, true, std::move(done)); });
  ASSERT_THAT(vms, SizeIs(2)) << "the third one runs on KVM";
  CloudVm web{
      CloudVmKind::kUser, "77aa0001" + kTail, "i-5-201-VM", "web-01", "Running", kHost1, kZone, "", true, {}};
  if (!GetParam().before(4, 16)) web.last_updated = parse_date("2026-01-02T03:11:39Z");
  EXPECT_EQ(vms[0], web);
  EXPECT_EQ(vms[1].state, "Stopped");
  EXPECT_EQ(vms[1].host_id, "");
  EXPECT_EQ(vms[1].ha_enabled, false);
}

TEST_P(EachRelease, Routers) {
  const auto routers =
      list<CloudVm>("routers", [&](auto done) { bench_.reader.routers(true, std::move(done)); });
  ASSERT_THAT(routers, SizeIs(1)) << "from 4.5 on there is a second one, of VMware";
  EXPECT_EQ(routers[0], (CloudVm{CloudVmKind::kRouter, "aa770001" + kTail, "r-7-VM", "r-7-VM", "Running",
                                 kHost1, kZone, "c0de0002" + kTail, std::nullopt, std::nullopt}));
}

TEST_P(EachRelease, SystemVms) {
  const auto vms = list<CloudVm>("system_vms", [&](auto done) { bench_.reader.system_vms(std::move(done)); });
  ASSERT_THAT(vms, SizeIs(2));
  EXPECT_EQ(vms[0], (CloudVm{CloudVmKind::kConsoleProxy, "bb770001" + kTail, "v-2-VM", "v-2-VM", "Running",
                             kHost1, kZone, "", std::nullopt, std::nullopt}));
  EXPECT_EQ(vms[1].kind, CloudVmKind::kSecondaryStorageVm);
  EXPECT_EQ(vms[1].instance_name, "s-1-VM");
}

TEST_P(EachRelease, Offerings) {
  const auto all =
      list<CloudOffering>("offerings", [&](auto done) { bench_.reader.offerings(std::move(done)); });
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0], (CloudOffering{"c0de0001" + kTail, true, false, ""}));
  EXPECT_EQ(all[1], (CloudOffering{"c0de0002" + kTail, true, true, "domainrouter"}));
  EXPECT_EQ(all[2], (CloudOffering{"c0de0003" + kTail, false, true, "consoleproxy"}));
}

TEST_P(EachRelease, StoragePools) {
  const auto pools = list<CloudStoragePool>("storage_pools",
                                            [&](auto done) { bench_.reader.storage_pools(std::move(done)); });
  ASSERT_THAT(pools, SizeIs(2));
  EXPECT_EQ(pools[0], (CloudStoragePool{"44ad900d-785b-3eff-addc-a5e6bf4927ef", "ps-nfs", "NetworkFilesystem",
                                        "/export/ps1", "Up", "CLUSTER", kCluster, kZone}));
  EXPECT_EQ(pools[1].id, "Primary-FC-1") << "no UUID";
}

TEST_P(EachRelease, Configurations) {
  const auto settings = list<CloudConfiguration>(
      "configurations", [&](auto done) { bench_.reader.configurations(std::move(done)); });
  ASSERT_THAT(settings, SizeIs(3));
  EXPECT_EQ(settings[0].name, "alert.wait");
  EXPECT_EQ(settings[0].value, std::nullopt) << "null: not 0, and not empty";
  EXPECT_EQ(settings[0].default_value,
            GetParam().before(4, 18) ? std::nullopt : std::optional<std::string>("1800"));
  EXPECT_EQ(settings[1].value, "60");
  EXPECT_EQ(settings[2].value, "");
}

TEST_P(EachRelease, Alerts) {
  const auto alerts = list<CloudAlert>("alerts", [&](auto done) {
    bench_.reader.alerts([](const auto&) { return false; }, 100, std::move(done));
  });
  const bool undetermined_is_alert = !GetParam().before(4, 6);
  const std::size_t expected =
      1 + undetermined_is_alert + !GetParam().before(4, 17) + !GetParam().before(4, 20);
  ASSERT_THAT(alerts, SizeIs(expected));
  const CloudAlert& down = alerts[expected - 1 - undetermined_is_alert];
  EXPECT_EQ(down, (CloudAlert{"e1000002" + kTail, 7,
                              "Host is down, name: xs-02 (id:3), availability zone: z1, pod: pod1",
                              *parse_date("2026-01-02T03:09:58Z")}));
}

TEST_P(EachRelease, Events) {
  const auto events = list<CloudEvent>("events", [&](auto done) {
    bench_.reader.events(
        "VM.START", [](const auto&) { return false; }, 100, std::move(done));
  });
  ASSERT_THAT(events, SizeIs(GetParam().before(4, 20) ? 2 : 4));
  const CloudEvent& first = events.back();
  EXPECT_EQ(first.description, "starting Vm. Vm Id: 77aa0001" + kTail);
  EXPECT_EQ(first.username, "admin");
  EXPECT_EQ(first.account, "acme");
  EXPECT_EQ(first.level, "INFO");
  EXPECT_EQ(first.state, "Started");
  EXPECT_EQ(first.created, parse_date("2026-01-02T03:02:00Z"));
  EXPECT_EQ(first.resource_id, GetParam().before(4, 17) ? "" : "77aa0001" + kTail);
  EXPECT_EQ(first.resource_type, GetParam().before(4, 17) ? "" : "VirtualMachine");
  if (!GetParam().before(4, 20)) {
    EXPECT_EQ(events[0].username, "system");
    EXPECT_EQ(events[0].description, "Successfully completed restarting VM for HA");
  }
}

TEST_P(EachRelease, Capabilities) {
  bench_.server.then(json(fixture(std::string(GetParam().name) + "/capabilities.json")));
  const auto told =
      bench_.result_of<Capabilities>([&](auto done) { bench_.reader.capabilities(std::move(done)); });
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->version, GetParam().version);
  EXPECT_THAT(told->version_text, ::testing::StartsWith("4."));
}

TEST_P(EachRelease, Apis) {
  bench_.server.then(json(fixture(std::string(GetParam().name) + "/apis.json")));
  const auto apis = bench_.result_of<Apis>([&](auto done) { bench_.reader.apis(std::move(done)); });
  ASSERT_TRUE(apis) << apis.error().message;
  EXPECT_THAT(apis->commands, SizeIs(3));
  EXPECT_TRUE(apis->has("listVirtualMachines"));
  EXPECT_FALSE(apis->has("listManagementServers"));
  EXPECT_EQ(apis->has_parameter("listVirtualMachines", "ids"), !GetParam().before(4, 9));
  EXPECT_EQ(apis->has_parameter("LISTEVENTS", "startId"), !GetParam().before(4, 11));
  EXPECT_FALSE(apis->has_parameter("listVirtualMachines", "id")) << "that is a field of the answer";
  EXPECT_FALSE(apis->has_parameter("listManagementServers", "id"));
}

INSTANTIATE_TEST_SUITE_P(Decode, EachRelease,
                         ::testing::Values(Release{"4_3_2", {4, 3, 2}}, Release{"4_11", {4, 11, 3}},
                                           Release{"4_14", {4, 14, 0}}, Release{"4_18", {4, 18, 2}},
                                           Release{"4_20", {4, 20, 3}}),
                         [](const auto& row) { return std::string("v") + row.param.name; });

/// The only row of an array, decoded.
template <class T>
Decoded<T> decoded(const Shape<T>& shape, const std::string& row) {
  const std::string body = R"({"response":{")" + std::string(shape.wanted.array) + R"(":[)" + row + "]}}";
  const Result<Answer> answer = read_answer(body, shape.wanted, 10);
  EXPECT_TRUE(answer) << body;
  return answer ? shape.decode(answer->rows.at(0)) : Decoded<T>(Error{});
}

template <class T>
void expect_refused(const Shape<T>& shape, const std::string& row, const std::string& why) {
  const Decoded<T> item = decoded(shape, row);
  ASSERT_FALSE(item) << row;
  EXPECT_EQ(item.error().code, ErrorCode::kBadReply);
  EXPECT_THAT(item.error().message, HasSubstr(why));
}

TEST(Decode, WhatEveryReleaseGivesMustBeThere) {
  expect_refused(kClusterShape, R"({"name":"x"})", "a cluster without id");
  expect_refused(kHostShape, R"({"state":"Up"})", "a host without id");
  expect_refused(kHostShape, R"({"id":"x","state":null})", "a host without state");
  expect_refused(kUserVmShape, R"({"state":"Running"})", "a VM without id");
  expect_refused(kRouterShape, R"({"id":"x"})", "a VM without state");
  expect_refused(kSystemVmShape, R"({"id":"x","systemvmtype":"consoleproxy"})", "a VM without state");
  expect_refused(kOfferingShape, R"({"offerha":true})", "an offering without id");
  expect_refused(kStoragePoolShape, R"({"id":""})", "a storage pool without id");
  expect_refused(kConfigurationShape, R"({"value":"1"})", "a setting without name");
  expect_refused(kAlertShape, R"({"type":7,"sent":"2026-01-02T03:04:05+0000"})", "an alert without id");
  expect_refused(kAlertShape, R"({"id":"x","sent":"2026-01-02T03:04:05+0000"})", "an alert without a type");
  expect_refused(kAlertShape, R"({"id":"x","type":"seven","sent":"2026-01-02T03:04:05+0000"})", "a type");
  expect_refused(kAlertShape, R"({"id":"x","type":7,"sent":"yesterday"})", "a date that can be read");
  expect_refused(kEventShape, R"({"created":"2026-01-02T03:04:05+0000"})", "an event without id");
  expect_refused(kEventShape, R"({"id":"x","created":"2026-01-02 03:04:05"})", "a date that can be read");
}

TEST(Decode, WhatHasNoTimeTellsNothing) {
  EXPECT_EQ(*decoded(kAlertShape, R"({"id":"x","type":7})"), std::nullopt);
  EXPECT_EQ(*decoded(kEventShape, R"({"id":"x","created":null})"), std::nullopt);
}

TEST(Decode, UnknownFactsStayAbsent) {
  const auto vm =
      decoded(kUserVmShape, R"({"id":"x","state":"Unknown","displayname":"shown","haenable":"maybe",
    "lastupdated":"soon","hostid":null})");
  ASSERT_TRUE(vm);
  EXPECT_EQ(**vm, (CloudVm{CloudVmKind::kUser, "x", "", "shown", "Unknown", "", "", "", std::nullopt,
                           std::nullopt}));
}

TEST(Decode, FieldsOfAnotherType) {
  const auto host =
      decoded(kHostShape, R"({"id":17,"state":"Up","name":{"x":1},"ipaddress":["10.0.0.1"],"hahost":"true",
    "managementserverid":{"deep":[1]}})");
  ASSERT_TRUE(host);
  EXPECT_EQ((*host)->id, "17");
  EXPECT_EQ((*host)->name, "");
  EXPECT_TRUE((*host)->ha_host);
  const auto alert = decoded(kAlertShape, R"({"id":"x","type":"7","sent":"2026-01-02T03:04:05Z"})");
  ASSERT_TRUE(alert);
  EXPECT_EQ((*alert)->type, 7);
}

TEST(Decode, SystemVmsOfOtherKindsAreSkipped) {
  EXPECT_EQ(
      *decoded(kSystemVmShape, R"({"id":"x","state":"Running","systemvmtype":"elasticloadbalancervm"})"),
      std::nullopt);
}

TEST(Versions, AreThreeNumbers) {
  EXPECT_EQ(parse_version("4.20.1.0"), (Version{4, 20, 1}));
  EXPECT_EQ(parse_version("4.3.2"), (Version{4, 3, 2}));
  EXPECT_EQ(parse_version("4.11.3.0-SNAPSHOT"), (Version{4, 11, 3}));
  EXPECT_EQ(parse_version("4.19"), (Version{4, 19, 0}));
  EXPECT_EQ(parse_version("4.21.0-shapeblue1"), (Version{4, 21, 0}));
  EXPECT_LT(parse_version("4.9.3.0"), parse_version("4.20"));
  for (const char* text : {"", "4", "four", ".4.3", "4.x", "-4.3", "99999999999.1", "4.99999999999"}) {
    EXPECT_FALSE(parse_version(text).known()) << text;
  }
}

}  // namespace
}  // namespace xenha::cloudstack::test
