// Attempts, and what holds for a pool until further notice.
#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

TEST_F(JournalTest, AnAttemptIsUnfinishedUntilItsOutcome) {
  const EntryId alert = open_alert("cluster1");
  const NewAttempt intended = attempt(alert, "cluster1");
  const EntryId id = must(journal().begin_attempt(intended, kNow));
  reopen();  // as after a crash
  std::vector<Attempt> unfinished = must(journal().unfinished_attempts("cluster1"));
  ASSERT_EQ(unfinished.size(), 1U);
  EXPECT_EQ(static_cast<NewAttempt>(unfinished[0]), intended);
  EXPECT_EQ(unfinished[0].id, id);
  EXPECT_EQ(unfinished[0].at, kNow);
  EXPECT_EQ(unfinished[0].outcome, std::nullopt);
  EXPECT_EQ(unfinished[0].task_ref(), "");
  EXPECT_TRUE(must(journal().unfinished_attempts("cluster2")).empty());

  ASSERT_TRUE(journal().note(id, {"OpaqueRef:task", std::nullopt, "the call was accepted"}, kNow + 1s));
  ASSERT_TRUE(journal().note(id, {"", 0.33, "all hosts prepared"}, kNow + 20s));
  unfinished = must(journal().unfinished_attempts(""));
  ASSERT_EQ(unfinished.size(), 1U);
  EXPECT_EQ(unfinished[0].task_ref(), "OpaqueRef:task");
  const std::vector<Note> notes{{"OpaqueRef:task", std::nullopt, "the call was accepted", kNow + 1s},
                                {"", 0.33, "all hosts prepared", kNow + 20s}};
  EXPECT_EQ(unfinished[0].notes, notes);

  ASSERT_TRUE(journal().finish(id, {AttemptResult::kSuccess, "", "", true}, kNow + 2min));
  EXPECT_TRUE(must(journal().unfinished_attempts("")).empty());
  const std::vector<Attempt> all = must(journal().attempts({.pool = "cluster1"}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].outcome, (Outcome{AttemptResult::kSuccess, "", "", true, kNow + 2min}));
  EXPECT_EQ(all[0].notes, notes);
  expect_sound();
}

TEST_F(JournalTest, EveryOutcomeComesBackAsItWasGiven) {
  const EntryId alert = open_alert("cluster1");
  for (const AttemptResult result :
       {AttemptResult::kSuccess, AttemptResult::kFailed, AttemptResult::kRolledBack, AttemptResult::kNotArmed,
        AttemptResult::kUnknown}) {
    const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow));
    const Outcome outcome{result, "HOST_OFFLINE", "OpaqueRef:host", result == AttemptResult::kFailed, kNow};
    ASSERT_TRUE(journal().finish(id, outcome, kNow));
    EXPECT_EQ(must(journal().attempts({.limit = 1})).at(0).outcome, outcome);
  }
}

TEST_F(JournalTest, APoolHasOneAttemptAtATime) {
  const EntryId alert = open_alert("cluster1");
  const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow));
  EXPECT_EQ(word(journal().begin_attempt(attempt(alert, "cluster1"), kNow)), "CONFLICT");
  EXPECT_GT(must(journal().begin_attempt(attempt(open_alert("cluster2"), "cluster2"), kNow)), id);
  ASSERT_TRUE(journal().finish(id, {AttemptResult::kFailed}, kNow));
  EXPECT_GT(must(journal().begin_attempt(attempt(alert, "cluster1"), kNow)), id);
}

