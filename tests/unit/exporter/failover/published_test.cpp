// The published failure (design S7) at the level of sights: one master with 10 user VMs, 4 routers and 3
// system VMs, and its five times. And the same with a restart of the exporter at every single step.
#include <gtest/gtest.h>

#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using Phase = FailoverPhase;
constexpr double kLoss = 100;

World published_pool() {
  World world;
  for (const char* label : {"h1", "h2", "h3", "h4"}) world.hosts[label].names = "h1";
  world.hosts["h1"].claims = true;
  world.hosts["h1"].names.clear();
  const auto add = [&](const std::string& name, model::CloudVmKind kind) {
    World::Vm vm;
    vm.name = name;
    vm.uuid = name + "-uuid";
    vm.id = name + "-id";
    vm.kind = kind;
    vm.xen_host = vm.cloud_host = "h1";
    if (kind == model::CloudVmKind::kConsoleProxy || kind == model::CloudVmKind::kSecondaryStorageVm)
      vm.ha = false;  // their offering has none; their managers re-create them
    world.vms.push_back(vm);
  };
  for (int index = 10; index < 20; ++index)
    add("i-2-" + std::to_string(index) + "-VM", model::CloudVmKind::kUser);
  for (int index = 20; index < 24; ++index)
    add("r-" + std::to_string(index) + "-VM", model::CloudVmKind::kRouter);
  add("v-30-VM", model::CloudVmKind::kConsoleProxy);
  add("v-31-VM", model::CloudVmKind::kConsoleProxy);
  add("s-32-VM", model::CloudVmKind::kSecondaryStorageVm);
  return world;
}

/// Detected 1:15, new master 3:00, CloudStack confirmed 3:15, HA started 3:30, all running 5:30.
std::vector<Sight> published() {
  Story story(published_pool());
  story.probe_every = 25;  // so that the third silent probe ends at 1:15
  story.silence_takes = 10;
  story.cloud_every = 3;
  story.then(kLoss + 1, [](World& world) { world.dies("h1"); });
  story.then(kLoss + 175, [](World& world) { world.elect("h3"); });
  story.then(kLoss + 180, [](World& world) { world.declared_dead("h1"); });
  story.then(kLoss + 195, [](World& world) {
    world.hosts["h1"].cloud_state = "Down";
    world.alert(CloudAlertKind::kHaScheduled, kLoss + 195, "h1");
  });
  story.then(kLoss + 210, [](World& world) {
    for (const World::Vm& vm : std::vector<World::Vm>(world.vms)) world.force_stop(vm.name);
  });
  double when = kLoss + 250;
  for (const World::Vm& vm : published_pool().vms) {
    if (vm.name == "v-31-VM") continue;
    story.then(when, [name = vm.name](World& world) { world.restart(name, "h2"); });
    when += 4;
  }
  // One console proxy comes back under a new id and name.
  story.then(kLoss + 330, [](World& world) {
    World::Vm& old = world.vm("v-31-VM");
    old.state = "Destroyed";
    World::Vm fresh;
    fresh.name = "v-77-VM";
    fresh.uuid = "v-77-uuid";
    fresh.id = "v-77-id";
    fresh.kind = model::CloudVmKind::kConsoleProxy;
    fresh.xen_host = fresh.cloud_host = "h4";
    fresh.ha = false;
    world.vms.push_back(fresh);
  });
  return story.until(kLoss + 420);
}

TEST(PublishedFailure, GivesThePublishedTable) {
  const StopwatchState end = play(published());
  ASSERT_TRUE(end.book.open.empty());
  ASSERT_EQ(end.book.closed.size(), 1u);
  const FailoverRecord& record = end.book.closed.front();
  EXPECT_EQ(record.outcome, FailoverOutcome::kRecovered);
  EXPECT_EQ(record.role, FailoverRole::kMaster);
  EXPECT_EQ(record.id, "pool1-1760000100-h1-uuid");
  EXPECT_EQ(record.last_contact, at(kLoss));
  EXPECT_EQ(seconds(record.uncertainty()), 25);
  EXPECT_EQ(phase(record, Phase::kDetected), 75);
  EXPECT_EQ(phase(record, Phase::kMasterElected), 175);
  EXPECT_EQ(record.new_master, "h3");
  EXPECT_EQ(phase(record, Phase::kHostDeclaredDead), 180);
  EXPECT_EQ(phase(record, Phase::kCloudstackHostDown), 195);
  EXPECT_NEAR(*phase(record, Phase::kCloudstackHaStarted), 210, 3);
  EXPECT_EQ(phase(record, Phase::kFirstVmRunning), 250);
  EXPECT_EQ(phase(record, Phase::kAllVmsRunning), 330);
  ASSERT_EQ(record.victims.size(), 17u);
  for (const Victim& victim : record.victims) {
    EXPECT_EQ(victim.state, VictimState::kRunning) << victim.name;
    ASSERT_TRUE(victim.running_xenserver && victim.running_cloudstack) << victim.name;
    EXPECT_NEAR(seconds(*victim.running_cloudstack - *victim.running_xenserver), 1.5, 1.5) << victim.name;
    EXPECT_EQ(victim.new_host, victim.name == "v-31-VM" ? "h4" : "h2") << victim.name;
  }
  EXPECT_EQ(victim(record, "v-31-VM").replaced_by, "v-77-VM");
}

TEST(PublishedFailure, EachVmAndPhaseIsCountedOnce) {
  const FailoverBook book = play(published()).book;
  EXPECT_EQ(book.outcomes,
            (decltype(book.outcomes){{{FailoverRole::kMaster, FailoverOutcome::kRecovered}, 1}}));
  const auto total = [](const FailoverHistogram& histogram) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : histogram.counts) sum += count;
    return sum;
  };
  EXPECT_EQ(book.phase_seconds.size(), kFailoverPhases);
  for (const auto& [key, histogram] : book.phase_seconds) EXPECT_EQ(total(histogram), 1u);
  using SeenBy = FailoverBook::SeenBy;
  std::map<model::CloudVmKind, std::uint64_t> by_kind;
  for (const auto& [key, histogram] : book.vm_restart_latency)
    if (key.second == SeenBy::kCloudstack) by_kind[key.first] = total(histogram);
  EXPECT_EQ(by_kind[model::CloudVmKind::kUser], 10u);
  EXPECT_EQ(by_kind[model::CloudVmKind::kRouter], 4u);
  EXPECT_EQ(by_kind[model::CloudVmKind::kConsoleProxy], 2u);
  EXPECT_EQ(by_kind[model::CloudVmKind::kSecondaryStorageVm], 1u);
  EXPECT_EQ(book.suspicions, 0u);
}

/// How soon a record closes may depend on when the master speaks next; nothing else may.
FailoverBook with_same_closing(FailoverBook book, const FailoverBook& other) {
  if (book.closed.size() != 1 || other.closed.size() != 1) return book;
  const Duration between = *book.closed.front().closed - *other.closed.front().closed;
  EXPECT_LE(std::abs(seconds(between)), 60);
  book.closed.front().closed = other.closed.front().closed;
  return book;
}

TEST(PublishedFailure, ARestartAtAnyStepChangesNothing) {
  const std::vector<Sight> sights = published();
  const FailoverBook whole = play(sights).book;
  for (std::size_t step = 0; step < sights.size(); ++step)
    ASSERT_TRUE(with_same_closing(play(sights, true, step).book, whole) == whole)
        << "restart before sight " << step;
}

}  // namespace
}  // namespace xenha::exporter::test
