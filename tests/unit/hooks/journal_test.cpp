// What came in, what was decided, what was done: each operation of the journal.
#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

using enum ReceiptResult;

void expect_receipt(const Receipt& receipt, ReceiptResult result, std::string_view reason) {
  EXPECT_EQ(receipt.result, result) << receipt.reason;
  EXPECT_EQ(receipt.reason, reason);
  EXPECT_GT(receipt.id, 0);
}

TEST_F(JournalTest, AFiringAlertIsOpenUntilItIsResolved) {
  const IncomingAlert alert = firing("a1", "cluster1");
  const Receipt receipt = receive(alert);
  expect_receipt(receipt, kAccepted, kReceiptNew);
  const OpenAlert expected{*receipt.alert,  kNow,         "a1",         alert.starts_at,  "cluster1",
                           alert.alertname, alert.action, alert.labels, alert.annotations};
  EXPECT_EQ(must(journal().open_alerts("cluster1")), std::vector{expected});
  EXPECT_EQ(must(journal().open_alerts("")), std::vector{expected});
  EXPECT_TRUE(must(journal().open_alerts("cluster2")).empty());

  expect_receipt(receive(resolved(alert, kNow), kNow + 1min), kResolved, kReceiptWasOpen);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  expect_sound();
}

TEST_F(JournalTest, ARepeatIsADuplicateAndHasAReceiptOfItsOwn) {
  const Receipt first = receive(firing("a1", "cluster1"));
  const Receipt second = receive(firing("a1", "cluster1"), kNow + 30s);
  expect_receipt(second, kDuplicate, kReceiptStillOpen);
  EXPECT_EQ(second.alert, first.alert);
  EXPECT_GT(second.id, first.id);
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);
  EXPECT_EQ(raw().count("receipt"), 2);
}

TEST_F(JournalTest, ALateFiringOpensNothingAgain) {
  const IncomingAlert alert = firing("a1", "cluster1");
  receive(alert);
  receive(resolved(alert, kNow));
  expect_receipt(receive(alert, kNow + 1min), kDuplicate, kReceiptClosed);
  expect_receipt(receive(resolved(alert, kNow), kNow + 2min), kDuplicate, kReceiptClosed);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
}

TEST_F(JournalTest, AFiringThatComesAfterAResolvedNeverSeenOpenOpensNothing) {
  const IncomingAlert alert = firing("a1", "cluster1");
  expect_receipt(receive(resolved(alert, kNow)), kResolved, kReceiptNeverOpen);
  expect_receipt(receive(alert, kNow + 1s), kDuplicate, kReceiptClosed);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  EXPECT_TRUE(must(journal().joined_pools(kNow - 1h)).empty());
}

TEST_F(JournalTest, TheSameAlertFiringAnewIsAnother) {
  const IncomingAlert first = firing("a1", "cluster1", kNow - 1h);
  receive(first, kNow - 1h);
  receive(resolved(first, kNow - 30min), kNow - 30min);
  expect_receipt(receive(firing("a1", "cluster1", kNow)), kAccepted, kReceiptNew);
}

TEST_F(JournalTest, AnOldResolvedLeavesTheNewOneOpen) {
  const IncomingAlert old = firing("a1", "cluster1", kNow - 1h);
  receive(old);
  const Receipt newer = receive(firing("a1", "cluster1", kNow - 10min));
  expect_receipt(receive(resolved(old, kNow - 30min)), kDuplicate, kReceiptClosed);
  ASSERT_EQ(must(journal().open_alerts("")).size(), 1U);
  EXPECT_EQ(must(journal().open_alerts("")).at(0).id, *newer.alert);
}

TEST_F(JournalTest, AResolvedClosesWhatBeganBeforeItsEnd) {
  receive(firing("a1", "cluster1", kNow - 5min));
  expect_receipt(receive(resolved(firing("a1", "cluster1", kNow - 6min), kNow - 5min - 1s)), kResolved,
                 kReceiptNeverOpen);
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);
  expect_receipt(receive(resolved(firing("a1", "cluster1", kNow - 7min), kNow)), kResolved, kReceiptWasOpen);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  receive(firing("a2", "cluster1", kNow - 5min));
  expect_receipt(receive(resolved(firing("a1", "cluster1", kNow - 5min), kNow)), kDuplicate, kReceiptClosed);
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);  // another fingerprint
}

