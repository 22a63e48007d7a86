#include "exporter/failover/closing.h"

#include <gtest/gtest.h>

#include <functional>

#include "exporter/failover/phases.h"
#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using Phase = FailoverPhase;
using Life = ProbeSight::Life;

/// Of a slave, declared dead; its one VM runs again since 300 in both systems. Now is 400.
FailoverRecord over() {
  FailoverRecord record;
  record.id = "pool1-100-h2";
  record.host_uuid = "h2-uuid";
  record.last_contact = at(100);
  record.first_failure = at(105);
  record.at(Phase::kDetected) = at(115);
  record.at(Phase::kHostDeclaredDead) = at(200);
  record.somebody_restarts = true;
  record.ha_enabled = true;
  Victim& victim = record.victims.emplace_back();
  victim.name = "b1";
  victim.cloud_id = "b1-id";
  victim.ha = true;
  victim.state = VictimState::kRunning;
  victim.running_xenserver = at(300);
  victim.running_cloudstack = at(301);
  victim.source = RunningSource::kPoll;
  return record;
}

void pend(FailoverRecord& record, std::optional<bool> ha) {
  Victim& victim = record.victims.emplace_back();
  victim.name = "c1";
  victim.ha = ha;
}

struct Row {
  const char* name;
  std::function<void(FailoverRecord&, ClosingFacts&)> spoil;
  double now;
  std::optional<FailoverOutcome> outcome;
};
constexpr double kHalfHour = 115 + 1800, kThreeHours = 115 + 10800;
using Outcome = FailoverOutcome;

const Row kRows[] = {
    {"all_is_over", [](FailoverRecord&, ClosingFacts&) {}, 400, Outcome::kRecovered},
    {"no_victims", [](FailoverRecord& record, ClosingFacts&) { record.victims.clear(); }, 201,
     Outcome::kRecovered},
    {"nobody_declared_it_dead",
     [](FailoverRecord& record, ClosingFacts&) { record.at(Phase::kHostDeclaredDead).reset(); },
     400,
     {}},
    {"cloudstack_declared_it_down",
     [](FailoverRecord& record, ClosingFacts&) {
       record.at(Phase::kHostDeclaredDead).reset();
       record.at(Phase::kCloudstackHostDown) = at(250);
     },
     400, Outcome::kRecovered},
    {"it_is_back",
     [](FailoverRecord& record, ClosingFacts& facts) {
       record.at(Phase::kHostDeclaredDead).reset();
       facts.returned = true;
     },
     400, Outcome::kRecovered},
    {"it_is_just_coming_back", [](FailoverRecord&, ClosingFacts& facts) { facts.returning = true; }, 400, {}},
    {"master_without_successor",
     [](FailoverRecord& record, ClosingFacts&) { record.role = FailoverRole::kMaster; },
     400,
     {}},
    {"master_with_successor",
     [](FailoverRecord& record, ClosingFacts&) {
       record.role = FailoverRole::kMaster;
       record.at(Phase::kMasterElected) = at(200);
     },
     400, Outcome::kRecovered},
    {"master_leads_again",
     [](FailoverRecord& record, ClosingFacts& facts) {
       record.role = FailoverRole::kMaster;
       facts.returned = facts.leads_again = true;
     },
     400, Outcome::kRecovered},
    {"one_pends", [](FailoverRecord& record, ClosingFacts&) { pend(record, true); }, kHalfHour + 1, {}},
    {"one_pends_too_long", [](FailoverRecord& record, ClosingFacts&) { pend(record, true); }, kThreeHours,
     Outcome::kExpired},
    {"unknown_one_pends", [](FailoverRecord& record, ClosingFacts&) { pend(record, {}); }, kHalfHour - 1, {}},
    {"unknown_one_for_half_an_hour", [](FailoverRecord& record, ClosingFacts&) { pend(record, {}); },
     kHalfHour, Outcome::kRecovered},
    {"nobody_restarts_yet",
     [](FailoverRecord& record, ClosingFacts&) {
       record.somebody_restarts = false;
       pend(record, {});
     },
     kHalfHour - 1,
     {}},
    {"nobody_restarts",
     [](FailoverRecord& record, ClosingFacts&) {
       record.somebody_restarts = false;
       pend(record, {});
     },
     kHalfHour, Outcome::kPartial},
    {"ha_off_and_no_master",
     [](FailoverRecord& record, ClosingFacts&) {
       record.role = FailoverRole::kMaster;
       record.ha_enabled = false;
       pend(record, true);
     },
     kHalfHour, Outcome::kPartial},
    {"ha_on_and_no_master_yet",
     [](FailoverRecord& record, ClosingFacts&) {
       record.role = FailoverRole::kMaster;
       pend(record, true);
     },
     kHalfHour,
     {}},
    {"waits_for_the_other_view",
     [](FailoverRecord& record, ClosingFacts&) { record.victims[0].running_cloudstack.reset(); },
     359,
     {}},
    {"waits_no_longer",
     [](FailoverRecord& record, ClosingFacts&) { record.victims[0].running_cloudstack.reset(); }, 360,
     Outcome::kRecovered},
    {"waits_for_better_sources", [](FailoverRecord&, ClosingFacts&) {}, 315, {}},
};

