#include "lib/metrics/text_writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace xenha::metrics {
namespace {

std::string number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

std::string bound(double value) {
  std::string out;
  append_bound(out, value);
  return out;
}

std::string label(std::string_view value) {
  std::string out;
  append_label_value(out, value);
  return out;
}

TEST(Number, WholeOnesBelowTwoTo53AreIntegers) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(-17), "-17");
  EXPECT_EQ(number(100000), "100000");
  EXPECT_EQ(number(1764036000), "1764036000");
  EXPECT_EQ(number(9007199254740991), "9007199254740991");
}

TEST(Number, OthersAreTheShortestTextThatReadsBack) {
  EXPECT_EQ(number(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(number(0.25), "0.25");
  EXPECT_EQ(number(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  for (const double value : {1e-320, 9007199254740992.0, 1e22, -1234.56789, 5e-324, 1e300})
    EXPECT_EQ(std::strtod(number(value).c_str(), nullptr), value);
}

TEST(Number, SpecialOnesAsPrometheusSpellsThem) {
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(Bound, IsACanonicalFloat) {
  EXPECT_EQ(bound(15), "15.0");
  EXPECT_EQ(bound(10800), "10800.0");
  EXPECT_EQ(bound(0.005), "0.005");
  EXPECT_EQ(bound(2.5), "2.5");
  EXPECT_EQ(bound(1e6), "1e+06");
  EXPECT_EQ(bound(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(LabelValue, EscapesWhatTheFormatNeeds) {
  EXPECT_EQ(label("plain"), "plain");
  EXPECT_EQ(label(R"(a\b"c)"), R"(a\\b\"c)");
  EXPECT_EQ(label("two\nlines\n"), R"(two\nlines\n)");
  EXPECT_EQ(label(""), "");
}

TEST(LabelValue, KeepsUtf8) {
  EXPECT_EQ(label("Köln 東京 😀"), "Köln 東京 😀");
  EXPECT_EQ(label("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
            "\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

TEST(LabelValue, ReplacesWhatIsNoUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(label("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(label("\xC0\xAF"), bad + bad) << "overlong";
  EXPECT_EQ(label("\xED\xA0\x80"), bad + bad + bad) << "a surrogate";
  EXPECT_EQ(label("\xF4\x90\x80\x80"), bad + bad + bad + bad) << "beyond U+10FFFF";
  EXPECT_EQ(label("x\xE2\x82"), "x" + bad) << "cut off at the end: one character for what was begun";
  EXPECT_EQ(label("\xE2\x82\"\xE2\x82\n"), bad + "\\\"" + bad + "\\n")
      << "cut off before something to escape";
  EXPECT_EQ(label("\xF0\x9F\x98 \x80"), bad + " " + bad);
}

std::string header(std::string_view name, prometheus::MetricType type, std::string_view help, Format format) {
  std::string out;
  append_header(out, name, type, help, format);
  return out;
}

TEST(Header, TextNamesACounterInFull) {
  EXPECT_EQ(header("x_total", prometheus::MetricType::Counter, "Help.", Format::kText),
            "# HELP x_total Help.\n# TYPE x_total counter\n");
}

TEST(Header, OpenMetricsNamesACounterWithoutItsSuffix) {
  EXPECT_EQ(header("x_total", prometheus::MetricType::Counter, "Help.", Format::kOpenMetrics),
            "# HELP x Help.\n# TYPE x counter\n");
  EXPECT_EQ(header("y", prometheus::MetricType::Counter, "Help.", Format::kOpenMetrics),
            "# HELP y Help.\n# TYPE y unknown\n")
      << "a counter without the suffix does not exist there";
}

TEST(Header, HelpIsEscaped) {
  EXPECT_EQ(header("x", prometheus::MetricType::Gauge, "a\\b\n\"c\"", Format::kText),
            "# HELP x a\\\\b\\n\"c\"\n# TYPE x gauge\n");
  EXPECT_EQ(header("x", prometheus::MetricType::Gauge, "a\\b\n\"c\"", Format::kOpenMetrics),
            "# HELP x a\\\\b\\n\\\"c\\\"\n# TYPE x gauge\n")
      << "OpenMetrics wants quotes escaped in HELP too";
}

TEST(Header, UntypedIsUnknownInOpenMetrics) {
  EXPECT_EQ(header("x", prometheus::MetricType::Untyped, "h", Format::kText),
            "# HELP x h\n# TYPE x untyped\n");
  EXPECT_EQ(header("x", prometheus::MetricType::Untyped, "h", Format::kOpenMetrics),
            "# HELP x h\n# TYPE x unknown\n");
}

TEST(Samples, HistogramEndsWithInfWhetherGivenOrNot) {
  prometheus::MetricFamily family{"h_seconds", "h", prometheus::MetricType::Histogram, {}};
  prometheus::ClientMetric metric;
  metric.label = {{"pool", "a"}};
  metric.histogram = {7, 12.5, {{2, 0.5}, {6, 15}}};
  family.metric = {metric};
  const std::string expected =
      "h_seconds_bucket{pool=\"a\",le=\"0.5\"} 2\n"
      "h_seconds_bucket{pool=\"a\",le=\"15.0\"} 6\n"
      "h_seconds_bucket{pool=\"a\",le=\"+Inf\"} 7\n"
      "h_seconds_sum{pool=\"a\"} 12.5\n"
      "h_seconds_count{pool=\"a\"} 7\n";
  std::string out;
  append_samples(out, family);
  EXPECT_EQ(out, expected);

  family.metric[0].histogram.bucket.push_back({7, std::numeric_limits<double>::infinity()});
  out.clear();
  append_samples(out, family);
  EXPECT_EQ(out, expected);
}

TEST(Samples, SummaryAndSamplesWithoutLabels) {
  prometheus::MetricFamily family{"s", "h", prometheus::MetricType::Summary, {}};
  prometheus::ClientMetric metric;
  metric.summary.sample_count = 3;
  metric.summary.sample_sum = 6;
  metric.summary.quantile = {{0.5, 2}, {1, 3}};
  family.metric = {metric};
  std::string out;
  append_samples(out, family);
  EXPECT_EQ(out, "s{quantile=\"0.5\"} 2\ns{quantile=\"1.0\"} 3\ns_sum 6\ns_count 3\n");
}

}  // namespace
}  // namespace xenha::metrics