TEST_F(JournalTest, AResolvedAlertStopsAnAttemptThatHasNotBegun) {
  const EntryId alert = open_alert("cluster1");
  receive(resolved(firing("fp-cluster1", "cluster1"), kNow));
  EXPECT_EQ(word(journal().begin_attempt(attempt(alert, "cluster1"), kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().begin_attempt(attempt(4711, "cluster1"), kNow)), "CONFLICT");
  EXPECT_EQ(raw().count("attempt"), 0);
}

TEST_F(JournalTest, APauseOrALatchStopsAnAttemptThatHasNotBegun) {
  const EntryId alert = open_alert("cluster1");
  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 1h, "storage work", "ann", kNow));
  const auto at = [&](WallTime when) {
    return word(journal().begin_attempt(attempt(alert, "cluster1"), when));
  };
  EXPECT_EQ(at(kNow + 1min), "CONFLICT");
  ASSERT_TRUE(journal().resume("cluster1", "ann", kNow + 2min));
  must(journal().give_up("cluster1", "flap", "off again", kNow + 3min));
  EXPECT_EQ(at(kNow + 4min), "CONFLICT");
  EXPECT_EQ(raw().count("attempt"), 0);
  ASSERT_TRUE(journal().clear("cluster1", "ann", kNow + 5min));
  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 6min, "short", "ann", kNow + 5min));
  EXPECT_EQ(at(kNow + 6min), "");  // the pause has run out
  EXPECT_EQ(raw().count("attempt"), 1);
}

TEST_F(JournalTest, NothingFollowsAnOutcome) {
  const EntryId id = must(journal().begin_attempt(attempt(open_alert("cluster1"), "cluster1"), kNow));
  ASSERT_TRUE(journal().finish(id, {AttemptResult::kUnknown}, kNow));
  EXPECT_EQ(word(journal().finish(id, {AttemptResult::kSuccess}, kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().note(id, {"", 1.0, "late"}, kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().finish(4711, {AttemptResult::kSuccess}, kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().note(4711, {"", 1.0, "late"}, kNow)), "CONFLICT");
  expect_sound();
}

TEST_F(JournalTest, TheGuardsGetTheAttemptsThatCount) {
  EXPECT_EQ(must(journal().attempt_history("cluster1", kNow)), AttemptHistory());
  const EntryId alert = open_alert("cluster1");
  const auto act = [&](WallTime when, std::optional<Outcome> outcome) {
    const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), when));
    if (outcome) {
      ASSERT_TRUE(journal().finish(id, *outcome, when + 2min));
    }
  };
  act(kNow - 30h, Outcome{AttemptResult::kSuccess});
  act(kNow - 24h, Outcome{AttemptResult::kSuccess});  // exactly a day ago: no longer within
  act(kNow - 5h, Outcome{AttemptResult::kFailed, "HOST_OFFLINE", ""});
  act(kNow - 4h, Outcome{AttemptResult::kFailed, "HA_IS_ENABLED", "", false});  // another's
  EXPECT_EQ(must(journal().attempt_history("cluster1", kNow - 24h)),
            (AttemptHistory{1, kNow - 5h, kNow - 24h + 2min}));
  act(kNow - 1min, std::nullopt);  // under way
  EXPECT_EQ(must(journal().attempt_history("cluster1", kNow - 24h)),
            (AttemptHistory{2, kNow - 1min, kNow - 24h + 2min}));
  EXPECT_EQ(must(journal().attempt_history("cluster2", kNow - 24h)), AttemptHistory());
}

TEST_F(JournalTest, GivenUpUntilCleared) {
  EXPECT_EQ(must(journal().latch("cluster1")), std::nullopt);
  EXPECT_EQ(must(journal().cleared_at("cluster1")), std::nullopt);
  EXPECT_EQ(word(journal().clear("cluster1", "ann", kNow)), "CONFLICT");
  const Recorded first = must(journal().give_up("cluster1", "flap", "off 5 min after our success", kNow));
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(must(journal().give_up("cluster1", "flap", "again", kNow + 1min)), (Recorded{first.id, false}));
  reopen();
  EXPECT_EQ(must(journal().latch("cluster1")),
            (Latch{first.id, kNow, "cluster1", "flap", "off 5 min after our success"}));
  EXPECT_EQ(must(journal().latch("cluster2")), std::nullopt);
  EXPECT_TRUE(must(journal().give_up("cluster1", "LICENCE_RESTRICTION", "XHA", kNow + 2min)).is_new);
  ASSERT_TRUE(journal().clear("cluster1", "ann", kNow + 1h));
  EXPECT_EQ(must(journal().latch("cluster1")), std::nullopt);
  EXPECT_EQ(must(journal().cleared_at("cluster1")), kNow + 1h);
  EXPECT_EQ(must(journal().cleared_at("cluster2")), std::nullopt);
  EXPECT_EQ(word(journal().clear("cluster1", "ann", kNow + 1h)), "CONFLICT");
  EXPECT_TRUE(must(journal().give_up("cluster1", "flap", "", kNow + 2h)).is_new);
  EXPECT_NE(must(journal().latch("cluster1")), std::nullopt);
  EXPECT_EQ(must(journal().cleared_at("cluster1")),
            kNow + 1h);  // before the newest latch, and known all the same
}

