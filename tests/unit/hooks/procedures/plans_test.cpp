// The order of the steps: as the operating practice wants it, for a slave and for a master, and gone on with
// after every single step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hooks/procedures/good_pool.h"

namespace xenha::ctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum StepId;

void expect_done(const Played& run) {
  EXPECT_EQ(run.last.kind, Next::Kind::kDone) << run.last.text;
}

TEST(Plans, RestartOfASlaveLeavesHaOn) {
  const Facts facts = good_pool(kSlave);
  const Played run = played(facts, begun(Procedure::kRestart, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnterMaintenance, kDisableHost, kEvacuate, kReboot, kLeaveMaintenance));
}

TEST(Plans, RestartOfTheMasterGivesTheRoleAwayBeforeTheHostIsDisabled) {
  const Facts facts = good_pool(kMaster);
  const Played run = played(facts, begun(Procedure::kRestart, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnterMaintenance, kDisableHa, kNewMaster, kDisableHost, kEvacuate,
                                     kReboot, kEnableHa, kLeaveMaintenance));
  EXPECT_EQ(run.facts.master, kSlave);
}

TEST(Plans, ShutdownOfASlaveEndsInMaintenance) {
  const Facts facts = good_pool(kSlave);
  const Played run = played(facts, begun(Procedure::kShutdown, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnterMaintenance, kDisableHost, kEvacuate, kShutdown));
  EXPECT_EQ(run.facts.ha_enabled, true);
}

TEST(Plans, ShutdownOfTheMasterHasHaOnAgainBeforeItGoesOff) {
  const Facts facts = good_pool(kMaster);
  const Played run = played(facts, begun(Procedure::kShutdown, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnterMaintenance, kDisableHa, kNewMaster, kEnableHa, kDisableHost,
                                     kEvacuate, kShutdown));
  EXPECT_EQ(run.facts.ha_enabled, true);
}

TEST(Plans, ReturnOnlyWaitsForWhatComesByItself) {
  Facts facts = good_pool(kSlave);
  target(facts).cloud->resource_state = "Maintenance";
  const Played run = played(facts, begun(Procedure::kReturn, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kLeaveMaintenance));
}

TEST(Plans, ReturnSwitchesOnWhatIsOff) {
  Facts facts = good_pool(kSlave);
  carry_out(kDisableHa, facts, {});
  target(facts).enabled = false;
  target(facts).cloud->resource_state = "Maintenance";
  const Played run = played(facts, begun(Procedure::kReturn, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnableHost, kEnableHa, kLeaveMaintenance));
}

Facts in_emergency(const std::string& code) {
  Facts facts = good_pool(kSlave);
  HostFacts& it = target(facts);
  it.emergency = true;
  it.emergency_code = code;
  it.live = false;
  return facts;
}

TEST(Plans, RecoverDisarmsAHostThatItsOwnHaKeepsOut) {
  for (const char* code :
       {"HA_HOST_CANNOT_ACCESS_STATEFILE", "HA_HEARTBEAT_DAEMON_STARTUP_FAILED", "HOST_ITS_OWN_SLAVE"}) {
    const Facts facts = in_emergency(code);
    const Played run = played(facts, begun(Procedure::kRecover, facts));
    expect_done(run);
    EXPECT_THAT(run.acted, ElementsAre(kDisableHa, kEmergencyDisable, kEnableHa)) << code;
  }
}

TEST(Plans, RecoverDisarmsAHostThatThinksItIsMaster) {
  Facts facts = in_emergency("INTERNAL_ERROR");
  target(facts).believed_master = target(facts).label;
  const Played run = played(facts, begun(Procedure::kRecover, facts));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kDisableHa, kEmergencyDisable, kEnableHa));
}

