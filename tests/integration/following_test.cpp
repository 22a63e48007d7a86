// Finding the pool's master, following it, losing it, finding the next one.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "tests/integration/watched_pool.h"
#include "tests/sim/control/commands.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using exporter::HostSnapshot;
using exporter::HostState;
using exporter::PoolSnapshot;

std::string on(const std::string& address, const std::string& more = "") {
  return R"({"host": ")" + address + "\"" + (more.empty() ? "" : ", " + more) + "}";
}
std::string on_pool(const std::string& pool, const std::string& address, const std::string& more) {
  return R"({"pool": ")" + pool + R"(", "host": ")" + address + "\", " + more + "}";
}
const HostSnapshot* by_address(const PoolSnapshot& pool, const std::string& address) {
  const auto found = std::find_if(pool.hosts.begin(), pool.hosts.end(),
                                  [&](const auto& host) { return host.address == address; });
  return found == pool.hosts.end() ? nullptr : &*found;
}
bool is_in(const PoolSnapshot& pool, const std::string& address, HostState state) {
  const HostSnapshot* host = by_address(pool, address);
  return host != nullptr && host->state == state;
}
Duration timed(const std::function<void()>& act) {
  const SystemClock clock;
  const SteadyTime began = clock.steady();
  act();
  return clock.steady() - began;
}

TEST(Following, WithHaOnAnotherHostTakesOverAndTheOldMasterComesBackAsSlave) {
  WatchedWorld world({.speed = 60});
  world.start();
  const PoolSnapshot first = world.wait_until_known();
  EXPECT_EQ(first.master_changes, 0u);
  const std::string old_master = world.sim().address(1, 1);
  world.command("power-off", on(old_master));
  world.wait_for("the loss", [&](const PoolSnapshot& p) {
    return !p.up && is_in(p, old_master, HostState::kUnreachable);
  });
  const PoolSnapshot elected = world.wait_for(
      "a new master",
      [&](const PoolSnapshot& p) { return p.up && p.master_changes == 1 && p.masters == 1 && p.facts; }, "",
      60s);
  EXPECT_FALSE(by_address(elected, old_master)->claims_master == true);
  EXPECT_GT(elected.master_since, first.master_since);
  world.command("power-on", on(old_master));
  const PoolSnapshot back = world.wait_for(
      "the old master as a slave",
      [&](const PoolSnapshot& p) {
        const HostSnapshot* host = by_address(p, old_master);
        return host != nullptr && host->state == HostState::kSlave && host->live == true &&
               host->enabled == true && host->rejoin;
      },
      "", 60s);
  EXPECT_EQ(back.master_changes, 1u);
  EXPECT_EQ(back.masters, 1);
}

TEST(Following, ASlaveAloneInTheConfigurationLeadsToAllMembers) {
  WatchedWorld world({.tls = true});
  std::erase_if(world.config.pools[0].hosts,
                [&](const auto& host) { return host.address != world.sim().address(1, 3); });
  ASSERT_EQ(world.config.pools[0].hosts.size(), 1u);
  world.start();
  const PoolSnapshot pool = world.wait_until_known();
  EXPECT_EQ(pool.hosts.size(), 4u);
}

TEST(Following, MembersAreRememberedWhileTheMasterIsAway) {
  WatchedWorld world({.pools = {{.ha = false}}, .tls = true});
  std::erase_if(world.config.pools[0].hosts,
                [&](const auto& host) { return host.address != world.sim().address(1, 3); });
  world.start();
  const PoolSnapshot before = world.wait_until_known();
  world.stop();
  world.command("power-off", on(world.sim().address(1, 1)));
  world.start();
  const PoolSnapshot after = world.wait_for("all members by their names", [&](const PoolSnapshot& p) {
    return p.hosts.size() == 4 && p.masters == 0 &&
           std::all_of(p.hosts.begin(), p.hosts.end(),
                       [](const HostSnapshot& host) { return host.reachable; });
  });
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(after.hosts[i].label, before.hosts[i].label);
  EXPECT_FALSE(after.facts);
}

