// What `status` finds wrong, and how its screens look.
#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "hooks/ctl/status/screen.h"
#include "hooks/ctl/status/words.h"
#include "tests/unit/hooks/ctl/pool_status_builder.h"
#include "tests/unit/hooks/ctl/screens.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Severity = Finding::Severity;

struct Row {
  const char* name;
  std::function<void(PoolStatus&)> spoil;
  Severity severity;
  const char* what;  ///< part of the first finding
  const char* next;  ///< part of its advice
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

OpenFailover failover(int pending) {
  OpenFailover out{
      .id = "f", .host = "xs2", .role = "master", .lost_at = status_now() - 130s, .pending = pending};
  for (int i = 0; i < pending; ++i) out.down.push_back("i-2-" + std::to_string(i) + "-VM");
  return out;
}

constexpr auto kBad = Severity::kBad;
constexpr auto kWarning = Severity::kWarning;
constexpr auto kNote = Severity::kNote;

const Row kRows[] = {
    {"ha_off", switch_ha_off, kBad,
     "HA is OFF since 2027-01-15 07:39:00 UTC (21 min 00 s ago): if the master dies",
     "xenhactl ha enable cluster1"},
    {"ha_off_by_somebody",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.situation.audit.disabled_at = status_now() - 90s;
       s.situation.audit.by = "root";
     },
     kBad, "since 2027-01-15 07:58:30 UTC (1 min 30 s ago), switched off by root",
     "xenhactl ha enable cluster1"},
    {"ha_off_nobody_knows_since_when",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.exporter.ha_disabled_since.reset();
     },
     kBad, "HA is OFF (last seen on 2027-01-15 07:56:00 UTC (4 min 00 s ago))", "ha enable"},
    {"ha_off_and_it_must_not_be_enabled_yet",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.situation.rolling_upgrade = true;
     },
     kBad, "HA is OFF", "First: a rolling upgrade is under way. Then: xenhactl ha enable cluster1"},
    {"ha_comes_back",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.situation.operations->push_back("ha_enable");
     },
     kBad, "and is being switched on", "Wait"},
    {"hooks_switch_it_on",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.hooks.acting = true;
     },
     kBad, "and is being switched on", "Wait"},
    {"one_host_not_armed", [](PoolStatus& s) { s.hosts[2].said.armed = false; }, kBad,
     "xs3 is not armed: HA is on, but without the heartbeat disk there", "storage path of xs3"},
    {"no_host_armed",
     [](PoolStatus& s) {
       for (HostStatus& host : s.hosts) host.said.armed = false;
     },
     kBad, "the crash of ANY host now fences ALL of them", "MGMT-HA"},
    {"unlicensed", [](PoolStatus& s) { s.situation.licensed = false; }, kBad, "licence does not allow HA",
     "licence"},
    {"unplugged", [](PoolStatus& s) { s.situation.sr->without_pbd = {"xs2"}; }, kBad,
     "xs2 has not plugged in the heartbeat SR MGMT-HA", "xe pbd-plug"},
    {"sr_of_the_config_is_not_there",
     [](PoolStatus& s) {
       switch_ha_off(s);
       s.exporter.ha_disabled_since.reset();
       s.situation.ha_enabled = false;
       s.situation.sr.reset();
     },
     kBad, "HA is OFF", "First: "},
    {"split_brain", [](PoolStatus& s) { s.hosts[2].said.claims_master = true; }, kBad,
     "SPLIT BRAIN: xs1 and xs3 each act as the pool's master", "XenHAPoolSplitBrain"},
    {"a_slave_follows_another", [](PoolStatus& s) { s.hosts[2].said.believed_master = "xs2"; }, kBad,
     "xs3 takes xs2 for the master, which is xs1", "xenhactl host recover cluster1 xs3"},
    {"master_lost_ha_on", [](PoolStatus& s) { lose(s, 0); }, kBad,
     "the others still follow xs1. HA was on when the exporter last heard the master, 3 s ago, so the hosts "
     "elect",
     "watch -n 10 xenhactl status cluster1"},
    {"master_lost_ha_off",
     [](PoolStatus& s) {
       switch_ha_off(s);
       lose(s, 0);
     },
     kBad, "HA was off when the exporter last heard the master, 3 s ago, so NOBODY takes over",
     "Bring xs1 back"},
    {"master_lost_nobody_knows",
     [](PoolStatus& s) {
       lose(s, 0);
       s.exporter = {.problem = "xenha-exporter: 127.0.0.1:10045: refused"};
     },
     kBad, "Whether HA was on is not known", "Bring xs1 back"},
    {"slave_lost", [](PoolStatus& s) { lose(s, 1); }, kBad,
     "xs2 does not answer: the master misses it too, it is down or was fenced",
     "xenhactl host recover cluster1 xs2"},
    {"slave_silent_but_live",
     [](PoolStatus& s) {
       lose(s, 1);
       s.hosts[1].said.live = true;
       s.hosts[1].cloud_state = "Up";
     },
     kBad, "the master still counts it as live", "console"},
    {"slave_off_in_maintenance",
     [](PoolStatus& s) {
       lose(s, 1);
       s.hosts[1].cloud_state = "Disconnected";
       s.hosts[1].cloud_resource_state = "Maintenance";
     },
     kWarning, "xs2 does not answer, in planned maintenance", "xenhactl host return cluster1 xs2"},
    {"nobody_answers",
     [](PoolStatus& s) {
       for (std::size_t i = 3; i-- > 0;) lose(s, i);
       s.exporter.last_success = status_now() - 3h;
     },
     kBad, "None of the 3 hosts answers", "Look at their power and consoles"},
    {"the_only_known_host_does_not_answer",
     [](PoolStatus& s) {
       lose(s, 0);
       s.hosts.resize(1);
     },
     kBad, "xs1 does not answer, and no other host of this pool is known here",
     "Write another host of the pool under hosts"},
    {"nobody_answers_in_an_election",
     [](PoolStatus& s) {
       for (std::size_t i = 3; i-- > 0;) lose(s, i);
     },
     kBad, "None of the 3 hosts answers. HA was on", "every toolstack restarts"},
    {"no_host_proves_who_it_is",
     [](PoolStatus& s) {
       for (std::size_t i = 3; i-- > 0;) {
         lose(s, i);
         s.hosts[i].said.reachable.reset();
         s.hosts[i].said.problem = "10.0.0.11: self-signed certificate";
       }
     },
     kBad, "Nothing is known of this pool: 10.0.0.11: self-signed certificate.",
     "right in the config file and look again: xenhactl status cluster1"},
    {"emergency",
     [](PoolStatus& s) {
       s.hosts[1].said.emergency = true;
       s.hosts[1].said.failure = "HOST_UNKNOWN_TO_MASTER";
     },
     kBad,
     "xs2 is in EMERGENCY MODE: the master does not know it, or the pool's secret differs "
     "(HOST_UNKNOWN_TO_MASTER)",
     "xenhactl host recover cluster1 xs2"},
    {"emergency_of_a_code_to_come",
     [](PoolStatus& s) {
       s.hosts[1].said.emergency = true;
       s.hosts[1].said.failure = "SOMETHING_NEW";
     },
     kBad, "xs2 is in EMERGENCY MODE: it says SOMETHING_NEW", "recover"},
    {"refuses_logins", [](PoolStatus& s) { s.hosts[1].said.failure = "HOST_STILL_BOOTING"; }, kWarning,
     "xs2 answers HOST_STILL_BOOTING", ""},
    {"password_refused",
     [](PoolStatus& s) {
       s.hosts[1].said.reachable.reset();
       s.hosts[1].said.problem = "10.0.0.12: not asked, the password was refused";
     },
     kWarning, "xs2: 10.0.0.12: not asked, the password was refused", ""},
    {"not_live", [](PoolStatus& s) { s.hosts[1].said.live = false; }, kBad, "the master misses its heartbeat",
     "recover"},
    {"disabled", [](PoolStatus& s) { s.hosts[1].said.enabled = false; }, kWarning, "xs2 is disabled",
     "xe host-enable"},
    {"in_maintenance",
     [](PoolStatus& s) {
       s.hosts[1].said.enabled = false;
       s.hosts[1].cloud_resource_state = "Maintenance";
     },
     kNote, "xs2 is in maintenance", ""},
    {"cloudstack_alert", [](PoolStatus& s) { s.hosts[1].cloud_state = "Alert"; }, kBad,
     "CloudStack holds xs2 in Alert though XenServer reaches it", "Reconnect"},
    {"cloudstack_down", [](PoolStatus& s) { s.hosts[1].cloud_state = "Down"; }, kBad, "for Down though",
     "Reconnect"},
    {"cloudstack_disconnected", [](PoolStatus& s) { s.hosts[1].cloud_state = "Disconnected"; }, kWarning,
     "CloudStack is disconnected from xs2", "reconnect"},
    {"unmanaged", [](PoolStatus& s) { s.situation.cloud->managed_state = "Unmanaged"; }, kWarning,
     "CloudStack does not manage the cluster (Unmanaged)", "Manage the cluster"},
    {"cloudstack_silent",
     [](PoolStatus& s) {
       s.situation.cloud = hooks::CloudSituation{.problem = "listClusters: mgmt.example:8443: no answer"};
     },
     kWarning, "CloudStack cloud1 was not read: what it thinks of the hosts is not known",
     "Look at the management server"},
    {"vms_down",
     [](PoolStatus& s) {
       s.exporter.failovers = {failover(3)};
       s.exporter.failovers[0].surely_lost = true;  // and its host is back
     },
     kBad, "3 VMs are DOWN and wait for a restart (failover of the master xs2, 2 min 10 s old)",
     "xenhactl failovers cluster1"},
    {"vms_of_a_silent_host_that_the_master_counts_as_live",
     [](PoolStatus& s) {
       lose(s, 1);
       s.hosts[1].said.live = true;
       s.hosts[1].cloud_state = "Up";
       s.exporter.failovers = {failover(3)};
     },
     kBad, "3 VMs of xs2 may be DOWN: it does not answer, though the master still counts it as live",
     "xenhactl failovers cluster1"},
    {"vms_of_a_host_that_answers_again", [](PoolStatus& s) { s.exporter.failovers = {failover(1)}; },
     kWarning, "xs2 was silent and answers again: whether its 1 VM ran on, the exporter says within minutes",
     "xenhactl failovers cluster1"},
    {"failover_without_vms", [](PoolStatus& s) { s.exporter.failovers = {failover(0)}; }, kWarning,
     "no VM waits", "failovers"},
    {"gave_up",
     [](PoolStatus& s) {
       s.hooks.gave_up = HooksWord::Evaluation{status_now(), "", "flap", "HA went off again"};
     },
     kWarning, "xenha-hooks gave up on this pool: HA went off again", "xenhactl clear cluster1"},
    {"paused",
     [](PoolStatus& s) {
       s.hooks.paused = HooksWord::Hold{"new switches", "joe", status_now() + 1h};
     },
     kNote, "xenha-hooks is paused by joe: new switches; until 2027-01-15 09:00:00 UTC (in 1 h 00 min)",
     "xenhactl resume cluster1"},
    {"paused_by_the_mark",
     [](PoolStatus& s) {
       s.situation.paused = hooks::Mark{"reason=disks", status_now() + 1h};
     },
     kNote,
     "The pool's own mark pauses every xenha-hooks: reason=disks; until 2027-01-15 09:00:00 UTC (in 1 h 00 "
     "min).",
     "xenhactl resume cluster1 --on-pool"},
    {"paused_by_a_mark_without_end",
     [](PoolStatus& s) {
       s.situation.paused = hooks::Mark{"by hand", {}};
     },
     kNote, "without a readable end, so until it is removed", "xenhactl resume cluster1 --on-pool"},
    {"planned_work",
     [](PoolStatus& s) {
       s.situation.intent = hooks::Mark{"by=joe;host=xs2", status_now() + 1h};
     },
     kNote, "Planned work is under way: by=joe;host=xs2; until 2027-01-15 09:00:00 UTC (in 1 h 00 min).", ""},
    {"a_procedure",
     [](PoolStatus& s) {
       s.situation.intent = hooks::Mark{
           "by=joe;host=xs2;step=4;do=host-restart;form=cloud,ha;uuid=u;at=adm1;id=1", status_now() + 1h};
     },
     kNote,
     "Planned work is under way: host restart xs2, step 4, by joe on adm1; until 2027-01-15 09:00:00 UTC",
     "xenhactl host resume cluster1 xs2"},
    {"a_host_that_restarts",
     [](PoolStatus& s) {
       lose(s, 1);
       s.situation.intent = hooks::Mark{"by=joe;host=xs2;step=5;do=host-restart", status_now() + 1h};
     },
     kWarning, "xs2 does not answer, in planned maintenance", "xenhactl host return cluster1 xs2"},
    {"a_host_whose_name_only_begins_like_that",
     [](PoolStatus& s) {
       lose(s, 1);
       s.situation.intent = hooks::Mark{"by=joe;host=xs22;step=5;do=host-restart", status_now() + 1h};
     },
     kBad, "xs2 does not answer: the master misses it too", "xenhactl host recover cluster1 xs2"},
    {"a_host_that_is_recovered_was_not_planned",
     [](PoolStatus& s) {
       lose(s, 1);
       s.situation.intent = hooks::Mark{"by=joe;host=xs2;step=2;do=host-recover", status_now() + 1h};
     },
     kBad, "xs2 does not answer: the master misses it too", "xenhactl host recover cluster1 xs2"},
    {"a_procedure_of_the_pool",
     [](PoolStatus& s) {
       s.situation.intent = hooks::Mark{"by=joe;host=;step=1;do=ha-enable;form=ha", status_now() + 1h};
     },
     kNote, "Planned work is under way: ha enable by joe; until ", "xenhactl ha enable cluster1"},
    {"ha_switched_off_on_purpose",
     [](PoolStatus& s) {
       s.situation.intent =
           hooks::Mark{"by=joe;host=;step=2;do=ha-disable;form=ha;at=adm1", status_now() + 1h};
     },
     kNote, "Planned work is under way: ha disable by joe on adm1; until ", ""},
    {"kill_switch", [](PoolStatus& s) { s.situation.kill_switch = true; }, kNote, "kill switch", ""},
    {"operation", [](PoolStatus& s) { s.situation.operations = {"designate_new_master"}; }, kNote,
     "Running on the pool: designate_new_master", ""},
};

