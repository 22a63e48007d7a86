// A program's METRICS.md out of its catalogue. Tests write the file and fail when it is stale; the programs
// do not use this.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/metrics/metric_def.h"

namespace xenha::metrics {

/// One heading of the page.
struct CatalogGroup {
  std::string_view title;
  std::string_view introduction;
  std::span<const MetricDef* const> metrics;
};

/// `opening`: what stands before the first heading, in Markdown.
std::string catalog_page(std::string_view opening, std::span<const CatalogGroup> groups);

}  // namespace xenha::metrics
