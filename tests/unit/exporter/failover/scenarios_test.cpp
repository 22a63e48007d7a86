// Whole failures at the level of sights, one story a test, each with its expected record.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using Phase = FailoverPhase;
using Life = ProbeSight::Life;
constexpr double kLoss = 100;  // the last probe that answers

/// CloudStack's side of a loss: down at `down`, the forced stop at `stop`, then every victim with HA runs on
/// `target`.
void cloud_restarts(Story& story, const std::string& lost, double down, double stop, double run,
                    const std::string& target) {
  story.then(down, [=](World& world) {
    world.hosts[lost].cloud_state = "Down";
    world.alert(CloudAlertKind::kHostDown, down, lost);
  });
  story.then(stop, [=](World& world) {
    for (const World::Vm& vm : std::vector<World::Vm>(world.vms))
      if (vm.cloud_host == lost) world.force_stop(vm.name);
  });
  story.then(run, [=](World& world) {
    for (const World::Vm& vm : std::vector<World::Vm>(world.vms))
      if (vm.state == "Stopped" && vm.ha != false) world.restart(vm.name, target);
  });
}

void master_dies(Story& story) {
  story.then(kLoss + 1, [](World& world) { world.dies("h1"); });
}
void slave_dies(Story& story, const std::string& host = "h2", double when = kLoss + 1) {
  story.then(when, [host](World& world) { world.dies(host); });
}

const FailoverRecord& only_closed(const StopwatchState& state) {
  EXPECT_TRUE(state.book.open.empty());
  EXPECT_EQ(state.book.closed.size(), 1u);
  if (state.book.closed.empty()) throw std::runtime_error("no failover was closed");
  return state.book.closed.front();
}
const FailoverRecord& only_open(const StopwatchState& state) {
  EXPECT_TRUE(state.book.closed.empty());
  EXPECT_EQ(state.book.open.size(), 1u);
  if (state.book.open.empty()) throw std::runtime_error("no failover is open");
  return state.book.open.front();
}
void nothing_happened(const StopwatchState& state) {
  EXPECT_TRUE(state.book.open.empty());
  EXPECT_TRUE(state.book.closed.empty());
}

TEST(Failover, MasterDiesWithHaOn) {
  Story story(small_pool());
  master_dies(story);
  story.then(kLoss + 150, [](World& world) { world.elect("h2"); });
  story.then(kLoss + 160, [](World& world) { world.declared_dead("h1"); });
  cloud_restarts(story, "h1", kLoss + 180, kLoss + 200, kLoss + 230, "h3");
  const StopwatchState end = play(story.until(kLoss + 300));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(record.role, FailoverRole::kMaster);
  EXPECT_EQ(record.ha_enabled, true);
  EXPECT_EQ(phase(record, Phase::kDetected), 15);
  EXPECT_EQ(seconds(record.uncertainty()), 5);
  EXPECT_EQ(phase(record, Phase::kMasterElected), 150);
  EXPECT_EQ(record.new_master, "h2");
  EXPECT_EQ(phase(record, Phase::kAllVmsRunning), 230);
  EXPECT_EQ(victim(record, "a1").state, VictimState::kRunning);
  EXPECT_EQ(victim(record, "a1").new_host, "h3");
  EXPECT_EQ(victim(record, "a2").state, VictimState::kNotProtected);
  EXPECT_EQ(victim(record, "r1").state, VictimState::kRunning);
  EXPECT_EQ(record.victims.size(), 3u) << "b1 ran elsewhere";
}

TEST(Failover, MasterDiesWithHaOffAndNothingRestarts) {
  World world = small_pool();
  world.ha_enabled = false;
  Story story(world);
  master_dies(story);
  story.then(kLoss + 200, [](World& dying) {
    for (auto& [label, host] : dying.hosts) host.cloud_state = "Alert";
  });
  const StopwatchState end = play(story.until(kLoss + 1900));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kPartial);
  EXPECT_NEAR(since_begin(*record.closed), kLoss + 15 + 1800, 1);
  EXPECT_FALSE(phase(record, Phase::kMasterElected));
  EXPECT_FALSE(phase(record, Phase::kAllVmsRunning));
  EXPECT_EQ(victim(record, "a1").state, VictimState::kPending);
}

TEST(Failover, SlaveDies) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  cloud_restarts(story, "h2", kLoss + 180, kLoss + 200, kLoss + 230, "h3");
  const StopwatchState end = play(story.until(kLoss + 300));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(record.role, FailoverRole::kSlave);
  EXPECT_FALSE(phase(record, Phase::kMasterElected));
  EXPECT_EQ(phase(record, Phase::kHostDeclaredDead), 120);
  EXPECT_EQ(phase(record, Phase::kCloudstackHostDown), 180);
  EXPECT_EQ(phase(record, Phase::kCloudstackHaStarted), 200);
  EXPECT_EQ(phase(record, Phase::kAllVmsRunning), 230);
}