TEST_F(JournalTest, OneIncidentWithTwoStartsIsOpenOnce) {
  receive(firing("a1", "cluster1", kNow - 5min));
  const Receipt earlier =
      receive(firing("a1", "cluster1", kNow - 6min));  // the pair's other member merged it so
  expect_receipt(earlier, kAccepted, kReceiptNew);
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);
  expect_receipt(receive(resolved(firing("a1", "cluster1", kNow - 5min), kNow)), kResolved, kReceiptWasOpen);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  expect_sound();
}

TEST_F(JournalTest, WhatNobodyCaresForIsReceiptedAndNotKept) {
  IncomingAlert alert = firing("a1", "cluster1");
  alert.ignored = "no_policy";
  alert.action = "";
  const Receipt receipt = receive(alert);
  expect_receipt(receipt, kIgnored, "no_policy");
  EXPECT_EQ(receipt.alert, std::nullopt);
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  EXPECT_EQ(raw().value("SELECT result || reason FROM receipt"), "ignoredno_policy");
}

TEST_F(JournalTest, AResolvedClosesWhatLostItsPolicyOrPoolWhileItWasOpen) {
  receive(firing("a1", "cluster1", kNow - 5min));
  receive(firing("a2", "cluster1", kNow - 5min));
  IncomingAlert over = resolved(firing("a1", "", kNow - 5min), kNow);
  over.ignored = "unknown_pool";
  expect_receipt(receive(over), kResolved, kReceiptWasOpen);
  ASSERT_EQ(must(journal().open_alerts("")).size(), 1U);
  EXPECT_EQ(must(journal().open_alerts("")).at(0).fingerprint, "a2");
  expect_receipt(receive(over), kIgnored, "unknown_pool");
  expect_sound();
}

TEST_F(JournalTest, AMixedGroupIsTakenInItsOrder) {
  IncomingAlert ignored = firing("a3", "cluster3");
  ignored.ignored = "no_policy";
  const std::vector<Receipt> receipts =
      must(journal().receive({firing("a1", "cluster1"), resolved(firing("a2", "cluster2"), kNow), ignored,
                              firing("a1", "cluster1"), resolved(firing("a1", "cluster1"), kNow)},
                             kNow));
  ASSERT_EQ(receipts.size(), 5U);
  expect_receipt(receipts[0], kAccepted, kReceiptNew);
  expect_receipt(receipts[1], kResolved, kReceiptNeverOpen);
  expect_receipt(receipts[2], kIgnored, "no_policy");
  expect_receipt(receipts[3], kDuplicate, kReceiptStillOpen);
  expect_receipt(receipts[4], kResolved, kReceiptWasOpen);
  EXPECT_TRUE(must(journal().receive({}, kNow)).empty());
}

TEST_F(JournalTest, AnAlertIsClosedByTheWorkerOnce) {
  const EntryId alert = open_alert("cluster1");
  EXPECT_TRUE(journal().close_alert(alert, "done", kNow));
  EXPECT_TRUE(must(journal().open_alerts("")).empty());
  EXPECT_EQ(word(journal().close_alert(alert, "done", kNow)), "CONFLICT");
  EXPECT_EQ(word(journal().close_alert(4711, "done", kNow)), "CONFLICT");
}

TEST_F(JournalTest, PoolsThatJoinedAreCountedOncePerIncident) {
  open_alert("cluster1", kNow - 20min);
  open_alert("cluster2", kNow - 5min);
  receive(firing("fp-cluster2", "cluster2", kNow - 11min), kNow - 4min);  // the same incident, other startsAt
  receive(firing("other", "cluster2"), kNow - 3min);                      // a further alert of the pool
  const EntryId third = open_alert("cluster3", kNow - 2min);
  ASSERT_TRUE(journal().close_alert(third, "done", kNow));
  const std::vector<JoinedPool> expected{{"cluster2", kNow - 5min, true}, {"cluster3", kNow - 2min, false}};
  EXPECT_EQ(must(journal().joined_pools(kNow - 10min)), expected);
  EXPECT_EQ(must(journal().joined_pools(kNow - 1h)).size(), 3U);
}

