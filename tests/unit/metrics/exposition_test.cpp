#include "lib/metrics/exposition.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/strict_exposition.h"
#include "tests/support/tool.h"
#include "tests/unit/metrics/inflate.h"

namespace xenha::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using test::gunzip;
using Pages = std::vector<std::shared_ptr<const Page>>;

MetricFamily gauge(const std::string& name, const std::string& pool, double value) {
  ClientMetric metric;
  metric.label = {{"pool", pool}};
  metric.gauge.value = value;
  return {name, "About " + name + ".", MetricType::Gauge, {metric}};
}

MetricFamily counter(const std::string& name, const std::string& pool, double value) {
  ClientMetric metric;
  metric.label = {{"pool", pool}};
  metric.counter.value = value;
  return {name, "About " + name + ".", MetricType::Counter, {metric}};
}

Pages two_pools() {
  return {render({gauge("z_up", "a", 1), counter("calls_total", "a", 5), gauge("only_a", "a", 7)}),
          render({counter("calls_total", "b", 6), gauge("z_up", "b", 0)})};
}

const char* const kTwoPoolsText =
    "# HELP calls_total About calls_total.\n"
    "# TYPE calls_total counter\n"
    "calls_total{pool=\"a\"} 5\n"
    "calls_total{pool=\"b\"} 6\n"
    "# HELP only_a About only_a.\n"
    "# TYPE only_a gauge\n"
    "only_a{pool=\"a\"} 7\n"
    "# HELP z_up About z_up.\n"
    "# TYPE z_up gauge\n"
    "z_up{pool=\"a\"} 1\n"
    "z_up{pool=\"b\"} 0\n";

const char* const kTwoPoolsOpenMetrics =
    "# HELP calls About calls_total.\n"
    "# TYPE calls counter\n"
    "calls_total{pool=\"a\"} 5\n"
    "calls_total{pool=\"b\"} 6\n"
    "# HELP only_a About only_a.\n"
    "# TYPE only_a gauge\n"
    "only_a{pool=\"a\"} 7\n"
    "# HELP z_up About z_up.\n"
    "# TYPE z_up gauge\n"
    "z_up{pool=\"a\"} 1\n"
    "z_up{pool=\"b\"} 0\n"
    "# EOF\n";

TEST(Compose, FamiliesOfAllPagesStandTogether) {
  EXPECT_EQ(compose(two_pools(), Format::kText, false), kTwoPoolsText);
  EXPECT_EQ(compose(two_pools(), Format::kOpenMetrics, false), kTwoPoolsOpenMetrics);
}

TEST(Compose, GzipIsOneMemberOfTheSameText) {
  EXPECT_EQ(gunzip(compose(two_pools(), Format::kText, true)), kTwoPoolsText);
  EXPECT_EQ(gunzip(compose(two_pools(), Format::kOpenMetrics, true)), kTwoPoolsOpenMetrics);
}

TEST(Compose, NothingAtAll) {
  EXPECT_EQ(compose({}, Format::kText, false), "");
  EXPECT_EQ(compose({}, Format::kOpenMetrics, false), "# EOF\n");
  EXPECT_EQ(gunzip(compose({}, Format::kText, true)), "");
  EXPECT_EQ(gunzip(compose({}, Format::kOpenMetrics, true)), "# EOF\n");
}

TEST(Compose, OtherProgramsReadTheGzip) {
  const std::string bytes = compose(two_pools(), Format::kOpenMetrics, true);
  EXPECT_EQ(test::run_tool("gzip -t", bytes).output, "");
  EXPECT_EQ(test::run_tool("gzip -t", bytes).exit_code, 0);
  const test::ToolResult python = test::run_tool(
      "/usr/bin/python3 -c 'import gzip,sys; "
      "sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))'",
      bytes);
  EXPECT_EQ(python.output, kTwoPoolsOpenMetrics);
}

TEST(OpenAndClose, GiveWhatComposeGives) {
  const Pages pools = two_pools();
  const Pages own = {render({gauge("process_threads", "x", 3)})};
  const Pages none;
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    const Opening plain = open(pools, format, false);
    const std::string text = *plain.bytes + close(plain, own);
    EXPECT_EQ(*plain.bytes + close(plain, none), compose(pools, format, false));
    EXPECT_TRUE(test::parse_strictly(text, format).problems.empty());
    EXPECT_NE(text.find("process_threads{pool=\"x\"} 3\n"), std::string::npos);

    const Opening packed = open(pools, format, true);
    EXPECT_EQ(gunzip(*packed.bytes + close(packed, own)), text);
    EXPECT_EQ(gunzip(*packed.bytes + close(packed, own)), text) << "an opening may be closed many times";
    EXPECT_EQ(gunzip(*packed.bytes + close(packed, none)), compose(pools, format, false));
  }
}

TEST(Render, FamiliesWithoutSamplesAreLeftOut) {
  EXPECT_EQ(to_text({{"empty", "Nothing.", MetricType::Gauge, {}}, gauge("x", "a", 1)}),
            "# HELP x About x.\n# TYPE x gauge\nx{pool=\"a\"} 1\n");
}

TEST(Render, FamiliesOfOneNameBecomeOne) {
  EXPECT_EQ(to_text({gauge("x", "a", 1), gauge("w", "a", 2), gauge("x", "b", 3)}),
            "# HELP w About w.\n# TYPE w gauge\nw{pool=\"a\"} 2\n"
            "# HELP x About x.\n# TYPE x gauge\nx{pool=\"a\"} 1\nx{pool=\"b\"} 3\n");
}

TEST(Render, ChangesShowWhateverThePageBefore) {
  const std::vector<MetricFamily> first = {gauge("a", "p", 1), gauge("b", "p", 1), gauge("c", "p", 1)};
  const std::vector<MetricFamily> second = {gauge("a", "p", 1), gauge("b", "p", 2), gauge("d", "p", 1)};
  const auto before = render(first);
  const Pages after = {render(second, before.get())};
  const Pages afresh = {render(second)};
  for (const bool gzip : {false, true}) {
    EXPECT_EQ(compose(after, Format::kText, gzip), compose(afresh, Format::kText, gzip));
    EXPECT_NE(compose(after, Format::kText, gzip), compose({&before, 1}, Format::kText, gzip));
  }
  EXPECT_EQ(gunzip(compose(after, Format::kText, true)), to_text(second));
}

TEST(Compose, LargeFamiliesCrossEveryWindow) {
  MetricFamily large{"large", "L.", MetricType::Gauge, {}};
  for (int i = 0; i < 20000; ++i) {
    ClientMetric metric;
    metric.label = {{"pool", "p"}, {"host", "host-" + std::to_string(i * 7919 % 20011)}};
    metric.gauge.value = i / 3.0;
    large.metric.push_back(metric);
  }
  const Pages pages = {render({large, gauge("tail", "p", 1)})};
  const std::string text = compose(pages, Format::kText, false);
  const std::string bytes = compose(pages, Format::kText, true);
  ASSERT_GT(text.size(), 900'000u);
  EXPECT_EQ(gunzip(bytes), text);
  EXPECT_LT(bytes.size(), text.size() / 2);
}

TEST(Compose, HelpLongerThanOneStoredBlock) {
  MetricFamily family = gauge("x", "a", 1);
  family.help = std::string(200'000, 'h');
  const Pages pages = {render({family})};
  EXPECT_EQ(gunzip(compose(pages, Format::kText, true)), compose(pages, Format::kText, false));
}

}  // namespace
}  // namespace xenha::metrics