TEST(Failover, HostInAlertAndNeverDownExpires) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 200, [](World& world) { world.hosts["h2"].cloud_state = "Alert"; });
  story.cloud_every = 30;
  const StopwatchState open = play(story.until(kLoss + 10700));
  EXPECT_EQ(victim(only_open(open), "b1").state, VictimState::kPending);
  const StopwatchState end = play(story.until(kLoss + 10900));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kExpired);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kPending);
  EXPECT_FALSE(phase(record, Phase::kCloudstackHostDown));
  EXPECT_FALSE(phase(record, Phase::kAllVmsRunning));
}

TEST(Failover, FastRebootOnTheSameHost) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 90, [](World& world) {  // it is back before anybody declared it dead
    world.hosts["h2"].life = Life::kAnswers;
    world.hosts["h2"].booted = kLoss + 60;
    world.vm("b1").xen_host.clear();
  });
  // The power-state sync finds it halted and starts it there again.
  story.then(kLoss + 200, [](World& world) { world.force_stop("b1"); });
  story.then(kLoss + 220, [](World& world) { world.restart("b1", "h2"); });
  const StopwatchState end = play(story.until(kLoss + 300));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(record.rebooted, true);
  EXPECT_EQ(since_begin(*record.back), kLoss + 90);
  EXPECT_EQ(victim(record, "b1").new_host, "h2");
  EXPECT_EQ(phase(record, Phase::kAllVmsRunning), 220);
  EXPECT_FALSE(phase(record, Phase::kHostDeclaredDead));
}

TEST(Failover, RestartWithinOnePollShowsInLastUpdatedOnly) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 90, [](World& world) {
    world.hosts["h2"].life = Life::kAnswers;
    world.hosts["h2"].booted = kLoss + 60;
    world.xen_speaks = false;
  });
  story.then(kLoss + 161, [](World& world) { world.vm("b1").last_updated = kLoss + 160.5; });
  story.cloud_every = 30;
  const StopwatchState end = play(story.until(kLoss + 400));
  // No master calls it live: five minutes of answers count.
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_FALSE(record.rebooted) << "nobody told";
  EXPECT_NEAR(since_begin(*record.closed), kLoss + 90 + 300, 1);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kRunning);
  EXPECT_EQ(victim(record, "b1").source, RunningSource::kLastUpdated);
  EXPECT_EQ(since_begin(*victim(record, "b1").running_cloudstack), kLoss + 160.5);
}

TEST(Failover, ManagementNetworkBlipIsAFalseAlarm) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 61, [](World& world) { world.hosts["h2"].life = Life::kAnswers; });
  const StopwatchState end = play(story.until(kLoss + 200));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kFalseAlarm);
  EXPECT_EQ(record.rebooted, false);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kStayed);
  EXPECT_TRUE(end.book.phase_seconds.empty());
  EXPECT_TRUE(end.book.vm_restart_latency.empty());
  EXPECT_EQ(end.book.newest(), nullptr);
  EXPECT_EQ(since_begin(*record.closed), kLoss + 65 + 60);
}

TEST(Failover, ShortBlipIsASuspicionOnly) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 11, [](World& world) { world.hosts["h2"].life = Life::kAnswers; });
  const StopwatchState end = play(story.until(kLoss + 60));
  nothing_happened(end);
  EXPECT_EQ(end.book.suspicions, 1u);
}

TEST(Failover, ToolstackRestartOpensNothingHoweverLong) {
  Story story(small_pool());
  story.then(kLoss + 1, [](World& world) { world.hosts["h2"].life = Life::kAlive; });
  story.then(kLoss + 600, [](World& world) {  // the master misses its heartbeat, CloudStack its agent
    world.hosts["h2"].live = false;
    world.hosts["h2"].cloud_state = "Alert";
  });
  story.then(kLoss + 2000, [](World& world) {
    world.hosts["h2"].life = Life::kAnswers;
    world.hosts["h2"].live = true;
    world.hosts["h2"].cloud_state = "Up";
  });
  const StopwatchState end = play(story.until(kLoss + 2100));
  nothing_happened(end);
  EXPECT_EQ(end.book.suspicions, 1u);
}

