// While a failover is open: quick about its victims, and still polite.
#include <algorithm>

#include "tests/unit/exporter/cloud/watched_cloud.h"

namespace xenha::exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::cloud_id;
using test::FakeCloud;
using test::vm_row;

class CloudInFocus : public test::WatchedCloud {
 protected:
  void TearDown() override { EXPECT_LE(cloud_.most_at_once, 1) << "two requests were under way"; }

  void start_and_settle() {
    start();
    run_for(seconds(40));
    since_ = clock_.steady();
  }
  std::vector<FakeCloud::Call> calls(const std::string& command) const {
    std::vector<FakeCloud::Call> out;
    for (const FakeCloud::Call& call : cloud_.calls)
      if (call.began >= since_ && call.command == command) out.push_back(call);
    return out;
  }
  /// Pauses between the end of a request and the begin of the next, of at least half a second.
  std::vector<Duration> pauses() const {
    std::vector<Duration> out;
    std::optional<SteadyTime> ended;
    for (const FakeCloud::Call& call : cloud_.calls) {
      if (call.began < since_) continue;
      if (ended && call.began - *ended >= milliseconds(500)) out.push_back(call.began - *ended);
      ended = call.ended;
    }
    return out;
  }

  SteadyTime since_;
};

TEST_F(CloudInFocus, OnlyVictimsAndTheirClusterAreAskedEveryTwoSeconds) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21, 22}));
  run_for(seconds(9));
  const auto vms = calls("listVirtualMachines");
  ASSERT_EQ(vms.size(), 5u);
  for (const FakeCloud::Call& call : vms) EXPECT_EQ(call.params.at("ids"), cloud_id(21) + "," + cloud_id(22));
  for (const FakeCloud::Call& call : calls("listHosts")) EXPECT_EQ(call.params.at("clusterid"), cloud_id(1));
  EXPECT_TRUE(calls("listRouters").empty());
  EXPECT_TRUE(calls("listSystemVms").empty());
  EXPECT_EQ(calls("listAlerts").size(), 5u);
  const std::vector<Duration> between = pauses();
  EXPECT_EQ(between.size(), 4u);
  for (const Duration pause : between) EXPECT_EQ(pause, seconds(2));
}

TEST_F(CloudInFocus, FullRoundsKeepTheirDistanceToo) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(minutes(5));
  const auto hosts = calls("listHosts");
  EXPECT_GE(hosts.size(), 100u);
  EXPECT_LE(hosts.size(), 150u);
  for (std::size_t i = 1; i < hosts.size(); ++i)
    EXPECT_GE(hosts[i].began - *hosts[i - 1].ended, seconds(2)) << "a round begins with the hosts";
  EXPECT_EQ(std::count_if(hosts.begin(), hosts.end(),
                          [](const auto& call) { return !call.params.contains("clusterid"); }),
            10)
      << "every half minute all of them";
}

TEST_F(CloudInFocus, AVictimsRestartIsSeenWithinARound) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(seconds(5));
  const WallTime restart = clock_.wall();
  cloud_.rows["listVirtualMachines"][0] = vm_row(21, "Running", 2);
  cloud_.rows["listVirtualMachines"][2] = vm_row(23, "Stopped", 0);
  run_for(milliseconds(2600));
  EXPECT_EQ(vm(21).host_uuid, "uuid-xs2");
  EXPECT_GE(vm(21).seen_at, restart);
  EXPECT_EQ(vm(23).state, "Running") << "not asked for, so as it was";
  EXPECT_LT(vm(23).seen_at, restart);
  run_for(seconds(30));
  EXPECT_EQ(vm(23).state, "Stopped") << "full rounds go on";
}

TEST_F(CloudInFocus, AVictimThatIsGoneIsGone) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21, 22}));
  cloud_.rows["listVirtualMachines"] = FakeCloud::Json::array({vm_row(22, "Stopped", 0)});
  run_for(seconds(1));
  EXPECT_FALSE(facts().vms.contains(cloud_id(21)));
  EXPECT_EQ(vm(22).state, "Stopped");
  EXPECT_EQ(vm(22).cluster_id, cloud_id(1));
  EXPECT_TRUE(facts().vms.contains(cloud_id(23)));
}

TEST_F(CloudInFocus, RoutersAndSystemVmsOnlyWhenTheyPend) {
  start_and_settle();
  CloudFocus focus = focus_on({});
  focus.routers = true;
  watcher_->set_focus("pool1", focus);
  run_for(seconds(5));
  EXPECT_FALSE(calls("listRouters").empty());
  EXPECT_TRUE(calls("listSystemVms").empty());
  EXPECT_TRUE(calls("listVirtualMachines").empty());
  focus.system_vms = true;
  watcher_->set_focus("pool1", focus);
  run_for(seconds(5));
  EXPECT_FALSE(calls("listSystemVms").empty());
}

TEST_F(CloudInFocus, TwoPoolsAreAskedForTogether) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  watcher_->set_focus("pool2", focus_on({23}));
  run_for(seconds(5));
  for (const FakeCloud::Call& call : calls("listHosts")) EXPECT_FALSE(call.params.contains("clusterid"));
  EXPECT_EQ(calls("listVirtualMachines").front().params.at("ids"), cloud_id(21) + "," + cloud_id(23));
}

