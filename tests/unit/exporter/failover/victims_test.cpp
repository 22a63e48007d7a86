#include "exporter/failover/victims.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

/// Both views of a world, each of its own time.
struct Both {
  explicit Both(const World& world, double xen_at = 50, double cloud_at = 40,
                const std::set<std::string>& wanted = {})
      : xen(world.xen_sight(xen_at)), cloud(world.cloud_snapshot(cloud_at), "pool1", wanted, at(cloud_at)) {}
  XenView xen;
  CloudView cloud;
  BothViews views() const { return {&xen, &cloud, true}; }
};

std::vector<std::string> names(const std::vector<Victim>& vms) {
  std::vector<std::string> out;
  out.reserve(vms.size());
  for (const Victim& vm : vms) out.push_back(vm.name);
  return out;
}
using Names = std::vector<std::string>;

TEST(Residents, JoinsBothSystemsByInstanceName) {
  const Both both(small_pool());
  const auto residents_now = residents(both.views());
  ASSERT_EQ(names(residents_now.at("h1-uuid")), (Names{"a1", "a2", "r1"}));
  const Victim& a1 = residents_now.at("h1-uuid")[0];
  EXPECT_EQ(a1.vm_uuid, "a1-uuid");
  EXPECT_EQ(a1.cloud_id, "a1-id");
  EXPECT_EQ(a1.display_name, "name of a1");
  EXPECT_EQ(a1.zone_id, "zone1");
  EXPECT_EQ(a1.state, VictimState::kPending);
}

TEST(Residents, XenserversWordWinsOverAnOlderPoll) {
  World world = small_pool();
  world.vm("a1").xen_host = "h2";
  const Both older(world, 50, 40);
  EXPECT_EQ(names(residents(older.views()).at("h2-uuid")), (Names{"a1", "b1"}));
  const Both newer(world, 50, 141);  // XenServer has not spoken for a minute and a half
  EXPECT_EQ(names(residents(newer.views()).at("h2-uuid")), (Names{"b1"}));
  EXPECT_EQ(names(residents(newer.views()).at("h1-uuid")), (Names{"a1", "a2", "r1"}));
  EXPECT_EQ(residents(newer.views()).at("h1-uuid")[1].vm_uuid, "a2-uuid");
}

TEST(Residents, HaltedInXenserverIsNoResident) {
  World world = small_pool();
  world.vm("a1").xen_host.clear();
  EXPECT_EQ(names(residents(Both(world).views()).at("h1-uuid")), (Names{"a2", "r1"}));
}

TEST(Residents, CloudstackAloneCountsWhatStartsAndMigrates) {
  World world = small_pool();
  for (World::Vm& vm : world.vms) vm.uuid.clear();
  world.vm("a1").state = "Starting";
  world.vm("a2").state = "Migrating";
  world.vm("r1").state = "Stopping";
  EXPECT_EQ(names(residents(Both(world).views()).at("h1-uuid")), (Names{"a1", "a2"}));
}

struct ProtectionRow {
  const char* name;
  std::function<void(World&)> spoil;
  std::optional<bool> ha;
};
const ProtectionRow kProtection[] = {
    {"flag_on", [](World&) {}, true},
    {"flag_off", [](World& world) { world.vm("b1").ha = false; }, false},
    {"flag_unknown", [](World& world) { world.vm("b1").ha.reset(); }, std::nullopt},
    {"flag_unknown_and_xenserver",
     [](World& world) {
       world.vm("b1").ha.reset();
       world.vm("b1").protected_by_xenserver = true;
     },
     std::nullopt},
    {"flag_off_but_forced",
     [](World& world) {
       world.vm("b1").ha = false;
       world.settings["force.ha"] = 1;
     },
     true},
    {"not_forced",
     [](World& world) {
       world.vm("b1").ha = false;
       world.settings["force.ha"] = 0;
     },
     false},
    {"unknown_to_cloudstack", [](World& world) { world.vm("b1").id.clear(); }, false},
    {"unknown_but_by_xenserver",
     [](World& world) {
       world.vm("b1").id.clear();
       world.vm("b1").protected_by_xenserver = true;
     },
     true},
    {"pool_not_joined",
     [](World& world) {
       world.vm("b1").id.clear();
       world.joined = false;
     },
     std::nullopt},
    {"console_proxy",
     [](World& world) {
       world.vm("b1").kind = model::CloudVmKind::kConsoleProxy;
       world.vm("b1").ha = false;
     },
     true},
    {"router_without",
     [](World& world) {
       world.vm("b1").kind = model::CloudVmKind::kRouter;
       world.vm("b1").ha = false;
     },
     false},
};
class Protection : public testing::TestWithParam<ProtectionRow> {};
TEST_P(Protection, FollowsTheTable) {
  World world = small_pool();
  GetParam().spoil(world);
  EXPECT_EQ(residents(Both(world).views()).at("h2-uuid").at(0).ha, GetParam().ha);
}
INSTANTIATE_TEST_SUITE_P(Rows, Protection, testing::ValuesIn(kProtection),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Residents, WithoutCloudstackNobodyKnows) {
  const XenView xen(small_pool().xen_sight(50));
  EXPECT_EQ(residents({&xen, nullptr, false}).at("h2-uuid").at(0).ha, std::nullopt);
}

