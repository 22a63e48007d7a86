#include "hooks/pages.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/hooks/daemon/temporary_journal.h"

namespace xenha::hooks {
namespace {

class PagesTest : public testing::Test {
 protected:
  PagesTest()
      : doorkeeper_([] {
          HooksConfig config;
          config.bearer_token = Token{Secret("for-alerts")};
          config.operator_token = Token{Secret("for-people")};
          return config;
        }()),
        inbox_(*journal_, board_, clock_, [](const std::string&) {}) {
    board_.set_pools({"cluster1"});
    add_pages(router_, {.inbox = inbox_,
                        .journal = *journal_,
                        .board = board_,
                        .doorkeeper = doorkeeper_,
                        .clock = clock_,
                        .self = [] { return HooksSelf{}; },
                        .pools = [] { return std::vector<std::string>{"cluster1"}; },
                        .explain = [](const std::string&) -> Result<Decision> {
                          return Decision{
                              .verdict = Verdict::kWait, .reason = Reason::kSettling, .fact = "just now"};
                        },
                        .wake = [this](const std::string& pool) { woken_ = pool; },
                        .unready = [] { return std::string(); },
                        .reload = [] { return Status(Nothing{}); }});
  }
  web::Reply ask(const std::string& method, const std::string& path, const std::string& token = "",
                 const std::string& body = "", std::vector<std::pair<std::string, std::string>> query = {}) {
    web::Request request{
        .method = method, .path = path, .query = std::move(query), .body = body, .peer = "192.0.2.1"};
    if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
    request.headers["content-type"] = "application/json";
    return router_.handle(request);
  }

