#include <gtest/gtest.h>

#include "hooks/metrics/collect.h"
#include "lib/metrics/exposition.h"
#include "tests/support/golden.h"
#include "tests/support/strict_exposition.h"
#include "tests/support/tool.h"

namespace xenha::hooks {
namespace {

const WallTime kNow = WallTime(std::chrono::seconds(1'800'000'000));

TEST(HooksMetrics, PageIsUpToDate) {
  EXPECT_EQ("", xenha::test::golden_problem(xenha::test::source_directory() / "hooks/METRICS.md", metrics_page()));
}

TEST(HooksMetrics, OfADaemonThatActed) {
  Board board;
  board.set_pools({"cluster1", "cluster2"});
  board.alert("XenHAPoolHADisabled", "firing");
  board.alert("other", "resolved");
  board.truncated(2);
  Decision decision{.verdict = Verdict::kAct, .reason = Reason::kSafeToEnable, .fact = "nobody objects"};
  decision.guards = {{Reason::kKillSwitch, GuardState::kPass, "no file", Verdict::kRefuse},
                     {Reason::kHostNotLive, GuardState::kFail, "b is not live", Verdict::kWait}};
  board.evaluated("cluster1", "enable-pool-ha", {kNow, decision}, true);
  board.evaluated("cluster1", "enable-pool-ha", {kNow, decision}, false);
  board.acting("cluster1", true);
  board.acted("cluster1", "enable-pool-ha", Outcome::kSuccess, std::chrono::seconds(70), kNow);
  board.acted("cluster1", "enable-pool-ha", Outcome::kRolledBack, std::chrono::hours(1), kNow);
  board.held("cluster2", true, true);
  const std::string text = metrics::to_text(collect(
      board.shown(), {.mode = Mode::kAct, .policies = {{"XenHAPoolHADisabled", "enable-pool-ha"}}, .last_reload_success = kNow}));
  EXPECT_GOLDEN("hooks/acted.prom", text);
  EXPECT_EQ(xenha::test::run_tool("promtool check metrics", text).output, "");
  EXPECT_TRUE(xenha::test::parse_strictly(text).problems.empty());
}

TEST(HooksMetrics, GuardsAreShownWhileAnAlertIsOpen) {
  Board board;
  board.set_pools({"cluster1"});
  Decision decision{.verdict = Verdict::kWait, .reason = Reason::kHostNotLive};
  decision.guards = {{Reason::kHostNotLive, GuardState::kFail, "x", Verdict::kWait}};
  board.evaluated("cluster1", "enable-pool-ha", {kNow, decision}, true);
  const auto shows = [&] {
    return metrics::to_text(collect(board.shown(), {})).find("xenha_hooks_guard_state{pool=\"cluster1\",guard=\"host_not_live\","
                                                             "state=\"fail\"} 1") != std::string::npos;
  };
  EXPECT_TRUE(shows());
  board.no_open_alert("cluster1");
  EXPECT_FALSE(shows());
}

}  // namespace
}  // namespace xenha::hooks
