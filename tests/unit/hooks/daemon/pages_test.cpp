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
                          return Decision{.verdict = Verdict::kWait, .reason = Reason::kSettling, .fact = "just now"};
                        },
                        .wake = [this](const std::string& pool) { woken_ = pool; },
                        .unready = [] { return std::string(); },
                        .reload = [] { return Status(Nothing{}); }});
  }
  web::Reply ask(const std::string& method, const std::string& path, const std::string& token = "", const std::string& body = "",
                 std::vector<std::pair<std::string, std::string>> query = {}) {
    web::Request request{.method = method, .path = path, .query = std::move(query), .body = body, .peer = "192.0.2.1"};
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
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", R"({"pool":"cluster1","reason":"x","for":"5"})").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/pause", "for-people", R"({"pool":"cluster1","reason":"x","for":"400d"})").status, 400);
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

TEST_F(PagesTest, ThePageEscapesWhatTheJournalHolds) {
  ASSERT_TRUE(journal_->pause_until("cluster1", clock_.wall() + std::chrono::hours(1), "<script>x</script>", "me", clock_.wall()));
  const web::Reply page = ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace xenha::hooks
