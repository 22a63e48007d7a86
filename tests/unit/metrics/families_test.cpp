#include "lib/metrics/families.h"

#include <gtest/gtest.h>

#include <chrono>

namespace xenha::metrics {
namespace {

using namespace std::chrono_literals;

constexpr MetricDef kA{.name = "a", .labels = "pool", .help = "A."};
constexpr MetricDef kB{.name = "b_total", .type = prometheus::MetricType::Counter, .help = "B."};

TEST(Families, AbsentFactsAddNothing) {
  Families families;
  families.add(kA, {{"pool", "x"}}, std::optional<int>{});
  families.add(kB, {}, std::optional<WallTime>{});
  EXPECT_TRUE(std::move(families).take().empty());
}

TEST(Families, ValuesBecomeBaseUnits) {
  Families families;
  families.add(kA, {}, true);
  families.add(kA, {}, std::optional<bool>(false));
  families.add(kA, {}, Duration(1500ms));
  families.add(kA, {}, WallTime(1764036000s + 250ms));
  families.add(kA, {}, std::int64_t{-3});
  const auto taken = std::move(families).take();
  ASSERT_EQ(taken.size(), 1u);
  std::vector<double> values;
  for (const auto& metric : taken[0].metric) values.push_back(metric.gauge.value);
  EXPECT_EQ(values, (std::vector<double>{1, 0, 1.5, 1764036000.25, -3}));
}

TEST(Families, SamplesOfOneDefinitionStandTogether) {
  Families families;
  families.add(kA, {{"pool", "x"}}, 1);
  families.add(kB, {{"pool", "x"}}, 2);
  families.add(kA, {{"pool", "y"}}, 3);
  const auto taken = std::move(families).take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].name, "a");
  EXPECT_EQ(taken[0].help, "A.");
  ASSERT_EQ(taken[0].metric.size(), 2u);
  EXPECT_EQ(taken[0].metric[1].label, (std::vector<prometheus::ClientMetric::Label>{{"pool", "y"}}));
  EXPECT_EQ(taken[1].type, prometheus::MetricType::Counter);
  EXPECT_EQ(taken[1].metric[0].counter.value, 2);
}

}  // namespace
}  // namespace xenha::metrics
