// What comes from outside may be anything; clocks go backwards; many threads call at once.
#include <atomic>
#include <thread>

#include "hooks/journal/text.h"
#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

const std::string kHostile =
    "Robert'); DROP TABLE receipt;-- \"x\" \\ \n\t % ? ?1 \xF0\x9F\x94\xA5 \xE2\x80\xAE";

TEST_F(JournalTest, QuotesAndEmojiComeBackAsTheyWent) {
  IncomingAlert alert = firing(kHostile, kHostile);
  alert.alertname = alert.action = alert.sender = kHostile;
  alert.labels = alert.annotations = {{kHostile, kHostile}};
  const EntryId id = *receive(alert).alert;
  const OpenAlert open = must(journal().open_alerts(kHostile)).at(0);
  EXPECT_EQ(open.fingerprint, kHostile);
  EXPECT_EQ(open.labels, alert.labels);
  EXPECT_EQ(open.annotations, alert.annotations);
  EXPECT_EQ(receive(alert).result, ReceiptResult::kDuplicate);

  NewDecision decided = decision(id, kHostile, "wait", kHostile);
  EXPECT_TRUE(must(journal().decide(decided, kNow)).is_new);
  EXPECT_FALSE(must(journal().decide(decided, kNow)).is_new);
  EXPECT_EQ(must(journal().decisions({.pool = kHostile})).size(), 1U);
  NewAttempt intended = attempt(id, kHostile);
  intended.sr_name = kHostile;
  const EntryId act = must(journal().begin_attempt(intended, kNow));
  ASSERT_TRUE(journal().note(act, {kHostile, 0.1, kHostile}, kNow));
  ASSERT_TRUE(journal().finish(act, {AttemptResult::kFailed, kHostile, kHostile}, kNow));
  const Attempt kept = must(journal().attempts({.pool = kHostile})).at(0);
  EXPECT_EQ(kept.sr_name, kHostile);
  EXPECT_EQ(kept.task_ref(), kHostile);
  EXPECT_EQ(kept.outcome->error_text, kHostile);
  must(journal().give_up(kHostile, kHostile, kHostile, kNow));
  EXPECT_EQ(must(journal().latch(kHostile))->why, kHostile);
  ASSERT_TRUE(journal().pause_until(kHostile, kNow + 1h, kHostile, kHostile, kNow));
  EXPECT_EQ(must(journal().pause(kHostile, kNow))->reason, kHostile);
  must(journal().remember(kHostile, {kHostile, kHostile, 90s, kHostile, {kHostile}, {}, kHostile, kNow}, 1h, kNow));
  EXPECT_EQ(must(journal().settings(kHostile))->sr_name, kHostile);
  EXPECT_GT(must(journal().lines({.pool = kHostile})).size(), 5U);
  expect_sound();
}

TEST_F(JournalTest, BytesThatAreNoTextAreReplaced) {
  IncomingAlert alert = firing("a1", "cluster1");
  alert.pool = std::string("a\0b", 3) + "\xFF";
  alert.annotations = {{"summary", "\xC3\x28"}};
  receive(alert);
  const OpenAlert open = must(journal().open_alerts("")).at(0);
  EXPECT_EQ(open.pool, "a\uFFFDb\uFFFD");
  EXPECT_EQ(open.annotations.at("summary"), "\uFFFD(");
  EXPECT_EQ(must(journal().open_alerts(alert.pool)).size(), 1U);  // asked by the name that was given
}

