#include "exporter/cloud/cloud_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/cloud/cloud_events.h"

namespace xenha::exporter {
namespace {

using Q = CloudQuestion;
using std::chrono::minutes;
using std::chrono::seconds;

class Scheduling : public testing::Test {
 protected:
  Scheduling() {
    for (int q = 0; q <= static_cast<int>(Q::kEvents); ++q) abilities_.questions.insert(static_cast<Q>(q));
    abilities_.by_ids = true;
    schedule_.set_abilities(abilities_);
  }
  /// Asks everything that is due now; the whole list of VMs takes this long.
  std::vector<Q> ask_all(Duration list_takes = {}) {
    std::vector<Q> asked;
    while (const auto ask = schedule_.next(now_, needs_)) {
      const SteadyTime began = now_;
      if (ask->question == Q::kUserVms) now_ += list_takes;
      asked.push_back(ask->question);
      schedule_.done(*ask, true, began, now_);
      if (asked.size() > 100) {
        ADD_FAILURE() << "no end";
        break;
      }
    }
    return asked;
  }
  void focus(std::vector<std::string> victims) {
    needs_.focus = needs_.fast = true;
    needs_.victims = std::move(victims);
  }

  CloudAbilities abilities_;
  CloudSchedule schedule_{seconds(30)};
  CloudNeeds needs_;
  SteadyTime now_{minutes(100)};
};

const std::vector<Q> kFull{Q::kHosts, Q::kUserVms, Q::kRouters, Q::kSystemVms, Q::kAlerts};

TEST_F(Scheduling, ApisComeFirstAndAloneUntilTheyAreKnown) {
  const auto ask = schedule_.next(now_, needs_);
  EXPECT_EQ(ask, CloudAsk{Q::kApis});
  schedule_.done(*ask, false, now_, now_);
  EXPECT_EQ(schedule_.next(now_, needs_), CloudAsk{Q::kApis}) << "it failed";
  schedule_.done(*ask, true, now_, now_);
  EXPECT_EQ(schedule_.next(now_, needs_), CloudAsk{Q::kCapabilities});
}

TEST_F(Scheduling, SlowFactsAreAskedForSlowly) {
  EXPECT_EQ(ask_all().size(), 11u);
  EXPECT_EQ(schedule_.due(now_, needs_), now_ + seconds(30));
  for (int round = 1; round <= 120; ++round) {
    now_ += seconds(30);
    std::vector<Q> expected;
    if (round == 120) expected.push_back(Q::kApis);
    if (round % 20 == 0)
      expected.insert(expected.end(), {Q::kCapabilities, Q::kConfigurations, Q::kOfferings});
    if (round % 10 == 0) expected.insert(expected.end(), {Q::kClusters, Q::kStoragePools});
    expected.insert(expected.end(), kFull.begin(), kFull.end());
    EXPECT_EQ(ask_all(), expected) << round;
  }
}

TEST_F(Scheduling, AFailedSlowQuestionIsAskedInTheNextRound) {
  ask_all();
  now_ += minutes(5);
  auto ask = schedule_.next(now_, needs_);
  ASSERT_EQ(ask, CloudAsk{Q::kClusters});
  schedule_.done(*ask, false, now_, now_);
  EXPECT_EQ(schedule_.next(now_, needs_), CloudAsk{Q::kStoragePools}) << "the others do not wait for it";
  ask_all();
  now_ += seconds(30);
  EXPECT_EQ(ask_all()[0], Q::kClusters);
}

TEST_F(Scheduling, TheSameQuestionStandsUntilItIsDone) {
  ask_all();
  now_ += seconds(30);
  EXPECT_EQ(schedule_.next(now_, needs_), schedule_.next(now_ + seconds(5), needs_));
  EXPECT_EQ(schedule_.due(now_, needs_), now_);
}

TEST_F(Scheduling, WhatTheServerCannotIsNotAsked) {
  abilities_.questions = {Q::kApis, Q::kHosts, Q::kAlerts};
  schedule_.set_abilities(abilities_);
  EXPECT_EQ(ask_all(), (std::vector<Q>{Q::kApis, Q::kHosts, Q::kAlerts}));
}

TEST_F(Scheduling, AFocusRoundIsShort) {
  ask_all();
  now_ += seconds(5);
  focus({"v1"});
  needs_.cluster_id = "c1";
  const auto hosts = schedule_.next(now_, needs_);
  EXPECT_EQ(hosts, (CloudAsk{Q::kHosts, "c1", {}}));
  EXPECT_EQ(ask_all(), (std::vector<Q>{Q::kHosts, Q::kVictims, Q::kAlerts, Q::kEvents, Q::kEvents}));
  EXPECT_EQ(schedule_.due(now_, needs_), now_ + seconds(2));
  now_ += seconds(2);
  needs_.routers = true;
  EXPECT_EQ(ask_all(), (std::vector<Q>{Q::kHosts, Q::kVictims, Q::kRouters, Q::kAlerts}));
  now_ += seconds(8);
  EXPECT_EQ(ask_all().size(), 8u) << "events of routers too";
}

TEST_F(Scheduling, VictimsAreThoseOfTheMomentOfAsking) {
  ask_all();
  focus({"v1"});
  auto ask = schedule_.next(now_, needs_);
  schedule_.done(*ask, true, now_, now_);
  needs_.victims = {"v2", "v3"};
  EXPECT_EQ(schedule_.next(now_, needs_), (CloudAsk{Q::kVictims, "", {"v2", "v3"}}));
  needs_.victims.clear();
  EXPECT_EQ(schedule_.next(now_, needs_), CloudAsk{Q::kAlerts});
}

TEST_F(Scheduling, TheWholeListRestsWhileAFailoverIsOpen) {
  ask_all(seconds(20));
  focus({"v1"});
  ask_all();
  now_ += seconds(15);
  EXPECT_EQ(ask_all(), (std::vector<Q>{Q::kHosts, Q::kVictims, Q::kRouters, Q::kSystemVms, Q::kAlerts,
                                       Q::kEvents, Q::kEvents}))
      << "a full round, but 15 s after a list of 20 s";
  now_ += seconds(30);
  EXPECT_THAT(ask_all(), testing::Not(testing::Contains(Q::kUserVms)));
  abilities_.by_ids = false;
  schedule_.set_abilities(abilities_);
  now_ += seconds(2);
  EXPECT_THAT(ask_all(), testing::Contains(Q::kUserVms)) << "nothing else finds victims";
  abilities_.by_ids = true;
  schedule_.set_abilities(abilities_);
  now_ += seconds(30);
  EXPECT_THAT(ask_all(), testing::Contains(Q::kUserVms)) << "it took no time and needs no rest";
}

TEST_F(Scheduling, AHostInAnUnknownClusterIsWorthOneQuestionAQuarterMinute) {
  ask_all();
  schedule_.unknown_cluster(now_);
  EXPECT_FALSE(schedule_.next(now_, needs_)) << "they were read this very moment";
  now_ += seconds(14);
  schedule_.unknown_cluster(now_);
  EXPECT_FALSE(schedule_.next(now_, needs_));
  now_ += seconds(1);
  schedule_.unknown_cluster(now_);
  schedule_.unknown_cluster(now_);
  EXPECT_EQ(schedule_.due(now_, needs_), now_);
  EXPECT_EQ(ask_all(), std::vector<Q>{Q::kClusters});
}

TEST_F(Scheduling, ARestartBeginsAnew) {
  ask_all();
  schedule_.restart();
  EXPECT_EQ(schedule_.due(now_, needs_), now_);
  EXPECT_EQ(ask_all(),
            (std::vector<Q>{Q::kApis, Q::kHosts, Q::kUserVms, Q::kRouters, Q::kSystemVms, Q::kAlerts}));
}

TEST(CloudNeeds, AreTheSumOfThePools) {
  const WallTime now{minutes(10'000)};
  EXPECT_EQ(needs_of({{"a", CloudFocus{}}}, {}, now), CloudNeeds{});
  std::map<std::string, CloudFocus> pools;
  pools["a"] = {.since = now - minutes(20), .user_vms = {"v2", "v1"}, .routers = true, .system_vms = false};
  CloudNeeds expected{
      .focus = true, .fast = false, .cluster_id = "c1", .victims = {"v1", "v2"}, .routers = true};
  EXPECT_EQ(needs_of(pools, {{"a", "c1"}, {"b", "c2"}}, now), expected);
  pools["b"] = {.since = now, .user_vms = {"v1"}, .routers = false, .system_vms = true};
  expected.fast = true;
  expected.cluster_id = "";
  expected.system_vms = true;
  EXPECT_EQ(needs_of(pools, {{"a", "c1"}, {"b", "c2"}}, now), expected);
  EXPECT_EQ(needs_of(pools, {{"a", "c1"}}, now).cluster_id, "") << "nobody knows where b is";
}

}  // namespace
}  // namespace xenha::exporter