class StatusFinds : public testing::TestWithParam<Row> {};

TEST_P(StatusFinds, FirstWhatMattersMost) {
  const Row& row = GetParam();
  PoolStatus pool = healthy_pool();
  row.spoil(pool);
  const std::vector<Finding> findings = judge(finished(pool));
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().severity, row.severity) << findings.front().what;
  EXPECT_THAT(findings.front().what, HasSubstr(row.what));
  EXPECT_THAT(findings.front().next + " " + findings.front().command, HasSubstr(row.next));
  EXPECT_EQ(healthy(findings), row.severity == Severity::kNote);
  EXPECT_EQ(screen_problem(pool_screen(finished(pool), findings, {})), "");
}

INSTANTIATE_TEST_SUITE_P(Rows, StatusFinds, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StatusFindsNothing, InAHealthyPool) {
  EXPECT_EQ(judge(finished(healthy_pool())), std::vector<Finding>{});
}

TEST(StatusFindsNothing, WhatAPauseThatIsOverSays) {
  PoolStatus pool = healthy_pool();
  pool.situation.intent = hooks::Mark{"by=joe;host=xs2", status_now() - 1h};
  pool.situation.paused = hooks::Mark{"reason=disks", status_now() - 1h};
  EXPECT_EQ(judge(finished(pool)), std::vector<Finding>{});
}