class MayClose : public testing::TestWithParam<Row> {};
TEST_P(MayClose, FollowsTheTable) {
  FailoverRecord record = over();
  ClosingFacts facts;
  GetParam().spoil(record, facts);
  EXPECT_EQ(may_close(record, facts, at(GetParam().now)), GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Rows, MayClose, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

Baseline back() {
  Baseline host;
  host.host_uuid = "h2-uuid";
  host.boot_time = host.signs.boot_time = at(-5000);
  host.signs.good_since = at(200);
  host.signs.told = at(230);
  return host;
}

TEST(Return, SameBootAndNothingStoppedIsAFalseAlarm) {
  FailoverRecord record = over();
  record.victims.clear();
  pend(record, true);
  EXPECT_TRUE(judge_return(record, back()));
  EXPECT_EQ(record.rebooted, false);
  EXPECT_EQ(record.victims[0].state, VictimState::kStayed);
}

TEST(Return, AnotherBootIsALoss) {
  FailoverRecord record = over();
  record.victims.clear();
  pend(record, true);
  Baseline host = back();
  host.signs.boot_time = at(150);
  EXPECT_FALSE(judge_return(record, host));
  EXPECT_EQ(record.rebooted, true);
  EXPECT_EQ(record.victims[0].state, VictimState::kPending);
}

TEST(Return, AStoppedVmIsALossOfItself) {
  FailoverRecord record = over();
  pend(record, true);
  pend(record, true);
  record.victims[2].stopped_xenserver = at(150);
  EXPECT_FALSE(judge_return(record, back()));
  EXPECT_EQ(record.victims[1].state, VictimState::kStayed);
  EXPECT_EQ(record.victims[2].state, VictimState::kPending);
}

TEST(Return, AnOldWordOfTheMasterSaysNothingOfTheBoot) {
  FailoverRecord record = over();
  Baseline host = back();
  host.signs.told = at(199);
  judge_return(record, host);
  EXPECT_FALSE(record.rebooted);
}

TEST(Close, CountsPhasesAndViewsOnce) {
  FailoverBook book;
  book.open.push_back(over());
  book.open.push_back(over());
  book.open[1].id = "other";
  close(book, 0, FailoverOutcome::kRecovered, at(400));
  ASSERT_EQ(book.open.size(), 1u);
  EXPECT_EQ(book.open[0].id, "other");
  ASSERT_EQ(book.closed.size(), 1u);
  EXPECT_EQ(book.closed[0].closed, at(400));
  EXPECT_EQ(book.closed[0].outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ((book.outcomes[{FailoverRole::kSlave, FailoverOutcome::kRecovered}]), 1u);
  EXPECT_EQ((book.phase_seconds[{FailoverRole::kSlave, Phase::kDetected}].sum), 15);
  EXPECT_EQ((book.phase_seconds.count({FailoverRole::kSlave, Phase::kFirstVmRunning})), 0u);
  using SeenBy = FailoverBook::SeenBy;
  EXPECT_EQ((book.vm_restart_latency[{model::CloudVmKind::kUser, SeenBy::kXenserver}].sum), 200);
  EXPECT_EQ((book.vm_restart_latency[{model::CloudVmKind::kUser, SeenBy::kCloudstack}].sum), 201);
  EXPECT_EQ((book.vm_restart_latency[{model::CloudVmKind::kUser, SeenBy::kCloudstack}].counts[6]), 0u);
  EXPECT_EQ((book.vm_restart_latency[{model::CloudVmKind::kUser, SeenBy::kCloudstack}].counts[7]), 1u);
}

TEST(Close, AFalseAlarmMeasuresNothing) {
  FailoverBook book;
  book.open.push_back(over());
  close(book, 0, FailoverOutcome::kFalseAlarm, at(400));
  EXPECT_TRUE(book.phase_seconds.empty() && book.vm_restart_latency.empty());
  EXPECT_EQ((book.outcomes[{FailoverRole::kSlave, FailoverOutcome::kFalseAlarm}]), 1u);
}

TEST(Prune, Keeps200OfTheLast400Days) {
  FailoverBook book;
  for (int index = 0; index < 250; ++index) {
    book.open.push_back(over());
    book.open[0].id = std::to_string(index);
    close(book, 0, FailoverOutcome::kRecovered, at(400 + index));
  }
  EXPECT_EQ(book.closed.size(), 200u);
  EXPECT_EQ(book.closed.front().id, "249");
  prune(book, at(400 + 249) + std::chrono::hours(400 * 24));
  EXPECT_EQ(book.closed.size(), 1u);
  prune(book, at(401 + 249) + std::chrono::hours(400 * 24));
  EXPECT_TRUE(book.closed.empty());
}

// ---- phases ----

Baseline named(const std::string& label, Life life, const std::string& master) {
  Baseline host;
  host.host = label;
  host.host_uuid = label + "-uuid";
  host.signs.last = life;
  host.signs.names_master = master.empty() ? "" : master + "-uuid";
  return host;
}
Baseline claiming(const std::string& label, int claims = 1) {
  Baseline host = named(label, Life::kAnswers, "");
  host.signs.claims = claims;
  host.signs.claims_since = at(250);
  return host;
}

struct ElectionRow {
  const char* name;
  std::vector<Baseline> hosts;
  MastersWord word;
  std::optional<double> elected;
};
const ElectionRow kElections[] = {
    {"nobody_claims", {named("h2", Life::kAnswers, "h1"), named("h3", Life::kAnswers, "h1")}, {}, {}},
    {"claimed_only", {claiming("h2"), named("h3", Life::kAnswers, "h1")}, {}, {}},
    {"named_by_a_second", {claiming("h2"), named("h3", Life::kAnswers, "h2")}, {}, 250},
    {"named_by_the_lost_one",
     {claiming("h2"), named("h1", Life::kAnswers, "h2"), named("h3", Life::kAnswers, "h1")},
     {},
     {}},
    {"no_other_reachable_first_claim", {claiming("h2"), named("h3", Life::kSilent, "h2")}, {}, {}},
    {"no_other_reachable_second_claim", {claiming("h2", 2), named("h3", Life::kSilent, "")}, {}, 250},
    {"its_own_word", {claiming("h2"), named("h3", Life::kAnswers, "h1")}, {"h2-uuid", at(240)}, 240},
    {"its_own_old_word", {claiming("h2"), named("h3", Life::kAnswers, "h1")}, {"h2-uuid", at(50)}, {}},
    {"word_without_a_probe",
     {named("h2", Life::kAnswers, ""), named("h3", Life::kAnswers, "h2")},
     {"h2-uuid", at(240)},
     {}},
};
class Election : public testing::TestWithParam<ElectionRow> {};
TEST_P(Election, FollowsTheTable) {
  FailoverRecord record = over();
  record.host_uuid = "h1-uuid";
  record.role = FailoverRole::kMaster;
  Baselines hosts;
  for (const Baseline& host : GetParam().hosts) hosts[host.host_uuid] = host;
  note_election(record, hosts, GetParam().word);
  const auto& elected = record.at(Phase::kMasterElected);
  EXPECT_EQ(elected ? std::optional(since_begin(*elected)) : std::nullopt, GetParam().elected);
  EXPECT_EQ(record.new_master, GetParam().elected ? "h2" : "");
}
INSTANTIATE_TEST_SUITE_P(Rows, Election, testing::ValuesIn(kElections),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Restarts, ARunningVmProvesThatHaHadStarted) {
  FailoverRecord record = over();
  record.victims[0].left_running = at(350);
  note_restarts(record);
  EXPECT_EQ(record.at(Phase::kCloudstackHaStarted), at(300));
  EXPECT_EQ(record.at(Phase::kFirstVmRunning), at(300));
  EXPECT_EQ(record.at(Phase::kAllVmsRunning), at(300));
}

TEST(Restarts, AllRunOnlyWhenNoProtectedOnePends) {
  FailoverRecord record = over();
  pend(record, {});
  note_restarts(record);
  EXPECT_TRUE(record.at(Phase::kAllVmsRunning)) << "nobody knows whether that one is protected";
  pend(record, true);
  note_restarts(record);
  EXPECT_FALSE(record.at(Phase::kAllVmsRunning));
  record.victims.clear();
  note_restarts(record);
  EXPECT_FALSE(record.at(Phase::kAllVmsRunning)) << "there was none";
  EXPECT_FALSE(record.at(Phase::kFirstVmRunning));
}

TEST(DeclaredDead, TheAlertIsMoreExactThanThePoll) {
  World world = small_pool();
  FailoverRecord record = over();
  Baseline host = back();
  host.last_contact = at(100);
  host.signs.cloud_state = "Down";
  host.signs.cloud_since = at(260);
  note_declared_dead(record, host, nullptr);
  EXPECT_EQ(record.at(Phase::kCloudstackHostDown), at(260));
  world.alert(CloudAlertKind::kHostDown, 50, "h2");  // of an earlier failure
  world.alert(CloudAlertKind::kHostDown, 251, "h2");
  world.alert(CloudAlertKind::kHaScheduled, 252, "h2");
  world.alert(CloudAlertKind::kHostDown, 240, "h3");
  const CloudView cloud(world.cloud_snapshot(270), "pool1", {}, at(270));
  note_declared_dead(record, host, &cloud);
  EXPECT_EQ(record.at(Phase::kCloudstackHostDown), at(251));
}

}  // namespace
}  // namespace xenha::exporter::test
