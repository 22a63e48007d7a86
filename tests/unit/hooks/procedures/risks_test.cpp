// What speaks against beginning, and which flag, if any, takes it.
#include "hooks/ctl/procedures/risks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/hooks/procedures/good_pool.h"

namespace xenha::ctl::test {
namespace {

using ::testing::HasSubstr;

struct Row {
  const char* name;
  Procedure procedure;
  const char* who;
  std::function<void(Facts&)> spoil;
  const char* flag;  ///< "" = none helps
  const char* what;
};

constexpr Procedure kRestart = Procedure::kRestart, kTurnOff = Procedure::kShutdown,
                    kRecover = Procedure::kRecover, kEnable = Procedure::kHaEnable;

void lose_statefile(Facts& facts, const char* uuid) {
  host(facts, uuid).armed = false;
}

const Row kRows[] = {
    {"two_masters", kRestart, kSlave, [](Facts& f) { host(f, kOther).claims_master = true; }, "",
     "xs1, xs3 all say"},
    {"masters_disagree", kRestart, kSlave, [](Facts& f) { host(f, kOther).believed_master = "xs9"; }, "",
     "same master"},
    {"two_masters_even_for_recover", kRecover, kSlave,
     [](Facts& f) {
       host(f, kOther).claims_master = true;
       target(f).live = false;
     },
     "", "pool is split"},
    {"another_host_down", kRestart, kSlave, [](Facts& f) { host(f, kOther).live = false; },
     "another-host-is-down", "xs3 is down"},
    {"another_host_silent", kTurnOff, kSlave, [](Facts& f) { host(f, kOther).reachable = false; },
     "another-host-is-down", "xs3 is down"},
    {"another_host_in_emergency", kRestart, kSlave, [](Facts& f) { host(f, kOther).emergency = true; },
     "another-host-is-down", "xs3 is down"},
    {"another_host_down_and_the_master_is_meant", kRestart, kMaster,
     [](Facts& f) { host(f, kOther).live = false; }, "", "xs3 is down"},
    {"another_host_in_maintenance", kRestart, kSlave,
     [](Facts& f) { host(f, kOther).cloud->resource_state = "Maintenance"; }, "another-host-is-out",
     "xs3 takes no VMs"},
    {"another_host_disabled", kRestart, kSlave, [](Facts& f) { host(f, kOther).enabled = false; },
     "another-host-is-out", "xs3 takes no VMs"},
    {"no_room", kRestart, kSlave,
     [](Facts& f) { f.stuck_vms = {{"i-2-5-VM (HOST_NOT_ENOUGH_FREE_MEMORY)"}}; }, "vms-cannot-leave",
     "i-2-5-VM"},
    {"statefile_lost_elsewhere", kRestart, kSlave, [](Facts& f) { lose_statefile(f, kOther); },
     "statefile-lost", "fences all others"},
    {"statefile_lost_here", kRestart, kSlave, [](Facts& f) { lose_statefile(f, kSlave); }, "",
     "HA_LOST_STATEFILE"},
    {"heartbeat_on_primary_storage", kRestart, kSlave, [](Facts& f) { f.heartbeat_is_primary = true; },
     "heartbeat-on-primary-storage", "MGMT-HA"},
    {"heartbeat_on_primary_storage_for_ha", kEnable, "", [](Facts& f) { f.heartbeat_is_primary = true; },
     "heartbeat-on-primary-storage", "MGMT-HA"},
    {"rolling_upgrade", kRestart, kSlave, [](Facts& f) { f.rolling_upgrade = true; }, "during-upgrade",
     "rolling upgrade"},
    {"mixed_versions", kTurnOff, kSlave, [](Facts& f) { host(f, kOther).version = "8.3"; }, "during-upgrade",
     "different versions"},
    {"rolling_upgrade_of_the_master", kRestart, kMaster, [](Facts& f) { f.rolling_upgrade = true; }, "",
     "rolling upgrade"},
    {"ha_off", kRestart, kSlave, [](Facts& f) { f.ha_enabled = false; }, "without-ha", "HA is off"},
    {"cloudstack_silent", kRestart, kSlave, [](Facts& f) { f.cloud->problem = "timed out"; }, "",
     "timed out"},
    {"cluster_unmanaged", kRestart, kSlave, [](Facts& f) { f.cloud->managed_state = "Unmanaged"; }, "",
     "Unmanaged"},
    {"cluster_not_found", kRestart, kSlave, [](Facts& f) { f.cloud->managed_state = ""; }, "", "not found"},
    {"host_unknown_to_cloudstack", kRestart, kSlave, [](Facts& f) { target(f).cloud.reset(); }, "",
     "does not know xs2"},
    {"host_disabled_in_cloudstack", kRestart, kSlave,
     [](Facts& f) { target(f).cloud->resource_state = "Disabled"; }, "", "Disabled"},
    {"host_in_alert", kTurnOff, kSlave, [](Facts& f) { target(f).cloud->state = "Alert"; }, "", "Alert"},
    {"nobody_can_be_master", kRestart, kMaster,
     [](Facts& f) { host(f, kSlave).enabled = host(f, kOther).enabled = false; }, "",
     "no other host can become master"},
    {"nothing_to_recover", kRecover, kSlave, [](Facts&) {}, "", "is in the pool"},
};

class Risks : public ::testing::TestWithParam<Row> {};

TEST_P(Risks, FollowTheTable) {
  const Row& row = GetParam();
  Facts facts = good_pool(row.who);
  row.spoil(facts);
  Position position = begun(row.procedure, facts);
  const std::vector<Risk> found = risks_at_begin(facts, position);
  ASSERT_FALSE(found.empty());
  const auto named = std::find_if(found.begin(), found.end(), [&](const Risk& risk) {
    return risk.flag == row.flag && risk.what.find(row.what) != std::string::npos;
  });
  EXPECT_NE(named, found.end()) << found.front().flag << ": " << found.front().what;
  for (const Risk& risk : found) EXPECT_NE(risk.step, "");
  if (std::string(row.flag).empty()) return;
  // The flag takes that risk and no other.
  position.risks.insert(row.flag);
  if (position.risks.contains("without-ha")) position.form.ha = false;
  EXPECT_EQ(risks_at_begin(facts, position).size(), found.size() - 1);
}

INSTANTIATE_TEST_SUITE_P(Rows, Risks, ::testing::ValuesIn(kRows),
                         [](const auto& each) { return each.param.name; });

TEST(RisksOfAGoodPool, AreNone) {
  for (const Procedure procedure : {Procedure::kRestart, Procedure::kShutdown, Procedure::kReturn})
    for (const char* who : {kMaster, kSlave}) {
      const Facts facts = good_pool(who);
      EXPECT_TRUE(risks_at_begin(facts, begun(procedure, facts)).empty()) << word(procedure) << who;
      EXPECT_TRUE(risks_of_step(facts, begun(procedure, facts)).empty());
    }
}

TEST(RisksOfAGoodPool, EveryFlagIsOfferedByACommand) {
  for (const Row& row : kRows) {
    if (std::string(row.flag).empty()) continue;
    const std::vector<RiskFlag> flags = risk_flags(row.procedure);
    EXPECT_TRUE(std::any_of(flags.begin(), flags.end(), [&](const RiskFlag& flag) {
      return flag.flag == row.flag;
    })) << row.name;
  }
}

TEST(NewMaster, ThatWasNamedMustBeFitForIt) {
  const Facts facts = good_pool(kMaster);
  Position position = begun(Procedure::kRestart, facts);
  position.new_master = kOther;
  EXPECT_TRUE(risks_at_begin(facts, position).empty());
  position.new_master = kMaster;  // itself
  ASSERT_EQ(risks_at_begin(facts, position).size(), 1u);
  EXPECT_EQ(risks_at_begin(facts, position).front().flag, "");
  EXPECT_THAT(risks_at_begin(facts, position).front().what, HasSubstr("xs1 cannot become master"));
}

TEST(NewMaster, IsAHostThatCanBeIt) {
  Facts facts = good_pool(kMaster);
  EXPECT_EQ(choose_new_master(facts), kSlave);
  host(facts, kSlave).cloud->resource_state = "Maintenance";
  EXPECT_EQ(choose_new_master(facts), kOther);
  host(facts, kOther).armed = false;
  EXPECT_EQ(choose_new_master(facts), "");
  facts.ha_enabled = false;
  EXPECT_EQ(choose_new_master(facts), kOther);
  host(facts, kOther).version = "8.1";
  EXPECT_EQ(choose_new_master(facts), "");
}

}  // namespace
}  // namespace xenha::ctl::test
