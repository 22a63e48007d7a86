// Nothing that was written can be changed or taken away, not even by somebody with an SQL prompt.
#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

const std::vector<std::string> kTables{"receipt", "alert", "closing", "decision", "attempt",  "note",
                                       "outcome", "latch", "pause",   "settings", "retention"};

/// A journal with a row in every table; the newest month is open, an older one is deleted.
class FullJournalTest : public JournalTest {
 protected:
  void SetUp() override {
    JournalTest::SetUp();
    receive(resolved(firing("old", "cluster9", kNow - 100 * 24h), kNow - 100 * 24h), kNow - 100 * 24h);
    for (const auto& [pool, when] : {std::pair{"cluster1", kNow - 40 * 24h}, std::pair{"cluster2", kNow}}) {
      const EntryId alert = open_alert(pool, when);
      must(journal().decide(decision(alert, pool, "act", "safe_to_enable"), when));
      const EntryId id = must(journal().begin_attempt(attempt(alert, pool), when));
      ASSERT_TRUE(journal().note(id, {"OpaqueRef:1", 0.5, "half way"}, when));
      ASSERT_TRUE(journal().finish(id, {AttemptResult::kSuccess}, when));
      must(journal().give_up(pool, "flap", "off again", when));
      ASSERT_TRUE(journal().pause_until(pool, when + 1h, "work", "ann", when));
      must(journal().remember(pool, {"u", "MGMT-HA", 90s, "m", {}, {}, "seen_on", when}, 1h, when));
      ASSERT_TRUE(journal().close_alert(alert, "done", when));
    }
    ASSERT_EQ(must(journal().retain(2, kNow)).deleted, std::vector<std::string>{"2026-08"});
    journal_.reset();
    for (const std::string& table : kTables) ASSERT_GT(raw().count(table), 0) << table;
  }
};

TEST_F(FullJournalTest, RefusesUpdate) {
  Raw sql = raw();
  for (const std::string& table : kTables) {
    EXPECT_EQ(sql.run("UPDATE " + table + " SET at = at + 1"), "the journal is append-only") << table;
    EXPECT_EQ(sql.run("UPDATE OR REPLACE " + table + " SET id = id + 1"), "the journal is append-only")
        << table;
    EXPECT_EQ(sql.run("UPDATE OR IGNORE " + table + " SET month = '2026-08'"), "the journal is append-only")
        << table;
  }
}

TEST_F(FullJournalTest, RefusesDelete) {
  Raw sql = raw();
  for (const std::string& table : kTables) {
    const int rows = sql.count(table);
    EXPECT_EQ(sql.run("DELETE FROM " + table), "the journal is append-only") << table;
    EXPECT_EQ(sql.count(table), rows) << table;
  }
}

TEST_F(FullJournalTest, RefusesReplace) {
  Raw sql = raw();
  for (const std::string& table : kTables)
    EXPECT_NE(sql.run("INSERT OR REPLACE INTO " + table + " SELECT * FROM " + table + " LIMIT 1"), "")
        << table;
  // With a number of its own, but the key of another row.
  EXPECT_EQ(sql.run("INSERT OR REPLACE INTO outcome SELECT id + 1000, at, month, attempt, 'failed', '', '', "
                    "1 FROM outcome"),
            "the attempt has its outcome");
  EXPECT_EQ(sql.run("INSERT OR REPLACE INTO alert SELECT id + 1000, at, month, fingerprint, starts_at, 'x', "
                    "'', '', '{}', "
                    "'{}', 0 FROM alert"),
            "the alert is known");
  EXPECT_EQ(sql.run("INSERT OR REPLACE INTO closing SELECT id + 1000, at, month, alert, 'x' FROM closing"),
            "the alert is not open");
  EXPECT_EQ(
      sql.run(
          "INSERT OR REPLACE INTO retention SELECT id + 1000, at, month, deleted_month, 0 FROM retention"),
      "the month is not closed");
}

TEST_F(FullJournalTest, RefusesToForgetWhatIsOpen) {
  reopen();
  const EntryId alert = open_alert("cluster3");
  const std::string id = std::to_string(alert);
  Raw sql = raw();
  EXPECT_EQ(sql.run("DELETE FROM still_open"), "the journal is append-only");
  EXPECT_EQ(sql.run("UPDATE still_open SET pool = 'x'"), "the journal is append-only");
  EXPECT_EQ(sql.run("INSERT INTO still_open SELECT id, fingerprint, pool FROM alert WHERE id < " + id),
            "the journal is append-only");
  EXPECT_EQ(sql.run("INSERT OR REPLACE INTO still_open VALUES (" + id + ", 'x', 'x')"),
            "the journal is append-only");
  EXPECT_EQ(must(journal().open_alerts("cluster3")).size(), 1U);
}

TEST_F(FullJournalTest, OnlyAWholeClosedMonthCanBeGivenFree) {
  Raw sql = raw();
  const auto give_free = [&](const std::string& month) {
    return sql.run("INSERT INTO retention SELECT max(id) + 1000, 0, '2027-01', '" + month + "', 0 FROM line");
  };
  EXPECT_EQ(give_free("2026-11"), "the month is not closed");  // the newest
  EXPECT_EQ(give_free("2027-01"), "the month is not closed");
  EXPECT_EQ(sql.run("DELETE FROM receipt WHERE month = '2026-10'"), "the journal is append-only");
  EXPECT_EQ(give_free("2026-10"), "");
  EXPECT_EQ(sql.run("DELETE FROM receipt WHERE month = '2026-10'"), "");
  EXPECT_EQ(sql.run("DELETE FROM latch WHERE month = '2026-10'"), "the journal is append-only");  // in force
}

TEST_F(FullJournalTest, VerificationNoticesThatATriggerIsGone) {
  Raw sql = raw();
  ASSERT_EQ(sql.run("DROP TRIGGER receipt_no_delete; DROP INDEX note_attempt; CREATE TABLE extra (x)"), "");
  ASSERT_EQ(sql.run("DROP TRIGGER note_no_update; CREATE TRIGGER note_no_update BEFORE UPDATE ON note BEGIN "
                    "SELECT 1; END"),
            "");
  reopen();
  const std::vector<std::string> expected{"the schema is not ours: index note_attempt is missing",
                                          "the schema is not ours: trigger note_no_update was changed",
                                          "the schema is not ours: trigger receipt_no_delete is missing",
                                          "the schema is not ours: table extra was added"};
  EXPECT_EQ(must(journal().verify()).problems, expected);
}

TEST_F(FullJournalTest, VerificationNoticesWhatWasTakenAwayOrForged) {
  Raw sql = raw();
  ASSERT_EQ(sql.run("DROP TRIGGER attempt_no_delete; DELETE FROM attempt WHERE pool = 'cluster1'"), "");
  ASSERT_EQ(sql.run("DROP TRIGGER still_open_true; INSERT INTO still_open SELECT id, fingerprint, pool FROM "
                    "alert LIMIT 1"),
            "");
  ASSERT_EQ(
      sql.run("INSERT INTO pause SELECT max(id), 0, '', 'p', NULL, '', '' FROM line WHERE kind = 'closing'"),
      "");
  reopen();
  std::string problems;
  for (const std::string& problem : must(journal().verify()).problems) problems += problem + "\n";
  EXPECT_NE(problems.find(": its attempt is not there"), problems.npos) << problems;
  EXPECT_NE(problems.find("is closed, and in the list of the open ones"), problems.npos) << problems;
  EXPECT_NE(problems.find("there are two entries of number"), problems.npos) << problems;
}

}  // namespace
}  // namespace xenha::hooks::journal::test
