#include "hooks/fleet.h"

#include <gtest/gtest.h>

#include "tests/unit/hooks/daemon/temporary_journal.h"

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = WallTime(std::chrono::seconds(1'800'000'000));

TEST(Fleet, OneActsAtATime) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  std::optional<Fleet::Turn> first = fleet.take_turn("a");
  ASSERT_TRUE(first);
  EXPECT_FALSE(fleet.take_turn("b"));
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->acting, "a");
  EXPECT_EQ(fleet.situation("a", 10min, kNow)->acting, "");
  first.reset();
  EXPECT_TRUE(fleet.take_turn("b"));
}

TEST(Fleet, CountsThePoolsThatWait) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  fleet.set_configured({"a", "b", "c", "d", "e"});
  ASSERT_TRUE(
      journal->receive({test::firing("a", "aaaa", kNow - 3h), test::firing("b", "bbbb", kNow)}, kNow - 3h));
  ASSERT_TRUE(journal->receive({test::firing("c", "cccc", kNow)}, kNow - 1min));
  const Result<FleetSituation> now = fleet.situation("a", 10min, kNow);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->configured, 5);
  EXPECT_EQ(now->wanting, 3);
  EXPECT_EQ(now->joined.size(), 3u);
}

TEST(Fleet, WhoGotItBackWantsNothingThoughTheAlertIsStillOpen) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  fleet.set_configured({"a", "b"});
  ASSERT_TRUE(journal->receive({test::firing("a", "aaaa", kNow)}, kNow - 1h));
  const journal::EntryId alert = journal->open_alerts("a")->front().id;
  const auto decide = [&](const char* verdict, WallTime when) {
    ASSERT_TRUE(journal->decide({alert, "a", "enable-pool-ha", verdict, "r", "{}", "{}"}, when));
  };
  decide("done", kNow - 50min);
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->wanting, 0);
  EXPECT_TRUE(fleet.situation("b", 10min, kNow)->joined.empty());
  // Alertmanager gives the next loss a time of its own: that is one more pool in a storm.
  ASSERT_TRUE(journal->receive({test::firing("a", "aaaa", kNow - 1min)}, kNow - 1min));
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->wanting, 1);
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->joined.size(), 1u);
}

TEST(Fleet, ForgetsWhoGotItBackLongAgo) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  fleet.set_configured({"a", "b"});
  ASSERT_TRUE(journal->receive({test::firing("a", "aaaa", kNow)}, kNow - 1h));
  const auto open = journal->open_alerts("a");
  ASSERT_TRUE(open);
  ASSERT_TRUE(journal->close_alert(open->front().id, "done", kNow - 30min));
  EXPECT_TRUE(fleet.situation("b", 10min, kNow)->joined.empty());
  EXPECT_EQ(fleet.situation("b", 2h, kNow)->joined.size(), 1u);
  EXPECT_EQ(fleet.situation("b", 2h, kNow)->wanting, 0);
}

TEST(Fleet, AnAttemptWithoutOutcomeIsItsPoolsTurn) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  fleet.set_configured({"a", "b"});
  const auto receipts = journal->receive({test::firing("a", "aaaa", kNow)}, kNow);
  ASSERT_TRUE(receipts);
  const Result<journal::EntryId> begun = journal->begin_attempt(
      {.alert = *receipts->front().alert, .pool = "a", .action = "enable-pool-ha"}, kNow);
  ASSERT_TRUE(begun);
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->acting, "a");
  EXPECT_EQ(fleet.situation("a", 10min, kNow)->acting, "");
  EXPECT_FALSE(fleet.take_turn("b"));
  ASSERT_TRUE(journal->finish(*begun, {journal::AttemptResult::kUnknown}, kNow));
  EXPECT_EQ(fleet.situation("b", 10min, kNow)->acting, "");
  EXPECT_TRUE(fleet.take_turn("b"));
}

TEST(Fleet, PoolsThatLeftTheConfigDoNotCount) {
  test::TemporaryJournal journal;
  Fleet fleet(*journal);
  fleet.set_configured({"b", "c"});
  const auto receipts =
      journal->receive({test::firing("a", "aaaa", kNow), test::firing("b", "bbbb", kNow)}, kNow);
  ASSERT_TRUE(receipts);
  ASSERT_TRUE(journal->begin_attempt(
      {.alert = *receipts->front().alert, .pool = "a", .action = "enable-pool-ha"}, kNow));
  const Result<FleetSituation> now = fleet.situation("b", 10min, kNow);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->configured, 2);
  EXPECT_EQ(now->wanting, 1);
  EXPECT_EQ(now->joined.size(), 1u);
  EXPECT_EQ(now->acting, "");
  EXPECT_TRUE(fleet.take_turn("b"));
}

}  // namespace
}  // namespace xenha::hooks
