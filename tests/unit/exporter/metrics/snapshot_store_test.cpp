#include "exporter/snapshot/snapshot_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/self.h"
#include "tests/support/cloud_builder.h"
#include "tests/support/failover_builder.h"
#include "tests/support/pool_builder.h"
#include "tests/support/strict_exposition.h"
#include "tests/unit/metrics/inflate.h"

namespace xenha::exporter {
namespace {

using metrics::Format;

std::string text_of(const SnapshotStore::Exposition& exposition) {
  std::string text;
  for (const auto& piece : exposition.body) text += *piece;
  return text;
}

std::vector<MetricFamily> no_families() {
  return {};
}

PoolSnapshot pool_named(const std::string& name, int hosts = 2) {
  PoolSnapshot pool = test::healthy_pool(hosts);
  pool.name = name;
  return pool;
}

/// Pools "a" and "b", of which both are published, and a counter that differs at each scrape.
struct TwoPools {
  int scrapes = 0;
  SnapshotStore store{{"b", "a"}, [this] {
                        ExporterSelf self;
                        self.isolated = ++scrapes % 2 == 0;
                        return own_families(self);
                      }};
  TwoPools() {
    store.publish(pool_named("a"));
    store.publish(pool_named("b"));
  }
};

TEST(SnapshotStore, ServesWhatWasPublishedInEveryForm) {
  TwoPools two;
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    for (const bool gzip : {false, true}) {
      const auto exposition = two.store.all(format, gzip);
      const std::string text = gzip ? test::gunzip(text_of(exposition)) : text_of(exposition);
      const auto read = test::parse_strictly(text, format);
      EXPECT_TRUE(read.problems.empty()) << read.problems[0];
      EXPECT_TRUE(read.sample("xenha_pool_up", {{"pool", "a"}}));
      EXPECT_TRUE(read.sample("xenha_pool_up", {{"pool", "b"}}));
      EXPECT_TRUE(read.sample("xenha_exporter_sessions", {{"pool", "b"}}));
      EXPECT_TRUE(read.family("xenha_exporter_build_info"));
      EXPECT_STREQ(exposition.content_type, metrics::content_type(format));
    }
  }
}

TEST(SnapshotStore, PoolsStandInConfigOrder) {
  TwoPools two;
  const std::string text = text_of(two.store.all(Format::kText, false));
  EXPECT_LT(text.find("xenha_pool_up{pool=\"b\"}"), text.find("xenha_pool_up{pool=\"a\"}"));
  EXPECT_EQ(two.store.pool_names(), (std::vector<std::string>{"b", "a"}));
  ASSERT_EQ(two.store.pools().size(), 2u);
  EXPECT_EQ(two.store.pools()[0]->name, "b");
}

TEST(SnapshotStore, TheLargePartIsSharedUntilSomethingIsPublished) {
  TwoPools two;
  const auto first = two.store.all(Format::kText, true);
  const auto second = two.store.all(Format::kText, true);
  EXPECT_TRUE(first.body[0] == second.body[0]) << "not composed again";
  EXPECT_NE(text_of(first), text_of(second)) << "the exporter's own part is new each time";

  PoolSnapshot changed = pool_named("a");
  changed.up = false;
  two.store.publish(changed);
  const auto third = two.store.all(Format::kText, true);
  EXPECT_TRUE(third.body[0] != first.body[0]);
  const auto read = test::parse_strictly(test::gunzip(text_of(third)));
  EXPECT_EQ(read.sample("xenha_pool_up", {{"pool", "a"}})->value, 0);
  EXPECT_EQ(read.sample("xenha_pool_up", {{"pool", "b"}})->value, 1);
}

TEST(SnapshotStore, SomeGivesThosePoolsAndTheExportersOwn) {
  TwoPools two;
  const std::vector<std::string> names = {"a"};
  for (const bool gzip : {false, true}) {
    const std::string body = text_of(two.store.some(names, Format::kOpenMetrics, gzip));
    const auto read = test::parse_strictly(gzip ? test::gunzip(body) : body, Format::kOpenMetrics);
    EXPECT_TRUE(read.problems.empty()) << read.problems[0];
    EXPECT_TRUE(read.sample("xenha_pool_up", {{"pool", "a"}}));
    EXPECT_FALSE(read.sample("xenha_pool_up", {{"pool", "b"}}));
    EXPECT_TRUE(read.family("xenha_exporter_isolated"));
  }
}

TEST(SnapshotStore, ProbeLeavesOutWhatIsAboutTheExporter) {
  TwoPools two;
  EXPECT_FALSE(two.store.probe("c", Format::kText, false));
  const auto exposition = two.store.probe("a", Format::kText, true);
  ASSERT_TRUE(exposition);
  const auto read = test::parse_strictly(test::gunzip(text_of(*exposition)));
  EXPECT_TRUE(read.problems.empty()) << read.problems[0];
  EXPECT_EQ(read.sample("probe_success", {})->value, 1);
  EXPECT_TRUE(read.sample("probe_duration_seconds", {}));
  EXPECT_TRUE(read.sample("xenha_pool_ha_enabled", {{"pool", "a"}}));
  for (const test::StrictFamily& family : read.families) {
    EXPECT_FALSE(family.name.starts_with("xenha_exporter_")) << family.name;
    EXPECT_FALSE(family.name.starts_with("process_")) << family.name;
    EXPECT_FALSE(family.name.starts_with("xenha_config_")) << family.name;
  }
}

TEST(SnapshotStore, ProbeBeforeTheFirstPublishIsNoSuccess) {
  SnapshotStore store({"a"}, no_families);
  const auto exposition = store.probe("a", Format::kText, false);
  ASSERT_TRUE(exposition);
  const auto read = test::parse_strictly(text_of(*exposition));
  ASSERT_EQ(read.families.size(), 1u);
  EXPECT_EQ(read.sample("probe_success", {})->value, 0);
}

TEST(SnapshotStore, IsReadyWhenEveryPoolHasPublished) {
  SnapshotStore store({"a", "b"}, no_families);
  EXPECT_FALSE(store.ready());
  EXPECT_EQ(text_of(store.all(Format::kOpenMetrics, false)), "# EOF\n");
  store.publish(pool_named("a"));
  EXPECT_FALSE(store.ready());
  EXPECT_EQ(store.pool("b"), nullptr);
  store.publish(pool_named("unknown"));
  EXPECT_FALSE(store.ready());
  store.publish(pool_named("b"));
  EXPECT_TRUE(store.ready());
  EXPECT_EQ(*store.pool("b"), pool_named("b"));
  EXPECT_EQ(store.pool("unknown"), nullptr);
}

TEST(SnapshotStore, AReloadKeepsWhatIsKnownOfPoolsThatStay) {
  TwoPools two;
  two.store.all(Format::kText, false);
  two.store.set_pools({"a", "c"});
  EXPECT_EQ(two.store.pool_names(), (std::vector<std::string>{"a", "c"}));
  EXPECT_TRUE(two.store.pool("a"));
  EXPECT_FALSE(two.store.pool("b"));
  EXPECT_FALSE(two.store.ready());
  const auto read = test::parse_strictly(text_of(two.store.all(Format::kText, false)));
  EXPECT_TRUE(read.sample("xenha_pool_up", {{"pool", "a"}}));
  EXPECT_FALSE(read.sample("xenha_pool_up", {{"pool", "b"}})) << "no composition from before the reload";
  two.store.publish(pool_named("b"));
  EXPECT_FALSE(two.store.pool("b")) << "a late word of a pool that is gone";
}

std::shared_ptr<const CloudSnapshot> published_cloud(bool up = true) {
  CloudSnapshot cloud = test::healthy_cloud(2);  // joined to the pool "cluster1"
  cloud.up = up;
  return std::make_shared<const CloudSnapshot>(std::move(cloud));
}

/// The pool "cluster1" of cloud1, and a pool without a cloud.
struct JoinedPools {
  SnapshotStore store{{"a", "cluster1"}, no_families};
  JoinedPools() {
    store.set_clouds({"cloud1"});
    store.publish(pool_named("a"));
    PoolSnapshot joined = pool_named("cluster1");
    joined.cloudstack = "cloud1";
    joined.vms_cloudstack_only = 0;
    joined.failovers = test::book_of({}, {test::published_failover(test::test_now())});
    store.publish(joined);
    store.publish_cloud(published_cloud());
  }
  test::StrictExposition read(const SnapshotStore::Exposition& exposition) {
    auto read = test::parse_strictly(text_of(exposition));
    EXPECT_TRUE(read.problems.empty()) << read.problems[0];
    return read;
  }
};

const std::vector<std::pair<std::string, std::string>> kClusterLabels{
    {"cloudstack", "cloud1"}, {"cluster", "cluster-a"}, {"pool", "cluster1"}};

TEST(SnapshotStore, EverythingHasTheCloudOnce) {
  JoinedPools joined;
  const auto all = joined.read(joined.store.all(Format::kText, false));
  EXPECT_EQ(all.sample("xenha_cloudstack_up", {{"cloudstack", "cloud1"}})->value, 1);
  EXPECT_TRUE(all.sample("xenha_cloudstack_cluster_managed", kClusterLabels));
  EXPECT_TRUE(all.family("xenha_cloudstack_vm_mismatch"));
  EXPECT_TRUE(all.family("xenha_failovers_total"));
}

TEST(SnapshotStore, SeriesOfAJoinedPoolGoWithThatPool) {
  JoinedPools joined;
  const std::vector<std::string> with{"cluster1"}, without{"a"};
  const auto some = joined.read(joined.store.some(with, Format::kText, false));
  const auto probe = joined.read(*joined.store.probe("cluster1", Format::kText, false));
  for (const auto& read : {some, probe}) {
    EXPECT_TRUE(read.sample("xenha_cloudstack_cluster_managed", kClusterLabels));
    EXPECT_TRUE(read.family("xenha_cloudstack_host_state"));
    EXPECT_TRUE(read.family("xenha_failovers_total"));
    for (const char* family : {"xenha_cloudstack_up", "xenha_cloudstack_host_joined",
                               "xenha_cloudstack_alerts_total", "xenha_cloudstack_setting_seconds"})
      EXPECT_FALSE(read.family(family)) << family;
    for (const auto& family : read.families)
      for (const auto& sample : family.samples)
        if (family.name.starts_with("xenha_")) {
          EXPECT_TRUE(std::find(sample.labels.begin(), sample.labels.end(),
                                std::pair<std::string, std::string>("pool", "cluster1")) !=
                      sample.labels.end())
              << family.name;
        }
  }
  for (const auto& read : {joined.read(joined.store.some(without, Format::kText, false)),
                           joined.read(*joined.store.probe("a", Format::kText, false))})
    for (const auto& family : read.families)
      EXPECT_FALSE(family.name.starts_with("xenha_cloud")) << family.name;
}

TEST(SnapshotStore, ACloudIsReplacedByItsNextWord) {
  JoinedPools joined;
  const auto before = joined.store.all(Format::kText, false);
  joined.store.publish_cloud(published_cloud(false));
  const auto after = joined.store.all(Format::kText, false);
  EXPECT_TRUE(before.body[0] != after.body[0]);
  EXPECT_EQ(joined.read(after).sample("xenha_cloudstack_up", {{"cloudstack", "cloud1"}})->value, 0);
  EXPECT_FALSE(joined.store.cloud("cloud1")->up);
}

TEST(SnapshotStore, IsReadyWhenEveryCloudHasPublishedToo) {
  SnapshotStore store({"a"}, no_families);
  store.publish(pool_named("a"));
  EXPECT_TRUE(store.ready());
  store.set_clouds({"cloud1", "cloud2"});
  EXPECT_FALSE(store.ready());
  EXPECT_EQ(store.cloud("cloud1"), nullptr);
  EXPECT_TRUE(store.clouds().empty());
  store.publish_cloud(published_cloud());
  EXPECT_FALSE(store.ready());
  store.set_clouds({"cloud1"});
  EXPECT_TRUE(store.ready()) << "what is known of the cloud that stays was kept";
  EXPECT_EQ(store.cloud_names(), std::vector<std::string>{"cloud1"});
  ASSERT_EQ(store.clouds().size(), 1u);
  EXPECT_EQ(*store.cloud("cloud1"), *published_cloud());
}

TEST(SnapshotStore, APoolOrCloudThatAReloadRemovedIsShownNoMore) {
  JoinedPools joined;
  joined.store.set_pools({"a"});
  EXPECT_FALSE(joined.read(joined.store.all(Format::kText, false)).family("xenha_cloudstack_cluster_managed"))
      << "the cloud has not heard of it yet";
  joined.store.set_clouds({});
  EXPECT_FALSE(joined.read(joined.store.all(Format::kText, false)).family("xenha_cloudstack_up"));
  joined.store.publish_cloud(published_cloud());
  EXPECT_EQ(joined.store.cloud("cloud1"), nullptr) << "a late word of a cloud that is gone";
}

TEST(SnapshotStore, ANewBookShowsAtOnce) {
  JoinedPools joined;
  PoolSnapshot pool = *joined.store.pool("cluster1");
  pool.failovers = test::book_of(
      {test::open_failover(test::test_now() - std::chrono::minutes(2), std::chrono::minutes(2))});
  joined.store.publish(pool);
  const auto read = joined.read(*joined.store.probe("cluster1", Format::kText, false));
  EXPECT_TRUE(
      read.sample("xenha_failover_in_progress", {{"pool", "cluster1"}, {"host", "xs1"}, {"role", "master"}}));
  pool.failovers = nullptr;
  joined.store.publish(pool);
  EXPECT_FALSE(
      joined.read(*joined.store.probe("cluster1", Format::kText, false)).family("xenha_failovers_total"));
}

TEST(PoolSnapshotValue, EqualBooksAreEqualWhoeverHoldsThem) {
  PoolSnapshot one = pool_named("a"), other = one;
  one.failovers = test::book_of({}, {test::published_failover(test::test_now())});
  EXPECT_NE(one, other);
  other.failovers = test::book_of({}, {test::published_failover(test::test_now())});
  EXPECT_NE(one.failovers.get(), other.failovers.get());
  EXPECT_EQ(one, other);
  other.failovers = test::book_of({}, {test::published_failover(test::test_now() + std::chrono::seconds(1))});
  EXPECT_NE(one, other);
}

/// Publishers, scrapers and reloads at once: every answer is whole and is not older than what its scraper had
/// seen published before it asked.
TEST(SnapshotStore, EveryoneAtOnce) {
  constexpr int kPools = 4, kPublishes = 60;
  std::vector<std::string> names;
  for (int i = 0; i < kPools; ++i) names.push_back("p" + std::to_string(i));
  SnapshotStore store(names, [] { return own_families({}); });
  std::array<std::atomic<int>, kPools> published{};
  std::atomic<bool> done = false;
  std::atomic<int> scrapes = 0;
  std::vector<std::jthread> scrapers;
  store.set_clouds({"cloud1"});
  std::jthread cloud([&] {
    for (bool up = false; !done; up = !up) store.publish_cloud(published_cloud(up));
  });
  for (int s = 0; s < 4; ++s)
    scrapers.emplace_back([&, s] {
      const Format format = s % 2 ? Format::kText : Format::kOpenMetrics;
      do {
        std::array<int, kPools> least;
        for (int i = 0; i < kPools; ++i) least[i] = published[i];
        const auto read = test::parse_strictly(test::gunzip(text_of(store.all(format, true))), format);
        EXPECT_TRUE(read.problems.empty()) << read.problems[0];
        for (int i = 0; i < kPools; ++i) {
          const auto* sample = read.sample("xenha_pool_master_changes_total", {{"pool", names[i]}});
          EXPECT_GE(sample ? sample->value : 0, least[i]);
        }
        ++scrapes;
      } while (!done);
    });
  {
    std::vector<std::jthread> publishers;
    for (int i = 0; i < kPools; ++i)
      publishers.emplace_back([&, i] {
        PoolSnapshot pool = pool_named(names[i], 1);
        for (int n = 1; n <= kPublishes; ++n) {
          pool.master_changes = n;
          store.publish(pool);
          published[i] = n;
          if (n % 20 == 0) store.set_pools(names);
        }
      });
  }
  done = true;
  scrapers.clear();
  EXPECT_GE(scrapes, 4);
  for (const auto& pool : store.pools()) EXPECT_EQ(pool->master_changes, static_cast<unsigned>(kPublishes));
}

/// So many pools that joining them takes long enough for others to come in between.
class LargeFleet : public testing::Test {
 protected:
  LargeFleet() {
    for (int i = 0; i < 40; ++i) names_.push_back("p" + std::to_string(i));
    store_ = std::make_unique<SnapshotStore>(names_, no_families);
    PoolSnapshot pool = test::healthy_pool(24);
    for (const std::string& name : names_) {
      pool.name = name;
      store_->publish(pool);
    }
  }
  /// As `master_changes` of the first pool.
  void publish(int number) {
    PoolSnapshot pool = pool_named(names_[0], 1);
    pool.master_changes = number;
    store_->publish(pool);
  }
  std::vector<std::string> names_;
  std::unique_ptr<SnapshotStore> store_;
};

TEST_F(LargeFleet, IsComposedOnceForAllWhoAskTogether) {
  constexpr int kScrapers = 6;
  for (int round = 0; round < 60; ++round) {
    publish(round);
    std::barrier together(kScrapers);
    std::array<std::shared_ptr<const std::string>, kScrapers> got;
    std::vector<std::jthread> scrapers;
    for (int s = 0; s < kScrapers; ++s)
      scrapers.emplace_back([&, s] {
        together.arrive_and_wait();
        got[s] = store_->all(Format::kText, false).body[0];
      });
    scrapers.clear();
    for (const auto& one : got) EXPECT_TRUE(one == got[0]) << "composed twice for one change";
  }
}

TEST_F(LargeFleet, APublishDuringACompositionShowsAtTheNextScrape) {
  constexpr int kPublishes = 400;
  std::atomic<int> published = 0;
  std::jthread publisher([&] {
    for (int n = 1; n <= kPublishes; ++n) {
      publish(n);
      published = n;
    }
  });
  for (int least = 0; least < kPublishes;) {
    least = published;
    const std::string text = *store_->all(Format::kText, false).body[0];
    const std::string series = "xenha_pool_master_changes_total{pool=\"p0\"} ";
    const std::size_t at = text.find("\n" + series);
    ASSERT_NE(at, std::string::npos);
    ASSERT_GE(std::stoi(text.substr(at + 1 + series.size(), 10)), least);
  }
}

}  // namespace
}  // namespace xenha::exporter