TEST_F(JournalTest, ADecisionIsWrittenWhenVerdictOrReasonChange) {
  const EntryId alert = open_alert("cluster1");
  const Recorded first = must(journal().decide(decision(alert, "cluster1", "wait", "settling"), kNow));
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(must(journal().decide(decision(alert, "cluster1", "wait", "settling"), kNow + 30s)),
            (Recorded{first.id, false}));
  EXPECT_TRUE(must(journal().decide(decision(alert, "cluster1", "refuse", "settling"), kNow + 1min)).is_new);
  EXPECT_TRUE(must(journal().decide(decision(alert, "cluster1", "refuse", "storm"), kNow + 2min)).is_new);
  EXPECT_TRUE(must(journal().decide(decision(alert, "cluster1", "wait", "settling"), kNow + 3min)).is_new);
  EXPECT_TRUE(
      must(journal().decide(decision(open_alert("cluster2"), "cluster2", "wait", "settling"), kNow)).is_new);
  EXPECT_EQ(raw().count("decision"), 5);
}

TEST_F(JournalTest, DecisionsComeNewestFirstByPoolAndPage) {
  const EntryId one = open_alert("cluster1");
  const EntryId two = open_alert("cluster2");
  for (int i = 0; i < 6; ++i) {
    const bool even = i % 2 == 0;
    must(journal().decide(
        decision(even ? one : two, even ? "cluster1" : "cluster2", "wait", "r" + std::to_string(i)),
        kNow + i * 1min));
  }
  const std::vector<Decision> all = must(journal().decisions({}));
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all[0].reason, "r5");
  EXPECT_EQ(all[0].at, kNow + 5min);
  EXPECT_EQ(all[0].guards, R"([{"name":"kill_switch","state":"pass"}])");
  EXPECT_EQ(all[0].situation, R"({"hosts":4})");
  const std::vector<Decision> second_page = must(journal().decisions({.limit = 2, .before = all[1].id}));
  ASSERT_EQ(second_page.size(), 2U);
  EXPECT_EQ(second_page[0].reason, "r3");
  const std::vector<Decision> of_one = must(journal().decisions({.pool = "cluster1", .limit = 2}));
  ASSERT_EQ(of_one.size(), 2U);
  EXPECT_EQ(of_one[1].reason, "r2");
  EXPECT_EQ(must(journal().last_decision(two))->reason, "r5");
  EXPECT_EQ(must(journal().last_decision(4711)), std::nullopt);
  EXPECT_TRUE(must(journal().decisions({.limit = -1})).empty());
}

TEST_F(JournalTest, EveryEntryIsALine) {
  const EntryId alert = open_alert("cluster1");
  must(journal().decide(decision(alert, "cluster1", "act", "safe_to_enable"), kNow));
  const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow));
  ASSERT_TRUE(journal().note(id, {"OpaqueRef:1", 0.5, "half way"}, kNow));
  ASSERT_TRUE(journal().finish(id, {AttemptResult::kFailed, "HOST_OFFLINE", "host xs2"}, kNow));
  must(journal().give_up("cluster1", "flap", "off again", kNow));
  ASSERT_TRUE(journal().pause_until("cluster1", kNow + 1h, "work", "ann", kNow));
  must(journal().remember("cluster1", {"u", "MGMT-HA", 90s, "m", {}, {}, "seen_on", kNow}, 1h, kNow));
  ASSERT_TRUE(journal().close_alert(alert, "done", kNow));
  std::string kinds;
  for (const Line& line : must(journal().lines({.pool = "cluster1"}))) {
    kinds += line.kind + " ";
    EXPECT_FALSE(line.text.empty()) << line.kind;
  }
  EXPECT_EQ(kinds, "closing settings pause latch outcome note attempt decision receipt alert ");
  EXPECT_EQ(must(journal().lines({.pool = "cluster2"})).size(), 0U);
  expect_sound();
}

TEST_F(JournalTest, TheNewestLinesAreFoundWithoutReadingAll) {
  Raw sql = raw();
  for (const char* query :
       {"SELECT id, at, kind, pool, text FROM line WHERE id < 9 ORDER BY id DESC LIMIT 20",
        "SELECT id FROM decision WHERE pool = 'p' AND id < 9 ORDER BY id DESC LIMIT 20",
        "SELECT pool FROM alert WHERE joined AND at > 9"}) {
    const std::string plan = sql.plan(query);
    EXPECT_NE(plan.find("SEARCH"), plan.npos) << plan;
    EXPECT_EQ(plan.find("SCAN"), plan.npos) << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), plan.npos) << plan;
  }
}

}  // namespace
}  // namespace xenha::hooks::journal::test
