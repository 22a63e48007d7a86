#include "hooks/inbox.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/hooks/daemon/temporary_journal.h"

namespace xenha::hooks {
namespace {

class InboxTest : public testing::Test {
 protected:
  InboxTest()
      : inbox_(*journal_, board_, clock_, [this](const std::string& pool) { woken_.push_back(pool); }) {
    inbox_.set_rule({{"cluster1"}, {{"XenHAPoolHADisabled", std::string(kEnablePoolHa)}}});
  }
  nlohmann::json send(const std::string& alerts) {
    const web::Reply reply = inbox_.receive(
        R"({"version":"4","groupKey":"g","truncatedAlerts":0,"status":"firing","alerts":[)" + alerts + "]}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return nlohmann::json::parse(reply.body)["results"];
  }
  static std::string alert(const std::string& status, const std::string& name = "XenHAPoolHADisabled",
                           const std::string& pool = "cluster1",
                           const std::string& fingerprint = "00000000000000aa") {
    return R"({"status":")" + status + R"(","labels":{"alertname":")" + name + R"(","pool":")" + pool +
           R"("},"annotations":{},"startsAt":"2026-11-27T01:00:00.123456789Z","endsAt":")" +
           (status == "firing" ? "0001-01-01T00:00:00Z" : "2026-11-27T02:00:00Z") +
           R"(","generatorURL":"","fingerprint":")" + fingerprint + R"("})";
  }

  test::TemporaryJournal journal_;
  Board board_;
  SystemClock clock_;
  std::vector<std::string> woken_;
  Inbox inbox_;
};

TEST_F(InboxTest, AnAlertIsOpenedOnceAndClosedOnce) {
  EXPECT_EQ(send(alert("firing"))[0]["result"], "accepted");
  EXPECT_EQ(send(alert("firing"))[0]["result"], "duplicate");
  EXPECT_EQ(journal_->open_alerts("cluster1")->size(), 1u);
  EXPECT_EQ(send(alert("resolved"))[0]["result"], "resolved");
  EXPECT_TRUE(journal_->open_alerts("cluster1")->empty());
  EXPECT_EQ(send(alert("firing"))[0]["result"], "duplicate") << "late, after it was resolved";
  EXPECT_EQ(woken_, (std::vector<std::string>{"cluster1", "cluster1", "cluster1"})) << "not for the late one";
}

TEST_F(InboxTest, WhatNobodyCaresAboutIsWrittenDownAndIgnored) {
  const auto results =
      send(alert("firing", "Other") + "," + alert("firing", "XenHAPoolHADisabled", "cluster9"));
  EXPECT_EQ(results[0]["result"], "ignored");
  EXPECT_EQ(results[0]["reason"], "no_policy");
  EXPECT_EQ(results[1]["reason"], "unknown_pool");
  EXPECT_TRUE(woken_.empty());
  EXPECT_EQ(board_.shown().counts.alerts.at({"other", "firing"}), 1u);
}

TEST_F(InboxTest, WhatIsNoWebhookIsRefused) {
  EXPECT_EQ(inbox_.receive("").status, 400);
  EXPECT_EQ(inbox_.receive("{}").status, 400);
  EXPECT_EQ(inbox_.receive(R"({"version":"3","alerts":[]})").status, 400);
}

}  // namespace
}  // namespace xenha::hooks
