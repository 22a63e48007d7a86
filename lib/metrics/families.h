// Collects samples into metric families. A fact that is absent adds nothing: unknown is not zero.
#pragma once

#include <prometheus/metric_family.h>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/metrics/metric_def.h"

namespace xenha::metrics {

using Labels = std::vector<std::pair<std::string_view, std::string>>;  ///< names come from string literals

class Families {
 public:
  /// Bools become 0 and 1, times Unix seconds, durations seconds. Order of samples is order of adding;
  /// samples of one definition stand together whatever the order of calls.
  void add(const MetricDef& def, const Labels& labels, double value);
  void add(const MetricDef& def, const Labels& labels, const prometheus::ClientMetric::Histogram& histogram);
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(const MetricDef& def, const Labels& labels, T value) {
    add(def, labels, static_cast<double>(value));
  }
  void add(const MetricDef& def, const Labels& labels, WallTime value) {
    add(def, labels, exact_unix_seconds(value));
  }
  void add(const MetricDef& def, const Labels& labels, Duration value) { add(def, labels, seconds(value)); }
  template <class T>
  void add(const MetricDef& def, const Labels& labels, const std::optional<T>& value) {
    if (value) add(def, labels, *value);
  }

  /// In the order of first use. Families without samples do not exist.
  std::vector<prometheus::MetricFamily> take() &&;

 private:
  /// By way of whole microseconds, which a double holds exactly: 1764036000.25, not 1764036000.2500002.
  static double exact_unix_seconds(WallTime when) {
    using std::chrono::microseconds;
    return static_cast<double>(std::chrono::duration_cast<microseconds>(when.time_since_epoch()).count()) /
           1e6;
  }

  std::vector<std::pair<const MetricDef*, prometheus::MetricFamily>> families_;
};

}  // namespace xenha::metrics