// Without verified TLS a slave's word is not enough to send a password somewhere.
TEST(Following, OverPlainHttpNoPasswordGoesToAnUnlistedAddress) {
  WatchedWorld world;
  std::erase_if(world.config.pools[0].hosts,
                [&](const auto& host) { return host.address != world.sim().address(1, 3); });
  world.start();
  world.wait_for("the slave", [&](const PoolSnapshot& p) {
    return is_in(p, world.sim().address(1, 3), HostState::kSlave);
  });
  world.wait_for_snapshots(10);
  EXPECT_FALSE(world.newest().up);
  for (const sim::CallEntry& call : world.sim().calls())
    EXPECT_EQ(call.host, world.sim().address(1, 3)) << call.method;
}

TEST(Following, AWrongPinIsATlsErrorAndNothingIsSent) {
  WatchedWorld world({.tls = true});
  for (auto& host : world.config.pools[0].hosts) {
    host.policy.ca_file.clear();
    host.policy.pins = {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
  }
  world.start();
  const PoolSnapshot pool = world.wait_for(
      "tls_error", [](const PoolSnapshot& p) { return in_state(p, HostState::kTlsError) == 4; });
  EXPECT_FALSE(pool.up);
  EXPECT_EQ(pool.hosts[0].reachable, false);
  EXPECT_TRUE(world.sim().calls().empty());
}

TEST(Following, AWrongPasswordIsTriedOnceAndAgainWhenItsFileChanges) {
  WatchedWorld world;
  world.command("change-password", R"({"password": "another one"})");
  world.command("change-password", R"({"user": "monitor", "password": "another one"})");
  world.start();
  world.wait_for("auth_error everywhere", [](const PoolSnapshot& p) {
    return in_state(p, HostState::kAuthError) == 4 && p.hosts[0].reachable == true;
  });
  world.wait_for_snapshots(20);
  EXPECT_EQ(world.refused_logins(), 1);  // root's for the local logins is not tried where a login was refused
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.directory())) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".pw") || name.find("password") != std::string::npos)
      std::ofstream(entry.path()) << "another one\n";
  }
  world.wait_until_known();
}

TEST(Following, SessionsThatAreGoneAreMadeAnewOnce) {
  WatchedWorld world;
  world.start();
  world.wait_until_known();
  const std::uint64_t before = world.sim().calls().back().number;
  world.command("expire-sessions");
  world.command("disarm-host", on(world.sim().address(1, 2)));
  world.wait_for("changes again", [&](const PoolSnapshot& p) {
    return p.up && by_address(p, world.sim().address(1, 2))->ha_armed == false;
  });
  world.wait_for_snapshots(5);
  int logins = 0;
  for (const sim::CallEntry& call : world.sim().calls(before)) {
    logins += call.method == "session.login_with_password" && call.outcome == "Success";
  }
  EXPECT_EQ(logins, 2);
}

// Deletions may be missing from the stream without a word: only the counts tell (reference 6.3).
TEST(Following, LostDeletionsAreFoundByTheCounts) {
  WatchedWorld world({.pools = {{.vm_names = {"victim"}}}});
  world.command("protect-vm", R"({"vm": "victim"})");
  world.start();
  world.wait_for("the protected VM",
                 [](const PoolSnapshot& p) { return p.facts && p.facts->ha_protected_vms == 1; });
  world.sim().run([](sim::World& simulated) {
    EXPECT_TRUE(sim::run_command(simulated, "vm-destroy", {{"vm", "victim"}}));
    EXPECT_TRUE(sim::run_command(simulated, "miss-deletions", sim::Json::object()));
    EXPECT_TRUE(sim::run_command(simulated, "rename", {{"class", "pool"}, {"to", "renamed"}}));
  });
  const PoolSnapshot pool = world.wait_for("the VM gone", [](const PoolSnapshot& p) {
    return p.facts && p.facts->ha_protected_vms == 0 && p.facts->name_label == "renamed";
  });
  EXPECT_TRUE(pool.up);
}

TEST(Following, FactsAreKeptForAWhileAndThenDropped) {
  exporter::PollSettings settings = quick_settings();
  settings.keep_facts = 3s;
  WatchedWorld world({.pools = {{.ha = false}}}, settings);
  world.start();
  world.wait_until_known();
  world.command("network", on(world.sim().address(1, 1), R"("mode": "refuse")"));
  const PoolSnapshot kept = world.wait_for("down, facts kept", [](const PoolSnapshot& p) { return !p.up; });
  EXPECT_TRUE(kept.facts);
  const PoolSnapshot dropped =
      world.wait_for("facts dropped", [](const PoolSnapshot& p) { return !p.facts; });
  EXPECT_EQ(dropped.hosts.size(), 4u);
  EXPECT_FALSE(dropped.hosts[1].live);
  EXPECT_EQ(dropped.hosts[1].reachable, true);
  world.command("network", on(world.sim().address(1, 1), R"("mode": "up")"));
  world.wait_for("facts again", [](const PoolSnapshot& p) { return p.up && p.facts; });
}