TEST(Failover, ElectionMakesOtherHostsLookDead) {
  Story story(small_pool());
  master_dies(story);
  story.then(kLoss + 100, [](World& world) { world.hosts["h3"].life = Life::kSilent; });
  story.then(kLoss + 150, [](World& world) { world.elect("h2"); });
  story.then(kLoss + 160, [](World& world) {
    world.declared_dead("h1");
    world.hosts["h2"].cloud_state = world.hosts["h3"].cloud_state = "Alert";
  });
  story.then(kLoss + 200, [](World& world) {
    world.hosts["h3"].life = Life::kAnswers;
    world.hosts["h2"].cloud_state = world.hosts["h3"].cloud_state = "Up";
  });
  cloud_restarts(story, "h1", kLoss + 180, kLoss + 210, kLoss + 230, "h3");
  const StopwatchState end = play(story.until(kLoss + 400));
  EXPECT_EQ(only_closed(end).host, "h1");
  EXPECT_GE(end.book.suspicions, 1u);
}

TEST(Failover, PlannedRebootOfAnEmptyHostOpensNothing) {
  for (const bool by_cloud : {false, true}) {
    Story story(small_pool());
    story.then(20, [by_cloud](World& world) {
      world.vm("b1").xen_host = world.vm("b1").cloud_host = "h3";
      (by_cloud ? world.hosts["h2"].resource_state = "Maintenance" : "");
      world.hosts["h2"].planned = !by_cloud;
    });
    slave_dies(story);
    story.then(kLoss + 200, [](World& world) { world.declared_dead("h2"); });
    // The mark expires while it is off: still in order.
    story.then(kLoss + 400, [](World& world) {
      world.hosts["h2"].planned = false;
      world.hosts["h2"].resource_state = "Enabled";
    });
    const StopwatchState away = play(story.until(kLoss + 600));
    nothing_happened(away);
    EXPECT_EQ(away.book.suspicions, 0u);
    // Back and well, it is watched again.
    story.then(kLoss + 700, [](World& world) {
      world.hosts["h2"].life = Life::kAnswers;
      world.hosts["h2"].live = true;
    });
    slave_dies(story, "h2", kLoss + 901);
    EXPECT_EQ(only_open(play(story.until(kLoss + 950))).host, "h2");
  }
}

TEST(Failover, PlannedWorkOnAnEmptyHostIsNotEvenSuspected) {
  World world = small_pool();
  world.hosts["h3"].planned = true;
  Story story(world);
  slave_dies(story, "h3");
  story.then(kLoss + 8, [](World& dying) { dying.hosts["h3"].life = Life::kAlive; });
  story.then(kLoss + 30, [](World& dying) { dying.hosts["h3"].life = Life::kAnswers; });
  const StopwatchState end = play(story.until(kLoss + 60));
  nothing_happened(end);
  EXPECT_EQ(end.book.suspicions, 0u);
}

TEST(Failover, MaintenanceWithRunningVmsIsAFailure) {
  World world = small_pool();
  world.hosts["h2"].planned = true;
  Story story(world);
  slave_dies(story);
  EXPECT_EQ(only_open(play(story.until(kLoss + 30))).victims.size(), 1u);
}

TEST(Failover, LiveMigrationInTimeIsNoVictim) {
  Story story(small_pool());
  slave_dies(story);  // only our way to it; it evacuates
  story.then(kLoss + 40, [](World& world) {
    world.vm("b1").xen_host = world.vm("b1").cloud_host = "h3";
    world.vm("b1").last_updated = kLoss + 40;
  });
  story.then(kLoss + 200, [](World& world) { world.declared_dead("h2"); });
  const StopwatchState end = play(story.until(kLoss + 300));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kStayed);
  EXPECT_EQ(victim(record, "b1").new_host, "h3");
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_TRUE(end.book.vm_restart_latency.empty());
  EXPECT_FALSE(phase(record, Phase::kCloudstackHaStarted));
}

TEST(Failover, LiveMigrationWithoutAnyFailureChangesTheBaseline) {
  Story story(small_pool());
  story.then(40, [](World& world) { world.vm("b1").xen_host = world.vm("b1").cloud_host = "h3"; });
  slave_dies(story);
  EXPECT_TRUE(only_open(play(story.until(kLoss + 30))).victims.empty());
}

TEST(Failover, OperatorStopsOneMeanwhile) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 130, [](World& world) {
    world.force_stop("b1");
    world.event("b1", false, false, true, kLoss + 130);
  });
  const StopwatchState end = play(story.until(kLoss + 200));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kStopped);
  EXPECT_FALSE(phase(record, Phase::kAllVmsRunning));
  EXPECT_FALSE(phase(record, Phase::kCloudstackHaStarted));
  EXPECT_TRUE(end.book.vm_restart_latency.empty());
}

TEST(Failover, TheSystemsOwnStopIsNoOperator) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 130, [](World& world) {
    world.force_stop("b1");
    world.event("b1", false, true, true, kLoss + 130);
  });
  EXPECT_EQ(victim(only_open(play(story.until(kLoss + 200))), "b1").state, VictimState::kPending);
}

