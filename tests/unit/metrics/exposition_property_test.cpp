// Whatever the families: the text is good, reads back as what went in, and the gzip form is the same text.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "lib/metrics/exposition.h"
#include "tests/support/strict_exposition.h"
#include "tests/unit/metrics/inflate.h"

namespace xenha::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }

  double number() {
    switch (below(6)) {
      case 0:
        return static_cast<double>(below(1000));
      case 1:
        return std::numeric_limits<double>::quiet_NaN();
      case 2:
        return below(2) ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
      case 3:
        return -static_cast<double>(below(1u << 31)) / 7;
      default: {
        const std::uint64_t bits = static_cast<std::uint64_t>(engine_()) << 32 | engine_();
        double any = 0;
        std::memcpy(&any, &bits, sizeof any);
        return any;
      }
    }
  }

  /// Valid UTF-8, with everything that needs escaping.
  std::string text() {
    static const char* const kParts[] = {"a", "\\", "\"", "\n", "é",  "東", "😀",
                                         "}", ",",  "=",  " ",  "# ", "\r", "\x01"};
    std::string out;
    for (std::size_t left = below(8); left > 0; --left) out += kParts[below(std::size(kParts))];
    return out;
  }

 private:
  std::mt19937 engine_;
};

/// Families of unique names with unique series. Some names recur on every page, as those of pools do.
std::vector<MetricFamily> random_families(Chance& chance, const std::string& page) {
  std::vector<MetricFamily> families;
  for (std::size_t f = 0; f < 6; ++f) {
    if (chance.below(4) == 0) continue;
    const bool counter = f % 3 == 1;
    MetricFamily family{std::string(f % 2 ? "x" : "family_") + std::to_string(f) + (counter ? "_total" : ""),
                        "Help \\ with \n everything \" of " + std::to_string(f),
                        counter  ? MetricType::Counter
                        : f == 5 ? MetricType::Histogram
                                 : MetricType::Gauge,
                        {}};
    for (std::size_t s = chance.below(5); s > 0; --s) {
      ClientMetric metric;
      metric.label = {{"page", page}, {"s", std::to_string(s)}, {"text", chance.text()}};
      metric.gauge.value = chance.number();
      metric.counter.value = static_cast<double>(chance.below(1u << 30)) / 3;
      const std::uint64_t a = chance.below(100), b = a + chance.below(100), c = b + chance.below(100);
      metric.histogram = {c, chance.number(), {{a, 0.005}, {b, 15}}};
      family.metric.push_back(metric);
    }
    families.push_back(std::move(family));
  }
  return families;
}

bool same_number(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

void expect_all_there(const std::vector<MetricFamily>& families, const test::StrictExposition& read,
                      Format format) {
  for (const MetricFamily& family : families) {
    std::string name = family.name;
    if (family.metric.empty()) continue;
    if (format == Format::kOpenMetrics && name.ends_with("_total")) name.resize(name.size() - 6);
    ASSERT_TRUE(read.family(name)) << name;
    EXPECT_EQ(read.family(name)->help, family.help);
    for (const ClientMetric& metric : family.metric) {
      std::vector<std::pair<std::string, std::string>> labels;
      for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
      const bool histogram = family.type == MetricType::Histogram;
      const test::StrictSample* sample = read.sample(family.name + (histogram ? "_sum" : ""), labels);
      ASSERT_TRUE(sample) << family.name;
      const double expected = histogram                            ? metric.histogram.sample_sum
                              : family.type == MetricType::Counter ? metric.counter.value
                                                                   : metric.gauge.value;
      EXPECT_TRUE(same_number(sample->value, expected))
          << family.name << " " << sample->value << " " << expected;
    }
  }
}

TEST(ExpositionProperty, ReadsBackAsWhatWentIn) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chance chance(seed);
    std::vector<std::vector<MetricFamily>> sources;
    std::vector<std::shared_ptr<const Page>> pages;
    for (std::size_t p = chance.below(4); p > 0; --p) {
      const std::string page = "p" + std::to_string(p);
      // Rendered on top of another page of the same source, as a pool that changes.
      const auto before = render(random_families(chance, page));
      sources.push_back(random_families(chance, page));
      pages.push_back(render(sources.back(), before.get()));
    }
    for (const Format format : {Format::kText, Format::kOpenMetrics}) {
      const std::string text = compose(pages, format, false);
      const test::StrictExposition read = test::parse_strictly(text, format);
      ASSERT_TRUE(read.problems.empty()) << read.problems[0] << "\n" << text;
      for (const auto& families : sources) expect_all_there(families, read, format);
      ASSERT_EQ(test::gunzip(compose(pages, format, true)), text);
    }
  }
}

TEST(StrictReader, FindsWhatIsWrong) {
  const std::string good = "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\n";
  ASSERT_TRUE(test::parse_strictly(good).problems.empty());
  for (const char* bad : {
           "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\n",                  // twice
           "# HELP a A.\n# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n",  // the same
           "# HELP a A.\n# TYPE a gauge\na{x=\"1\",y=\"\"} 1\na{x=\"1\"} 2\n",           // the same
           "# TYPE a gauge\na 1\n",
           "# HELP a A.\na 1\n",
           "a 1\n",
           "# HELP a A.\n# TYPE a gauge\n",                                                  //
           "# HELP a A.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\nb 1\na 2\n",      // apart
           "# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 2\n",  // apart
           "# HELP a A.\n# TYPE a gauge\na{x=\"\\t\"} 1\n",
           "# HELP a A.\\t\n# TYPE a gauge\na 1\n",  // escapes
           "# HELP a A.\n# TYPE a gauge\na{x=\"\xFF\"} 1\n",
           "# HELP a A.\n# TYPE a gauge\na 1",  //
           "# HELP a A.\n# TYPE a gauge\na Nan\n",
           "# HELP a A.\n# TYPE a gauge\na 1 1764036000\n",  //
           "# HELP a A.\n# TYPE a counter\na -1\n",
           "# HELP a A.\n# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n",  //
           "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum "
           "1\nh_count 1\n",
           "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count "
           "1\n",
           "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1.0\"} 1\nh_sum 1\nh_count 1\n",
       })
    EXPECT_FALSE(test::parse_strictly(bad).problems.empty()) << bad;
  EXPECT_FALSE(test::parse_strictly(good, Format::kOpenMetrics).problems.empty()) << "no # EOF";
  EXPECT_TRUE(test::parse_strictly(good + "# EOF\n", Format::kOpenMetrics).problems.empty());
  EXPECT_FALSE(test::parse_strictly(good + "# EOF\n\n", Format::kOpenMetrics).problems.empty());
}

}  // namespace
}  // namespace xenha::metrics
