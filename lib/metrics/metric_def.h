// What a metric is, told once: name, type, help, where it comes from. Generates METRICS.md, HELP and TYPE
// lines.
#pragma once

#include <prometheus/metric_type.h>

#include <string_view>

namespace xenha::metrics {

struct MetricDef {
  std::string_view name;
  prometheus::MetricType type = prometheus::MetricType::Gauge;
  std::string_view labels = {};  ///< comma separated, in the order they are written
  std::string_view help = {};    ///< one line
  std::string_view source = {};  ///< which XenAPI field, CloudStack call or observation
};

}  // namespace xenha::metrics
