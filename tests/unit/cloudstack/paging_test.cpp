// A listing of many pages, while rows come, go and shift.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cloudstack/scripted_server.h"

namespace xenha::cloudstack::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Clusters with these ids, as one page.
http::Response page(const std::vector<std::string>& ids) {
  std::string rows;
  for (const std::string& id : ids) rows += std::string(rows.empty() ? "" : ",") + R"({"id":")" + id + "\"}";
  return json(R"({"listclustersresponse":{"count":1000,"cluster":[)" + rows + "]}}");
}
http::Response page_of(std::size_t rows, std::size_t first = 0) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < rows; ++i) ids.push_back("c" + std::to_string(first + i));
  return page(ids);
}

std::vector<std::string> ids_of(const Result<Listing<model::CloudCluster>>& listing) {
  EXPECT_TRUE(listing) << listing.error().message;
  std::vector<std::string> ids;
  if (listing)
    for (const auto& item : listing->items) ids.push_back(item.id);
  return ids;
}

std::vector<std::string> pages_asked(const Bench& bench) {
  std::vector<std::string> pages;
  for (const Asked& asked : bench.server.asked)
    pages.push_back(asked.get("page") + "x" + asked.get("pagesize"));
  return pages;
}

Reader::Limits pages_of(int size) {
  Reader::Limits limits;
  limits.page_size = size;
  return limits;
}

TEST(Paging, OneShortPageIsAll) {
  Bench bench;
  bench.server.then(page({"a", "b"}));
  EXPECT_THAT(ids_of(bench.clusters()), ElementsAre("a", "b"));
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x500"));
}

TEST(Paging, AsksUntilAPageIsShort) {
  Bench bench(pages_of(10));
  bench.server.then(page_of(10));
  bench.server.then(page_of(10, 10));
  bench.server.then(page_of(3, 20));
  EXPECT_EQ(ids_of(bench.clusters()).size(), 23u);
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x10", "2x10", "3x10"));
}

TEST(Paging, AsksUntilAPageIsEmpty) {
  for (const char* last : {R"({"listclustersresponse":{}})", R"({"listclustersresponse":{"count":10}})",
                           R"({"listclustersresponse":{"count":10,"cluster":[]}})"}) {
    Bench bench(pages_of(10));
    bench.server.then(page_of(10));
    bench.server.then(json(last));
    EXPECT_EQ(ids_of(bench.clusters()).size(), 10u);
    EXPECT_EQ(bench.server.asked.size(), 2u);
  }
}

TEST(Paging, RowsThatShiftCountOnce) {
  Bench bench(pages_of(10));
  bench.server.then(page_of(10));
  bench.server.then(page_of(10, 7));  // three rows came in before them
  bench.server.then(page_of(2, 17));
  EXPECT_EQ(ids_of(bench.clusters()).size(), 19u);
}

TEST(Paging, EndsWhenTheServerIgnoresPages) {
  Bench bench(pages_of(10));
  bench.server.always([](const Asked&) { return page_of(10); });
  EXPECT_EQ(ids_of(bench.clusters()).size(), 10u);
  EXPECT_EQ(bench.server.asked.size(), 3u);
}

TEST(Paging, PagesOfOthersRowsAreNoEnd) {
  Bench bench(pages_of(10));
  bench.server.always([](const Asked& asked) {
    const int number = std::stoi(asked.get("page"));
    std::string rows;
    for (int i = 0; i < (number == 5 ? 1 : 10); ++i) {
      rows += std::string(i == 0 ? "" : ",") + R"({"id":")" + std::to_string(number * 100 + i) +
              R"(","state":"Running","name":"r","hypervisor":")" + (number == 5 ? "XenServer" : "KVM") +
              "\"}";
    }
    return json(R"({"listroutersresponse":{"router":[)" + rows + "]}}");
  });
  const auto routers = bench.result_of<Listing<model::CloudVm>>(
      [&](auto done) { bench.reader.routers(true, std::move(done)); });
  ASSERT_TRUE(routers);
  EXPECT_EQ(routers->items.size(), 1u);
}

TEST(Paging, HalvesPagesThatTheServerFindsTooLarge) {
  Bench bench;
  bench.server.always([](const Asked& asked) {
    if (std::stoi(asked.get("pagesize")) > 100)
      return fault(431, "Page size can't exceed max allowed page size value: 100");
    return page({"a"});
  });
  EXPECT_THAT(ids_of(bench.clusters()), ElementsAre("a"));
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x500", "1x250", "1x125", "1x62"));
  bench.server.asked.clear();
  EXPECT_THAT(ids_of(bench.clusters()), ElementsAre("a"));
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x62")) << "it is remembered";
}

