// What a Prometheus would keep of its scrapes, in the notation of promtool's tests, run-length coded.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xenha::test {

/// A series' samples, one for each scrape: "1x4" is five ones, "5+15x4" goes on by 15, "_x2" two scrapes
/// without it, "stale" the first scrape that lacks what was there before. All values are exact.
class Samples {
 public:
  /// Of the given scrape; those that were skipped lack the series.
  void add(std::size_t scrape, double value);
  /// `scrapes` altogether.
  std::string text(std::size_t scrapes) const;

 private:
  struct Run {
    std::size_t begin = 0, end = 0;  ///< scrapes, the end excluded
    double first = 0, step = 0, last = 0;
  };
  std::vector<Run> runs_;
};

class SeriesBook {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// `scrape_labels` are added to every series, as Prometheus adds job and instance.
  explicit SeriesBook(Labels scrape_labels) : scrape_labels_(std::move(scrape_labels)) {}

  /// One scrape: everything that is added until the next one.
  void begin_scrape() { ++scrapes_; }
  void add(const prometheus::MetricFamily& family);
  void add(const std::string& name, const Labels& labels, double value);

  std::size_t scrapes() const { return scrapes_; }
  struct Family {
    std::string type, help;
  };
  const std::map<std::string, Family>& families() const { return families_; }
  /// Series -> samples.
  std::map<std::string, std::string> series() const;

 private:
  const Labels scrape_labels_;
  std::size_t scrapes_ = 0;
  std::map<std::string, Family> families_;
  std::map<std::string, Samples> series_;
};

}  // namespace xenha::test