  test::TemporaryJournal journal_;
  Board board_;
  SystemClock clock_;
  Doorkeeper doorkeeper_;
  Inbox inbox_;
  web::Router router_;
  std::string woken_;
};

TEST_F(PagesTest, AnOperatorPausesAndResumes) {
  const std::string order = R"({"pool":"cluster1","reason":"disks","for":"30m"})";
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", order).status, 200);
  EXPECT_EQ(woken_, "cluster1");
  const auto pause = journal_->pause("cluster1", clock_.wall());
  ASSERT_TRUE(pause && *pause);
  EXPECT_EQ((*pause)->reason, "disks");
  EXPECT_EQ((*pause)->who, "192.0.2.1");
  EXPECT_EQ(ask("POST", "/api/v1/resume", "for-people", R"({"pool":"cluster1"})").status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/resume", "for-people", R"({"pool":"cluster1"})").status, 409);
  EXPECT_EQ(ask("POST", "/api/v1/clear", "for-people", R"({"pool":"cluster1"})").status, 409);
}

TEST_F(PagesTest, ABadOrderIsNamed) {
  for (const char* body : {"", "[]", "{", R"({"pool":1})"})
    EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", body).status, 400) << body;
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", R"({"pool":"no","reason":"x"})").status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", R"({"pool":"cluster1"})").status, 400);
  EXPECT_EQ(
      ask("POST", "/api/v1/pause", "for-people", R"({"pool":"cluster1","reason":"x","for":"5"})").status,
      400);
  EXPECT_EQ(
      ask("POST", "/api/v1/pause", "for-people", R"({"pool":"cluster1","reason":"x","for":"400d"})").status,
      400);
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-alerts", R"({"pool":"cluster1","reason":"x"})").status, 403);
  EXPECT_EQ(ask("POST", "/api/v1/pause", "", R"({"pool":"cluster1","reason":"x"})").status, 401);
}

TEST_F(PagesTest, ExplainsAndListsDecisions) {
  const web::Reply explained = ask("GET", "/api/v1/explain", "for-alerts", "", {{"pool", "cluster1"}});
  EXPECT_EQ(explained.status, 200);
  EXPECT_EQ(nlohmann::json::parse(explained.body)["reason"], "settling");
  EXPECT_EQ(ask("GET", "/api/v1/explain", "for-alerts", "", {{"pool", "no"}}).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/explain", "for-alerts").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/explain", "", "", {{"pool", "cluster1"}}).status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/decisions", "for-people").body, "{\"decisions\":[]}\n");
  EXPECT_EQ(ask("GET", "/api/v1/decisions", "for-people", "", {{"limit", "0"}}).status, 400);
}

nlohmann::json only_pool(const web::Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  const nlohmann::json pools = nlohmann::json::parse(reply.body)["pools"];
  EXPECT_EQ(pools.size(), 1u);
  return pools.at(0);
}

TEST_F(PagesTest, TellsWhereItStandsWithAPoolThatNothingHappenedTo) {
  const nlohmann::json pool = only_pool(ask("GET", "/api/v1/pools", "for-alerts"));
  EXPECT_EQ(pool["pool"], "cluster1");
  EXPECT_EQ(pool["acting"], false);
  EXPECT_TRUE(pool["open_alerts"].empty());
  EXPECT_EQ(pool["attempts_last_day"], 0);
  for (const char* key :
       {"evaluation", "paused", "gave_up", "last_attempt", "last_success_timestamp_seconds", "remembered"})
    EXPECT_TRUE(pool.at(key).is_null()) << key;
  EXPECT_EQ(ask("GET", "/api/v1/pools").status, 401);
  EXPECT_EQ(nlohmann::json::parse(ask("GET", "/api/v1/pools", "for-people").body)["mode"], "dry-run");
}

TEST_F(PagesTest, TellsWhatItKnowsAndWhatHoldsItBack) {
  const WallTime now = clock_.wall(), then = now - std::chrono::minutes(5);
  const auto receipts = journal_->receive({test::firing("cluster1", "f", then)}, then);
  ASSERT_TRUE(receipts);
  const journal::EntryId alert = *receipts->front().alert;
  const auto decided = journal_->decide({.alert = alert,
                                         .pool = "cluster1",
                                         .action = "enable-pool-ha",
                                         .verdict = "act",
                                         .reason = "safe_to_enable",
                                         .guards = "[]",
                                         .situation = "{}"},
                                        then);
  ASSERT_TRUE(decided);
  const auto attempt = journal_->begin_attempt({.alert = alert,
                                                .decision = decided->id,
                                                .pool = "cluster1",
                                                .action = "enable-pool-ha",
                                                .sr_uuid = "u",
                                                .sr_name = "MGMT-HA",
                                                .timeout = std::chrono::seconds(90)},
                                               then);
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(only_pool(ask("GET", "/api/v1/pools", "for-people"))["last_attempt"]["outcome"].is_null());
  ASSERT_TRUE(journal_->finish(
      *attempt, {.result = journal::AttemptResult::kFailed, .error_code = "HOST_OFFLINE"}, then));
  ASSERT_TRUE(journal_->give_up("cluster1", "flap", "HA went off again", then));
  ASSERT_TRUE(journal_->pause_until("cluster1", now + std::chrono::hours(1), "disks", "me", now));
  ASSERT_TRUE(journal_->remember("cluster1",
                                 {.sr_uuid = "u",
                                  .sr_name = "MGMT-HA",
                                  .timeout = std::chrono::seconds(90),
                                  .pool_uuid = "p",
                                  .members = {"10.0.0.9"},
                                  .masters_since = {"10.0.0.1"},
                                  .source = "seen_on",
                                  .seen_at = then},
                                 {}, now));
  board_.evaluated("cluster1", "enable-pool-ha",
                   {now, Decision{.verdict = Verdict::kWait, .reason = Reason::kPaused, .fact = "paused"}},
                   true);
  board_.acting("cluster1", true);

  const nlohmann::json pool = only_pool(ask("GET", "/api/v1/pools", "for-people"));
  EXPECT_EQ(pool["acting"], true);
  EXPECT_EQ(pool["open_alerts"][0]["alertname"], "XenHAPoolHADisabled");
  EXPECT_EQ(pool["evaluation"]["reason"], "paused");
  EXPECT_EQ(pool["evaluation"]["fact"], "paused");
  EXPECT_EQ(pool["paused"]["reason"], "disks");
  EXPECT_NEAR(pool["paused"]["until_timestamp_seconds"], unix_seconds(now) + 3600, 0.001);
  EXPECT_EQ(pool["gave_up"]["reason"], "flap");
  EXPECT_EQ(pool["last_attempt"]["outcome"], "failed");
  EXPECT_EQ(pool["last_attempt"]["error_code"], "HOST_OFFLINE");
  EXPECT_EQ(pool["attempts_last_day"], 1);
  EXPECT_EQ(pool["remembered"]["sr_name"], "MGMT-HA");
  EXPECT_EQ(pool["remembered"]["timeout_seconds"], 90);
  EXPECT_EQ(pool["remembered"]["members"][0], "10.0.0.9");
  EXPECT_NEAR(pool["remembered"]["seen_timestamp_seconds"], unix_seconds(then), 0.001);
}

TEST_F(PagesTest, ThePageEscapesWhatTheJournalHolds) {
  ASSERT_TRUE(journal_->pause_until("cluster1", clock_.wall() + std::chrono::hours(1), "<script>x</script>",
                                    "me", clock_.wall()));
  const web::Reply page = ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace xenha::hooks
