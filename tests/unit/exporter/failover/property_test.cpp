// Random observations in random order: whatever is seen, the books stay sane. The seed is fixed; a failure
// names the sequence, which can be run alone.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

#include "exporter/failover/history.h"
#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using Life = ProbeSight::Life;
using Phase = FailoverPhase;
constexpr unsigned kSeed = 20261126;
constexpr unsigned kSequences = 3000;
constexpr int kSteps = 160;

/// A world in which anything may happen at any time, and the sights of it, late and out of order.
class Chaos {
 public:
  explicit Chaos(std::size_t sequence) : random_(kSeed + static_cast<unsigned>(sequence)) {
    world_ = small_pool();
    world_.ha_enabled = chance(70);
    if (chance(20)) world_.settings["vm.ha.enabled"] = 0;
    if (chance(10)) world_.settings["force.ha"] = 1;
    for (const char* name : {"v1", "v2"}) {
      World::Vm vm;
      vm.name = name;
      vm.uuid = vm.name + "-uuid";
      vm.id = vm.name + "-id";
      vm.kind = model::CloudVmKind::kConsoleProxy;
      vm.xen_host = vm.cloud_host = some_host();
      world_.vms.push_back(vm);
    }
    if (chance(50)) world_.vm("b1").protected_by_xenserver = true;
    if (chance(30)) world_.vm("b1").id.clear();
  }

  std::vector<Sight> sights() {
    std::vector<Sight> out;
    for (const auto& [label, host] : world_.hosts) out.emplace_back(world_.probe(label, 0, 0.1));
    out.emplace_back(world_.xen_sight(1));
    out.emplace_back(CloudTold{world_.cloud_snapshot(1), at(1)});
    now_ = 2;
    for (int step = 0; step < kSteps; ++step) {
      now_ += chance(10) ? number(1, 400) : number(0, 6);
      if (chance(25)) happen();
      out.push_back(look());
    }
    // Then everything is quiet for longer than any record lives.
    for (int turn = 0; turn < 24; ++turn) out.emplace_back(Tick{at(now_ + 600.0 * turn)});
    return out;
  }

 private:
  int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  std::string some_host() { return "h" + std::to_string(number(1, 3)); }
  World::Vm& some_vm() {
    return world_.vms[static_cast<std::size_t>(number(0, static_cast<int>(world_.vms.size()) - 1))];
  }
  /// A little earlier or later: clocks, and sources that are not equally fast.
  double about_now() { return now_ + number(-3, 3) * 0.5; }

  void happen() {
    const std::string host = some_host();
    World::Host& there = world_.hosts[host];
    World::Vm& vm = some_vm();
    switch (number(0, 15)) {
      case 0:
      case 1:
        world_.dies(host);
        break;
      case 2:
        there.life = Life::kAlive;
        break;
      case 3:
        there.life = Life::kAnswers;
        there.live = true;
        there.cloud_state = "Up";
        if (chance(50)) there.booted = now_;
        if (host == world_.master) world_.elect(host);
        break;
      case 4:
        world_.declared_dead(host);
        break;
      case 5:
        there.cloud_state = std::vector<std::string>{"Up", "Down", "Alert", "Disconnected"}.at(
            static_cast<std::size_t>(number(0, 3)));
        break;
      case 6:
        world_.alert(static_cast<CloudAlertKind>(number(0, 10)), about_now(), host,
                     chance(40) ? vm.name : "");
        break;
      case 7:
        world_.event(vm.name, chance(60), chance(60), chance(70), about_now(), chance(20));
        break;
      case 8:
      case 9:
        world_.force_stop(vm.name);
        break;
      case 10:
      case 11:
        world_.restart(vm.name, host);
        if (chance(30)) vm.last_updated = about_now();
        break;
      case 12:
        vm.xen_host = vm.cloud_host = host;  // a migration, or a record that lies
        break;
      case 13:
        vm.state = std::vector<std::string>{"Stopping", "Starting", "Migrating", "Destroyed"}.at(
            static_cast<std::size_t>(number(0, 3)));
        break;
      case 14:
        world_.elect(host);
        there.life = Life::kAnswers;
        break;
      default:
        (chance(50) ? there.planned : world_.xen_speaks) = chance(50);
        break;
    }
  }

  Sight look() {
    const std::string host = some_host();
    switch (number(0, 9)) {
      case 0:
      case 1:
        return world_.xen_sight(about_now());
      case 2:
      case 3:
        return CloudTold{world_.cloud_snapshot(about_now()), at(now_)};
      case 4:
        return chance(80) ? Sight(Tick{at(now_)}) : Sight(StreamSight{at(now_), world_.master + "-uuid"});
      case 5:
        if (chance(10)) return Isolated{chance(40), at(now_)};
        [[fallthrough]];
      default:
        return world_.probe(host, about_now(), now_);
    }
  }

  std::mt19937 random_;
  World world_;
  double now_ = 0;
};

bool in_order(const std::optional<WallTime>& earlier, const std::optional<WallTime>& later) {
  return !earlier || !later || *earlier <= *later;
}

