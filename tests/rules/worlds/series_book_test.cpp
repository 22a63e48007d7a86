#include "tests/rules/worlds/series_book.h"

#include <gtest/gtest.h>

#include <cmath>

namespace xenha::test {
namespace {

TEST(Samples, AreRunsOfEqualValuesAndOfEqualSteps) {
  Samples samples;
  for (std::size_t scrape = 0; scrape < 5; ++scrape) samples.add(scrape, 1);
  for (std::size_t scrape = 5; scrape < 8; ++scrape) samples.add(scrape, 10.5 + 15.0 * (scrape - 5.0));
  EXPECT_EQ(samples.text(8), "1x4 10.5+15x2");
}

TEST(Samples, SayStaleOnceWhenTheSeriesIsGone) {
  Samples samples;
  samples.add(2, 7);
  samples.add(6, -0.5);
  EXPECT_EQ(samples.text(7), "_x2 7 stale _x2 -0.5");
  EXPECT_EQ(samples.text(9), "_x2 7 stale _x2 -0.5 stale _");
}

/// 0.1 + 0.1 + 0.1 is not 0.3: such steps would drift where promtool adds them up.
TEST(Samples, StepOnlyWhereTheSumIsExact) {
  Samples samples;
  samples.add(0, 0.1);
  samples.add(1, 0.2);
  samples.add(2, 0.3);
  EXPECT_EQ(samples.text(3), "0.1+0.1x1 0.3");
}

TEST(Samples, KeepWhatIsNoNumber) {
  Samples samples;
  samples.add(0, NAN);
  samples.add(1, NAN);
  samples.add(2, INFINITY);
  EXPECT_EQ(samples.text(3), "NaNx1 +Inf");
}

TEST(SeriesBook, WritesHistogramsAsThreeKindsOfSeries) {
  prometheus::MetricFamily family;
  family.name = "m_seconds";
  family.type = prometheus::MetricType::Histogram;
  prometheus::ClientMetric metric;
  metric.label = {{"pool", "a\"b"}};
  metric.histogram.sample_count = 3;
  metric.histogram.sample_sum = 4.5;
  metric.histogram.bucket = {{2, 0.5}};
  family.metric = {metric};
  SeriesBook book(SeriesBook::Labels{{"job", "xenha"}});
  book.begin_scrape();
  book.add(family);
  EXPECT_EQ(book.series(), (std::map<std::string, std::string>{
                               {R"(m_seconds_bucket{pool="a\"b",le="0.5",job="xenha"})", "2"},
                               {R"(m_seconds_bucket{pool="a\"b",le="+Inf",job="xenha"})", "3"},
                               {R"(m_seconds_count{pool="a\"b",job="xenha"})", "3"},
                               {R"(m_seconds_sum{pool="a\"b",job="xenha"})", "4.5"}}));
  EXPECT_EQ(book.families().at("m_seconds").type, "histogram");
}

}  // namespace
}  // namespace xenha::test