std::string screen(PoolStatus pool, const Style& style = {}) {
  pool = finished(std::move(pool));
  return pool_screen(pool, judge(pool), style);
}

TEST(StatusScreen, Healthy) {
  EXPECT_SCREEN("status/healthy.txt", screen(healthy_pool()));
}

/// As a wrong password leaves it: one login was refused, and so no other was tried.
TEST(StatusScreen, ThePasswordIsRefused) {
  PoolStatus pool = healthy_pool();
  for (std::size_t i = 3; i-- > 0;) {
    lose(pool, i);
    pool.hosts[i].said.reachable.reset();
    pool.hosts[i].said.problem = "10.0.0.1" + std::to_string(i + 1) + ": not asked, the password was refused";
  }
  pool.hosts[0].said.reachable = true;
  pool.hosts[0].said.emergency = false;  // by local root's login
  pool.hosts[0].said.problem = "10.0.0.11: the host answered SESSION_AUTHENTICATION_FAILED";
  EXPECT_SCREEN("status/password_refused.txt", screen(pool));
}

TEST(StatusScreen, HaSilentlyOff) {
  PoolStatus pool = healthy_pool();
  switch_ha_off(pool);
  EXPECT_SCREEN("status/ha_off.txt", screen(pool));
}

TEST(StatusScreen, MasterLostDuringTheElection) {
  PoolStatus pool = healthy_pool();
  lose(pool, 0);
  pool.hosts[0].cloud_state = "Up";
  EXPECT_SCREEN("status/master_lost_ha_on.txt", screen(pool));
}

