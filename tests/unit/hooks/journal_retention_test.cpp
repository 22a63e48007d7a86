// Retention: whole closed months, never what is still in force.
#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

using Months = std::vector<std::string>;

WallTime at(int year, unsigned month, unsigned day, Duration time = 0s) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) +
         std::chrono::duration_cast<WallTime::duration>(time);
}

class RetentionTest : public JournalTest {
 protected:
  /// An incident from its alert to its end, all at `when` but for the outcome.
  EntryId incident(const std::string& pool, WallTime when, Duration acting = 2min) {
    const EntryId alert = open_alert(pool, when);
    must(journal().decide(decision(alert, pool, "act", "safe_to_enable"), when));
    const EntryId id = must(journal().begin_attempt(attempt(alert, pool), when));
    const WallTime end = when + std::chrono::duration_cast<WallTime::duration>(acting);
    EXPECT_TRUE(journal().note(id, {"OpaqueRef:1", 0.5, ""}, end));
    EXPECT_TRUE(journal().finish(id, {AttemptResult::kSuccess}, end));
    EXPECT_TRUE(journal().close_alert(alert, "done", end));
    return alert;
  }
  std::string left() { return raw().value("SELECT ifnull(group_concat(DISTINCT month), '') FROM filed"); }
};

TEST_F(RetentionTest, AMonthGoesWhenItEndedLongEnoughAgo) {
  for (unsigned month = 6; month <= 11; ++month) incident("cluster1", at(2026, month, 10));
  // Kept: the month that runs, and two full ones before it.
  const RetentionReport report = must(journal().retain(2, at(2026, 11, 30, 23h + 59min)));
  EXPECT_EQ(report.deleted, (Months{"2026-06", "2026-07", "2026-08"}));
  EXPECT_EQ(report.kept, Months());
  EXPECT_EQ(report.entries, 3 * 7);
  EXPECT_EQ(left(), "2026-09,2026-10,2026-11");
  EXPECT_EQ(must(journal().retain(2, at(2026, 11, 30, 23h + 59min))).deleted, Months());
  incident("cluster1", at(2026, 12, 1));
  EXPECT_EQ(must(journal().retain(2, at(2026, 12, 1))).deleted, Months{"2026-09"});
  EXPECT_EQ(left(), "2026-10,2026-11,2026-12");
  expect_sound();
}

TEST_F(RetentionTest, TheFirstAndTheLastMomentOfAMonthBelongToIt) {
  incident("before", at(2026, 8, 31, 24h - 1ns));
  incident("after", at(2026, 9, 1));
  for (unsigned month = 10; month <= 11; ++month) incident("cluster1", at(2026, month, 10));
  EXPECT_EQ(must(journal().retain(2, at(2026, 11, 1))).deleted, Months{"2026-08"});
  EXPECT_EQ(must(journal().attempts({.pool = "before"})).size(), 0U);
  EXPECT_EQ(must(journal().attempts({.pool = "after"})).size(), 1U);
}

TEST_F(RetentionTest, WhatBelongsTogetherGoesTogether) {
  // Begun in August, ended in September: filed under August, notes, outcome and closing included.
  incident("cluster1", at(2026, 8, 31, 23h + 59min), 5min);
  for (unsigned month = 9; month <= 11; ++month) incident("cluster2", at(2026, month, 10));
  EXPECT_EQ(must(journal().retain(2, kNow)).deleted, Months{"2026-08"});
  EXPECT_EQ(raw().value("SELECT count(*) FROM line WHERE pool = 'cluster1'"), "0");
  expect_sound();
}

TEST_F(RetentionTest, AMonthWithSomethingOpenStaysWhole) {
  const EntryId open = open_alert("cluster1", at(2026, 6, 10));
  incident("cluster2", at(2026, 6, 11));
  incident("cluster2", at(2026, 7, 11));
  const EntryId unfinished_alert = open_alert("cluster3", at(2026, 8, 10));
  const EntryId unfinished =
      must(journal().begin_attempt(attempt(unfinished_alert, "cluster3"), at(2026, 8, 10)));
  ASSERT_TRUE(journal().close_alert(unfinished_alert, "done", at(2026, 8, 10)));
  for (unsigned month = 9; month <= 11; ++month) incident("cluster2", at(2026, month, 10));
  const RetentionReport report = must(journal().retain(2, kNow));
  EXPECT_EQ(report.deleted, Months{"2026-07"});
  EXPECT_EQ(report.kept, (Months{"2026-06", "2026-08"}));
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);
  EXPECT_EQ(must(journal().attempts({.pool = "cluster2"})).size(), 4U);
  EXPECT_EQ(must(journal().unfinished_attempts("")).size(), 1U);
  EXPECT_EQ(must(journal().verify()).problems.size(), 1U);  // that attempt

  ASSERT_TRUE(journal().close_alert(open, "done", kNow));
  ASSERT_TRUE(journal().finish(unfinished, {AttemptResult::kUnknown}, kNow));
  EXPECT_EQ(must(journal().retain(2, kNow)).deleted, (Months{"2026-06", "2026-08"}));
  expect_sound();
}

