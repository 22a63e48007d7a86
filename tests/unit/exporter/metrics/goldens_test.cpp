// Every situation as text, and every judge we know on it: promtool, our strict reader, Python's OpenMetrics
// parser.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/self.h"
#include "lib/metrics/exposition.h"
#include "tests/support/golden.h"
#include "tests/support/pool_builder.h"
#include "tests/support/strict_exposition.h"
#include "tests/support/tool.h"
#include "tests/unit/exporter/metrics/situations.h"

namespace xenha::exporter {
namespace {

using metrics::Format;
using metrics::to_text;

class Goldens : public testing::TestWithParam<test::Situation> {};

TEST_P(Goldens, Text) {
  EXPECT_GOLDEN("exporter/" + GetParam().name + ".prom", to_text(collect(GetParam().pool)));
}

TEST_P(Goldens, PassTheStrictReader) {
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    const auto read = test::parse_strictly(to_text(collect(GetParam().pool), format), format);
    EXPECT_TRUE(read.problems.empty()) << read.problems[0];
    EXPECT_GT(read.families.size(), 3u);
  }
}

TEST_P(Goldens, PassPromtool) {
  const test::ToolResult result = test::run_tool("promtool check metrics", to_text(collect(GetParam().pool)));
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.exit_code, 0) << "127: promtool is not installed (package prometheus)";
}

INSTANTIATE_TEST_SUITE_P(Exporter, Goldens, testing::ValuesIn(test::situations()),
                         [](const auto& row) { return row.param.name; });

class CloudGoldens : public testing::TestWithParam<test::CloudSituation> {
 protected:
  /// All pages, one after the other.
  static std::vector<MetricFamily> families() {
    CloudFamilies all = collect_cloud(GetParam().cloud);
    std::vector<MetricFamily> out = std::move(all.of_no_pool);
    for (auto& [pool, of_it] : all.of_pool)
      for (MetricFamily& family : of_it) out.push_back(std::move(family));
    return out;
  }
};

TEST_P(CloudGoldens, Text) {
  EXPECT_GOLDEN("exporter/" + GetParam().name + ".prom", to_text(families()));
}

TEST_P(CloudGoldens, PassTheStrictReaderAndPromtool) {
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    const auto read = test::parse_strictly(to_text(families(), format), format);
    EXPECT_TRUE(read.problems.empty()) << read.problems[0];
    EXPECT_TRUE(
        read.family(format == Format::kText ? "xenha_cloudstack_alerts_total" : "xenha_cloudstack_alerts"));
  }
  const test::ToolResult result = test::run_tool("promtool check metrics", to_text(families()));
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.exit_code, 0) << "127: promtool is not installed (package prometheus)";
}

INSTANTIATE_TEST_SUITE_P(Exporter, CloudGoldens, testing::ValuesIn(test::cloud_situations()),
                         [](const auto& row) { return row.param.name; });

TEST(GoldenFiles, EachBelongsToASituation) {
  if (std::getenv("XENHA_UPDATE_GOLDEN")) GTEST_SKIP() << "they are just being written";
  std::set<std::string> wanted, found;
  for (const test::Situation& situation : test::situations()) wanted.insert(situation.name + ".prom");
  for (const test::CloudSituation& situation : test::cloud_situations())
    wanted.insert(situation.name + ".prom");
  for (const auto& entry : std::filesystem::directory_iterator(test::golden_directory() / "exporter"))
    if (entry.path().extension() == ".prom") found.insert(entry.path().filename());
  EXPECT_EQ(found, wanted);
}

/// All situations in one run: starting Python costs more than the reading.
TEST(OpenMetrics, PythonsParserReadsEverySituation) {
  const std::string kProgram = R"PY(
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
pages = sys.stdin.buffer.read().decode("utf-8").split("\0")
for page in pages:
    families = list(text_string_to_metric_families(page))
    names = [f.name for f in families]
    assert len(names) == len(set(names)), "a family comes twice"
    print(sum(len(f.samples) for f in families))
)PY";
  std::string pages, expected;
  for (const test::Situation& situation : test::situations()) {
    if (!pages.empty()) pages += '\0';
    const std::string text = to_text(collect(situation.pool), Format::kOpenMetrics);
    pages += text;
    std::size_t samples = 0;
    for (const auto& family : test::parse_strictly(text, Format::kOpenMetrics).families)
      samples += family.samples.size();
    expected += std::to_string(samples) + "\n";
  }
  const test::ToolResult result = test::run_tool("/usr/bin/python3 -c '" + kProgram + "'", pages);
  EXPECT_EQ(result.output, expected) << "needs python3-prometheus-client";
  EXPECT_EQ(result.exit_code, 0);
}

TEST(OwnFamilies, PassPromtoolAndTheStrictReader) {
  ExporterSelf self;
  self.isolated = false;
  self.last_reload_success = test::test_now();
  const std::string text = to_text(own_families(self));
  const test::ToolResult result = test::run_tool("promtool check metrics", text);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(test::parse_strictly(text).problems.empty());
}

}  // namespace
}  // namespace xenha::exporter
