#include "exporter/metrics/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/metrics_page.h"
#include "exporter/metrics/self.h"
#include "tests/support/golden.h"
#include "tests/support/pool_builder.h"
#include "tests/unit/exporter/metrics/situations.h"

namespace xenha::exporter {
namespace {

/// Everything that can be said, at least once.
std::map<std::string, MetricFamily> every_family() {
  std::map<std::string, MetricFamily> all;
  const auto take = [&](const std::vector<MetricFamily>& families) {
    for (const MetricFamily& family : families) all.emplace(family.name, family);
  };
  const PoolSnapshot pool = test::pool_with_everything();
  take(collect(pool));
  take(collect_probe(&pool));
  const CloudFamilies cloud = collect_cloud(test::cloud_with_everything());
  take(cloud.of_no_pool);
  for (const auto& [name, families] : cloud.of_pool) take(families);
  take(own_families({.isolated = true, .last_reload_success = test::test_now()}));
  return all;
}

/// The kernel may set no limit: then there is nothing to say.
bool may_be_missing(std::string_view name) {
  return name == "process_max_fds" || name == "process_virtual_memory_max_bytes";
}

TEST(Catalog, IsExactlyWhatTheCollectorsSay) {
  std::set<std::string> listed, said;
  for (const metrics::CatalogGroup& group : catalog::groups())
    for (const metrics::MetricDef* def : group.metrics)
      EXPECT_TRUE(listed.insert(std::string(def->name)).second) << def->name << " is listed twice";
  for (const auto& [name, family] : every_family()) said.insert(name);
  for (const std::string& name : said) EXPECT_TRUE(listed.contains(name)) << name << " is not listed";
  for (const std::string& name : listed)
    EXPECT_TRUE(said.contains(name) || may_be_missing(name)) << name << " is never said";
}

TEST(Catalog, LabelsAreThoseWritten) {
  const auto families = every_family();
  for (const metrics::CatalogGroup& group : catalog::groups())
    for (const metrics::MetricDef* def : group.metrics) {
      const auto family = families.find(std::string(def->name));
      if (family == families.end()) continue;
      for (const auto& metric : family->second.metric) {
        std::string written;
        for (const auto& label : metric.label) written += (written.empty() ? "" : ",") + label.name;
        if (def->name == "xenha_cloudstack_vms" && written.find("pool") == std::string::npos)
          continue;  // of no cluster
        EXPECT_EQ(written, def->labels) << def->name;
      }
    }
}

TEST(Catalog, NamesTypesAndTextsKeepTheConventions) {
  for (const metrics::CatalogGroup& group : catalog::groups())
    for (const metrics::MetricDef* def : group.metrics) {
      const bool counter = def->type == prometheus::MetricType::Counter;
      EXPECT_EQ(counter, def->name.ends_with("_total")) << def->name;
      EXPECT_FALSE(def->help.empty() || def->source.empty()) << def->name;
      EXPECT_EQ(def->help.back(), '.') << def->name;
      EXPECT_EQ(def->help.find_first_of("\n\\"), std::string_view::npos) << def->name;
      for (const char* reserved : {"job", "instance", "le", "quantile"})
        EXPECT_EQ(("," + std::string(def->labels) + ",").find("," + std::string(reserved) + ","),
                  std::string::npos);
    }
}

TEST(Catalog, MetricsPageIsUpToDate) {
  EXPECT_EQ("", test::golden_problem(test::source_directory() / "exporter/METRICS.md", metrics_page()));
}

}  // namespace
}  // namespace xenha::exporter
