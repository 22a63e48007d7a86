// Families -> text. Each source of samples (a pool, the process) is rendered on its own when it changes; a scrape only
// joins what is rendered. Samples of a family stand together across pages, HELP and TYPE once.
#pragma once

#include <prometheus/metric_family.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace xenha::metrics {

enum class Format { kText, kOpenMetrics };
inline constexpr const char* kTextContentType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kOpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The rendered samples of one source, per family, plain and deflated. Immutable.
class Page;

/// Renders; blocks that did not change against `previous` are taken over with their compressed form.
std::shared_ptr<const Page> render(const std::vector<prometheus::MetricFamily>& families,
                                   const Page* previous = nullptr);

/// One exposition out of several pages, families sorted by name. `gzip` gives one valid gzip member, joined from the
/// blocks' own deflate streams without compressing again.
std::string compose(std::span<const std::shared_ptr<const Page>> pages, Format format, bool gzip);

/// render + compose of one source, plain text: goldens, tests.
std::string to_text(const std::vector<prometheus::MetricFamily>& families, Format format = Format::kText);

}  // namespace xenha::metrics