TEST_F(CloudInFocus, EventsAreAskedForEveryTenSecondsWhileVictimsPend) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({}));
  run_for(seconds(20));
  EXPECT_TRUE(calls("listEvents").empty()) << "nobody pends";
  cloud_.events.push_back({"e1",
                           "VM.START",
                           "Successfully completed restarting VM for HA",
                           clock_.wall(),
                           {{"username", "system"},
                            {"level", "INFO"},
                            {"state", "Completed"},
                            {"account", "system"},
                            {"resourceid", cloud_id(21)},
                            {"resourcetype", "VirtualMachine"}}});
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(seconds(60));
  const auto events = calls("listEvents");
  EXPECT_GE(events.size(), 8u);
  EXPECT_LE(events.size(), 12u) << "two kinds, at most every ten seconds";
  EXPECT_EQ(events[0].params.at("type"), "VM.STOP");
  EXPECT_EQ(events[1].params.at("type"), "VM.START");
  ASSERT_EQ(last().recent_events.size(), 1u);
  EXPECT_EQ(last().recent_events[0].vm_id, cloud_id(21));
  EXPECT_TRUE(last().recent_events[0].by_system);
}

TEST_F(CloudInFocus, OldReleasesListEverythingAtMostHalfOfTheTime) {
  cloud_.takes_ids = false;
  cloud_.version = "4.5.2";
  cloud_.takes_longer["listVirtualMachines"] = seconds(2);  // twice: projects come apart
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(minutes(5));
  Duration listing{};
  for (const FakeCloud::Call& call : calls("listVirtualMachines"))
    if (call.ended) listing += *call.ended - call.began;
  EXPECT_LE(listing, seconds(154));
  EXPECT_GE(listing, seconds(100)) << "and not much less";
  EXPECT_GE(calls("listHosts").size(), 60u) << "hosts go on meanwhile";
}

TEST_F(CloudInFocus, TheWholeListRestsWhileVictimsAreAskedFor) {
  cloud_.takes_longer["listVirtualMachines"] = seconds(0);
  cloud_.instead.clear();
  start_and_settle();
  // A cloud so large that its list takes longer than the interval.
  cloud_.takes_longer["listVirtualMachines"] = seconds(9);
  run_for(minutes(1));
  since_ = clock_.steady();
  cloud_.takes_longer["listVirtualMachines"] = milliseconds(50);
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(seconds(25));
  const auto vms = calls("listVirtualMachines");
  EXPECT_GE(vms.size(), 8u);
  EXPECT_LE(
      std::count_if(vms.begin(), vms.end(), [](const auto& call) { return !call.params.contains("ids"); }),
      1);
}

TEST_F(CloudInFocus, AfterAQuarterOfAnHourEveryFifteenSeconds) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(minutes(15));
  since_ = clock_.steady();
  run_for(minutes(10));
  for (const Duration pause : pauses()) EXPECT_GE(pause, seconds(2));
  EXPECT_LE(calls("listHosts").size(), 45u);
  EXPECT_GE(calls("listHosts").size(), 38u);
  // A second failover elsewhere is young.
  watcher_->set_focus("pool2", focus_on({23}));
  since_ = clock_.steady();
  run_for(minutes(1));
  EXPECT_GE(calls("listHosts").size(), 20u);
}

TEST_F(CloudInFocus, TheEndOfAFailoverIsTheEndOfTheHurry) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(minutes(1));
  watcher_->set_focus("pool1", {});
  run_for(seconds(5));
  since_ = clock_.steady();
  run_for(minutes(10));
  EXPECT_GE(calls("listHosts").size(), 19u);
  EXPECT_LE(calls("listHosts").size(), 21u);
}

TEST_F(CloudInFocus, AFailureInterruptsAFullRound) {
  cloud_.takes_longer["listHosts"] = seconds(2);
  start();
  run_for(seconds(31));  // in the second round, at its hosts
  ASSERT_EQ(cloud_.calls.back().command, "listHosts");
  since_ = clock_.steady();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(seconds(6));
  const std::vector<std::string> asked = cloud_.commands_since(since_);
  ASSERT_GE(asked.size(), 5u);
  EXPECT_EQ(asked[0], "listHosts");
  EXPECT_EQ(calls("listVirtualMachines").front().params.count("ids"), 1u) << "before the whole list";
}

TEST_F(CloudInFocus, IdsThatTheServerDoesNotKnowAreAskedForByTheWholeList) {
  start_and_settle();
  cloud_.instead["listVirtualMachines"] = [](const FakeCloud::Params& params) {
    if (params.contains("ids"))
      return FakeCloud::refusal(431, "Unable to execute API command due to invalid value");
    return FakeCloud::Answer{
        200, FakeCloud::Json{{"listvirtualmachinesresponse",
                              {{"count", 1},
                               {"virtualmachine", FakeCloud::Json::array({vm_row(22, "Stopped", 0)})}}}}
                 .dump()};
  };
  watcher_->set_focus("pool1", focus_on({21, 22}));
  run_for(seconds(10));
  EXPECT_TRUE(last().up);
  EXPECT_EQ(vm(22).state, "Stopped");
  EXPECT_FALSE(facts().vms.contains(cloud_id(21)));
  const auto vms = calls("listVirtualMachines");
  EXPECT_EQ(
      std::count_if(vms.begin(), vms.end(), [](const auto& call) { return call.params.contains("ids"); }), 1);
}

TEST_F(CloudInFocus, ADeadServerIsAskedAgainSoonButNotInAHurry) {
  start_and_settle();
  watcher_->set_focus("pool1", focus_on({21}));
  run_for(seconds(5));
  cloud_.unreachable = true;
  since_ = clock_.steady();
  run_for(minutes(3));
  EXPECT_LE(cloud_.commands_since(since_).size(), 16u);
  EXPECT_GE(cloud_.commands_since(since_).size(), 10u);
  for (const Duration pause : pauses()) EXPECT_GE(pause, seconds(2));
  cloud_.unreachable = false;
  run_for(seconds(25));
  EXPECT_TRUE(last().up);
}

}  // namespace
}  // namespace xenha::exporter