TEST(Following, TwoMastersAreSeenAndTheFirstIsKept) {
  WatchedWorld world({.pools = {{.ha = false}}});
  world.start();
  const PoolSnapshot before = world.wait_until_known();
  world.command("split-brain", on(world.sim().address(1, 3)));
  const PoolSnapshot pool = world.wait_for(
      "a split brain", [](const PoolSnapshot& p) { return p.masters == 2; }, "", 60s);
  EXPECT_TRUE(is_in(pool, world.sim().address(1, 1), HostState::kMaster));
  EXPECT_TRUE(is_in(pool, world.sim().address(1, 3), HostState::kMaster));
  EXPECT_EQ(pool.master_changes, before.master_changes);
}

TEST(Following, AHangingMasterCostsTheOtherPoolNothing) {
  WatchedWorld world({.pools = {{.name = "a"}, {.name = "b"}}});
  world.start();
  world.wait_until_known("a");
  world.wait_until_known("b");
  world.command("network", on_pool("a", world.sim().address(1, 1), R"("mode": "hang")"));
  world.wait_for(
      "a's master hangs", [&](const PoolSnapshot& p) { return !p.up; }, "a");
  // Everyone else in a is still asked every round, and b does not notice.
  EXPECT_TRUE(is_in(world.newest("a"), world.sim().address(1, 2), HostState::kSlave));
  const WallTime then = *world.newest("b").last_success;
  world.wait_for(
      "b goes on", [&](const PoolSnapshot& p) { return p.up && *p.last_success > then + 1s; }, "b");
  const Duration took = timed([&] { world.stop(); });
  EXPECT_LT(took, 5s);
}

TEST(Following, StoppingTakesLessThanFiveSecondsWhenEverythingHangs) {
  WatchedWorld world;
  world.start();
  world.wait_until_known();
  world.command("network", R"({"mode": "hang"})");
  world.wait_for("nobody answers",
                 [](const PoolSnapshot& p) { return in_state(p, HostState::kUnreachable) == 4; });
  EXPECT_LT(timed([&] { world.stop(); }), 5s);
}

TEST(Following, OurOwnUplinkCutIsToldFromDeadPools) {
  WatchedWorld world({.pools = {{.name = "a"}, {.name = "b"}}});
  world.start();
  world.wait_until_known("a");
  world.wait_until_known("b");
  EXPECT_FALSE(world.isolation.isolated());
  world.command("network", R"({"pool": "a", "mode": "hang"})");
  world.command("network", R"({"pool": "b", "mode": "hang"})");
  for (const char* pool : {"a", "b"}) {
    world.wait_for(
        "all lost", [](const PoolSnapshot& p) { return in_state(p, HostState::kUnreachable) == 4; }, pool);
  }
  EXPECT_TRUE(world.isolation.isolated());
}

TEST(Following, APoolOfSixtyFourHosts) {
  WatchedWorld world({.pools = {{.hosts = 64}}, .tls = true});
  world.start();
  const PoolSnapshot pool = world.wait_until_known();
  EXPECT_EQ(pool.hosts.size(), 64u);
  EXPECT_EQ(in_state(pool, HostState::kSlave), 63);
  EXPECT_EQ(pool.facts->heartbeat_srs.at(0).attachments.size(), 64u);
}

TEST(Following, GarbledAndTruncatedAnswersAreSurvived) {
  WatchedWorld world;
  world.start();
  world.wait_until_known();
  const std::string master = world.sim().address(1, 1);
  for (const char* mode : {R"("mode": "garble")", R"("mode": "truncate", "bytes": 60)"}) {
    world.command("network", on(master, mode));
    world.wait_for("the master is not understood", [](const PoolSnapshot& p) { return !p.up; });
    world.command("network", on(master, R"("mode": "up")"));
    world.wait_for("the master again",
                   [](const PoolSnapshot& p) { return p.up && p.facts && p.masters == 1; });
  }
}

}  // namespace
}  // namespace xenha::test
