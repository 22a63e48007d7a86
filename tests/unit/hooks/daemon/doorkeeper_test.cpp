#include "hooks/doorkeeper.h"

#include <gtest/gtest.h>

namespace xenha::hooks {
namespace {

HooksConfig with_tokens(bool bearer, bool operators) {
  HooksConfig config;
  if (bearer) config.bearer_token = Token{Secret("for-alerts")};
  if (operators) config.operator_token = Token{Secret("for-people")};
  return config;
}

web::Request request(const std::string& authorization = "", bool loopback = true) {
  web::Request out;
  if (!authorization.empty()) out.headers["authorization"] = authorization;
  out.peer_is_loopback = loopback;
  return out;
}

/// 200 when let in.
int status(Doorkeeper& keeper, Door door, const web::Request& asked) {
  const auto refused = keeper.refuse(door, asked);
  return refused ? refused->status : 200;
}

struct Row {
  const char* name;
  bool bearer, operators;
  std::string authorization;
  bool loopback;
  int alerts, show, operate;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

const Row kRows[] = {
    {"nobody_is_known_loopback", false, false, "", true, 200, 200, 403},
    {"nobody_is_known_from_afar", false, false, "", false, 401, 401, 403},
    {"nobody_is_known_but_a_token_is_given", false, false, "Bearer x", true, 401, 401, 403},
    {"nothing_given", true, true, "", true, 401, 401, 401},
    {"the_webhooks", true, true, "Bearer for-alerts", false, 200, 200, 403},
    {"in_small_letters", true, true, "bearer for-alerts", false, 200, 200, 403},
    {"the_operators", true, true, "Bearer for-people", false, 403, 200, 200},
    {"a_wrong_one", true, true, "Bearer for-alertz", false, 401, 401, 401},
    {"a_part_of_it", true, true, "Bearer for-", false, 401, 401, 401},
    {"another_scheme", true, true, "Basic for-alerts", false, 401, 401, 401},
    {"no_operator_configured", true, false, "Bearer for-alerts", true, 200, 200, 403},
    {"only_an_operator_configured", false, true, "", true, 200, 401, 401},
    {"only_an_operator_configured_and_given", false, true, "Bearer for-people", true, 403, 200, 200},
};

class Doors : public testing::TestWithParam<Row> {};

TEST_P(Doors, OpenForWhoMay) {
  const Row& row = GetParam();
  Doorkeeper keeper(with_tokens(row.bearer, row.operators));
  const web::Request asked = request(row.authorization, row.loopback);
  EXPECT_EQ(status(keeper, Door::kAlerts, asked), row.alerts);
  EXPECT_EQ(status(keeper, Door::kShow, asked), row.show);
  EXPECT_EQ(status(keeper, Door::kOperate, asked), row.operate);
}
INSTANTIATE_TEST_SUITE_P(All, Doors, testing::ValuesIn(kRows), [](const auto& one) { return std::string(one.param.name); });

TEST(Doorkeeper, UsersOfTheWebConfigMaySendAndLook) {
  Doorkeeper keeper(with_tokens(true, true));
  web::Request asked = request("Basic x", false);
  asked.authenticated = true;
  EXPECT_EQ(status(keeper, Door::kAlerts, asked), 200);
  EXPECT_EQ(status(keeper, Door::kShow, asked), 200);
  EXPECT_EQ(status(keeper, Door::kOperate, asked), 401);
}

}  // namespace
}  // namespace xenha::hooks
