// One fact spoiled in front of each step: what the procedure does then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/hooks/procedures/good_pool.h"

namespace xenha::ctl::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = Next::Kind;

struct Row {
  const char* name;
  Procedure procedure;
  const char* who;
  StepId step;
  std::function<void(Facts&, Position&)> spoil;
  Kind kind;
  StepId at;
  const char* text;  ///< part of what is said
};

void down(Facts& facts, const char* uuid) {
  host(facts, uuid).reachable = host(facts, uuid).live = false;
}
void failed(Facts& facts, Position& position, const char* why) {
  position.sent = facts.now - 2min;
  position.task = "OpaqueRef:task";
  facts.work = WorkFacts{.status = WorkFacts::Status::kFailure, .error = why};
}
void sent(Facts& facts, Position& position, Duration ago) {
  position.sent = facts.now - std::chrono::duration_cast<WallTime::duration>(ago);
}
void ha_off(Facts& facts) {
  facts.ha_enabled = false;
  facts.enable = {EnableFacts::Verdict::kMay, "safe_to_enable", ""};
}
void out_of_the_way(Facts& facts) {
  target(facts).enabled = false;
  target(facts).vms = 0;
}
void rebooted(Facts& facts, Position& position) {
  position.booted = *target(facts).booted - 1;
}

constexpr Procedure kRestart = Procedure::kRestart, kTurnOff = Procedure::kShutdown,
                    kReturn = Procedure::kReturn, kRecover = Procedure::kRecover,
                    kEnable = Procedure::kHaEnable;
using enum StepId;

