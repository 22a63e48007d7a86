#include "exporter/cloud/cloud_merge.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using model::CloudVm;
using model::CloudVmKind;
using std::chrono::seconds;

const WallTime kNow{seconds(1'700'000'000)};

CloudVm vm(const std::string& id, const std::string& state, const std::string& host) {
  CloudVm out;
  out.id = id;
  out.instance_name = "i-" + id;
  out.name = id;
  out.state = state;
  out.host_id = host;
  return out;
}

class Merging : public testing::Test {
 protected:
  Merging() {
    merge_.take_clusters(
        {{"c1", "one", "z", "p", "XenServer", "Managed"}, {"c2", "two", "z", "p", "XenServer", "Managed"}});
    merge_.take_hosts({host("h1", "c1"), host("h2", "c1"), host("h3", "c2")}, "");
    pools_["a"] = {"a", "c1", {{"uuid-h1", "h1", "h1", {}}, {"uuid-h2", "h2", "h2", {}}}};
  }
  static model::CloudHost host(const std::string& id, const std::string& cluster,
                               const std::string& state = "Up") {
    return {id, id, "", cluster, "z", state, "Enabled", false};
  }
  static cloudstack::Listing<CloudVm> listing(std::vector<CloudVm> vms, WallTime asked = kNow) {
    return {std::move(vms), {asked, asked + seconds(2), {}}};
  }
  bool take(std::vector<CloudVm> vms, WallTime asked = kNow) {
    return merge_.take_vms(listing(std::move(vms), asked), {CloudVmKind::kUser}, clock_);
  }
  CloudFacts facts() const { return merge_.facts(merge_.join(pools_)); }

  CloudMerge merge_;
  ClockOffset clock_;
  std::map<std::string, PoolMembers> pools_;
};

TEST_F(Merging, AVmIsAtTheMiddleOfTheAsking) {
  take({vm("v", "Running", "h1")});
  const CloudVmSnapshot got = facts().vms.at("v");
  EXPECT_EQ(got.seen_at, kNow + seconds(1));
  EXPECT_EQ(got.host_uuid, "uuid-h1");
  EXPECT_EQ(got.cluster_id, "c1");
}

TEST_F(Merging, ChangesAreToldButTimeAloneIsNone) {
  EXPECT_TRUE(take({vm("v", "Running", "h1")}));
  EXPECT_FALSE(take({vm("v", "Running", "h1")}, kNow + seconds(30)));
  EXPECT_EQ(facts().vms.at("v").seen_at, kNow + seconds(31));
  EXPECT_TRUE(take({vm("v", "Stopping", "h1")}));
  EXPECT_TRUE(take({}));
  EXPECT_FALSE(take({}));
}

TEST_F(Merging, TheLastKnownClusterIsRememberedWithoutAHost) {
  take({vm("v", "Running", "h3"), vm("w", "Stopped", "")});
  take({vm("v", "Stopped", ""), vm("w", "Stopped", "")});
  EXPECT_EQ(facts().vms.at("v").cluster_id, "c2");
  EXPECT_EQ(facts().vms.at("w").cluster_id, "");
  take({vm("v", "Running", "h1"), vm("w", "Stopped", "")});
  EXPECT_EQ(facts().vms.at("v").cluster_id, "c1");
}

TEST_F(Merging, AVmOnAHostThatIsNoneOfOursIsLeftOut) {
  take({vm("v", "Running", "kvm-1"), vm("w", "Running", "h1")});
  EXPECT_EQ(facts().vms.size(), 1u);
  // But one that we know stays although its host is no longer listed.
  merge_.take_hosts({host("h2", "c1")}, "");
  take({vm("w", "Running", "h1")});
  EXPECT_EQ(facts().vms.at("w").cluster_id, "c1");
  EXPECT_EQ(facts().vms.at("w").host_uuid, "");
}

TEST_F(Merging, AListingSpeaksForItsKindsOnly) {
  take({vm("v", "Running", "h1")});
  CloudVm router = vm("r", "Running", "h1");
  router.kind = CloudVmKind::kRouter;
  merge_.take_vms(listing({router}), {CloudVmKind::kRouter}, clock_);
  EXPECT_EQ(facts().vms.size(), 2u);
  take({});
  EXPECT_EQ(facts().vms.size(), 1u);
}

TEST_F(Merging, FromAListOfManyPagesAVmMustBeMissingTwice) {
  std::vector<CloudVm> many;
  for (std::size_t i = 0; i < CloudMerge::kOnePage + 1; ++i)
    many.push_back(vm("v" + std::to_string(i), "Running", "h1"));
  take(many);
  std::vector<CloudVm> fewer(many.begin() + 1, many.end());
  take(fewer);
  EXPECT_TRUE(facts().vms.contains("v0")) << "it may have slipped between two pages";
  take(many);
  take(fewer);
  EXPECT_TRUE(facts().vms.contains("v0")) << "twice in a row";
  take(fewer);
  EXPECT_FALSE(facts().vms.contains("v0"));
}

TEST_F(Merging, AfterALongSilenceMissingOnceIsEnough) {
  std::vector<CloudVm> many;
  for (std::size_t i = 0; i < CloudMerge::kOnePage + 1; ++i)
    many.push_back(vm("v" + std::to_string(i), "Running", "h3"));
  take(many);
  merge_.doubt_vms();
  CloudVm stopped = vm("v1", "Stopped", "");
  std::vector<CloudVm> fewer(many.begin() + 1, many.end());
  fewer[0] = stopped;
  take(fewer);
  EXPECT_FALSE(facts().vms.contains("v0"));
  EXPECT_EQ(facts().vms.at("v1").cluster_id, "c2") << "where it was is not forgotten";
}

TEST_F(Merging, VictimsChangeAloneAndTheMissingOneIsGone) {
  take({vm("v", "Running", "h1"), vm("w", "Running", "h1"), vm("x", "Running", "h1")});
  EXPECT_TRUE(merge_.take_victims(listing({vm("v", "Stopped", "")}, kNow + seconds(10)), {"v", "w"}, clock_));
  EXPECT_EQ(facts().vms.at("v").state, "Stopped");
  EXPECT_FALSE(facts().vms.contains("w"));
  EXPECT_EQ(facts().vms.at("x").state, "Running");
  EXPECT_EQ(facts().vms.at("x").seen_at, kNow + seconds(1));
  EXPECT_FALSE(
      merge_.take_victims(listing({vm("v", "Stopped", "")}, kNow + seconds(12)), {"v", "w"}, clock_));
}

TEST_F(Merging, HostsOfOneClusterLeaveTheOthersAlone) {
  EXPECT_TRUE(merge_.take_hosts({host("h1", "c1", "Down")}, "c1"));
  const CloudFacts got = facts();
  ASSERT_EQ(got.hosts.size(), 2u) << "h2 is gone, h3 is of another cluster";
  EXPECT_EQ(got.hosts[0].state, "Down");
  EXPECT_EQ(got.hosts[1].id, "h3");
  EXPECT_FALSE(merge_.take_hosts({host("h1", "c1", "Down")}, "c1"));
}

TEST_F(Merging, TheSamePrintIsTheSameTimeWhateverTheClockTurnsOutToBe) {
  CloudVm one = vm("v", "Running", "h1");
  one.last_updated = kNow;
  clock_.see(seconds(10));
  take({one});
  EXPECT_EQ(facts().vms.at("v").last_updated, kNow - seconds(10));
  for (int i = 0; i < 5; ++i) clock_.see(seconds(12));
  take({one});
  EXPECT_EQ(facts().vms.at("v").last_updated, kNow - seconds(10));
  one.last_updated = kNow + seconds(100);
  take({one});
  EXPECT_EQ(facts().vms.at("v").last_updated, kNow + seconds(88));
}

TEST_F(Merging, HaOfRoutersAndSystemVmsIsTheirOfferings) {
  CloudVm router = vm("r", "Running", "h1"), proxy = vm("p", "Running", "h1"),
          user = vm("u", "Running", "h1");
  router.kind = CloudVmKind::kRouter;
  router.offering_id = "o1";
  proxy.kind = CloudVmKind::kConsoleProxy;
  user.offering_id = "o1";
  merge_.take_vms(listing({router}), {CloudVmKind::kRouter}, clock_);
  merge_.take_vms(listing({proxy}), {CloudVmKind::kConsoleProxy}, clock_);
  take({user});
  EXPECT_FALSE(facts().vms.at("r").ha) << "unknown is not no";
  merge_.take_offerings({{"o1", true, true, "domainrouter"}, {"o2", false, true, "consoleproxy"}});
  EXPECT_EQ(facts().vms.at("r").ha, true);
  EXPECT_EQ(facts().vms.at("p").ha, false);
  EXPECT_FALSE(facts().vms.at("u").ha) << "an offering says nothing of a user VM";
  merge_.take_offerings({{"o2", false, true, "consoleproxy"}, {"o3", true, true, "consoleproxy"}});
  EXPECT_FALSE(facts().vms.at("p").ha) << "either may be its";
  EXPECT_FALSE(facts().vms.at("r").ha) << "its offering is gone";
}

TEST_F(Merging, EventsAreKeptThreeHoursAndOnce) {
  model::CloudEvent event;
  event.id = "e1";
  event.type = "VM.START";
  event.created = kNow;
  clock_.see(seconds(10));
  EXPECT_FALSE(merge_.knows_event(event, clock_, kNow));
  EXPECT_TRUE(merge_.take_events({event, event}, clock_, kNow));
  EXPECT_FALSE(merge_.take_events({event}, clock_, kNow));
  EXPECT_TRUE(merge_.knows_event(event, clock_, kNow));
  ASSERT_EQ(merge_.recent_events(kNow).size(), 1u);
  EXPECT_EQ(merge_.recent_events(kNow)[0].created, kNow - seconds(10));
  const WallTime later = kNow + std::chrono::hours(4);
  EXPECT_TRUE(merge_.recent_events(later).empty());
  event.id = "e2";
  EXPECT_TRUE(merge_.knows_event(event, clock_, later)) << "too old to be news";
  EXPECT_FALSE(merge_.take_events({event}, clock_, later));
}

TEST_F(Merging, AnUnknownClusterIsNoticed) {
  EXPECT_FALSE(merge_.has_unknown_cluster());
  merge_.take_hosts({host("h9", "c9")}, "");
  EXPECT_TRUE(merge_.has_unknown_cluster());
}

TEST_F(Merging, SettingsAreJudgedAgainWhenTheReleaseIsKnown) {
  merge_.take_settings({{"alert.wait", "60", {}}});
  EXPECT_EQ(facts().settings.size(), 1u);
  EXPECT_TRUE(merge_.set_version({4, 20, 1}, "4.20.1.0"));
  EXPECT_GT(facts().settings.size(), 10u);
  EXPECT_FALSE(merge_.set_version({4, 20, 1}, "4.20.1.0"));
}

}  // namespace
}  // namespace xenha::exporter