TEST(Paging, HalvesDownToTenOnly) {
  Bench bench;
  bench.server.always([](const Asked&) { return fault(431, "Page size is wrong"); });
  const Error error = bench.failing_clusters();
  EXPECT_EQ(error.remote_code, "431");
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x500", "1x250", "1x125", "1x62", "1x31", "1x15", "1x10"));
}

TEST(Paging, BeginsAnewWhenPagesBecomeSmaller) {
  Bench bench(pages_of(20));
  bench.server.then(page_of(20));
  bench.server.then(fault(431, "pagesize too large"));
  bench.server.then(page_of(10));
  bench.server.then(page_of(10, 10));
  bench.server.then(page_of(5, 20));
  EXPECT_EQ(ids_of(bench.clusters()).size(), 25u);
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x20", "2x20", "1x10", "2x10", "3x10"));
}

TEST(Paging, ASecondListingThatRepeatsTheFirstIsReadToItsEnd) {
  Bench bench(pages_of(10));
  bench.server.always([](const Asked& asked) {
    const int number = std::stoi(asked.get("page"));
    const bool last = number == (asked.form.contains("projectid") ? 4 : 3);
    std::string rows;
    for (int i = 0; i < (last ? 1 : 10); ++i)
      rows += std::string(i == 0 ? "" : ",") + R"({"state":"Running","id":")" +
              std::to_string(number * 100 + i) + "\"}";
    return json(R"({"listroutersresponse":{"router":[)" + rows + "]}}");
  });
  const auto routers = bench.result_of<Listing<model::CloudVm>>(
      [&](auto done) { bench.reader.routers(false, std::move(done)); });
  ASSERT_TRUE(routers);
  EXPECT_EQ(bench.server.asked.size(), 7u);
  EXPECT_EQ(routers->items.size(), 31u);
}

TEST(Paging, Another431IsAnError) {
  Bench bench;
  bench.server.then(fault(431, "Unable to find zone"));
  EXPECT_EQ(bench.failing_clusters().remote_code, "431");
  EXPECT_EQ(bench.server.asked.size(), 1u);
}

TEST(Paging, AFailingPageFailsTheListing) {
  Bench bench(pages_of(10));
  bench.server.then(page_of(10));
  bench.server.then(fault(530, "internal"));
  EXPECT_EQ(bench.failing_clusters().remote_code, "530");
  EXPECT_FALSE(bench.reader.busy());
}

TEST(Paging, ALimitOfRows) {
  Reader::Limits limits = pages_of(10);
  limits.max_rows = 25;
  Bench bench(limits);
  int turn = 0;
  bench.server.always([&](const Asked&) { return page_of(10, 10 * static_cast<std::size_t>(turn++)); });
  const Error error = bench.failing_clusters();
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_THAT(error.message, HasSubstr("listClusters: more than 25 rows"));
  EXPECT_EQ(bench.server.asked.size(), 3u);
}

TEST(Paging, TellsWhenAllOfItWasTrue) {
  Bench bench(pages_of(10));
  const WallTime begin = bench.clock.wall();
  bench.server.clock_ahead_by = seconds(90);
  bench.server.latency = seconds(3);
  bench.server.then([&](const Asked&) {
    bench.server.latency = milliseconds(200);  // of the next
    bench.server.clock_ahead_by = seconds(70);
    return page_of(10);
  });
  bench.server.then([&](const Asked&) {
    bench.server.latency = seconds(2);
    return page_of(10, 10);
  });
  bench.server.then(page_of(1, 20));
  const auto listing = bench.clusters();
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->times.asked, begin);
  EXPECT_EQ(listing->times.answered, begin + milliseconds(5200));
  // Of the page that took 200 ms: its Date was cut to whole seconds, which half a second makes up for.
  ASSERT_TRUE(listing->times.clock_offset);
  const WallTime middle = begin + seconds(3) + milliseconds(100);
  const WallTime date = std::chrono::floor<seconds>(begin + seconds(3) + milliseconds(1000) + seconds(70));
  EXPECT_EQ(*listing->times.clock_offset, date + milliseconds(500) - middle);
}

TEST(Paging, WithoutADateThereIsNoOffset) {
  Bench bench;
  bench.server.then(page({"a"}));
  EXPECT_EQ(bench.clusters()->times.clock_offset, std::nullopt);
}

TEST(Paging, CancelDropsTheListing) {
  Bench bench(pages_of(10));
  bench.server.always([](const Asked&) { return page_of(10); });
  bool ran = false;
  bench.reader.clusters([&](auto) { ran = true; });
  EXPECT_TRUE(bench.reader.busy());
  bench.server.poll(bench.clock.steady());
  bench.reader.cancel();
  EXPECT_FALSE(bench.reader.busy());
  bench.server.poll(bench.clock.steady());
  EXPECT_FALSE(ran);
  EXPECT_EQ(bench.server.asked.size(), 1u);
  bench.server.always([](const Asked&) { return page({"a"}); });
  EXPECT_THAT(ids_of(bench.clusters()), ElementsAre("a"));
}

