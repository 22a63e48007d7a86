// A person may switch HA on where the daemon would hold back; where XenServer would refuse or the pool
// suffer, not.
#include "hooks/ctl/procedures/enable_verdict.h"

#include <gtest/gtest.h>

#include <functional>

namespace xenha::ctl::test {
namespace {

using namespace std::chrono_literals;
using hooks::Situation;
using Verdict = EnableFacts::Verdict;

Situation off_and_well() {
  Situation s;
  s.pool = "cluster1";
  s.now = WallTime(std::chrono::seconds(1'800'000'000));
  s.oldest_read = s.now - 1s;
  s.master_uuid = "uuid-1";
  s.ha_enabled = false;
  s.operations.emplace();
  s.rolling_upgrade = false;
  s.licensed = true;
  s.master_started = s.now - 1h;
  for (const char* label : {"xs1", "xs2"}) {
    hooks::HostSituation host{.uuid = label, .label = label};
    host.reachable = host.live = host.enabled = true;
    host.claims_master = host.label == "xs1";
    host.believed_master = "xs1";
    host.emergency = host.armed = false;
    host.version = "8.2";
    s.hosts.push_back(host);
  }
  hooks::SrSituation sr{.uuid = "sr", .name = "MGMT-HA"};
  sr.shared = sr.pbds_known = true;
  sr.required_bytes = 0;
  s.sr = sr;
  s.last_good_sr = "sr";
  s.configured_sr = "MGMT-HA";
  return s;
}

struct Row {
  const char* name;
  std::function<void(Situation&)> spoil;
  Verdict verdict;
  const char* reason;
};

const Row kRows[] = {
    {"well", [](Situation&) {}, Verdict::kMay, "safe_to_enable"},
    // What holds back a daemon.
    {"paused",
     [](Situation& s) {
       s.paused = hooks::Mark{"disks", {}};
     },
     Verdict::kMay, "safe_to_enable"},
    {"planned_work",
     [](Situation& s) {
       s.intent = hooks::Mark{"by=ann", {}};
     },
     Verdict::kMay, "safe_to_enable"},
    {"audit_not_read", [](Situation& s) { s.audit.read = false; }, Verdict::kMay, "safe_to_enable"},
    {"switched_off_by_a_person",
     [](Situation& s) {
       s.audit = {true, "", s.now - 1min, "ann"};
     },
     Verdict::kMay, "safe_to_enable"},
    {"gave_up",
     [](Situation& s) {
       s.journal.latched = "flap";
       s.journal.attempts_last_day = 9;
     },
     Verdict::kMay, "safe_to_enable"},
    {"storm", [](Situation& s) { s.fleet.wanting = 9; }, Verdict::kMay, "safe_to_enable"},
    {"in_cloudstacks_maintenance",
     [](Situation& s) {
       s.cloud = hooks::CloudSituation{.managed_state = "Managed", .hosts = {{"xs2", "Up", "Maintenance"}}};
     },
     Verdict::kMay, "safe_to_enable"},
    // What nobody should do.
    {"on",
     [](Situation& s) {
       s.ha_enabled = true;
       for (auto& host : s.hosts) host.armed = true;
     },
     Verdict::kOn, "already_enabled"},
    {"not_read", [](Situation& s) { s.failed_reads = {"pool records"}; }, Verdict::kWait, "facts_unknown"},
    {"not_live", [](Situation& s) { s.hosts[1].live = false; }, Verdict::kWait, "host_not_live"},
    {"two_masters", [](Situation& s) { s.hosts[1].claims_master = true; }, Verdict::kWait,
     "masters_disagree"},
    {"upgrade", [](Situation& s) { s.rolling_upgrade = true; }, Verdict::kWait, "upgrade"},
    {"runs", [](Situation& s) { s.operations = {{"ha_enable"}}; }, Verdict::kWait, "operation_running"},
    {"other_sr", [](Situation& s) { s.last_good_sr = "old"; }, Verdict::kRefuse, "sr_unexpected"},
    {"no_room",
     [](Situation& s) {
       s.sr->required_bytes = 2;
       s.sr->free_bytes = 1;
     },
     Verdict::kRefuse, "sr_no_room"},
    {"not_licensed", [](Situation& s) { s.licensed = false; }, Verdict::kRefuse, "not_licensed"},
};

class EnableVerdict : public ::testing::TestWithParam<Row> {};

TEST_P(EnableVerdict, FollowsTheTable) {
  Situation situation = off_and_well();
  GetParam().spoil(situation);
  const EnableFacts facts = enable_verdict(situation, situation, {}, false);
  EXPECT_EQ(facts.verdict, GetParam().verdict) << facts.fact;
  EXPECT_EQ(facts.reason, GetParam().reason) << facts.fact;
}

INSTANTIATE_TEST_SUITE_P(Rows, EnableVerdict, ::testing::ValuesIn(kRows),
                         [](const auto& each) { return each.param.name; });

TEST(EnableVerdictOfTwoLooks, NeedsThemToAgree) {
  Situation before = off_and_well();
  before.hosts[1].live = false;
  EXPECT_EQ(enable_verdict(before, off_and_well(), {}, false).verdict, Verdict::kWait);
}

TEST(EnableVerdictOfTwoLooks, TakesAnotherSrWhenThePersonSaysSo) {
  Situation situation = off_and_well();
  situation.last_good_sr = "old";
  EXPECT_EQ(enable_verdict(situation, situation, {}, true).verdict, Verdict::kMay);
}

}  // namespace
}  // namespace xenha::ctl::test