TEST_F(JournalTest, AnAnnotationOfAMegabyteIsRefusedUnlessTheCallerCutsIt) {
  IncomingAlert alert = firing("a2", "cluster2");
  alert.annotations["description"] = std::string(1 << 20, 'x');
  const auto refused = journal().receive({firing("a1", "cluster1"), alert}, kNow);
  EXPECT_EQ(word(refused), "TOO_LARGE");
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(raw().count("receipt"), 0);  // of the whole group nothing

  EXPECT_TRUE(fit(alert));
  EXPECT_EQ(alert.annotations.at("summary"), "HA of cluster2 is off.");
  EXPECT_EQ(receive(alert).result, ReceiptResult::kAccepted);
  const OpenAlert open = must(journal().open_alerts("")).at(0);
  EXPECT_GT(open.annotations.at("description").size(), 30'000U);
  EXPECT_TRUE(open.annotations.at("description").ends_with("xx…"));
}

TEST_F(JournalTest, TooManyAnnotationsAreDroppedAndTooLargeLabelsSaidSo) {
  IncomingAlert many = firing("a1", "cluster1");
  for (int i = 0; i < 20'000; ++i) many.annotations["a" + std::to_string(i)] = "x";
  EXPECT_TRUE(fit(many));
  EXPECT_EQ(receive(many).result, ReceiptResult::kAccepted);
  IncomingAlert labelled = firing("a2", "cluster2");
  labelled.labels["x"] = std::string(kMaxTexts, 'x');
  EXPECT_FALSE(fit(labelled));
  EXPECT_EQ(word(journal().receive({labelled}, kNow)), "TOO_LARGE");
  labelled.ignored = "labels_too_large";  // then they are not kept
  EXPECT_EQ(receive(labelled).result, ReceiptResult::kIgnored);
}

TEST_F(JournalTest, NamesAreRefusedAndOtherTextsCut) {
  const std::string large(100'000, 'x');
  EXPECT_EQ(word(journal().receive({firing(large, "cluster1")}, kNow)), "TOO_LARGE");
  EXPECT_EQ(word(journal().receive({firing("a1", large)}, kNow)), "TOO_LARGE");
  const EntryId alert = open_alert("cluster1");
  NewDecision decided = decision(alert, "cluster1", "act", "safe_to_enable");
  decided.situation = "\"" + std::string(kMaxJson, 'x') + "\"";
  EXPECT_EQ(word(journal().decide(decided, kNow)), "TOO_LARGE");
  decided.situation = "no JSON";
  EXPECT_EQ(word(journal().decide(decided, kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().give_up(large, "flap", "", kNow)), "TOO_LARGE");
  EXPECT_EQ(word(journal().pause_until(large, kNow, "", "", kNow)), "TOO_LARGE");
  EXPECT_EQ(word(journal().remember(large, {}, 1h, kNow)), "TOO_LARGE");

  // An outcome is never lost for the length of its text.
  const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow));
  ASSERT_TRUE(journal().note(id, {large, 0.5, large}, kNow));
  ASSERT_TRUE(journal().finish(id, {AttemptResult::kFailed, large, large}, kNow));
  const Attempt kept = must(journal().attempts({})).at(0);
  EXPECT_EQ(kept.outcome->error_text.size(), kMaxText);
  EXPECT_EQ(kept.notes.at(0).task_ref.size(), kMaxName);
  must(journal().give_up("cluster1", "flap", large, kNow));
  EXPECT_EQ(must(journal().latch("cluster1"))->why.size(), kMaxText);
}

TEST(JournalText, IsCutBetweenCharacters) {
  EXPECT_EQ(cut_text("", 8), "");
  EXPECT_EQ(cut_text("12345678", 8), "12345678");
  EXPECT_EQ(cut_text("123456789", 8), "12345…");
  EXPECT_EQ(cut_text("1234\u00E9\u00E9\u00E9", 8), "1234…");
  EXPECT_EQ(cut_text("12345\U0001F525x", 8), "12345…");
  EXPECT_EQ(cut_text("\xFF\xFF\xFF\xFF", 8), "\uFFFD…");
  EXPECT_EQ(cut_text("123456789", 3), "…");
}

TEST(JournalText, OnlyUtf8Passes) {
  const std::string_view good = "a\u007F\u0080\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF";
  EXPECT_EQ(clean_text(good), good);
  for (const char* bad : {"\x80", "\xBF", "\xC0", "\xC1", "\xF5", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F\x94"})
    EXPECT_EQ(clean_text(bad).substr(0, 3), "\uFFFD") << bad;
  EXPECT_EQ(clean_text("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(clean_text("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD");  // overlong
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(clean_text("\xF4\x90\x80\x80").size(), 4 * 3U);     // beyond the last character
  EXPECT_EQ(clean_text("\xF0\x82\x82\xAC").size(), 4 * 3U);     // overlong
}

TEST_F(JournalTest, TheOrderIsThatOfWritingWhateverTheClockSays) {
  const EntryId alert = open_alert("cluster1", kNow);
  must(journal().decide(decision(alert, "cluster1", "wait", "first"), kNow));
  must(journal().decide(decision(alert, "cluster1", "wait", "second"), kNow - 24h * 365));
  must(journal().decide(decision(alert, "cluster1", "wait", "third"), kNow - 24h));
  const std::vector<Decision> decisions = must(journal().decisions({}));
  ASSERT_EQ(decisions.size(), 3U);
  EXPECT_EQ(decisions[0].reason, "third");
  EXPECT_EQ(decisions[1].at, kNow - 24h * 365);
  EXPECT_EQ(must(journal().last_decision(alert))->reason, "third");
  EXPECT_FALSE(must(journal().decide(decision(alert, "cluster1", "wait", "third"), kNow)).is_new);

  must(journal().give_up("cluster1", "flap", "", kNow));
  ASSERT_TRUE(journal().clear("cluster1", "ann", kNow - 1h));
  EXPECT_EQ(must(journal().latch("cluster1")), std::nullopt);
  expect_sound();
}

TEST_F(JournalTest, AnAttemptOfAClockThatWasAheadStillCounts) {
  const EntryId id = must(journal().begin_attempt(attempt(open_alert("cluster1"), "cluster1"), kNow + 48h));
  ASSERT_TRUE(journal().finish(id, {AttemptResult::kFailed}, kNow + 48h));
  EXPECT_EQ(must(journal().attempt_history("cluster1", kNow - 24h)),
            (AttemptHistory{1, kNow + 48h, std::nullopt}));
}

TEST_F(JournalTest, TimesAreKeptToTheNanosecond) {
  const WallTime odd = kNow + 123'456'789ns;
  EXPECT_EQ(receive(firing("a1", "cluster1", odd)).result, ReceiptResult::kAccepted);
  EXPECT_EQ(receive(firing("a1", "cluster1", odd + 1ns)).result, ReceiptResult::kAccepted);
  EXPECT_EQ(receive(firing("a1", "cluster1", odd)).result, ReceiptResult::kDuplicate);
  EXPECT_EQ(receive(firing("a2", "cluster1", WallTime(-1h))).result, ReceiptResult::kAccepted);
  EXPECT_EQ(must(journal().open_alerts("")).at(1).starts_at, WallTime(-1h));
}

TEST_F(JournalTest, ManyThreadsAtOnce) {
  constexpr int kThreads = 6, kEach = 25;
  std::atomic<int> accepted = 0, failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          // Every alert comes from two threads, as from a pair of Alertmanagers.
          const auto receipts =
              journal().receive({firing(std::to_string(t / 2) + "." + std::to_string(i), "c")}, kNow);
          failed += !receipts;
          accepted += receipts && receipts->front().result == ReceiptResult::kAccepted;
          failed += !journal().open_alerts("c") || !journal().decisions({});
        }
      });
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(accepted, kThreads / 2 * kEach);
  EXPECT_EQ(raw().count("receipt"), kThreads * kEach);
  expect_sound();
}

}  // namespace
}  // namespace xenha::hooks::journal::test