TEST(Failover, DestroyedMeanwhile) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) {
    world.declared_dead("h2");
    world.force_stop("b1");
    world.vm("b1").state = "Destroyed";
  });
  EXPECT_EQ(victim(only_closed(play(story.until(kLoss + 200))), "b1").state, VictimState::kStopped);
}

TEST(Failover, AnOperatorsStartIsNotHasLatency) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 130, [](World& world) { world.force_stop("b1"); });
  story.then(kLoss + 300, [](World& world) {
    world.event("b1", true, false, true, kLoss + 299);
    world.restart("b1", "h3");
  });
  const StopwatchState end = play(story.until(kLoss + 400));
  const Victim& b1 = victim(only_closed(end), "b1");
  EXPECT_EQ(b1.state, VictimState::kRunning);
  EXPECT_TRUE(b1.started_by_operator);
  EXPECT_TRUE(end.book.vm_restart_latency.empty());
}

TEST(Failover, VmWithoutHaFlagIsNotAwaited) {
  Story story(small_pool());
  story.then(0, [](World& world) { world.vm("b1").ha = false; });
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 200, [](World& world) { world.force_stop("b1"); });
  const StopwatchState end = play(story.until(kLoss + 130));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kNotProtected);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered) << "every protected victim runs: there is none";
  EXPECT_FALSE(phase(record, Phase::kAllVmsRunning));
}

TEST(Failover, ForceHaProtectsAll) {
  World world = small_pool();
  world.vm("b1").ha = false;
  world.settings["force.ha"] = 1;
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  EXPECT_EQ(victim(only_open(play(story.until(kLoss + 200))), "b1").ha, true);
}

TEST(Failover, FailedRestartIsRetried) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& world) { world.hosts["h2"].cloud_state = "Down"; });
  story.then(kLoss + 200, [](World& world) { world.force_stop("b1"); });
  story.then(kLoss + 210, [](World& world) {
    world.event("b1", true, true, true, kLoss + 210, true);
    world.alert(CloudAlertKind::kVmRestartFailed, kLoss + 210, "h2", "name of b1");
  });
  story.then(kLoss + 830, [](World& world) {
    world.event("b1", true, true, true, kLoss + 829);
    world.restart("b1", "h3");
  });
  const StopwatchState end = play(story.until(kLoss + 900));
  const Victim& b1 = victim(only_closed(end), "b1");
  EXPECT_EQ(b1.failed_attempts, 1) << "its alert and its event are one attempt";
  EXPECT_EQ(b1.source, RunningSource::kEvent);
  EXPECT_EQ(since_begin(*b1.running_cloudstack), kLoss + 829);
}

TEST(Failover, BetterSourcesReplaceWorseOnesWhileOpen) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& world) { world.hosts["h2"].cloud_state = "Down"; });
  story.then(kLoss + 200, [](World& world) { world.force_stop("b1"); });
  story.then(kLoss + 230, [](World& world) { world.restart("b1", "h3"); });
  const auto b1 = [&](double when) { return victim(play(story.until(when)).book.open.at(0), "b1"); };
  EXPECT_EQ(b1(kLoss + 232).source, RunningSource::kPoll);
  story.then(kLoss + 233,
             [](World& world) { world.alert(CloudAlertKind::kVmRestarted, kLoss + 229, "", "b1"); });
  EXPECT_EQ(b1(kLoss + 234).source, RunningSource::kAlert);
  EXPECT_EQ(since_begin(*b1(kLoss + 234).running_cloudstack), kLoss + 229);
  story.then(kLoss + 235, [](World& world) { world.vm("b1").last_updated = kLoss + 228; });
  EXPECT_EQ(b1(kLoss + 236).source, RunningSource::kLastUpdated);
  story.then(kLoss + 237, [](World& world) { world.event("b1", true, true, true, kLoss + 227); });
  EXPECT_EQ(b1(kLoss + 238).source, RunningSource::kEvent);
  EXPECT_EQ(since_begin(*b1(kLoss + 238).running_cloudstack), kLoss + 227);
}

TEST(Failover, DeadHostStaysInCloudstacksRecordUntilTheForcedStop) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& world) { world.hosts["h2"].cloud_state = "Down"; });
  const StopwatchState end = play(story.until(kLoss + 400));
  EXPECT_EQ(victim(only_open(end), "b1").state, VictimState::kPending);
  EXPECT_FALSE(victim(only_open(end), "b1").left_running);
}