TEST(StatusScreen, MasterLostWithoutHa) {
  PoolStatus pool = healthy_pool();
  switch_ha_off(pool);
  lose(pool, 0);
  EXPECT_SCREEN("status/master_lost_ha_off.txt", screen(pool));
}

TEST(StatusScreen, OneHostInEmergency) {
  PoolStatus pool = healthy_pool();
  pool.hosts[1].said.emergency = true;
  pool.hosts[1].said.failure = "HA_HOST_CANNOT_ACCESS_STATEFILE";
  pool.hosts[1].said.believed_master.clear();
  pool.hosts[1].said.armed = false;
  pool.hosts[1].heartbeat = model::Attachment{.attached = true, .paths_active = 0, .paths = 2};
  EXPECT_SCREEN("status/emergency.txt", screen(pool));
}

TEST(StatusScreen, SplitBrain) {
  PoolStatus pool = healthy_pool();
  pool.hosts[2].said.claims_master = true;
  pool.hosts[2].said.believed_master = "xs3";
  EXPECT_SCREEN("status/split_brain.txt", screen(pool));
}

TEST(StatusScreen, FailoverWithVmsDown) {
  PoolStatus pool = healthy_pool();
  lose(pool, 1);
  pool.exporter.failovers = {failover(3)};
  pool.messages = {{status_now() - 40s, "HA_HOST_FAILED", "xs2"},
                   {status_now() - 26h, "POOL_MASTER_TRANSITION", "xs1"}};
  EXPECT_SCREEN("status/vms_down.txt", screen(pool));
}

