#include "lib/metrics/catalog_page.h"

namespace xenha::metrics {
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

void append_row(std::string& out, const MetricDef& def) {
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

std::string catalog_page(std::string_view opening, std::span<const CatalogGroup> groups) {
  std::string out(opening);
  for (const CatalogGroup& group : groups) {
    out += "\n## ";
    out += group.title;
    out += "\n\n";
    out += group.introduction;
    out += "\n\n| Metric | Type | Labels | Meaning | Source |\n|---|---|---|---|---|\n";
    for (const MetricDef* def : group.metrics) append_row(out, *def);
  }
  return out;
}

}  // namespace xenha::metrics