TEST(Plans, RecoverNeverDisarmsByForceWhatOnlyWaitsForThePoolsHa) {
  for (const char* code :
       {"HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED", "HOST_MASTER_CANNOT_TALK_BACK", "INTERNAL_ERROR"}) {
    Facts facts = in_emergency(code);
    Position position = begun(Procedure::kRecover, facts);
    Next next = next_step(facts, position);
    ASSERT_EQ(next.kind, Next::Kind::kAct);
    ASSERT_EQ(next.position.current(), kDisableHa);
    carry_out(kDisableHa, facts, position);
    HostFacts& it = target(facts);
    it.emergency = false;
    it.live = true;
    const Played run = played(facts, next.position);
    expect_done(run);
    EXPECT_THAT(run.acted, ElementsAre(kEnableHa)) << code;
  }
}

TEST(Plans, RecoverOfASilentHostSaysWhatToTypeAtItsConsole) {
  Facts facts = good_pool(kSlave);
  HostFacts& it = target(facts);
  it.reachable = it.live = false;
  Position position = begun(Procedure::kRecover, facts);
  carry_out(kDisableHa, facts, position);
  Next next = next_step(facts, position);
  ASSERT_EQ(next.kind, Next::Kind::kWait);
  EXPECT_EQ(next.position.current(), kConsole);
  EXPECT_THAT(next.text, ::testing::HasSubstr("xe host-emergency-ha-disable --force"));
  HostFacts& back = target(facts);
  back.reachable = back.live = true;
  const Played run = played(facts, next.position);
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kEnableHa));
}

TEST(Plans, HaIsSwitchedOnAndOff) {
  Facts facts = good_pool("");
  EXPECT_THAT(played(facts, begun(Procedure::kHaEnable, facts)).acted, IsEmpty());
  const Played off = played(facts, begun(Procedure::kHaDisable, facts));
  expect_done(off);
  EXPECT_THAT(off.acted, ElementsAre(kDisableHa));
  const Played on = played(off.facts, begun(Procedure::kHaEnable, off.facts));
  expect_done(on);
  EXPECT_THAT(on.acted, ElementsAre(kEnableHa));
}

TEST(Plans, WithoutCloudStackAndWithoutHaTheirStepsAreLeftOut) {
  Facts facts = good_pool(kMaster);
  carry_out(kDisableHa, facts, {});
  const Played run = played(facts, begun(Procedure::kRestart, facts, false, false));
  expect_done(run);
  EXPECT_THAT(run.acted, ElementsAre(kNewMaster, kDisableHost, kEvacuate, kReboot));
  EXPECT_EQ(run.facts.ha_enabled, false);
}

/// Killed after each call in turn, and gone on with by what the mark alone tells: the same end.
TEST(Plans, GoOnFromTheMarkAfterEveryStep) {
  for (const Procedure procedure : {Procedure::kRestart, Procedure::kShutdown})
    for (const char* who : {kSlave, kMaster}) {
      const Facts facts = good_pool(who);
      const Played whole = played(facts, begun(procedure, facts));
      for (std::size_t cut = 0; cut <= whole.acted.size(); ++cut) {
        Facts now = facts;
        Position position = begun(procedure, facts);
        std::vector<StepId> acted;
        while (acted.size() < cut) {
          const Next next = next_step(now, position);
          position = next.position;
          if (next.kind == Next::Kind::kWait) {
            now.now += std::chrono::minutes(1);
            continue;
          }
          ASSERT_EQ(next.kind, Next::Kind::kAct);
          position.sent = now.now;
          acted.push_back(position.current());
          carry_out(position.current(), now, position);
        }
        const auto elsewhere = position_of_mark(mark_text(position, now.now), "cluster1");
        ASSERT_TRUE(elsewhere);
        const Played rest = played(now, *elsewhere);
        expect_done(rest);
        acted.insert(acted.end(), rest.acted.begin(), rest.acted.end());
        EXPECT_EQ(acted, whole.acted) << word(procedure) << " of " << who << ", cut after " << cut;
        EXPECT_EQ(rest.facts.ha_enabled, whole.facts.ha_enabled);
        EXPECT_EQ(rest.facts.master, whole.facts.master);
        EXPECT_EQ(rest.facts.of_target()->enabled, whole.facts.of_target()->enabled);
        EXPECT_EQ(rest.facts.of_target()->cloud, whole.facts.of_target()->cloud);
      }
    }
}

}  // namespace
}  // namespace xenha::ctl::test