TEST_F(JournalTest, PausedUntilItEndsOrIsResumed) {
  EXPECT_EQ(must(journal().pause("cluster1", kNow)), std::nullopt);
  EXPECT_EQ(word(journal().resume("cluster1", "ann", kNow)), "CONFLICT");
  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 1h, "storage work", "ann", kNow));
  reopen();
  const std::optional<Pause> in_force = must(journal().pause("cluster1", kNow + 59min));
  ASSERT_NE(in_force, std::nullopt);
  EXPECT_EQ(in_force->reason, "storage work");
  EXPECT_EQ(in_force->who, "ann");
  EXPECT_EQ(in_force->until, kNow + 1h);
  EXPECT_EQ(must(journal().pause("cluster2", kNow)), std::nullopt);
  EXPECT_EQ(must(journal().pause("cluster1", kNow + 1h)), std::nullopt);
  EXPECT_EQ(word(journal().resume("cluster1", "ann", kNow + 2h)), "CONFLICT");

  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 8h, "longer", "bob", kNow + 10min));
  EXPECT_EQ(must(journal().pause("cluster1", kNow + 1h))->who, "bob");
  ASSERT_TRUE(journal().resume("cluster1", "ann", kNow + 2h));
  EXPECT_EQ(must(journal().pause("cluster1", kNow + 2h)), std::nullopt);
}

TEST_F(JournalTest, SettingsAreRememberedWhenTheyChangeOrGrowOld) {
  EXPECT_EQ(must(journal().settings("cluster1")), std::nullopt);
  Settings settings{"sr-1",       "MGMT-HA", 90s, "pool-1", {"10.0.0.1", "10.0.0.2"},
                    {"10.0.0.1"}, "seen_on", kNow};
  EXPECT_TRUE(must(journal().remember("cluster1", settings, 1h, kNow)).is_new);
  EXPECT_EQ(must(journal().settings("cluster1")), settings);
  Settings later = settings;
  later.seen_at = kNow + 59min;
  EXPECT_FALSE(must(journal().remember("cluster1", later, 1h, later.seen_at)).is_new);
  EXPECT_EQ(must(journal().settings("cluster1")), settings);
  later.seen_at = kNow + 1h;
  EXPECT_TRUE(must(journal().remember("cluster1", later, 1h, later.seen_at)).is_new);
  EXPECT_EQ(must(journal().settings("cluster1"))->seen_at, kNow + 1h);
  for (const auto& change : std::initializer_list<void (*)(Settings&)>{
           [](Settings& s) { s.sr_uuid = "sr-2"; }, [](Settings& s) { s.sr_name = "HA"; },
           [](Settings& s) { s.timeout = 120s; }, [](Settings& s) { s.pool_uuid = "pool-2"; },
           [](Settings& s) { s.members.push_back("10.0.0.3"); }, [](Settings& s) { s.masters_since.clear(); },
           [](Settings& s) { s.source = "pool_record"; }}) {
    change(later);
    EXPECT_TRUE(must(journal().remember("cluster1", later, 1h, later.seen_at)).is_new);
    EXPECT_EQ(must(journal().settings("cluster1")), later);
  }
  reopen();
  EXPECT_EQ(must(journal().settings("cluster1")), later);
  EXPECT_EQ(must(journal().settings("cluster2")), std::nullopt);
  Settings back = later;  // the clock was set back by a day: refreshed all the same
  back.seen_at = kNow - 24h;
  EXPECT_TRUE(must(journal().remember("cluster1", back, 1h, back.seen_at)).is_new);
}

}  // namespace
}  // namespace xenha::hooks::journal::test
