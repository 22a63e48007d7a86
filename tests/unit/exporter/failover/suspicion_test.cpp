#include "exporter/failover/suspicion.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using Life = ProbeSight::Life;

/// Last answered 20 s before now = 100.
Baseline answering() {
  Baseline host;
  host.host_uuid = "h2-uuid";
  host.host = "h2";
  host.last_contact = at(80);
  host.vms.emplace_back().name = "a1";
  host.signs.live = true;
  host.signs.cloud_state = "Up";
  return host;
}

void silent(Baseline& host, int probes, double since = 85) {
  host.signs.last = Life::kSilent;
  host.signs.silent = probes;
  host.signs.first_silent = at(since);
}
void dead(Baseline& host, double since = 95) {
  host.signs.live = false;
  host.signs.dead_since = at(since);
}
void cloud(Baseline& host, const char* state, double since = 95) {
  host.signs.cloud_state = state;
  host.signs.cloud_since = at(since);
}

struct Row {
  const char* name;
  std::function<void(Baseline&, Circumstances&)> spoil;
  bool in_trouble, lost;
};

const Row kRows[] = {
    {"nothing", [](Baseline&, Circumstances&) {}, false, false},
    {"one_silent_probe", [](Baseline& host, Circumstances&) { silent(host, 1); }, true, false},
    {"two_silent_probes", [](Baseline& host, Circumstances&) { silent(host, 2); }, true, false},
    {"three_silent_probes", [](Baseline& host, Circumstances&) { silent(host, 3); }, true, true},
    {"stream_alone", [](Baseline& host, Circumstances&) { host.signs.stream_broken = at(99); }, true, false},
    {"stream_and_one_probe",
     [](Baseline& host, Circumstances&) {
       host.signs.stream_broken = at(99);
       silent(host, 1);
     },
     true, false},
    {"stream_and_two_probes",
     [](Baseline& host, Circumstances&) {
       host.signs.stream_broken = at(99);
       silent(host, 2);
     },
     true, true},
    {"one_probe_and_xenserver",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       dead(host);
     },
     true, true},
    {"one_probe_and_alert_state",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       cloud(host, "Alert");
     },
     true, true},
    {"one_probe_and_disconnected",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       cloud(host, "Disconnected");
     },
     true, true},
    {"one_probe_and_alert_for_long",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       cloud(host, "Alert", -4000);
     },
     true, false},
    {"one_probe_and_sent_alert",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       host.signs.unwell_alert = at(90);
     },
     true, true},
    {"one_probe_and_older_alert",
     [](Baseline& host, Circumstances&) {
       silent(host, 1);
       host.signs.unwell_alert = host.signs.down_alert = at(70);
     },
     true, false},
    {"xenserver_alone", [](Baseline& host, Circumstances&) { dead(host); }, true, false},
    {"down_alone", [](Baseline& host, Circumstances&) { cloud(host, "Down"); }, true, false},
    {"alert_alone", [](Baseline& host, Circumstances&) { cloud(host, "Alert"); }, true, false},
    {"dead_for_long_while_it_answers",
     [](Baseline& host, Circumstances&) {
       dead(host, -4000);
       cloud(host, "Down", -4000);
     },
     false, false},
    {"answers_but_both_say_dead",
     [](Baseline& host, Circumstances&) {
       dead(host);
       cloud(host, "Down");
     },
     true, true},
    {"answers_dead_and_alert",
     [](Baseline& host, Circumstances&) {
       dead(host);
       cloud(host, "Alert");
     },
     true, false},
    {"toolstack_down", [](Baseline& host, Circumstances&) { host.signs.last = Life::kAlive; }, true, false},
    {"toolstack_down_and_dead",
     [](Baseline& host, Circumstances&) {
       host.signs.last = Life::kAlive;
       dead(host);
     },
     true, false},
    {"toolstack_down_dead_and_stopped",
     [](Baseline& host, Circumstances& around) {
       host.signs.last = Life::kAlive;
       dead(host);
       around.stopped_or_rebooted = true;
     },
     true, true},
    {"toolstack_down_and_stopped",
     [](Baseline& host, Circumstances& around) {
       host.signs.last = Life::kAlive;
       around.stopped_or_rebooted = true;
     },
     true, false},
    {"never_reached_and_silent",
     [](Baseline& host, Circumstances&) {
       host.reached = false;
       silent(host, 9);
     },
     false, false},
    {"never_reached_but_both_say_so",
     [](Baseline& host, Circumstances&) {
       host.reached = false;
       silent(host, 9);
       dead(host);
       cloud(host, "Alert");
     },
     true, true},
    {"election_three_probes",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 3);
     },
     true, false},
    {"election_many_probes_149_s",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 30, 100 - 149);
     },
     true, false},
    {"election_150_s",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 30, 100 - 150);
     },
     true, true},
    {"election_and_alert",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 3);
       cloud(host, "Alert");
     },
     true, false},
    {"election_one_probe_and_down",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 1);
       cloud(host, "Down");
     },
     true, false},
    {"election_and_down",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 3);
       cloud(host, "Down");
     },
     true, true},
    {"election_and_dead",
     [](Baseline& host, Circumstances& around) {
       around.election = true;
       silent(host, 3);
       dead(host);
     },
     true, true},
    {"silent_only_while_we_were_cut_off",
     [](Baseline& host, Circumstances&) {
       silent(host, 3);
       forget_silence(host);
       dead(host);
     },
     true, false},
};