TEST(Failover, SystemVmsAreReplacedByNewOnesEachOnce) {
  World world = small_pool();
  const auto proxy = [](const std::string& name, const std::string& host) {
    World::Vm vm;
    vm.name = name;
    vm.uuid = name + "-uuid";
    vm.id = name + "-id";
    vm.kind = model::CloudVmKind::kConsoleProxy;
    vm.ha = false;
    vm.xen_host = vm.cloud_host = host;
    return vm;
  };
  world.vms.push_back(proxy("v-1", "h2"));
  world.vms.push_back(proxy("v-2", "h2"));
  world.vms.push_back(proxy("v-3", "h3"));  // it ran before: no replacement
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& dying) { dying.hosts["h2"].cloud_state = "Down"; });
  story.then(kLoss + 200, [](World& dying) {
    for (const char* name : {"v-1", "v-2", "b1"}) dying.force_stop(name);
  });
  story.then(kLoss + 220, [](World& dying) { dying.restart("b1", "h3"); });
  story.then(kLoss + 230, [proxy](World& dying) { dying.vms.push_back(proxy("v-4", "h3")); });
  const StopwatchState one = play(story.until(kLoss + 300));
  EXPECT_EQ(victim(only_open(one), "v-1").replaced_by, "v-4");
  EXPECT_EQ(victim(only_open(one), "v-1").state, VictimState::kRunning);
  EXPECT_EQ(victim(only_open(one), "v-2").state, VictimState::kPending);
  EXPECT_FALSE(phase(only_open(one), Phase::kAllVmsRunning));
  story.then(kLoss + 330, [proxy](World& dying) { dying.vms.push_back(proxy("v-5", "h1")); });
  const StopwatchState both = play(story.until(kLoss + 400));
  EXPECT_EQ(victim(only_closed(both), "v-2").replaced_by, "v-5");
  EXPECT_EQ(since_begin(*victim(only_closed(both), "v-2").running_xenserver), kLoss + 330);
  EXPECT_EQ(phase(only_closed(both), Phase::kAllVmsRunning), 330);
}

TEST(Failover, AHundredVmsQueueBehindFiveWorkers) {
  World world = small_pool();
  for (int index = 0; index < 100; ++index) {
    World::Vm vm;
    vm.name = "q" + std::to_string(index);
    vm.uuid = vm.name + "-uuid";
    vm.id = vm.name + "-id";
    vm.xen_host = vm.cloud_host = "h2";
    world.vms.push_back(vm);
  }
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& dying) { dying.hosts["h2"].cloud_state = "Down"; });
  story.then(kLoss + 200, [](World& dying) {
    dying.force_stop("b1");
    dying.restart("b1", "h3");
  });
  for (int batch = 0; batch < 20; ++batch)
    story.then(kLoss + 210 + 30 * batch, [batch](World& dying) {
      for (int index = 5 * batch; index < 5 * batch + 5; ++index) {
        dying.force_stop("q" + std::to_string(index));
        dying.restart("q" + std::to_string(index), "h3");
      }
    });
  const StopwatchState end = play(story.until(kLoss + 900));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(phase(record, Phase::kFirstVmRunning), 200);
  EXPECT_EQ(phase(record, Phase::kAllVmsRunning), 210 + 30 * 19);
  EXPECT_EQ(seconds(*victim(record, "q52").running() - record.last_contact), 210 + 30 * 10);
  EXPECT_LE(*phase(record, Phase::kCloudstackHaStarted), 200);
}

TEST(Failover, TwoOverlapInOnePoolAndNobodyIsTakenTwice) {
  Story story(small_pool());
  slave_dies(story, "h2");
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 180, [](World& world) { world.hosts["h2"].cloud_state = "Down"; });
  story.then(kLoss + 190, [](World& world) { world.force_stop("b1"); });
  // It starts on h3 as CloudStack sees it, and h3 dies before it runs.
  story.then(kLoss + 195, [](World& world) {
    world.vm("b1").state = "Starting";
    world.vm("b1").cloud_host = "h3";
  });
  slave_dies(story, "h3", kLoss + 211);
  story.then(kLoss + 300, [](World& world) { world.declared_dead("h3"); });
  story.then(kLoss + 400, [](World& world) { world.restart("b1", "h1"); });
  const StopwatchState open = play(story.until(kLoss + 350));
  ASSERT_EQ(open.book.open.size() + open.book.closed.size(), 2u);
  const StopwatchState end = play(story.until(kLoss + 500));
  ASSERT_EQ(end.book.closed.size(), 2u);
  std::uint64_t counted = 0;
  for (const auto& [key, histogram] : end.book.vm_restart_latency)
    for (const std::uint64_t count : histogram.counts) counted += count;
  EXPECT_EQ(counted, 2u) << "b1, once in each view";
}