const Row kRows[] = {
    // Into CloudStack's maintenance.
    {"maintenance_begins", kRestart, kSlave, kEnterMaintenance, [](Facts&, Position&) {}, Kind::kAct, kEnterMaintenance, ""},
    {"maintenance_runs", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { target(f).cloud->resource_state = "PrepareForMaintenance"; }, Kind::kWait, kEnterMaintenance, "moves the VMs away, 2 left"},
    {"maintenance_is_tried_again_by_cloudstack", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { target(f).cloud->resource_state = "ErrorInPrepareForMaintenance"; }, Kind::kWait, kEnterMaintenance, "tried again"},
    {"maintenance_failed", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position& p) { failed(f, p, "no room"); target(f).cloud->resource_state = "ErrorInMaintenance"; }, Kind::kStop, kEnterMaintenance, "no room"},
    {"maintenance_failed_before_us", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { target(f).cloud->resource_state = "ErrorInMaintenance"; }, Kind::kAct, kEnterMaintenance, ""},
    {"maintenance_refused", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position& p) { failed(f, p, "other servers"); }, Kind::kStop, kEnterMaintenance, "other servers"},
    {"maintenance_not_sent_twice", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position& p) { sent(f, p, 10s); }, Kind::kWait, kEnterMaintenance, "begins"},
    {"cloudstack_silent", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { target(f).cloud.reset(); f.cloud->problem = "timed out"; }, Kind::kWait, kEnterMaintenance, "timed out"},
    {"another_host_died", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { down(f, kOther); }, Kind::kStop, kEnterMaintenance, "xs3 is down"},
    {"another_host_died_a_moment_ago", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position& p) { down(f, kOther); p.since = f.now - 5s; }, Kind::kWait, kEnterMaintenance, "xs3 is down"},
    {"another_host_died_and_that_is_taken", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position& p) { down(f, kOther); p.risks.insert("another-host-is-down"); }, Kind::kAct, kEnterMaintenance, ""},
    {"two_masters", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { host(f, kOther).claims_master = true; }, Kind::kStop, kEnterMaintenance, "the pool is split"},
    {"no_master", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { f.master.clear(); }, Kind::kWait, kEnterMaintenance, "master"},
    {"statefile_lost_elsewhere", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { host(f, kOther).armed = false; }, Kind::kStop, kEnterMaintenance, "fences all others"},
    {"the_call_was_refused", kRestart, kSlave, kEnterMaintenance, [](Facts&, Position& p) { p.error = "RBAC_PERMISSION_DENIED"; }, Kind::kStop, kEnterMaintenance, "RBAC_PERMISSION_DENIED"},
    {"the_hosts_are_unknown", kRestart, kSlave, kEnterMaintenance, [](Facts& f, Position&) { f.hosts.clear(); f.failed_reads = {"no answer"}; }, Kind::kWait, kEnterMaintenance, "no answer"},
    // HA off.
    {"ha_goes_off", kRestart, kMaster, kDisableHa, [](Facts&, Position&) {}, Kind::kAct, kDisableHa, ""},
    {"ha_is_not_known", kRestart, kMaster, kDisableHa, [](Facts& f, Position&) { f.ha_enabled.reset(); }, Kind::kWait, kDisableHa, "whether HA is on"},
    {"operations_are_not_known", kRestart, kMaster, kDisableHa, [](Facts& f, Position&) { f.operations.reset(); }, Kind::kWait, kDisableHa, ""},
    {"somebody_enables_ha", kRestart, kMaster, kDisableHa, [](Facts& f, Position&) { f.operations = {{"ha_enable"}}; }, Kind::kWait, kDisableHa, "ha_enable"},
    {"ha_is_off_and_still_at_it", kRestart, kMaster, kDisableHa, [](Facts& f, Position&) { ha_off(f); f.operations = {{"ha_disable"}}; }, Kind::kWait, kDisableHa, "ha_disable"},
    {"ha_is_off", kRestart, kMaster, kDisableHa, [](Facts& f, Position&) { ha_off(f); }, Kind::kAct, kNewMaster, ""},
    {"ha_off_failed", kRestart, kMaster, kDisableHa, [](Facts& f, Position& p) { failed(f, p, "INTERNAL_ERROR"); }, Kind::kStop, kDisableHa, "INTERNAL_ERROR"},
    {"recover_goes_on_though_hosts_are_down", kRecover, kSlave, kDisableHa, [](Facts& f, Position&) { down(f, kOther); }, Kind::kAct, kDisableHa, ""},
    // A new master.
    {"role_is_given_away", kRestart, kMaster, kNewMaster, [](Facts& f, Position&) { ha_off(f); }, Kind::kAct, kNewMaster, ""},
    {"role_not_while_ha_is_on", kRestart, kMaster, kNewMaster, [](Facts&, Position&) {}, Kind::kAct, kDisableHa, ""},
    {"role_not_while_something_runs", kRestart, kMaster, kNewMaster, [](Facts& f, Position&) { ha_off(f); f.operations = {{"ha_disable"}}; }, Kind::kWait, kNewMaster, "ha_disable"},
    {"role_not_while_a_host_is_down", kRestart, kMaster, kNewMaster, [](Facts& f, Position& p) { ha_off(f); down(f, kOther); p.risks.insert("another-host-is-down"); }, Kind::kStop, kNewMaster, "xs3 is down"},
    {"role_takes_a_moment", kRestart, kMaster, kNewMaster, [](Facts& f, Position& p) { ha_off(f); f.master.clear(); sent(f, p, 20s); }, Kind::kWait, kNewMaster, "restart their toolstacks"},
    {"role_is_not_given_twice", kRestart, kMaster, kNewMaster, [](Facts& f, Position& p) { ha_off(f); sent(f, p, 20s); }, Kind::kWait, kNewMaster, ""},
    // All toolstacks restarted.
    {"settled_only_with_all_enabled", kRestart, kMaster, kSettle, [](Facts& f, Position&) { ha_off(f); host(f, kOther).enabled = false; }, Kind::kWait, kSettle, "xs3"},
    {"settled_only_with_one_master", kRestart, kMaster, kSettle, [](Facts& f, Position&) { ha_off(f); host(f, kSlave).claims_master = true; }, Kind::kWait, kSettle, "both say"},
    {"settled_only_when_all_name_it", kRestart, kMaster, kSettle, [](Facts& f, Position&) { ha_off(f); host(f, kOther).believed_master = "xs9"; }, Kind::kWait, kSettle, "names the new master"},
    // The host out of the way.
    {"never_disables_the_master", kRestart, kMaster, kDisableHost, [](Facts& f, Position&) { ha_off(f); }, Kind::kStop, kDisableHost, "master again"},
    {"enabled_again_before_evacuation", kRestart, kSlave, kEvacuate, [](Facts&, Position&) {}, Kind::kAct, kDisableHost, ""},
    {"vms_are_not_known", kRestart, kSlave, kEvacuate, [](Facts& f, Position&) { out_of_the_way(f); target(f).vms.reset(); }, Kind::kWait, kEvacuate, "VMs"},
    {"evacuation", kRestart, kSlave, kEvacuate, [](Facts& f, Position&) { target(f).enabled = false; }, Kind::kAct, kEvacuate, ""},
    {"evacuation_runs", kRestart, kSlave, kEvacuate, [](Facts& f, Position&) { target(f).enabled = false; target(f).operations = {"evacuate"}; }, Kind::kWait, kEvacuate, "2 left"},
    {"evacuation_refused", kRestart, kSlave, kEvacuate, [](Facts& f, Position& p) { target(f).enabled = false; failed(f, p, "HOST_NOT_ENOUGH_FREE_MEMORY"); }, Kind::kStop, kEvacuate, "HOST_NOT_ENOUGH_FREE_MEMORY"},
    // Restart.
    {"restart", kRestart, kSlave, kReboot, [](Facts& f, Position&) { out_of_the_way(f); }, Kind::kAct, kReboot, ""},
    {"a_vm_came_before_the_restart", kRestart, kSlave, kReboot, [](Facts& f, Position&) { out_of_the_way(f); target(f).vms = 1; }, Kind::kAct, kEvacuate, ""},
    {"enabled_again_before_the_restart", kRestart, kSlave, kReboot, [](Facts& f, Position&) { target(f).vms = 0; }, Kind::kAct, kDisableHost, ""},
    {"restart_is_not_sent_twice", kRestart, kSlave, kReboot, [](Facts& f, Position& p) { out_of_the_way(f); sent(f, p, 20s); }, Kind::kWait, kReboot, "shutting down"},
    {"restart_refused", kRestart, kSlave, kReboot, [](Facts& f, Position& p) { out_of_the_way(f); failed(f, p, "HA_LOST_STATEFILE"); }, Kind::kStop, kReboot, "HA_LOST_STATEFILE"},
    {"restart_was_done_already", kRestart, kSlave, kReboot, [](Facts& f, Position& p) { rebooted(f, p); target(f).cloud->resource_state = "Maintenance"; }, Kind::kWait, kArmed, "the master looks again"},
    {"it_went_down", kRestart, kSlave, kReboot, [](Facts& f, Position& p) { out_of_the_way(f); down(f, kSlave); sent(f, p, 20s); }, Kind::kWait, kRejoin, "does not answer"},
    {"it_did_not_go_down_yet", kRestart, kSlave, kRejoin, [](Facts& f, Position&) { out_of_the_way(f); }, Kind::kWait, kRejoin, "not restarted yet"},
    {"shutdown_not_before_it_is_empty", kTurnOff, kSlave, StepId::kShutdown, [](Facts& f, Position&) { out_of_the_way(f); target(f).vms = 1; }, Kind::kAct, kEvacuate, ""},
    {"shutdown_is_over_when_the_pool_knows", kTurnOff, kSlave, StepId::kShutdown, [](Facts& f, Position& p) { out_of_the_way(f); target(f).reachable = false; sent(f, p, 60s); }, Kind::kWait, StepId::kShutdown, "shutting down"},
    // Back in the pool.
    {"answers_and_does_not_join", kReturn, kSlave, kRejoin, [](Facts& f, Position& p) { target(f).live = false; target(f).emergency = true; target(f).emergency_code = "HOST_UNKNOWN_TO_MASTER"; p.since = f.now - 11min; }, Kind::kStop, kRejoin, "HOST_UNKNOWN_TO_MASTER"},
    {"answers_and_is_live_and_stays_in_emergency", kReturn, kSlave, kRejoin, [](Facts& f, Position& p) { target(f).emergency = true; target(f).emergency_code = "HOST_MASTER_CANNOT_TALK_BACK"; p.since = f.now - 11min; }, Kind::kStop, kRejoin, "has not joined the pool for 10 min"},
    {"in_emergency_a_moment_ago", kReturn, kSlave, kRejoin, [](Facts& f, Position&) { target(f).live = false; target(f).emergency = true; }, Kind::kWait, kRejoin, "emergency"},
    {"came_back_as_a_second_master", kReturn, kSlave, kRejoin, [](Facts& f, Position&) { target(f).claims_master = true; target(f).believed_master = "xs2"; }, Kind::kStop, kRejoin, "says it is master"},
    {"disabled_after_its_start", kRestart, kSlave, kEnableHost, [](Facts& f, Position& p) { rebooted(f, p); target(f).enabled = false; }, Kind::kWait, kEnableHost, "enables itself"},
    {"disabled_after_five_minutes", kRestart, kSlave, kEnableHost, [](Facts& f, Position& p) { rebooted(f, p); target(f).enabled = false; p.since = f.now - 6min; }, Kind::kAct, kEnableHost, ""},
    {"given_back_without_a_restart", kReturn, kSlave, kEnableHost, [](Facts& f, Position&) { target(f).enabled = false; }, Kind::kAct, kEnableHost, ""},
    {"not_armed_yet", kRestart, kSlave, kArmed, [](Facts& f, Position& p) { rebooted(f, p); target(f).armed = false; }, Kind::kWait, kArmed, "take part in HA"},
    {"armed_at_the_next_look", kRestart, kSlave, kArmed, [](Facts& f, Position& p) { rebooted(f, p); p.since = f.now - 2s; target(f).cloud->resource_state = "Maintenance"; }, Kind::kAct, kLeaveMaintenance, ""},
    {"armed_and_the_master_may_not_have_looked", kRestart, kSlave, kArmed, [](Facts& f, Position& p) { rebooted(f, p); target(f).api_minor = 0; p.since = f.now - 40s; }, Kind::kWait, kArmed, "the master looks again"},
    {"armed_and_the_master_has_looked", kRestart, kSlave, kArmed, [](Facts& f, Position& p) { rebooted(f, p); target(f).api_minor = 0; p.since = f.now - 45s; target(f).cloud->resource_state = "Maintenance"; }, Kind::kAct, kLeaveMaintenance, ""},
    {"armed_with_ha_that_stayed_on", kReturn, kSlave, kEnableHa, [](Facts& f, Position& p) { target(f).api_minor = 0; p.since = f.now - 40s; }, Kind::kWait, kEnableHa, "the master looks again"},
    {"armed_with_ha_that_went_on", kReturn, kSlave, kEnableHa, [](Facts& f, Position& p) { target(f).api_minor = 0; sent(f, p, 10s); p.since = f.now - 40s; target(f).cloud->resource_state = "Maintenance"; }, Kind::kAct, kLeaveMaintenance, ""},
    {"ha_went_off_meanwhile", kRestart, kSlave, kArmed, [](Facts& f, Position& p) { rebooted(f, p); ha_off(f); }, Kind::kStop, kArmed, "HA went off"},
    // HA on.
    {"ha_goes_on", kRestart, kMaster, kEnableHa, [](Facts& f, Position&) { ha_off(f); }, Kind::kAct, kEnableHa, ""},
    {"ha_must_wait", kRestart, kMaster, kEnableHa, [](Facts& f, Position&) { ha_off(f); f.enable = {EnableFacts::Verdict::kWait, "host_not_live", "xs3 is not live"}; }, Kind::kWait, kEnableHa, "xs3 is not live"},
    {"ha_must_not", kRestart, kMaster, kEnableHa, [](Facts& f, Position&) { ha_off(f); f.enable = {EnableFacts::Verdict::kRefuse, "sr_no_room", "too small"}; }, Kind::kStop, kEnableHa, "too small"},
    {"ha_on_failed", kRestart, kMaster, kEnableHa, [](Facts& f, Position& p) { ha_off(f); failed(f, p, "HA_FAILED_TO_FORM_LIVESET"); }, Kind::kStop, kEnableHa, "HA_FAILED_TO_FORM_LIVESET"},
    {"ha_on_is_not_sent_twice", kRestart, kMaster, kEnableHa, [](Facts& f, Position& p) { ha_off(f); sent(f, p, 20s); }, Kind::kWait, kEnableHa, "being switched on"},
    {"ha_is_on_and_one_not_armed", kRestart, kMaster, kEnableHa, [](Facts& f, Position&) { host(f, kOther).armed = false; }, Kind::kWait, kEnableHa, "xs3"},
    {"asked_by_hand_answers_at_once", kEnable, "", kEnableHa, [](Facts& f, Position&) { ha_off(f); f.enable = {EnableFacts::Verdict::kWait, "host_not_live", "xs3 is not live"}; }, Kind::kStop, kEnableHa, "xs3 is not live"},
    {"asked_by_hand_waits_for_what_passes", kEnable, "", kEnableHa, [](Facts& f, Position&) { ha_off(f); f.enable = {EnableFacts::Verdict::kWait, "settling", "changed"}; }, Kind::kWait, kEnableHa, "changed"},
    // Out of CloudStack's maintenance.
    {"maintenance_ends", kReturn, kSlave, kLeaveMaintenance, [](Facts& f, Position&) { target(f).cloud->resource_state = "Maintenance"; }, Kind::kAct, kLeaveMaintenance, ""},
    {"maintenance_stays_while_it_is_off", kReturn, kSlave, kLeaveMaintenance, [](Facts& f, Position&) { target(f).cloud->resource_state = "Maintenance"; down(f, kSlave); }, Kind::kWait, kLeaveMaintenance, "not live"},
    {"over_only_when_up", kReturn, kSlave, kLeaveMaintenance, [](Facts& f, Position&) { target(f).cloud->state = "Connecting"; }, Kind::kWait, kLeaveMaintenance, "Connecting"},
    {"end_of_maintenance_refused", kReturn, kSlave, kLeaveMaintenance, [](Facts& f, Position& p) { target(f).cloud->resource_state = "Maintenance"; failed(f, p, "no"); }, Kind::kStop, kLeaveMaintenance, "refused: no"},
};

