#include "lib/metrics/families.h"

namespace xenha::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric labelled(const Labels& labels) {
  ClientMetric metric;
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), value});
  return metric;
}

MetricFamily& family_of(std::vector<std::pair<const MetricDef*, MetricFamily>>& families,
                        const MetricDef& def) {
  for (auto& [known, family] : families)
    if (known == &def) return family;
  MetricFamily family;
  family.name = def.name;
  family.help = def.help;
  family.type = def.type;
  return families.emplace_back(&def, std::move(family)).second;
}

}  // namespace

void Families::add(const MetricDef& def, const Labels& labels, double value) {
  ClientMetric metric = labelled(labels);
  switch (def.type) {
    case MetricType::Counter:
      metric.counter.value = value;
      break;
    case MetricType::Untyped:
      metric.untyped.value = value;
      break;
    default:
      metric.gauge.value = value;
  }
  family_of(families_, def).metric.push_back(std::move(metric));
}

void Families::add(const MetricDef& def, const Labels& labels, const ClientMetric::Histogram& histogram) {
  ClientMetric metric = labelled(labels);
  metric.histogram = histogram;
  family_of(families_, def).metric.push_back(std::move(metric));
}

std::vector<MetricFamily> Families::take() && {
  std::vector<MetricFamily> taken;
  taken.reserve(families_.size());
  for (auto& [def, family] : families_) taken.push_back(std::move(family));
  return taken;
}

}  // namespace xenha::metrics
