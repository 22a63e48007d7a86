#include "exporter/cloud/cloud_watcher.h"

#include <algorithm>
#include <fstream>
#include <stop_token>

#include "tests/unit/exporter/cloud/watched_cloud.h"

namespace xenha::exporter {
namespace {

using model::CloudVmKind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::cloud_id;
using test::FakeCloud;
using test::host_row;
using test::pool_members;
using test::vm_row;

class CloudWatching : public test::WatchedCloud {
 protected:
  void TearDown() override { EXPECT_LE(cloud_.most_at_once, 1) << "two requests were under way"; }

  void alert(const std::string& id, const std::string& text) {
    cloud_.alerts.push_back(
        {id, "7", text, clock_.wall() + std::chrono::duration_cast<WallTime::duration>(cloud_.skew)});
  }
  std::uint64_t counted(const std::string& word) const {
    const auto found = last().alerts.find(word);
    return found == last().alerts.end() ? 999 : found->second;
  }
};

TEST_F(CloudWatching, TheFirstRoundReadsEverythingOnceAndJoinsIt) {
  start();
  run_for(seconds(5));
  EXPECT_EQ(
      cloud_.commands_since(SteadyTime()),
      (std::vector<std::string>{"listApis", "listCapabilities", "listConfigurations", "listServiceOfferings",
                                "listServiceOfferings", "listClusters", "listStoragePools", "listHosts",
                                "listVirtualMachines", "listRouters", "listSystemVms", "listAlerts"}));
  EXPECT_TRUE(last().up);
  EXPECT_EQ(last().name, "cloud1");
  EXPECT_TRUE(last().hosts_read);
  EXPECT_TRUE(last().vms_read);
  EXPECT_EQ(facts().version, "4.20.1.0");
  ASSERT_EQ(facts().clusters.size(), 2u);
  EXPECT_EQ(facts().clusters[0].pool, "pool1");
  EXPECT_EQ(facts().clusters[1].pool, "pool2");
  ASSERT_EQ(facts().hosts.size(), 4u);
  EXPECT_EQ(facts().hosts[0].host_uuid, "uuid-xs1");
  EXPECT_EQ(facts().vms.size(), 6u);
  EXPECT_EQ(vm(21).host_uuid, "uuid-xs1");
  EXPECT_EQ(vm(21).cluster_id, cloud_id(1));
  EXPECT_EQ(vm(21).ha, true);
  EXPECT_EQ(vm(31).ha, true) << "of the router's offering";
  EXPECT_EQ(vm(41).ha, false) << "of the only offering of its type";
  EXPECT_EQ(facts().storage_pools.size(), 1u);
  const auto setting = std::find_if(facts().settings.begin(), facts().settings.end(),
                                    [](const auto& each) { return each.name == "alert.wait"; });
  ASSERT_NE(setting, facts().settings.end());
  EXPECT_EQ(setting->seconds, 60);
}

TEST_F(CloudWatching, NothingIsPublishedBeforeThereIsSomethingToSay) {
  start();
  run_for(milliseconds(300));
  EXPECT_TRUE(published_.empty());
  run_for(seconds(1));
  ASSERT_FALSE(published_.empty());
  EXPECT_TRUE(published_.front()->facts);
}

TEST_F(CloudWatching, QuietTimesCostAConstantNumberOfCalls) {
  start();
  run_for(seconds(29));
  std::vector<std::size_t> calls;
  for (int minute = 0; minute < 20; ++minute) {
    const std::size_t before = cloud_.calls.size();
    run_for(minutes(1));
    calls.push_back(cloud_.calls.size() - before);
  }
  // Two rounds of five a minute; every five minutes clusters and storage, every ten four more.
  for (const std::size_t each : calls) EXPECT_THAT(each, testing::AnyOf(10u, 12u, 16u));
  EXPECT_EQ(cloud_.count("listHosts"), 41u);
  EXPECT_EQ(cloud_.count("listClusters"), 5u);
  EXPECT_EQ(cloud_.count("listConfigurations"), 3u);
  EXPECT_EQ(cloud_.count("listApis"), 1u);
  EXPECT_EQ(cloud_.count("listEvents"), 0u);
  run_for(minutes(41));
  EXPECT_EQ(cloud_.count("listApis"), 2u) << "once an hour";
}

TEST_F(CloudWatching, ASlowServerIsLeftAloneBetweenRounds) {
  cloud_.takes_longer["listVirtualMachines"] = seconds(9);
  cloud_.takes_longer["listRouters"] = seconds(9);
  cloud_.takes_longer["listSystemVms"] = seconds(9);
  start();
  run_for(minutes(10));
  EXPECT_LE(cloud_.count("listHosts"), 15u);
  EXPECT_GE(cloud_.count("listHosts"), 13u);
}

TEST_F(CloudWatching, SnapshotsComeAtLeastOncePerIntervalAndNotTooOften) {
  start();
  run_for(minutes(5));
  ASSERT_GT(published_at_.size(), 10u);
  for (std::size_t i = 1; i < published_at_.size(); ++i) {
    EXPECT_GE(published_at_[i] - published_at_[i - 1], milliseconds(200));
    EXPECT_LE(published_at_[i] - published_at_[i - 1], settings_.interval + seconds(1));
  }
}

TEST_F(CloudWatching, ADeadServerIsAskedEverMoreRarelyAndItsFactsEnd) {
  start();
  run_for(minutes(1));
  cloud_.unreachable = true;
  const SteadyTime death = clock_.steady();
  run_for(minutes(2));
  EXPECT_FALSE(last().up);
  EXPECT_TRUE(last().facts) << "kept for a while";
  const std::size_t early = cloud_.commands_since(death).size();
  EXPECT_LE(early, 8u);
  const SteadyTime later = clock_.steady();
  run_for(minutes(14));
  EXPECT_LE(cloud_.commands_since(later).size(), 14u);
  EXPECT_FALSE(last().facts);
  EXPECT_FALSE(last().vms_read);

  // What was there before must not come back as if it had just been read.
  cloud_.unreachable = false;
  cloud_.rows["listVirtualMachines"] = FakeCloud::Json::array({vm_row(21, "Stopped", 0)});
  const std::size_t before = published_.size();
  run_for(minutes(3));
  EXPECT_TRUE(last().up);
  for (std::size_t i = before; i < published_.size(); ++i)
    EXPECT_FALSE(published_[i]->facts && published_[i]->facts->vms.contains(cloud_id(23)));
  EXPECT_EQ(vm(21).state, "Stopped");
  EXPECT_EQ(vm(21).cluster_id, cloud_id(1));
}

TEST_F(CloudWatching, AServerThatWasNeverThereIsToldAtOnce) {
  cloud_.unreachable = true;
  start();
  run_for(seconds(1));
  ASSERT_FALSE(published_.empty()) << "readiness waits for the first attempt";
  EXPECT_FALSE(last().up);
  EXPECT_FALSE(last().facts);
  EXPECT_EQ(counted("host_down"), 0u);
}

TEST_F(CloudWatching, BusyMeansLater) {
  start();
  run_for(seconds(10));
  cloud_.instead["listHosts"] = [](const FakeCloud::Params&) {
    return FakeCloud::refusal(
        429, "The given user has reached his/her account api limit, please retry after 9000 ms.");
  };
  run_for(seconds(26));
  const std::size_t before = cloud_.calls.size();
  run_for(seconds(17));
  EXPECT_LE(cloud_.calls.size() - before, 2u);
  EXPECT_FALSE(last().up) << "the third time in a row";
  cloud_.instead.clear();
  run_for(seconds(30));
  EXPECT_TRUE(last().up);
}

TEST_F(CloudWatching, ARefusedKeyIsTriedOnceAQuarterOfAnHour) {
  cloud_.key = "key-2";
  start();
  run_for(minutes(14));
  EXPECT_EQ(cloud_.commands_since(SteadyTime()), std::vector<std::string>{"listApis"});
  EXPECT_FALSE(last().up);
  run_for(minutes(2));
  EXPECT_EQ(cloud_.calls.size(), 2u);
}

TEST_F(CloudWatching, AKeyFileThatChangedAfterARefusalIsTriedSoonAndOnce) {
  cloud_.key = "key-2";
  start();
  run_for(minutes(1));
  write_keys("key-3");
  run_for(minutes(1));
  EXPECT_EQ(cloud_.calls.size(), 2u) << "also wrong, and tried once";
  write_keys("key-2");
  run_for(seconds(10));
  EXPECT_TRUE(last().up);
  EXPECT_TRUE(last().facts);
}

TEST_F(CloudWatching, AKeyThatIsRefusedLaterIsRecognized) {
  start();
  run_for(seconds(10));
  cloud_.key = "key-2";
  const SteadyTime since = clock_.steady();
  run_for(minutes(5));
  EXPECT_FALSE(last().up);
  EXPECT_EQ(cloud_.commands_since(since), (std::vector<std::string>{"listHosts", "listApis"}));
  write_keys("key-2");
  run_for(seconds(10));
  EXPECT_TRUE(last().up);
}

TEST_F(CloudWatching, AnUnchangedKeyFileIsNotReadAgainWhileTheKeyIsGood) {
  start();
  run_for(seconds(10));
  write_keys("key-2");
  run_for(minutes(2));
  EXPECT_TRUE(last().up) << "a reload is the operator's, not ours";
}

TEST_F(CloudWatching, AnAccountWithoutTheInfrastructureIsGivenUp) {
  cloud_.apis.erase("listHosts");
  start();
  run_for(minutes(10));
  EXPECT_EQ(cloud_.calls.size(), 1u);
  EXPECT_FALSE(last().up);
  EXPECT_FALSE(last().facts);
}

TEST_F(CloudWatching, AnEssentialCommandThatIsRefusedAllTheSameEndsTheWatch) {
  for (const int code : {401, 432}) {
    cloud_.instead["listHosts"] = [code](const FakeCloud::Params&) { return FakeCloud::refusal(code); };
    cloud_.calls.clear();
    start();
    run_for(minutes(10));
    EXPECT_FALSE(last().up) << code;
    EXPECT_LE(cloud_.count("listHosts"), 2u) << code;
    stop();
  }
}

TEST_F(CloudWatching, ADomainAdminWhoSeesNoHostsOfVmsIsGivenUp) {
  for (FakeCloud::Json& row : cloud_.rows["listVirtualMachines"]) {
    row.erase("hostid");
    row.erase("instancename");
  }
  start();
  run_for(minutes(10));
  EXPECT_FALSE(last().up);
  EXPECT_EQ(cloud_.count("listVirtualMachines"), 1u);
}

TEST_F(CloudWatching, WhatTheAccountMayNotAskIsLeftOut) {
  cloud_.apis.erase("listStoragePools");
  cloud_.instead["listRouters"] = [](const FakeCloud::Params&) { return FakeCloud::refusal(432); };
  start();
  run_for(minutes(11));
  EXPECT_TRUE(last().up);
  EXPECT_EQ(cloud_.count("listStoragePools"), 0u);
  EXPECT_EQ(cloud_.count("listRouters"), 1u);
  EXPECT_EQ(facts().vms.size(), 5u);
}

TEST_F(CloudWatching, WhatIsRefusedLaterIsNotToldOnAsItWas) {
  start();
  run_for(minutes(1));
  EXPECT_TRUE(facts().vms.contains(cloud_id(31)));
  cloud_.instead["listRouters"] = [](const FakeCloud::Params&) { return FakeCloud::refusal(432); };
  run_for(minutes(1));
  EXPECT_FALSE(facts().vms.contains(cloud_id(31)));
  EXPECT_TRUE(facts().vms.contains(cloud_id(41)));
}

TEST_F(CloudWatching, AQuestionThatFailsAloneDoesNotStopTheOthers) {
  cloud_.instead["listAlerts"] = [](const FakeCloud::Params&) {
    return FakeCloud::refusal(530, "internal error");
  };
  cloud_.instead["listConfigurations"] = cloud_.instead["listAlerts"];
  start();
  run_for(minutes(2));
  EXPECT_TRUE(last().up);
  EXPECT_EQ(cloud_.count("listHosts"), 4u);
  EXPECT_EQ(cloud_.count("listAlerts"), 4u);
  EXPECT_EQ(facts().vms.size(), 6u);
}

TEST_F(CloudWatching, AListThatAlwaysFailsDoesNotStarveTheRest) {
  cloud_.instead["listVirtualMachines"] = [](const FakeCloud::Params&) {
    return FakeCloud::Answer{502, "<html>"};
  };
  start();
  run_for(minutes(10));
  EXPECT_GE(cloud_.count("listAlerts"), 10u);
  EXPECT_FALSE(last().facts) << "half the truth about VMs would be a wrong count";
}

TEST_F(CloudWatching, AVmThatIsGoneGoesAndOneWithoutHostKeepsItsCluster) {
  start();
  run_for(seconds(10));
  cloud_.rows["listVirtualMachines"] = {vm_row(21, "Stopped", 0), vm_row(23, "Running", 3)};
  run_for(seconds(30));
  EXPECT_FALSE(facts().vms.contains(cloud_id(22)));
  EXPECT_EQ(vm(21).host_id, "");
  EXPECT_EQ(vm(21).host_uuid, "");
  EXPECT_EQ(vm(21).cluster_id, cloud_id(1));
  EXPECT_TRUE(facts().vms.contains(cloud_id(31))) << "a listing of user VMs says nothing of routers";
}

TEST_F(CloudWatching, AHostInAnUnknownClusterHasTheClustersReadAtOnce) {
  start();
  run_for(seconds(10));
  cloud_.rows["listClusters"].push_back({{"id", cloud_id(3)},
                                         {"name", "cluster-3"},
                                         {"hypervisortype", "XenServer"},
                                         {"managedstate", "Managed"}});
  cloud_.rows["listHosts"].push_back(host_row(5, 3));
  run_for(seconds(30));
  EXPECT_EQ(cloud_.count("listClusters"), 2u);
  EXPECT_EQ(facts().clusters.size(), 3u);
  EXPECT_EQ(facts().hosts.size(), 5u);
  // One that nobody may see is not asked for again and again.
  cloud_.rows["listHosts"].push_back(host_row(6, 4));
  run_for(minutes(3));
  EXPECT_LE(cloud_.count("listClusters"), 9u);
}

TEST_F(CloudWatching, EverythingIsPublishedInOurTime) {
  cloud_.skew = minutes(7);
  const WallTime updated =
      std::chrono::floor<std::chrono::seconds>(clock_.wall()) - minutes(3);  // by our clock
  cloud_.rows["listVirtualMachines"][0]["lastupdated"] = "2023-11-14T22:17:20+0000";
  ASSERT_EQ(unix_seconds(updated + minutes(7)), 1'700'000'240.0) << "that is the text above";
  alert("a1", "Host down, 5");
  start();
  run_for(seconds(5));
  ASSERT_TRUE(last().clock_offset);
  EXPECT_NEAR(xenha::seconds(*last().clock_offset), 420, 1);
  ASSERT_TRUE(vm(21).last_updated);
  EXPECT_NEAR(unix_seconds(*vm(21).last_updated), unix_seconds(updated), 1);
  const std::optional<WallTime> first = vm(21).last_updated;
  run_for(minutes(5));
  EXPECT_EQ(vm(21).last_updated, first) << "the same print stays the same time";
  ASSERT_EQ(last().recent_alerts.size(), 1u);
  EXPECT_NEAR(unix_seconds(last().recent_alerts[0].sent), 1'700'000'000, 1.5);
}

TEST_F(CloudWatching, AlertsAreCountedOnceAlsoAcrossRestarts) {
  alert("before", "Host down, 5");
  clock_.advance(hours(1));
  start();
  run_for(minutes(1));
  EXPECT_EQ(counted("host_down"), 0u) << "it was sent before the first run";
  ASSERT_EQ(last().recent_alerts.size(), 1u) << "but is news";

  alert("a1", "Host down, 5");
  alert("a2", "Host is down, name: xs1 (id:5), availability zone: z1, pod: pod1");
  run_for(minutes(5));
  EXPECT_EQ(counted("host_down"), 1u);
  EXPECT_EQ(counted("ha_scheduled"), 1u);
  ASSERT_EQ(last().recent_alerts.size(), 3u);
  for (const CloudAlertSnapshot& each : last().recent_alerts) {
    EXPECT_EQ(each.host_name, "xs1") << each.id;
    EXPECT_EQ(each.host_uuid, "uuid-xs1") << each.id;
  }
  stop();
  alert("a3", "Host down, 5");
  clock_.advance(minutes(20));
  start();
  run_for(minutes(5));
  EXPECT_EQ(counted("host_down"), 2u);
  EXPECT_EQ(counted("ha_scheduled"), 1u);
  EXPECT_EQ(last().recent_alerts.size(), 4u) << "those of the last hours are there again";
  run_for(hours(3));
  EXPECT_EQ(last().recent_alerts.size(), 0u);
  EXPECT_EQ(counted("host_down"), 2u);
}

TEST_F(CloudWatching, AReloadWithOtherKeysGoesOnCounting) {
  start();
  run_for(minutes(1));
  alert("a1", "Host down, 5");
  run_for(minutes(1));
  cloud_.key = "key-2";
  run_for(minutes(1));
  EXPECT_FALSE(last().up);
  stop();
  write_keys("key-2");
  alert("a2", "Host down, 5");
  start();
  run_for(minutes(1));
  EXPECT_TRUE(last().up);
  EXPECT_EQ(counted("host_down"), 2u);
}

TEST_F(CloudWatching, AnUnreadableStateIsKeptAside) {
  std::ofstream(dir_ / "cloud-cloud1.json") << "{\"alerts\": [";
  start();
  run_for(seconds(5));
  EXPECT_TRUE(last().up);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "cloud-cloud1.json.unreadable"));
  EXPECT_TRUE(std::filesystem::exists(dir_ / "cloud-cloud1.json"));
}

TEST_F(CloudWatching, MembersDecideTheJoinAtOnce) {
  start();
  run_for(seconds(10));
  const int wakes = cloud_.wakes;
  watcher_->set_members(pool_members("pool1", 1));
  EXPECT_EQ(cloud_.wakes, wakes) << "nothing new";
  PoolMembers members = pool_members("pool1", 1);
  members.hosts.push_back({"uuid-xs9", "xs9", "xs9", {"10.0.0.9"}});
  watcher_->set_members(members);
  EXPECT_EQ(cloud_.wakes, wakes + 1);
  run_for(seconds(1));
  EXPECT_EQ(facts().missing_hosts, (std::vector<CloudFacts::Missing>{{"pool1", "cluster-1", "xs9"}}));
  watcher_->forget_pool("pool1");
  run_for(seconds(1));
  EXPECT_EQ(facts().clusters[0].pool, "");
  EXPECT_EQ(facts().hosts[0].host_uuid, "");
  EXPECT_EQ(facts().hosts[0].host, "xs1");
  EXPECT_TRUE(facts().missing_hosts.empty());
}

TEST_F(CloudWatching, TheFirstReleasesListProjectsApart) {
  cloud_.version = "4.3.2";
  cloud_.takes_ids = false;
  start();
  run_for(seconds(5));
  EXPECT_EQ(facts().vms.size(), 6u);
  EXPECT_EQ(cloud_.count("listVirtualMachines"), 2u);
  EXPECT_EQ(cloud_.count("listRouters"), 2u);
}

TEST_F(CloudWatching, RunEndsWhenItIsToldTo) {
  start();
  std::stop_source stop;
  watcher_.reset();
  watcher_ = std::make_unique<CloudWatcher>(config(), settings_, dir_, clock_, cloud_,
                                            [&](std::shared_ptr<const CloudSnapshot> snapshot) {
                                              published_.push_back(std::move(snapshot));
                                              if (published_.size() == 3) stop.request_stop();
                                            });
  watcher_->run(stop.get_token());
  EXPECT_EQ(published_.size(), 3u);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "cloud-cloud1.json"));
}

}  // namespace
}  // namespace xenha::exporter