void expect_sane(const FailoverRecord& record) {
  EXPECT_LE(record.last_contact, record.first_failure);
  for (const auto& when : record.phases) EXPECT_TRUE(in_order(record.last_contact, when));
  EXPECT_TRUE(in_order(record.at(Phase::kCloudstackHaStarted), record.at(Phase::kFirstVmRunning)));
  EXPECT_TRUE(in_order(record.at(Phase::kFirstVmRunning), record.at(Phase::kAllVmsRunning)));
  std::set<std::pair<std::string, std::string>> names;
  for (const Victim& victim : record.victims) {
    EXPECT_TRUE(names.emplace(victim.name, victim.vm_uuid).second) << victim.name;
    EXPECT_TRUE(in_order(record.last_contact, victim.running_xenserver));
    EXPECT_TRUE(in_order(record.last_contact, victim.running_cloudstack));
    EXPECT_TRUE(in_order(record.last_contact, victim.left_running));
    EXPECT_EQ(victim.running_cloudstack.has_value(), victim.source.has_value());
    if (victim.state == VictimState::kRunning) {
      EXPECT_TRUE(victim.running());
    }
    if (record.outcome == FailoverOutcome::kRecovered && victim.ha == true) {
      EXPECT_NE(victim.state, VictimState::kPending) << victim.name;
    }
    if (record.at(Phase::kAllVmsRunning) && victim.ha == true) {
      EXPECT_NE(victim.state, VictimState::kPending) << victim.name;
    }
  }
}

/// Nobody pends twice, and nobody replaces two.
void expect_sane(const FailoverBook& book) {
  std::set<std::string> pending, replacements;
  std::set<std::string> ids;
  for (const FailoverRecord& record : book.open) {
    expect_sane(record);
    EXPECT_TRUE(ids.insert(record.id).second) << record.id;
    for (const Victim& victim : record.victims) {
      if (victim.state == VictimState::kPending) {
        EXPECT_TRUE(pending.insert(victim.name).second) << victim.name;
      }
      if (!victim.replaced_by.empty()) {
        EXPECT_TRUE(replacements.insert(victim.replaced_by).second) << victim.replaced_by;
      }
    }
  }
  for (const FailoverRecord& record : book.closed) EXPECT_TRUE(ids.insert(record.id).second) << record.id;
}

/// The books as the closed records alone would fill them: each phase, each VM once.
void expect_counted_once(const FailoverBook& book) {
  FailoverBook again;
  for (const FailoverRecord& record : book.closed) {
    expect_sane(record);
    ++again.outcomes[{record.role, record.outcome}];
    if (record.outcome == FailoverOutcome::kFalseAlarm) continue;
    for (std::size_t phase = 0; phase < kFailoverPhases; ++phase)
      if (record.phases[phase])
        again.phase_seconds[{record.role, static_cast<Phase>(phase)}].observe(
            seconds(*record.phases[phase] - record.last_contact));
    for (const Victim& victim : record.victims) {
      if (victim.state != VictimState::kRunning || victim.started_by_operator || victim.ha == false) continue;
      using SeenBy = FailoverBook::SeenBy;
      if (victim.running_xenserver)
        again.vm_restart_latency[{victim.kind, SeenBy::kXenserver}].observe(
            seconds(*victim.running_xenserver - record.last_contact));
      if (victim.running_cloudstack)
        again.vm_restart_latency[{victim.kind, SeenBy::kCloudstack}].observe(
            seconds(*victim.running_cloudstack - record.last_contact));
    }
  }
  const auto same = [](const auto& left, const auto& right) {
    ASSERT_EQ(left.size(), right.size());
    for (const auto& [key, histogram] : left) {
      ASSERT_TRUE(right.contains(key));
      EXPECT_EQ(histogram.counts, right.at(key).counts);
      EXPECT_NEAR(histogram.sum, right.at(key).sum, 1e-6);
    }
  };
  EXPECT_EQ(book.outcomes, again.outcomes);
  same(book.phase_seconds, again.phase_seconds);
  same(book.vm_restart_latency, again.vm_restart_latency);
}

/// `restart_at`: there the exporter is restarted; the state must come back as it was.
FailoverBook play_and_check(const std::vector<Sight>& sights, std::size_t restart_at) {
  auto watch = std::make_unique<Stopwatch>(settings(), StopwatchState{});
  for (std::size_t index = 0; index < sights.size(); ++index) {
    if (index == restart_at) {
      const StopwatchState before = watch->state();
      Result<StopwatchState> kept = parse_failovers(failovers_text(before));
      if (!kept) {
        ADD_FAILURE() << kept.error().message;
        return {};
      }
      EXPECT_TRUE(*kept == before);
      watch = std::make_unique<Stopwatch>(settings(), *std::move(kept));
    }
    tell(*watch, sights[index]);
    expect_sane(watch->book());
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_TRUE(watch->book().open.empty()) << "nothing lives longer than three hours";
  expect_counted_once(watch->book());
  return watch->book();
}

TEST(FailoverProperty, AnyInterleavingKeepsTheBooksSane) {
  std::map<FailoverOutcome, int> outcomes;
  std::map<VictimState, int> states;
  for (std::size_t sequence = 0; sequence < kSequences; ++sequence) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", sequence " + std::to_string(sequence));
    const std::vector<Sight> sights = Chaos(sequence).sights();
    const std::size_t restart_at = (sequence * 31) % sights.size();
    const FailoverBook book = play_and_check(sights, restart_at);
    if (HasFailure()) return;
    if (sequence % 10 == 0) {
      ASSERT_TRUE(play_and_check(sights, restart_at) == book) << "equal sequences, unequal books";
    }
    for (const FailoverRecord& record : book.closed) {
      ++outcomes[record.outcome];
      for (const Victim& victim : record.victims) ++states[victim.state];
    }
  }
  // The chaos reaches everything that it is meant to check.
  EXPECT_EQ(outcomes.size(), 4u);
  EXPECT_EQ(states.size(), 5u);
  for (const auto& [outcome, count] : outcomes)
    RecordProperty(kFailoverOutcomeWords.at(static_cast<std::size_t>(outcome)), count);
}

}  // namespace
}  // namespace xenha::exporter::test
