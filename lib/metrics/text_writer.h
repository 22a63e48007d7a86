// The letters of the exposition: numbers, escaping, sample lines, HELP and TYPE. Sample lines are the same in
// both formats. Every function appends to `out`, so that one string is reused for a whole page.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>

#include "lib/metrics/exposition.h"

namespace xenha::metrics {

/// The shortest text that reads back as the same double; whole numbers below 2^53 as integers; NaN, +Inf,
/// -Inf.
void append_number(std::string& out, double value);

/// A bucket's bound or a quantile in OpenMetrics' canonical form ("15.0"), in both formats: rules that name
/// `le` then match whichever was scraped.
void append_bound(std::string& out, double bound);

/// Escapes backslash, quote and newline. Bytes that are no UTF-8 become U+FFFD: one of them unescaped would
/// make Prometheus refuse the whole scrape.
void append_label_value(std::string& out, std::string_view value);

/// All sample lines of the family. Time stamps are not written.
void append_samples(std::string& out, const prometheus::MetricFamily& family);

/// HELP and TYPE. OpenMetrics names a counter without its _total; one that lacks the suffix is "unknown"
/// there.
void append_header(std::string& out, std::string_view name, prometheus::MetricType type,
                   std::string_view help, Format format);

}  // namespace xenha::metrics