class NextStep : public ::testing::TestWithParam<Row> {};

TEST_P(NextStep, FollowsTheTable) {
  const Row& row = GetParam();
  Facts facts = good_pool(row.who);
  Position position = standing_at(row.step, row.procedure, facts);
  row.spoil(facts, position);
  const Next next = next_step(facts, position);
  EXPECT_EQ(next.kind, row.kind) << next.text;
  ASSERT_FALSE(next.position.over());
  EXPECT_EQ(text_of(next.position.current()).word, text_of(row.at).word) << next.text;
  EXPECT_THAT(next.text, HasSubstr(row.text));
  EXPECT_EQ(next.kind == Kind::kStop, !next.command.empty());
}

INSTANTIATE_TEST_SUITE_P(Rows, NextStep, ::testing::ValuesIn(kRows),
                         [](const auto& each) { return each.param.name; });

TEST(NextStepOfRecover, DoesNotDisarmAHostWhileThePoolHasHaOn) {
  Facts facts = good_pool(kSlave);
  target(facts).emergency = true;
  target(facts).live = false;
  target(facts).emergency_code = "HA_HOST_CANNOT_ACCESS_STATEFILE";
  Position position = standing_at(kEmergencyDisable, kRecover, facts);
  const Next early = next_step(facts, position);  // somebody switched it on again meanwhile
  EXPECT_EQ(early.kind, Kind::kAct);
  EXPECT_EQ(early.position.current(), kDisableHa);
  ha_off(facts);
  const Next next = next_step(facts, position);
  EXPECT_EQ(next.kind, Kind::kAct);
  EXPECT_EQ(next.position.current(), kEmergencyDisable);
}

