#include "exporter/failovers_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "exporter/failover_table.h"
#include "exporter/pages.h"
#include "tests/support/failover_builder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/pool_builder.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::test_now;

std::shared_ptr<const PoolSnapshot> pool_with(std::string name, std::shared_ptr<const FailoverBook> book) {
  PoolSnapshot pool = test::healthy_pool();
  pool.name = std::move(name);
  pool.failovers = std::move(book);
  return std::make_shared<const PoolSnapshot>(std::move(pool));
}

FailoverRecord named(std::string id, FailoverRecord record) {
  record.id = std::move(id);
  return record;
}

/// Two pools with a failover each under way and behind them, one without a book.
std::vector<std::shared_ptr<const PoolSnapshot>> fleet() {
  return {
      pool_with("alpha", test::book_of({named("a-open", test::open_failover(test_now() - 60s, 60s))},
                                       {named("a-closed", test::published_failover(test_now() - 48h))})),
      pool_with("beta", test::book_of({named("b-open", test::open_failover(test_now() - 4min, 4min))},
                                      {named("b-closed", test::published_failover(test_now() - 24h))})),
      pool_with("gamma", nullptr),
  };
}

std::vector<std::string> ids(const FailoverQuery& query) {
  std::vector<std::string> found;
  const json document = json::parse(failovers_json(fleet(), query, test_now()));
  for (const json& failover : document.at("failovers")) found.push_back(failover.at("id"));
  return found;
}

using Ids = std::vector<std::string>;

TEST(FailoversJson, NewestFirstOpenOnesIncluded) {
  EXPECT_EQ(ids({}), (Ids{"a-open", "b-open", "b-closed", "a-closed"}));
}

TEST(FailoversJson, QueriesNarrow) {
  EXPECT_EQ(ids({.pools = {"alpha"}}), (Ids{"a-open", "a-closed"}));
  EXPECT_EQ(ids({.pools = {"alpha", "gamma"}}), (Ids{"a-open", "a-closed"}));
  EXPECT_EQ(ids({.pools = {"gamma"}}), Ids{});
  EXPECT_EQ(ids({.ids = {"b-closed"}}), Ids{"b-closed"});
  EXPECT_EQ(ids({.ids = {"nobody"}}), Ids{});
  EXPECT_EQ(ids({.pools = {"beta"}, .limit = 1}), Ids{"b-open"});
  EXPECT_EQ(ids({.limit = 3}).size(), 3u);
}

TEST(FailoversJson, ThePublishedTableReadsAsItWasPublished) {
  const std::vector<std::shared_ptr<const PoolSnapshot>> pools{
      pool_with("alpha", test::book_of({}, {test::published_failover(test_now() - 1h)}))};
  const json failover = json::parse(failovers_json(pools, {}, test_now())).at("failovers")[0];
  std::vector<std::string> lines;
  for (const json& row : failover.at("table")) {
    if (row.at("published").is_null()) continue;
    EXPECT_EQ(row.at("measured"), row.at("published")) << row.at("label");
    EXPECT_EQ(row.at("uncertainty_seconds"), 5);
    lines.push_back(row.at("measured"));
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"1:15", "3:00", "3:15", "3:30", "5:30"}));
  EXPECT_EQ(failover.at("loss").at("uncertainty_seconds"), 5);
  EXPECT_EQ(failover.at("loss").at("last_contact_timestamp_seconds"), unix_seconds(test_now() - 1h));
  EXPECT_EQ(failover.at("phases").at("master_elected").at("seconds"), 180);
  EXPECT_EQ(failover.at("phases").at("master_elected").at("timestamp_seconds"),
            unix_seconds(test_now() - 1h + 180s));
  EXPECT_EQ(failover.at("outcome"), "recovered");
  EXPECT_EQ(failover.at("new_master"), "xs2");
  EXPECT_EQ(failover.at("vms"),
            json::parse(R"({"running":14,"pending":0,"not_protected":1,"stayed":0,"stopped":0})"));
}