/// b1 was lost with h2 at 100; the row says what is true 300 s later, when both are asked.
struct FateRow {
  const char* name;
  std::function<void(World&, FailoverRecord&)> happened;
  VictimState state;
  std::optional<double> xenserver, cloudstack;
  std::optional<RunningSource> source = {};
};

void dead(FailoverRecord& record) {
  record.at(FailoverPhase::kHostDeclaredDead) = at(220);
}
void left(FailoverRecord& record) {
  record.victims[0].left_running = at(300);
}

const FateRow kFates[] = {
    {"still_there", [](World&, FailoverRecord&) {}, VictimState::kPending, {}, {}},
    {"still_there_on_a_dead_host",
     [](World& world, FailoverRecord& record) {
       dead(record);
       world.declared_dead("h2");
     },
     VictimState::kPending,
     {},
     {}},
    {"new_record_elsewhere",
     [](World& world, FailoverRecord& record) {
       dead(record);
       world.restart("b1", "h3");
     },
     VictimState::kRunning, 400, 400, RunningSource::kPoll},
    {"new_record_seen_before_anybody_declared_it_dead",
     [](World& world, FailoverRecord&) {
       world.restart("b1", "h3");
       world.vm("b1").cloud_host = "h2";
     },
     VictimState::kRunning,
     400,
     {}},
    {"same_record_elsewhere_dead",
     [](World& world, FailoverRecord& record) {
       dead(record);
       world.vm("b1").xen_host = "h3";
     },
     VictimState::kRunning,
     400,
     {}},
    {"same_record_elsewhere_in_xenserver_only",
     [](World& world, FailoverRecord&) { world.vm("b1").xen_host = "h3"; },
     VictimState::kPending,
     {},
     {}},
    {"migrated",
     [](World& world, FailoverRecord&) { world.vm("b1").xen_host = world.vm("b1").cloud_host = "h3"; },
     VictimState::kStayed,
     {},
     {}},
    {"same_record_here_after_it_stopped",
     [](World&, FailoverRecord& record) { record.victims[0].stopped_xenserver = at(250); },
     VictimState::kRunning,
     400,
     {}},
    {"elsewhere_in_cloudstack_down",
     [](World& world, FailoverRecord& record) {
       record.at(FailoverPhase::kCloudstackHostDown) = at(250);
       world.vm("b1").cloud_host = "h3";
     },
     VictimState::kRunning,
     {},
     400,
     RunningSource::kPoll},
    {"running_after_another_state",
     [](World&, FailoverRecord& record) { left(record); },
     VictimState::kRunning,
     {},
     400,
     RunningSource::kPoll},
    {"last_updated_after_the_loss",
     [](World& world, FailoverRecord&) { world.vm("b1").last_updated = 350; },
     VictimState::kRunning,
     {},
     350,
     RunningSource::kLastUpdated},
    {"last_updated_before_the_loss",
     [](World& world, FailoverRecord&) { world.vm("b1").last_updated = 50; },
     VictimState::kPending,
     {},
     {}},
    {"last_updated_within_the_clocks_noise",
     [](World& world, FailoverRecord&) { world.vm("b1").last_updated = 101.5; },
     VictimState::kPending,
     {},
     {}},
    {"event_alone",
     [](World& world, FailoverRecord&) { world.event("b1", true, true, true, 380); },
     VictimState::kRunning,
     {},
     380,
     RunningSource::kEvent},
    {"event_of_before",
     [](World& world, FailoverRecord&) { world.event("b1", true, true, true, 98); },
     VictimState::kPending,
     {},
     {}},
    {"event_only_begun",
     [](World& world, FailoverRecord&) { world.event("b1", true, true, false, 380); },
     VictimState::kRunning,
     {},
     400,
     RunningSource::kPoll},  // begun, then seen Running: it had left
    {"event_failed",
     [](World& world, FailoverRecord&) {
       world.force_stop("b1");
       world.event("b1", true, true, true, 380, true);
     },
     VictimState::kPending,
     {},
     {}},
    {"alert_alone",
     [](World& world, FailoverRecord&) { world.alert(CloudAlertKind::kVmRestarted, 370, "", "b1"); },
     VictimState::kRunning,
     {},
     370,
     RunningSource::kAlert},
    {"alert_of_another",
     [](World& world, FailoverRecord&) { world.alert(CloudAlertKind::kVmRestarted, 370, "", "a1"); },
     VictimState::kPending,
     {},
     {}},
    {"event_a_second_before_the_loss_is_clamped",
     [](World& world, FailoverRecord&) { world.event("b1", true, true, true, 99.5); },
     VictimState::kRunning,
     {},
     100,
     RunningSource::kEvent},
    {"operator_stopped_it",
     [](World& world, FailoverRecord&) {
       world.force_stop("b1");
       world.event("b1", false, false, true, 200);
     },
     VictimState::kStopped,
     {},
     {}},
    {"operator_stopped_it_before",
     [](World& world, FailoverRecord&) { world.event("b1", false, false, true, 50); },
     VictimState::kPending,
     {},
     {}},
    {"operators_stop_failed",
     [](World& world, FailoverRecord&) { world.event("b1", false, false, true, 200, true); },
     VictimState::kPending,
     {},
     {}},
    {"expunging",
     [](World& world, FailoverRecord&) { world.vm("b1").state = "Expunging"; },
     VictimState::kStopped,
     {},
     {}},
    {"no_flag_not_lost",
     [](World&, FailoverRecord& record) { record.victims[0].ha = false; },
     VictimState::kPending,
     {},
     {}},
    {"no_flag_and_lost",
     [](World&, FailoverRecord& record) {
       record.victims[0].ha = false;
       dead(record);
     },
     VictimState::kNotProtected,
     {},
     {}},
    {"no_flag_and_stopped",
     [](World& world, FailoverRecord& record) {
       record.victims[0].ha = false;
       world.force_stop("b1");
     },
     VictimState::kNotProtected,
     {},
     {}},
};