TEST(StatusScreen, ASilentHostThatTheMasterCountsAsLive) {
  PoolStatus pool = healthy_pool();
  lose(pool, 1);
  pool.hosts[1].said.live = true;
  pool.hosts[1].cloud_state = "Up";
  pool.exporter.failovers = {failover(3)};
  pool.exporter.failovers[0].role = "slave";
  EXPECT_SCREEN("status/silent_and_live.txt", screen(pool));
}

TEST(StatusScreen, WhatHoldsTheDaemonBack) {
  PoolStatus pool = healthy_pool();
  switch_ha_off(pool);
  lose(pool, 1);
  pool.hooks.open_alerts = 1;
  pool.hooks.evaluation =
      HooksWord::Evaluation{status_now() - 12s, "wait", "host_unreachable", "xs2 does not answer"};
  pool.hooks.last_attempt = HooksWord::Attempt{status_now() - 2h, "failed", "HOST_OFFLINE: xs2"};
  pool.hooks.gave_up =
      HooksWord::Evaluation{status_now() - 1h, "", "flap", "HA went off 12 min after it was put back"};
  EXPECT_SCREEN("status/held_back.txt", screen(pool));
}

TEST(StatusScreen, NobodyElseAnswers) {
  PoolStatus pool = healthy_pool();
  pool.exporter = {.problem = "xenha-exporter: 127.0.0.1:10045: connection refused"};
  pool.hooks = {.problem = "xenha-hooks: 127.0.0.1:10046: connection refused"};
  pool.situation.cloud =
      hooks::CloudSituation{.problem = "listClusters: mgmt.example:8443: no answer before the deadline"};
  for (HostStatus& host : pool.hosts) host.cloud_state.clear();
  EXPECT_SCREEN("status/alone.txt", screen(pool));
}

TEST(StatusScreen, NamesOfEveryKind) {
  PoolStatus pool = healthy_pool();
  pool.hosts[0].said.label = pool.hosts[0].said.believed_master =
      "rechenzentrum-zürich-süd-rack-17-xenserver-04.intern.example";
  pool.hosts[1].said.label = "\x1b[31mevil\n";
  pool.hosts[2].said.label = "東京ホスト";
  EXPECT_SCREEN("status/names.txt", screen(pool));
}

TEST(StatusScreen, ColoursChangeNoWord) {
  PoolStatus pool = healthy_pool();
  switch_ha_off(pool);
  const std::string coloured = screen(pool, {.width = 80, .colours = true});
  std::string bare;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      bare += coloured[i];
  }
  EXPECT_NE(coloured, bare);
  EXPECT_EQ(bare, screen(pool));
}

TEST(StatusJson, SaysWhatTheScreenSays) {
  PoolStatus pool = healthy_pool();
  switch_ha_off(pool);
  lose(pool, 1);
  pool.situation.intent =
      hooks::Mark{"by=ann;step=1;until=1753240000", WallTime(std::chrono::seconds(1753240000))};
  pool.situation.paused = hooks::Mark{"reason=new switches", std::nullopt};
  pool = finished(pool);
  const nlohmann::ordered_json json = status_json(pool, judge(pool));
  EXPECT_GOLDEN("ctl/status/status.json", json.dump(2) + "\n");
}

}  // namespace
}  // namespace xenha::ctl