class Verdict : public testing::TestWithParam<Row> {};

TEST_P(Verdict, FollowsTheTable) {
  Baseline host = answering();
  Circumstances around;
  GetParam().spoil(host, around);
  EXPECT_EQ(in_trouble(host), GetParam().in_trouble);
  EXPECT_EQ(is_lost(host, around, at(100)), GetParam().lost);
}

INSTANTIATE_TEST_SUITE_P(Rows, Verdict, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(LeavesInOrder, OnlyAnEmptyHostInMaintenance) {
  Baseline host = answering();
  host.signs.planned = true;
  EXPECT_FALSE(leaves_in_order(host));
  host.vms.clear();
  EXPECT_TRUE(leaves_in_order(host));
  host.signs.planned = false;
  EXPECT_FALSE(leaves_in_order(host));
  host.signs.cloud_planned = true;
  EXPECT_TRUE(leaves_in_order(host));
}

TEST(Frozen, FromTheFirstSignThatMayChangeWhoRunsThere) {
  Baseline host = answering();
  EXPECT_FALSE(is_frozen(host));
  host.suspected = at(95);
  EXPECT_FALSE(is_frozen(host)) << "Alert in CloudStack while it answers";
  silent(host, 1);
  EXPECT_TRUE(is_frozen(host));
  host = answering();
  host.failover = "id";
  EXPECT_TRUE(is_frozen(host));
}

TEST(Boot, AClockThatWasSetIsNoBoot) {
  Baseline host = answering();
  EXPECT_EQ(booted_anew(host), std::nullopt);
  host.boot_time = at(-5000);
  host.signs.boot_time = at(-4980);
  EXPECT_EQ(booted_anew(host), false);
  host.signs.boot_time = at(60);
  EXPECT_EQ(booted_anew(host), true);
}

TEST(Back, AfterAMinuteOfAnswersOnceTheMasterCallsItLive) {
  Baseline host = answering();
  host.signs.good_since = at(40);
  EXPECT_FALSE(is_back(host, at(100))) << "the master has not spoken since";
  EXPECT_TRUE(is_back(host, at(340))) << "nor will it";
  host.signs.told = at(41);
  EXPECT_TRUE(is_back(host, at(100)));
  EXPECT_FALSE(is_back(host, at(99)));
  host.signs.live = false;
  EXPECT_FALSE(is_back(host, at(1000)));
  host.signs.live = true;
  host.signs.good_since.reset();
  EXPECT_FALSE(is_back(host, at(1000)));
}

TEST(TakeProbe, CountsSilenceAndForgetsItAtTheFirstSignOfLife) {
  Baseline host = answering();
  ProbeSight probe{"h2-uuid", "h2", at(100), at(110), Life::kSilent};
  take(host, probe);
  probe.began = at(110), probe.ended = at(120);
  take(host, probe);
  EXPECT_EQ(host.signs.silent, 2);
  EXPECT_EQ(host.signs.first_silent, at(110));
  EXPECT_EQ(host.last_contact, at(80));
  probe.began = at(121), probe.ended = at(122), probe.life = Life::kAlive;
  take(host, probe);
  EXPECT_EQ(host.signs.silent, 0);
  EXPECT_FALSE(host.signs.first_silent);
  EXPECT_EQ(host.last_contact, at(121)) << "a kernel that answers is a sign of life";
  EXPECT_FALSE(host.signs.good_since);
  probe.life = Life::kAnswers, probe.names_master = "h1-uuid", probe.ended = at(123);
  take(host, probe);
  EXPECT_EQ(host.signs.good_since, at(123));
}

TEST(TakeProbe, AnAnswerThatBeganAfterTheBreakMendsTheStream) {
  Baseline host = answering();
  host.signs.stream_broken = at(100);
  take(host, {"h2-uuid", "h2", at(99), at(101), Life::kAnswers});
  EXPECT_TRUE(host.signs.stream_broken);
  take(host, {"h2-uuid", "h2", at(100), at(102), Life::kAnswers});
  EXPECT_FALSE(host.signs.stream_broken);
}

}  // namespace
}  // namespace xenha::exporter::test