TEST(NextStepOfRecover, DisarmsAgainWhatWasWrittenDownAndNeverLeft) {
  Facts facts = good_pool(kSlave);
  ha_off(facts);
  target(facts).emergency = true;
  target(facts).live = false;
  target(facts).emergency_code = "HA_HOST_CANNOT_ACCESS_STATEFILE";
  Position position = standing_at(kEmergencyDisable, kRecover, facts);
  sent(facts, position, 20s);
  const Next early = next_step(facts, position);
  EXPECT_EQ(early.kind, Kind::kWait);
  EXPECT_THAT(early.text, HasSubstr("restarts its toolstack"));
  sent(facts, position, 100s);
  const Next late = next_step(facts, position);
  EXPECT_EQ(late.kind, Kind::kAct);
  EXPECT_EQ(late.position.current(), kEmergencyDisable);
}

TEST(NextStepOfHa, SaysItsOwnCommandAgain) {
  Facts facts = good_pool("");
  Position position = standing_at(kDisableHa, Procedure::kHaDisable, facts);
  failed(facts, position, "INTERNAL_ERROR");
  EXPECT_EQ(next_step(facts, position).command, "xenhactl ha disable " + facts.pool);
  ha_off(facts);
  position = standing_at(kEnableHa, Procedure::kHaEnable, facts);
  failed(facts, position, "INTERNAL_ERROR");
  EXPECT_THAT(next_step(facts, position).command, ::testing::EndsWith("xenhactl ha enable " + facts.pool));
}

TEST(NextStepOfAnyHost, SaysItsNameAsAShellTakesIt) {
  Facts facts = good_pool(kSlave);
  target(facts).label = "rack 2";
  Position position = standing_at(StepId::kEvacuate, kRestart, facts);
  position.host_label = "rack 2";
  target(facts).enabled = false;
  target(facts).vms = 1;
  failed(facts, position, "HOST_NOT_ENOUGH_FREE_MEMORY");
  EXPECT_EQ(next_step(facts, position).command, "xenhactl host resume " + facts.pool + " 'rack 2'");
  EXPECT_EQ(command_line(kReturn, "p", "it's"), "xenhactl host return p 'it'\\''s'");
}

TEST(NextStepText, EveryStepHasOne) {
  for (std::size_t step = 0; step < kSteps; ++step) {
    const StepText& text = text_of(static_cast<StepId>(step));
    EXPECT_EQ(text.id, static_cast<StepId>(step));
    EXPECT_FALSE(text.word.empty() || text.does.empty() || text.verification.empty());
    EXPECT_GT(text.deadline, 30s);
  }
}

}  // namespace
}  // namespace xenha::ctl::test
