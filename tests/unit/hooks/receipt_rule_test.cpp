#include "hooks/alert/receipt_rule.h"

#include <gtest/gtest.h>

#include <functional>

namespace xenha::hooks {
namespace {

const ReceiptRule kRule{.pools = {"cluster1", "cluster2"},
                        .policies = {{"XenHAPoolHADisabled", "enable-pool-ha"}, {"HAOff", "another-action"}}};

Alert good() {
  Alert alert;
  alert.labels = {{"alertname", "XenHAPoolHADisabled"}, {"pool", "cluster2"}, {"severity", "critical"}};
  return alert;
}

struct Row {
  const char* name;
  std::function<void(Alert&)> change;
  Receipt expected;
};

const Row kRows[] = {
    {"firing", [](Alert&) {}, {Intake::kAccept, IgnoreReason::kNone, "cluster2", "enable-pool-ha"}},
    {"resolved",
     [](Alert& a) { a.status = AlertStatus::kResolved; },
     {Intake::kResolve, IgnoreReason::kNone, "cluster2", "enable-pool-ha"}},
    {"the_other_policy",
     [](Alert& a) { a.labels["alertname"] = "HAOff"; },
     {Intake::kAccept, IgnoreReason::kNone, "cluster2", "another-action"}},
    {"no_policy",
     [](Alert& a) { a.labels["alertname"] = "XenHAHostDown"; },
     {Intake::kIgnore, IgnoreReason::kNoPolicy, "cluster2", ""}},
    {"name_in_another_case",
     [](Alert& a) { a.labels["alertname"] = "xenhapoolhadisabled"; },
     {Intake::kIgnore, IgnoreReason::kNoPolicy, "cluster2", ""}},
    {"no_pool_label",
     [](Alert& a) { a.labels.erase("pool"); },
     {Intake::kIgnore, IgnoreReason::kNoPoolLabel, "", "enable-pool-ha"}},
    {"pool_label_empty",
     [](Alert& a) { a.labels["pool"] = ""; },
     {Intake::kIgnore, IgnoreReason::kNoPoolLabel, "", "enable-pool-ha"}},
    {"unknown_pool",
     [](Alert& a) { a.labels["pool"] = "cluster"; },
     {Intake::kIgnore, IgnoreReason::kUnknownPool, "", "enable-pool-ha"}},
    {"pool_in_another_case",
     [](Alert& a) { a.labels["pool"] = "Cluster2"; },
     {Intake::kIgnore, IgnoreReason::kUnknownPool, "", "enable-pool-ha"}},
    {"no_name",
     [](Alert& a) { a.labels.erase("alertname"); },
     {Intake::kIgnore, IgnoreReason::kNoPolicy, "cluster2", ""}},
    {"neither_policy_nor_pool",
     [](Alert& a) {
       a.labels = {{"alertname", "Watchdog"}};
     },
     {Intake::kIgnore, IgnoreReason::kNoPolicy, "", ""}},
    {"resolved_without_policy",
     [](Alert& a) { a.status = AlertStatus::kResolved, a.labels["alertname"] = "Watchdog"; },
     {Intake::kIgnore, IgnoreReason::kNoPolicy, "cluster2", ""}},
    {"resolved_of_an_unknown_pool",
     [](Alert& a) { a.status = AlertStatus::kResolved, a.labels["pool"] = "cluster9"; },
     {Intake::kIgnore, IgnoreReason::kUnknownPool, "", "enable-pool-ha"}},
};

class ReceiptRuleTable : public testing::TestWithParam<Row> {};

TEST_P(ReceiptRuleTable, IsFollowed) {
  Alert alert = good();
  GetParam().change(alert);
  EXPECT_EQ(receipt_for(alert, kRule), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Facts, ReceiptRuleTable, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ReceiptRule, WithoutPoliciesEverythingIsIgnored) {
  EXPECT_EQ(receipt_for(good(), {.pools = kRule.pools}).reason, IgnoreReason::kNoPolicy);
}

TEST(ReceiptRule, EveryReasonHasAWordAndSaysWhatToDo) {
  EXPECT_EQ(word(IgnoreReason::kNone), "");
  EXPECT_EQ(word(IgnoreReason::kNoPolicy), "no_policy");
  EXPECT_EQ(word(IgnoreReason::kNoPoolLabel), "no_pool_label");
  EXPECT_EQ(word(IgnoreReason::kUnknownPool), "unknown_pool");
  EXPECT_EQ(meaning(IgnoreReason::kNone), "");
  for (const IgnoreReason reason :
       {IgnoreReason::kNoPolicy, IgnoreReason::kNoPoolLabel, IgnoreReason::kUnknownPool}) {
    EXPECT_TRUE(meaning(reason).ends_with('.')) << word(reason);
    EXPECT_GT(meaning(reason).size(), 60u) << word(reason);
  }
}

TEST(ReceiptRule, SendersCannotMakeSeries) {
  Alert alert = good();
  EXPECT_EQ(metric_name(alert, kRule), "XenHAPoolHADisabled");
  alert.labels["alertname"] = "Anything";
  EXPECT_EQ(metric_name(alert, kRule), "other");
}

}  // namespace
}  // namespace xenha::hooks