TEST(Failover, ASecondLossBeforeTheReturnIsTheSameFailover) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 200, [](World& world) { world.hosts["h2"].life = Life::kAnswers; });
  slave_dies(story, "h2", kLoss + 240);
  const StopwatchState end = play(story.until(kLoss + 400));
  EXPECT_EQ(only_open(end).last_contact, at(kLoss));
  EXPECT_FALSE(only_open(end).back);
}

TEST(Failover, ALossAfterTheReturnIsANewOne) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 200, [](World& world) {  // b1 still pends
    world.hosts["h2"].life = Life::kAnswers;
    world.hosts["h2"].live = true;
    world.hosts["h2"].booted = kLoss + 150;
    World::Vm fresh;
    fresh.name = "c1", fresh.uuid = "c1-uuid", fresh.id = "c1-id";
    fresh.xen_host = fresh.cloud_host = "h2";
    world.vms.push_back(fresh);
  });
  slave_dies(story, "h2", kLoss + 401);
  const StopwatchState end = play(story.until(kLoss + 450));
  ASSERT_EQ(end.book.open.size(), 2u);
  EXPECT_EQ(victim(end.book.open[0], "b1").state, VictimState::kPending);
  ASSERT_EQ(end.book.open[1].victims.size(), 1u);
  EXPECT_EQ(end.book.open[1].victims[0].name, "c1");
}

TEST(Failover, AHostThatIsBackAfterItsFailoverOpensNoSecondOne) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  cloud_restarts(story, "h2", kLoss + 180, kLoss + 200, kLoss + 230, "h3");
  // It answers, but neither system has taken it back yet; then it reboots once more.
  story.then(kLoss + 300, [](World& world) { world.hosts["h2"].life = Life::kAnswers; });
  slave_dies(story, "h2", kLoss + 350);
  story.then(kLoss + 500, [](World& world) { world.hosts["h2"].life = Life::kAnswers; });
  EXPECT_EQ(only_closed(play(story.until(kLoss + 800))).outcome, FailoverOutcome::kRecovered);
}

TEST(Failover, OldMasterLeadsAgainWithoutElection) {
  World world = small_pool();
  world.ha_enabled = false;
  Story story(world);
  master_dies(story);
  story.then(kLoss + 300, [](World& dying) {
    dying.hosts["h1"].life = Life::kAnswers;
    dying.hosts["h1"].booted = kLoss + 250;
    dying.elect("h1");
    for (const char* name : {"a1", "a2", "r1"}) dying.force_stop(name);
  });
  story.then(kLoss + 400, [](World& dying) {
    dying.restart("a1", "h1");
    dying.restart("r1", "h2");
  });
  const StopwatchState end = play(story.until(kLoss + 500));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_FALSE(phase(record, Phase::kMasterElected));
  EXPECT_EQ(record.rebooted, true);
}

TEST(Failover, NoCloudstackAndNothingProtectedIsPartial) {
  Story story(small_pool());
  slave_dies(story);
  story.then(0, [](World& world) { world.cloud_speaks = false; });
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  const StopwatchState end = play(story.until(kLoss + 1900), false);
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kPartial);
  EXPECT_FALSE(record.somebody_restarts);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kPending);
  EXPECT_FALSE(victim(record, "b1").ha);
}

TEST(Failover, XenserverRestartsItsOwnProtectedVms) {
  World world = small_pool();
  world.cloud_speaks = false;
  world.vm("b1").protected_by_xenserver = true;
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  story.then(kLoss + 150, [](World& dying) { dying.vm("b1").xen_host = "h3"; });  // the same record
  const StopwatchState end = play(story.until(kLoss + 200), false);
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(seconds(*victim(record, "b1").running_xenserver - record.last_contact), 150);
  EXPECT_FALSE(victim(record, "b1").running_cloudstack);
  EXPECT_FALSE(phase(record, Phase::kCloudstackHaStarted));
}

TEST(Failover, VmHaDisabledMeansNobodyRestarts) {
  World world = small_pool();
  world.settings["vm.ha.enabled"] = 0;
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  EXPECT_EQ(only_closed(play(story.until(kLoss + 1900))).outcome, FailoverOutcome::kPartial);
}

TEST(Failover, CloudstackDownDuringTheFailure) {
  Story story(small_pool());
  slave_dies(story);
  story.then(kLoss - 50, [](World& world) { world.cloud_speaks = false; });
  story.then(kLoss + 120, [](World& world) { world.declared_dead("h2"); });
  story.then(kLoss + 600, [](World& world) { world.cloud_speaks = true; });
  cloud_restarts(story, "h2", kLoss + 700, kLoss + 720, kLoss + 750, "h3");
  const StopwatchState end = play(story.until(kLoss + 850));
  EXPECT_EQ(phase(only_closed(end), Phase::kDetected), 15);
  EXPECT_EQ(phase(only_closed(end), Phase::kAllVmsRunning), 750);
}