TEST_F(RetentionTest, WhatIsInForceStaysHoweverOld) {
  const WallTime old = at(2026, 1, 5);
  must(journal().remember("cluster1", {"sr-0", "OLD", 60s, "m", {}, {}, "seen_on", old}, 1h, old));
  must(journal().remember("cluster1", {"sr-1", "MGMT-HA", 90s, "m", {}, {}, "seen_on", old + 1h}, 1h, old + 1h));
  must(journal().give_up("cluster1", "flap", "off again", old));
  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 24h, "for ever", "ann", old));
  for (unsigned month = 9; month <= 11; ++month) incident("cluster2", at(2026, month, 10));
  EXPECT_EQ(must(journal().retain(2, kNow)).deleted, Months{"2026-01"});
  EXPECT_EQ(must(journal().settings("cluster1"))->sr_uuid, "sr-1");
  EXPECT_EQ(must(journal().latch("cluster1"))->word, "flap");
  EXPECT_EQ(must(journal().pause("cluster1", kNow))->who, "ann");
  EXPECT_EQ(raw().count("settings"), 1);  // the one before it went

  ASSERT_TRUE(journal().clear("cluster1", "ann", kNow));
  must(journal().retain(2, kNow));
  EXPECT_EQ(raw().count("latch"), 1);  // replaced: the old one went now
  expect_sound();
}

TEST_F(RetentionTest, ADuplicateOfADeletedAlertIsNewAgain) {
  const IncomingAlert alert = firing("a1", "cluster1", at(2026, 1, 5));
  receive(alert, at(2026, 1, 5));
  receive(resolved(alert, at(2026, 1, 6)), at(2026, 1, 6));
  for (unsigned month = 9; month <= 11; ++month) incident("cluster2", at(2026, month, 10));
  must(journal().retain(2, kNow));
  EXPECT_EQ(receive(alert).result, ReceiptResult::kAccepted);
}

TEST_F(RetentionTest, AClockThatIsYearsAheadDoesNotEmptyTheJournal) {
  for (unsigned month = 9; month <= 11; ++month) incident("cluster1", at(2026, month, 10));
  EXPECT_EQ(must(journal().retain(3, at(2031, 1, 1))).deleted, Months());
  EXPECT_EQ(must(journal().retain(2, at(2031, 1, 1))).deleted, Months{"2026-09"});
}

TEST_F(RetentionTest, WhatAClockSetBackWroteIsNotTakenForOld) {
  for (unsigned month = 8; month <= 11; ++month) incident("cluster1", at(2026, month, 10));
  incident("cluster9", at(1970, 1, 1, 1h));  // the battery of the clock is empty
  EXPECT_EQ(left(), "2026-08,2026-09,2026-10,2026-11");
  reopen();
  incident("cluster9", at(1970, 1, 1, 2h));
  EXPECT_EQ(must(journal().retain(2, kNow)).deleted, Months{"2026-08"});
  EXPECT_EQ(must(journal().attempts({.pool = "cluster9"})).size(), 2U);
  EXPECT_EQ(must(journal().attempts({.pool = "cluster9"})).at(0).at, at(1970, 1, 1, 2h));
}

TEST_F(RetentionTest, KeepsOneMonthAtLeast) {
  EXPECT_EQ(word(journal().retain(0, kNow)), "CONFLICT");
  EXPECT_EQ(must(journal().retain(1, kNow)).deleted, Months());  // an empty journal
}

TEST_F(RetentionTest, NumbersAreNotUsedAgain) {
  for (unsigned month = 8; month <= 11; ++month) incident("cluster1", at(2026, month, 10));
  const EntryId last = must(journal().verify()).last_id;
  must(journal().retain(1, kNow));
  reopen();
  EXPECT_GT(receive(firing("a1", "cluster1")).id, last);
}

}  // namespace
}  // namespace xenha::hooks::journal::test
