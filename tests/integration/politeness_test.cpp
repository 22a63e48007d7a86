// What watching costs a pool: a constant number of calls, a constant number of sessions, no write, nothing
// left behind.
#include <gtest/gtest.h>

#include <map>

#include "tests/integration/watched_pool.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using exporter::PoolSnapshot;

/// Calls by method from the moment everything is known, over `rounds` probe rounds.
std::map<std::string, double> calls_per_round(int vms, int rounds) {
  WatchedWorld world({.pools = {{.vms = vms}}});
  world.start();
  world.wait_until_known();
  const std::uint64_t before = world.sim().calls().back().number;
  const std::uint64_t probes = world.newest().self.calls.at("pool.get_all");
  world.wait_for("enough rounds", [&](const PoolSnapshot& p) {
    return p.self.calls.at("pool.get_all") >= probes + static_cast<std::uint64_t>(rounds);
  });
  world.stop();
  std::map<std::string, double> count;
  for (const sim::CallEntry& call : world.sim().calls(before)) {
    if (!call.method.ends_with("logout")) count[call.method] += 1.0 / rounds;
  }
  return count;
}

TEST(Politeness, CallsPerRoundAreTheSameWithTenAndAThousandVms) {
  const auto few = calls_per_round(10, 40);
  const auto many = calls_per_round(1000, 40);
  for (const auto& [method, count] : few) {
    const auto other = many.find(method);
    ASSERT_NE(other, many.end()) << method;
    EXPECT_NEAR(count, other->second, 0.2) << method;
  }
  EXPECT_EQ(few.size(), many.size());
  EXPECT_NEAR(few.at("pool.get_all"), 1, 0.1);                 // the master's probe
  EXPECT_NEAR(few.at("session.login_with_password"), 3, 0.2);  // the three slaves'
}

TEST(Politeness, AThousandRoundsOpenNoFurtherSession) {
  exporter::PollSettings settings = quick_settings();
  settings.probe_interval = 20ms;
  WatchedWorld world({}, settings);
  world.start();
  world.wait_until_known();
  world.wait_for(
      "a thousand rounds", [](const PoolSnapshot& p) { return p.self.calls.at("pool.get_all") >= 1000; }, "",
      100s);
  int logins = 0;
  int local_logins = 0;
  for (const sim::CallEntry& call : world.sim().calls()) {
    if (call.outcome != "Success") continue;
    logins += call.method == "session.login_with_password";
    local_logins += call.method == "session.slave_local_login_with_password";
  }
  EXPECT_EQ(logins, 2);
  EXPECT_LE(local_logins, 4 * 3);  // once a minute and when a verdict changed
  EXPECT_EQ(world.newest().self.sessions, 2);
  world.stop();
  EXPECT_EQ(world.open_sessions(), 0);
  EXPECT_TRUE(world.sim().writes().empty());
}

TEST(Politeness, NothingIsLeftBehindWhenStoppedInTheMiddleOfAnything) {
  for (int round = 0; round < 12; ++round) {
    WatchedWorld world;
    world.start();
    // Stop at a different moment of the start each time: after so many calls have reached the pool.
    EXPECT_TRUE(world.sim().wait_for(
        [&](const std::string&) { return world.calls_seen() >= static_cast<std::size_t>(round * 2); }, 20s));
    world.stop();
    EXPECT_EQ(world.open_sessions(), 0) << "stopped after " << round * 2 << " calls";
  }
}

}  // namespace
}  // namespace xenha::test