class Fate : public testing::TestWithParam<FateRow> {};

TEST_P(Fate, FollowsTheTable) {
  World world = small_pool();
  FailoverRecord record;
  record.host_uuid = "h2-uuid";
  record.last_contact = at(100);
  record.first_failure = at(105);
  record.victims = residents(Both(world).views()).at("h2-uuid");
  GetParam().happened(world, record);
  const Both later(world, 400, 400);
  std::set<std::string> taken;
  follow_in_xenserver(record, later.xen, {});
  follow_in_cloudstack(record, later.cloud, taken);
  judge_victims(record, later.views());
  const Victim& victim = record.victims.at(0);
  EXPECT_EQ(victim.state, GetParam().state);
  const auto when = [](const std::optional<double>& seconds) {
    return seconds ? std::optional(at(*seconds)) : std::nullopt;
  };
  EXPECT_EQ(victim.running_xenserver, when(GetParam().xenserver));
  EXPECT_EQ(victim.running_cloudstack, when(GetParam().cloudstack));
  EXPECT_EQ(victim.source, GetParam().source);

  const FailoverRecord once = record;  // told the same again, nothing moves
  follow_in_xenserver(record, later.xen, {});
  follow_in_cloudstack(record, later.cloud, taken);
  judge_victims(record, later.views());
  EXPECT_EQ(record.victims[0].state, once.victims[0].state);
  EXPECT_EQ(record.victims[0].running(), once.victims[0].running());
}

INSTANTIATE_TEST_SUITE_P(Rows, Fate, testing::ValuesIn(kFates),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FollowXenserver, TheFirstSightOfAStartIsItsTime) {
  World world = small_pool();
  FailoverRecord record;
  record.host_uuid = "h2-uuid";
  record.last_contact = at(100);
  record.victims = residents(Both(world).views()).at("h2-uuid");
  world.restart("b1", "h3");
  follow_in_xenserver(record, XenView(world.xen_sight(400)), {{"b1-again", at(333)}});
  EXPECT_EQ(record.victims[0].running_xenserver, at(333));
  EXPECT_EQ(record.victims[0].new_host, "h3");
}

TEST(MostlyStopped, AsksTheSystemThatKnowsTheVm) {
  World world = small_pool();
  const std::vector<Victim> vms = residents(Both(world).views()).at("h1-uuid");
  EXPECT_FALSE(mostly_stopped(vms, Both(world).views()));
  world.vm("a1").xen_host.clear();
  EXPECT_FALSE(mostly_stopped(vms, Both(world).views())) << "one of three";
  world.vm("a2").uuid.clear();
  EXPECT_TRUE(mostly_stopped(vms, Both(world).views()));
  EXPECT_FALSE(mostly_stopped({}, Both(world).views()));
}

}  // namespace
}  // namespace xenha::exporter::test