TEST(Failover, XenserverUnreachableButCloudstackFine) {
  World world = small_pool();
  world.xen_speaks = false;  // from the start: no login, only probes
  Story story(world);
  slave_dies(story);
  cloud_restarts(story, "h2", kLoss + 180, kLoss + 200, kLoss + 230, "h3");
  story.then(kLoss + 1, [](World& dying) { dying.xen_speaks = false; });
  const StopwatchState end = play(story.until(kLoss + 400));
  const FailoverRecord& record = only_closed(end);
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(victim(record, "b1").source, RunningSource::kPoll);
  EXPECT_FALSE(victim(record, "b1").running_xenserver);
}

TEST(Failover, NothingOpensWhileWeAreCutOff) {
  Story story(small_pool());
  story.say(kLoss + 1, Isolated{true, at(kLoss + 1)});
  story.then(kLoss + 1, [](World& world) {
    for (const char* host : {"h1", "h2", "h3"}) world.dies(host);
    world.cloud_speaks = false;
  });
  nothing_happened(play(story.until(kLoss + 300)));
  story.then(kLoss + 300, [](World& world) {
    for (const char* host : {"h1", "h2", "h3"}) world.hosts[host].life = Life::kAnswers;
    world.xen_speaks = world.cloud_speaks = true;
  });
  story.say(kLoss + 301, Isolated{false, at(kLoss + 301)});
  nothing_happened(play(story.until(kLoss + 400)));
}

TEST(Failover, NorWhenBothSystemsAgreeMeanwhile) {
  World world = small_pool();
  Stopwatch watch(settings(), play(Story(world).until(kLoss)));
  watch.isolated(true, at(kLoss + 1));
  world.declared_dead("h2");
  world.hosts["h2"].cloud_state = "Down";
  watch.see(world.xen_sight(kLoss + 2));
  watch.see(world.cloud_snapshot(kLoss + 2), at(kLoss + 2));
  nothing_happened(watch.state());
  watch.isolated(false, at(kLoss + 3));
  watch.see(world.xen_sight(kLoss + 4));
  EXPECT_EQ(only_open(watch.state()).host, "h2");
}

TEST(Failover, CountingBeginsAnewAfterTheIsolation) {
  Story story(small_pool());
  slave_dies(story, "h2", kLoss - 9);  // two silent probes before we are cut off
  story.say(kLoss + 1, Isolated{true, at(kLoss + 1)});
  story.say(kLoss + 51, Isolated{false, at(kLoss + 51)});
  nothing_happened(play(story.until(kLoss + 64)));
  const StopwatchState end = play(story.until(kLoss + 65));
  EXPECT_EQ(only_open(end).last_contact, at(kLoss - 10));
  EXPECT_EQ(since_begin(only_open(end).first_failure), kLoss + 55) << "our own blindness is uncertainty";
}

/// What a stop-watch sees that is started again at kLoss + 600, with what it knew at kLoss.
StopwatchState started_again(const World& world) {
  Stopwatch watch(settings(), play(Story(small_pool()).until(kLoss)));
  watch.see(world.xen_sight(kLoss + 600));
  watch.see(world.cloud_snapshot(kLoss + 601), at(kLoss + 601));
  for (int round = 0; round < 3; ++round)
    for (const char* host : {"h1", "h2", "h3"})
      watch.see(world.probe(host, kLoss + 602 + 5 * round, kLoss + 603 + 5 * round));
  watch.see(world.xen_sight(kLoss + 620));
  return watch.state();
}

TEST(Failover, AHostLostWhileTheExporterWasDown) {
  World world = small_pool();
  world.dies("h2");
  world.declared_dead("h2");
  world.force_stop("b1");
  const StopwatchState end = started_again(world);
  const FailoverRecord& record = only_open(end);
  EXPECT_EQ(record.last_contact, at(kLoss));
  EXPECT_EQ(seconds(record.uncertainty()), 603);
  EXPECT_EQ(victim(record, "b1").state, VictimState::kPending);
}

TEST(Failover, ItsVmsRunElsewhereBeforeWeAreBack) {
  World world = small_pool();
  world.dies("h2");
  world.restart("b1", "h3");
  const StopwatchState end = started_again(world);
  ASSERT_EQ(only_open(end).victims.size(), 1u) << "who ran there when it last answered";
  EXPECT_EQ(victim(only_open(end), "b1").state, VictimState::kRunning);
  EXPECT_EQ(victim(only_open(end), "b1").new_host, "h3");
}

