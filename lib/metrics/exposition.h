// Families -> text. Each source of samples (a pool, the process) is rendered on its own when it changes; a
// scrape only joins what is rendered. Samples of a family stand together across pages, HELP and TYPE once.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace xenha::metrics {

enum class Format { kText, kOpenMetrics };
inline constexpr const char* kTextContentType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kOpenMetricsContentType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

inline const char* content_type(Format format) {
  return format == Format::kOpenMetrics ? kOpenMetricsContentType : kTextContentType;
}

/// The rendered samples of one source, per family, plain and deflated. Immutable.
class Page;

/// Renders; blocks that did not change against `previous` are taken over with their compressed form. Families
/// of one name become one, those without samples are left out.
std::shared_ptr<const Page> render(const std::vector<prometheus::MetricFamily>& families,
                                   const Page* previous = nullptr);

/// One exposition out of several pages, families sorted by name, samples of a family in the order of the
/// pages. `gzip` gives one valid gzip member, joined from the blocks' own deflate streams without compressing
/// again.
std::string compose(std::span<const std::shared_ptr<const Page>> pages, Format format, bool gzip);

/// The same in two pieces, for a large part that is kept and a small one that is new at each scrape. The
/// opening's bytes, then what close() gives, are the exposition.
struct Opening {
  Format format = Format::kText;
  bool gzip = false;
  std::shared_ptr<const std::string> bytes;
  std::uint32_t crc = 0;     ///< of the text before compression; 0 unless gzip
  std::uint64_t length = 0;  ///< bytes of that text; 0 unless gzip
};
Opening open(std::span<const std::shared_ptr<const Page>> pages, Format format, bool gzip);
/// No family of `pages` may have a name that the opening has too.
std::string close(const Opening& opening, std::span<const std::shared_ptr<const Page>> pages);

/// render + compose of one source, plain text: goldens, tests.
std::string to_text(const std::vector<prometheus::MetricFamily>& families, Format format = Format::kText);

}  // namespace xenha::metrics
