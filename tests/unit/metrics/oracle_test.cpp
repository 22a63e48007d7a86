// The serializer of prometheus-cpp as second opinion, where it is right.
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <random>

#include "lib/metrics/exposition.h"
#include "tests/support/strict_exposition.h"

namespace xenha::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

TEST(Oracle, SameTextForPlainValues) {
  std::vector<MetricFamily> families;
  ClientMetric one;
  one.label = {{"pool", "cluster \"one\""}, {"host", "back\\slash\nline"}};
  one.gauge.value = one.counter.value = one.untyped.value = 42;
  ClientMetric two;
  two.gauge.value = two.counter.value = two.untyped.value = 0.25;
  families.push_back({"a_gauge", "Help.", MetricType::Gauge, {one, two}});
  families.push_back({"b_total", "Help.", MetricType::Counter, {one, two}});
  families.push_back({"c_untyped", "Help.", MetricType::Untyped, {one, two}});
  EXPECT_EQ(to_text(families), prometheus::TextSerializer().Serialize(families));
}

TEST(Oracle, SameNamesLabelsAndWholeValuesForRandomFamilies) {
  std::mt19937 random(20251125);
  for (int round = 0; round < 50; ++round) {
    std::vector<MetricFamily> families;
    for (int f = 0; f < 5; ++f) {
      MetricFamily family{
          "m" + std::to_string(f), "Help.", f == 4 ? MetricType::Histogram : MetricType::Gauge, {}};
      for (int s = 0; s < 8; ++s) {
        ClientMetric metric;
        metric.label = {{"series", std::to_string(s)},
                        {"any", std::string(random() % 5, static_cast<char>('!' + random() % 90))}};
        metric.gauge.value = static_cast<double>(random() % 2'000'000) - 1'000'000;
        const std::uint64_t below = random() % 10, all = below + random() % 10;
        metric.histogram = {all, static_cast<double>(random() % 100), {{below, 0.5}, {all, 2.5}}};
        family.metric.push_back(metric);
      }
      families.push_back(std::move(family));
    }
    const test::StrictExposition ours = test::parse_strictly(to_text(families));
    const test::StrictExposition theirs =
        test::parse_strictly(prometheus::TextSerializer().Serialize(families));
    ASSERT_TRUE(ours.problems.empty()) << ours.problems[0];
    std::size_t compared = 0;
    for (const test::StrictFamily& family : theirs.families) {
      ASSERT_TRUE(ours.family(family.name)) << family.name;
      EXPECT_EQ(ours.family(family.name)->samples.size(), family.samples.size());
      for (const test::StrictSample& sample : family.samples) {
        const test::StrictSample* same = ours.sample(sample.name, sample.labels);
        ASSERT_TRUE(same) << sample.name;
        EXPECT_EQ(same->value, sample.value) << sample.name;
        ++compared;
      }
    }
    EXPECT_EQ(compared, 4u * 8 + 8 * 5);
  }
}

}  // namespace
}  // namespace xenha::metrics