TEST(FailoversJson, VictimsHaveBothTimesAndTheirSource) {
  const json failovers =
      json::parse(failovers_json(fleet(), {.ids = {"b-open"}}, test_now())).at("failovers");
  const json& victims = failovers[0].at("victims");
  const auto named_vm = [&](const std::string& name) {
    for (const json& victim : victims)
      if (victim.at("name") == name) return victim;
    return json();
  };
  const json router = named_vm("r-4-VM");
  EXPECT_EQ(router.at("vm_kind"), "router");
  EXPECT_EQ(router.at("state"), "running");
  EXPECT_EQ(router.at("running_xenserver").at("seconds"), 230);
  EXPECT_EQ(router.at("running_cloudstack").at("seconds"), 231);
  EXPECT_EQ(router.at("source"), "poll");
  const json pending = named_vm("i-2-10-VM");
  EXPECT_EQ(pending.at("state"), "pending");
  for (const char* key : {"running_xenserver", "running_cloudstack", "source", "new_host", "replaced_by"})
    EXPECT_TRUE(pending.at(key).is_null()) << key << ": unknown is null";
  EXPECT_TRUE(failovers[0].at("closed").is_null());
  EXPECT_TRUE(failovers[0].at("phases").at("all_vms_running").is_null());
}

TEST(FailoversJson, BrokenNamesBreakNothing) {
  FailoverRecord record = test::published_failover(test_now());
  record.victims[0].name = "bad \xff \"utf-8\"";
  const json parsed =
      json::parse(failovers_json({pool_with("alpha", test::book_of({}, {record}))}, {}, test_now()));
  EXPECT_EQ(parsed.at("failovers")[0].at("victims")[0].at("name"), "bad \xEF\xBF\xBD \"utf-8\"");
}

TEST(FailoversJson, APagesQueryIsChecked) {
  const test::ManualClock clock(test_now());
  SnapshotStore store({"alpha", "beta"}, [] { return std::vector<prometheus::MetricFamily>{}; });
  for (const auto& pool : fleet()) store.publish(*pool);
  web::Router router;
  add_pages(router, store, {.clock = &clock});
  const auto ask = [&](std::vector<std::pair<std::string, std::string>> query) {
    web::Request request;
    request.method = "GET";
    request.path = "/api/v1/failovers";
    request.query = std::move(query);
    return router.handle(request);
  };
  const auto count = [&](const web::Reply& reply) { return json::parse(reply.body).at("failovers").size(); };
  EXPECT_EQ(ask({}).content_type, "application/json");
  EXPECT_EQ(count(ask({})), 4u);
  EXPECT_EQ(count(ask({{"pool", "alpha"}})), 2u);
  EXPECT_EQ(count(ask({{"pool", "alpha"}, {"pool", "beta"}, {"limit", "3"}})), 3u);
  EXPECT_EQ(count(ask({{"id", "a-open"}})), 1u);
  EXPECT_EQ(ask({{"pool", "alpha"}, {"pool", "gamma"}}).status, 400);
  EXPECT_EQ(ask({{"pool", ""}}).status, 400);
  for (const char* limit : {"", "0", "-1", "3x", "99999999999999999999999"})
    EXPECT_EQ(ask({{"limit", limit}}).status, 400) << limit;
}

TEST(FailoverTable, SlavesHaveNoNewMaster) {
  FailoverRecord record = test::published_failover(test_now());
  EXPECT_EQ(failover_table(record).size(), kFailoverPhases);
  record.role = FailoverRole::kSlave;
  const auto rows = failover_table(record);
  EXPECT_EQ(rows.size(), kFailoverPhases - 1);
  for (const FailoverRow& row : rows) EXPECT_NE(row.phase, FailoverPhase::kMasterElected);
}

}  // namespace
}  // namespace xenha::exporter