TEST(Failover, ABaselineOfThreeHoursAgoOpensNothing) {
  Stopwatch watch(settings(), play(Story(small_pool()).until(kLoss)));
  for (int probe = 0; probe < 5; ++probe) {
    const double when = kLoss + 3 * 3600 + 60 + 5 * probe;
    watch.see(ProbeSight{"h2-uuid", "h2", at(when), at(when + 1), Life::kSilent});
  }
  nothing_happened(watch.state());
}

TEST(Failover, TwinsByNameAreNoRestartOfEachOther) {
  World world = small_pool();
  for (World::Vm& vm : world.vms) vm.id.clear();  // made by hand
  world.vm("a1").name = "b1";                     // runs on h1, under the name of the VM on h2
  world.cloud_speaks = false;
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  const StopwatchState end = play(story.until(kLoss + 300), false);
  EXPECT_EQ(victim(only_open(end), "b1").vm_uuid, "b1-uuid");
  EXPECT_EQ(victim(only_open(end), "b1").state, VictimState::kPending);
}

TEST(Failover, ForeignVmsOfACloudstackPoolHoldNothingOpen) {
  World world = small_pool();
  world.vm("b1").id.clear();
  Story story(world);
  slave_dies(story);
  story.then(kLoss + 120, [](World& dying) { dying.declared_dead("h2"); });
  EXPECT_EQ(victim(only_closed(play(story.until(kLoss + 200))), "b1").state, VictimState::kNotProtected);
}

TEST(Failover, StreamOfTheMasterSavesOneProbe) {
  Story story(small_pool());
  master_dies(story);
  story.say(kLoss + 2, StreamSight{at(kLoss + 2), "h1-uuid"});
  const StopwatchState end = play(story.until(kLoss + 11));
  EXPECT_EQ(phase(only_open(end), Phase::kDetected), 10);
}

TEST(Stopwatch, WantsFastProbesForTenMinutes) {
  Stopwatch watch(settings(), play(Story(small_pool()).until(kLoss)));
  EXPECT_FALSE(watch.wants_fast_probes(at(kLoss)));
  EXPECT_FALSE(watch.suspects());
  watch.see(ProbeSight{"h2-uuid", "h2", at(kLoss + 5), at(kLoss + 6), Life::kSilent});
  EXPECT_TRUE(watch.suspects());
  EXPECT_TRUE(watch.wants_fast_probes(at(kLoss + 605)));
  EXPECT_FALSE(watch.wants_fast_probes(at(kLoss + 606)));
  watch.isolated(true, at(kLoss + 7));
  EXPECT_FALSE(watch.wants_fast_probes(at(kLoss + 8)));
}

TEST(Stopwatch, FocusNamesThePendingOnes) {
  Story story(small_pool());
  master_dies(story);
  story.then(kLoss + 150, [](World& world) { world.elect("h2"); });
  story.then(kLoss + 160, [](World& world) { world.declared_dead("h1"); });
  const auto focus = [&](double when) {
    Stopwatch watch(settings(), {});
    for (const Sight& sight : story.until(when)) tell(watch, sight);
    return watch.focus();
  };
  EXPECT_EQ(focus(kLoss), CloudFocus{});
  EXPECT_EQ(focus(kLoss + 20), (CloudFocus{at(kLoss + 15), {"a1-id", "a2-id"}, true, false}));
  EXPECT_EQ(focus(kLoss + 170), (CloudFocus{at(kLoss + 15), {"a1-id"}, true, false}));
}

TEST(Stopwatch, VersionsMoveWithWhatTheyStandFor) {
  Stopwatch watch(settings(), play(Story(small_pool()).until(kLoss)));
  World world = small_pool();
  for (const char* host : {"h1", "h2", "h3"}) watch.see(world.probe(host, kLoss + 1, kLoss + 1));
  watch.see(world.xen_sight(kLoss + 2));
  watch.see(world.cloud_snapshot(kLoss + 2), at(kLoss + 2));
  const auto book = watch.version(), baseline = watch.baseline_version();
  watch.see(world.xen_sight(kLoss + 3));
  watch.see(world.cloud_snapshot(kLoss + 3), at(kLoss + 3));
  EXPECT_EQ(watch.version(), book);
  EXPECT_EQ(watch.baseline_version(), baseline);
  world.vm("b1").xen_host = "h3";
  watch.see(world.xen_sight(kLoss + 4));
  EXPECT_EQ(watch.version(), book);
  EXPECT_GT(watch.baseline_version(), baseline);
  world.dies("h2");
  for (int probe = 0; probe < 3; ++probe)
    watch.see(world.probe("h2", kLoss + 10 + probe, kLoss + 10 + probe));
  EXPECT_GT(watch.version(), book);
}

}  // namespace
}  // namespace xenha::exporter::test