TEST(Paging, DoneMayAskTheNextQuestion) {
  Bench bench;
  bench.server.always([](const Asked&) { return page({"a"}); });
  int answered = 0;
  std::function<void(Result<Listing<model::CloudCluster>>)> next = [&](auto listing) {
    EXPECT_TRUE(listing);
    EXPECT_FALSE(bench.reader.busy());
    if (++answered < 3) bench.reader.clusters(next);
  };
  bench.reader.clusters(next);
  bench.run();
  EXPECT_EQ(answered, 3);
}

TEST(Paging, DoneMayDestroyTheReader) {
  xenha::test::ManualClock clock;
  ScriptedServer server(clock);
  server.always([](const Asked&) { return page({"a"}); });
  auto reader = std::make_unique<Reader>(
      server, clock,
      Server{std::make_shared<http::Endpoint>(), "/client/api", {Secret(kApiKey), Secret(kSecretKey)}},
      nullptr, Reader::Limits{});
  reader->clusters([&](auto) { reader.reset(); });
  server.poll(clock.steady());
  EXPECT_EQ(reader, nullptr);
  reader = std::make_unique<Reader>(
      server, clock,
      Server{std::make_shared<http::Endpoint>(), "/client/api", {Secret(kApiKey), Secret(kSecretKey)}},
      nullptr, Reader::Limits{});
  reader->clusters([](auto) { FAIL(); });
  reader.reset();  // takes what is under way with it
  server.poll(clock.steady());
}

// Newest first, and only what is new.

http::Response alerts_page(int newest, int rows) {
  std::string out;
  for (int i = 0; i < rows; ++i) {
    const int number = newest - i;
    char sent[64];
    std::snprintf(sent, sizeof sent, "2026-01-02T%02d:%02d:%02d+0000", number / 3600, number / 60 % 60,
                  number % 60);
    out += std::string(i == 0 ? "" : ",") + R"({"id":"e)" + std::to_string(number) +
           R"(","type":7,"description":"d","sent":")" + sent + "\"}";
  }
  return json(R"({"listalertsresponse":{"count":99999,"alert":[)" + out + "]}}");
}

Result<Listing<model::CloudAlert>> alerts(Bench& bench, const std::string& last_known, std::size_t most) {
  return bench.result_of<Listing<model::CloudAlert>>([&](auto done) {
    bench.reader.alerts([last_known](const model::CloudAlert& alert) { return alert.id == last_known; }, most,
                        std::move(done));
  });
}

TEST(Newest, EndsAtThePageWithAKnownOne) {
  Bench bench;
  bench.server.always(
      [](const Asked& asked) { return alerts_page(5000 - 100 * (std::stoi(asked.get("page")) - 1), 100); });
  const auto listing = alerts(bench, "e4850", 10'000);
  ASSERT_TRUE(listing);
  EXPECT_THAT(pages_asked(bench), ElementsAre("1x100", "2x100"));
  EXPECT_EQ(listing->items.size(),
            199u);  // the rest of the page may be unknown too; the known one is left out
  EXPECT_EQ(listing->items.front().id, "e5000");
}

TEST(Newest, EndsAtTheMostThatIsWanted) {
  Bench bench;
  bench.server.always(
      [](const Asked& asked) { return alerts_page(5000 - 100 * (std::stoi(asked.get("page")) - 1), 100); });
  const auto listing = alerts(bench, "none", 250);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->items.size(), 250u);
  EXPECT_EQ(listing->items.back().id, "e4751");
  EXPECT_EQ(bench.server.asked.size(), 3u);
}

TEST(Newest, SortsWhatComesUnsorted) {
  Bench bench;
  bench.server.then(json(R"({"listalertsresponse":{"alert":[
    {"id":"old","type":7,"sent":"2026-01-02T04:00:00+0100"},{"id":"new","type":7,"sent":"2026-01-02T03:30:00+0000"},
    {"id":"mid","type":7,"sent":"2026-01-02T03:15:00+0000"}]}})"));
  const auto listing = alerts(bench, "none", 10);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->items[0].id, "new");
  EXPECT_EQ(listing->items[1].id, "mid");
  EXPECT_EQ(listing->items[2].id, "old");
}

TEST(Newest, WithoutAnyAlert) {
  Bench bench;
  bench.server.then(json(R"({"listalertsresponse":{}})"));
  const auto listing = alerts(bench, "none", 10);
  ASSERT_TRUE(listing);
  EXPECT_TRUE(listing->items.empty());
}

}  // namespace
}  // namespace xenha::cloudstack::test
