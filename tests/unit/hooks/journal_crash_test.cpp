// kill -9 at any moment: what was acknowledged is there, and the journal is sound.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

/// What the child has been told is on disk.
struct Acknowledged {
  enum Kind : int { kReceipt, kDecision, kAttempt, kNote, kOutcome, kLatch, kSettings, kOpened } kind;
  int round;
  EntryId id;
};
const char* const kTables[] = {"receipt", "decision", "attempt", "note", "outcome", "latch", "settings"};

/// Writes until it is killed, as a daemon in a storm does.
[[noreturn]] void write_until_killed(const StateDir& dir, int pipe, int round) {
  const auto say = [&](Acknowledged::Kind kind, EntryId id) {
    const Acknowledged word{kind, round, id};
    if (write(pipe, &word, sizeof word) != sizeof word) _exit(1);
  };
  auto opened = open_journal(dir.path());
  if (!opened) _exit(2);
  Journal& journal = **opened;
  say(Acknowledged::kOpened, 0);
  const auto unfinished = journal.unfinished_attempts("");  // reconciled, as at every start
  if (!unfinished) _exit(3);
  for (const Attempt& left : *unfinished)
    if (!journal.finish(left.id, {AttemptResult::kUnknown}, kNow)) _exit(4);
  for (int i = 0;; ++i) {
    const std::string key = std::to_string(round) + "." + std::to_string(i);
    const auto receipts = journal.receive({firing(key, "cluster1"), firing(key + "b", "cluster2")}, kNow);
    if (!receipts) _exit(5);
    for (const Receipt& receipt : *receipts) say(Acknowledged::kReceipt, receipt.id);
    const EntryId alert = *receipts->front().alert;
    const auto decided = journal.decide(decision(alert, "cluster1", "act", "safe_to_enable"), kNow);
    if (!decided) _exit(6);
    say(Acknowledged::kDecision, decided->id);
    const auto act = journal.begin_attempt(attempt(alert, "cluster1"), kNow);
    if (!act) _exit(7);
    say(Acknowledged::kAttempt, *act);
    if (!journal.note(*act, {"OpaqueRef:" + key, 0.5, ""}, kNow)) _exit(8);
    say(Acknowledged::kNote, *act);
    if (!journal.finish(*act, {AttemptResult::kSuccess}, kNow)) _exit(9);
    say(Acknowledged::kOutcome, *act);
    if (i % 2 == 0) {
      const auto latched = journal.give_up("cluster3", key, "", kNow);
      if (!latched) _exit(10);
      say(Acknowledged::kLatch, latched->id);
    }
    const auto kept = journal.remember("cluster1", {key, "", 90s, "", {}, {}, "", kNow}, 1h, kNow);
    if (!kept) _exit(11);
    say(Acknowledged::kSettings, kept->id);
    if (!journal.receive({resolved(firing(key, "cluster1"), kNow)}, kNow)) _exit(12);
  }
}

/// Kills the child `then` after it has acknowledged `count` things (0: after its start), and gives all its
/// words. Counting first keeps the moment in the midst of the work, however slow the disk is.
std::vector<Acknowledged> run_and_kill(const StateDir& dir, int round, int count,
                                       std::chrono::microseconds then) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    write_until_killed(dir, ends[1], round);
  }
  close(ends[1]);
  std::vector<Acknowledged> words;
  const auto hear = [&] {
    Acknowledged word{};
    const bool heard = read(ends[0], &word, sizeof word) == sizeof word;
    if (heard) words.push_back(word);
    return heard;
  };
  while (static_cast<int>(words.size()) < count && hear()) {
  }
  std::this_thread::sleep_for(then);
  kill(child, SIGKILL);
  while (hear()) {
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  return words;
}

class CrashTest : public testing::Test {
 protected:
  /// What the rounds so far have acknowledged is there.
  void expect_all(const std::vector<Acknowledged>& words) {
    Raw sql(dir_.file());
    for (const Acknowledged& word : words) {
      if (word.kind == Acknowledged::kOpened) continue;
      const bool by_attempt = word.kind == Acknowledged::kNote || word.kind == Acknowledged::kOutcome;
      EXPECT_EQ(sql.value(std::string("SELECT count(*) FROM ") + kTables[word.kind] + " WHERE " +
                          (by_attempt ? "attempt" : "id") + " = " + std::to_string(word.id)),
                "1")
          << kTables[word.kind] << " " << word.id << " of round " << word.round;
    }
  }

  StateDir dir_;
};

TEST_F(CrashTest, KilledAtRandomMoments) {
  const unsigned seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<Acknowledged> all;
  int interrupted_acts = 0;
  for (int round = 0; round < 60; ++round) {
    const bool at_open = round % 6 == 0;
    const int count = at_open ? 0 : std::uniform_int_distribution<int>(1, 20)(random);
    const std::chrono::microseconds then(std::uniform_int_distribution<int>(0, 20'000)(random));
    const std::vector<Acknowledged> words = run_and_kill(dir_, round, count, then);
    all.insert(all.end(), words.begin(), words.end());
    const auto journal = must(open_journal(dir_.path()));
    ASSERT_NE(journal, nullptr) << "round " << round;
    const Verification found = must(journal->verify());
    ASSERT_EQ(found.problems, std::vector<std::string>()) << "round " << round;
    interrupted_acts += found.in_progress.has_value();
    expect_all(words);
  }
  expect_all(all);
  EXPECT_GT(all.size(), 200U);     // it was in the middle of much
  EXPECT_GT(interrupted_acts, 0);  // and of acts
}

TEST_F(CrashTest, KilledWhileTheJournalIsMade) {
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 25; ++round) {
    const StateDir fresh;
    const std::chrono::microseconds then(std::uniform_int_distribution<int>(0, 25'000)(random));
    run_and_kill(fresh, round, 0, then);
    const auto journal = must(open_journal(fresh.path()));
    ASSERT_NE(journal, nullptr) << then.count() << " us";
    EXPECT_TRUE(must(journal->verify()).sound()) << then.count() << " us";
  }
}

TEST_F(CrashTest, HalfOfAGroupIsNeverThere) {
  for (int round = 0; round < 12; ++round) {
    run_and_kill(dir_, round, 1 + round, std::chrono::milliseconds(2 * round));
    must(open_journal(dir_.path()));
    // Both alerts of a webhook, or none.
    EXPECT_EQ(
        Raw(dir_.file())
            .value("SELECT count(*) FROM alert a WHERE fingerprint LIKE '%.%' AND fingerprint NOT LIKE "
                   "'%b' AND NOT EXISTS (SELECT 1 FROM alert b WHERE b.fingerprint = a.fingerprint || 'b')"),
        "0");
  }
}

}  // namespace
}  // namespace xenha::hooks::journal::test
