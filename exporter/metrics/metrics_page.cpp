#include "exporter/metrics/metrics_page.h"

#include <string_view>

#include "exporter/metrics/catalog.h"

namespace xenha::exporter {
namespace {

std::string_view type_word(prometheus::MetricType type) {
  if (type == prometheus::MetricType::Counter) return "counter";
  return type == prometheus::MetricType::Histogram ? "histogram" : "gauge";
}

/// Bars would end a cell of a Markdown table.
void append_cell(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  out += " | ";
}

void append_row(std::string& out, const metrics::MetricDef& def) {
  out += "| `";
  out += def.name;
  out += "` | ";
  append_cell(out, type_word(def.type));
  std::string labels(def.labels);
  for (std::size_t at = 0; (at = labels.find(',', at)) != std::string::npos; at += 2)
    labels.replace(at, 1, ", ");
  append_cell(out, labels.empty() ? "-" : labels);
  append_cell(out, def.help);
  append_cell(out, def.source);
  out.back() = '\n';
}

}  // namespace

std::string metrics_page() {
  std::string out =
      "# Metrics of xenha-exporter\n\n"
      "Generated from `exporter/metrics/catalog.h`; change the text there.\n\n"
      "A fact that is not known gives no sample: unknown is not zero. Times are Unix seconds, durations "
      "seconds, sizes "
      "bytes. What is true or false is 1 or 0. An enumeration has one series for each value, exactly one of "
      "them 1.\n";
  for (const catalog::Group& group : catalog::groups()) {
    out += "\n## ";
    out += group.title;
    out += "\n\n";
    out += group.introduction;
    out += "\n\n| Metric | Type | Labels | Meaning | Source |\n|---|---|---|---|---|\n";
    for (const metrics::MetricDef* def : group.metrics) append_row(out, *def);
  }
  return out;
}

}  // namespace xenha::exporter
