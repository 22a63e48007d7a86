#include "lib/metrics/text_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace xenha::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kTwoTo53 = 9007199254740992.0;
constexpr double kExponentFrom = 1e6;  ///< canonical bounds turn to exponents here, as Go's %g does
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kTotal = "_total";

template <class T>
void append_chars(std::string& out, T value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

bool whole_below(double value, double limit) {
  return std::fabs(value) < limit && std::trunc(value) == value;
}

/// NaN and the infinities; false when it is a common number.
bool append_special(std::string& out, double value) {
  if (std::isnan(value))
    out += "NaN";
  else if (std::isinf(value))
    out += value > 0 ? "+Inf" : "-Inf";
  else
    return false;
  return true;
}

/// Length of the valid UTF-8 sequence at the beginning of `text`; 0 if there is none. `bad` is then how many
/// bytes one replacement character stands for (the maximal part of a sequence, as Unicode recommends).
std::size_t sequence_length(std::string_view text, std::size_t& bad) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  bad = 1;
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80,
                high = 0xBF;  // bounds of the second byte: no overlong forms, surrogates or too large ones
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) return 0;
    bad = i + 1;
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  std::size_t kept = 0;  // begin of the run that is copied as it is
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::string_view instead;
    std::size_t length = 1;
    if (static_cast<unsigned char>(c) >= 0x80) {
      std::size_t bad = 0;
      length = sequence_length(text.substr(i), bad);
      if (length == 0) {
        instead = kReplacement;
        length = bad;
      }
    } else if (c == '\\') {
      instead = "\\\\";
    } else if (c == '\n') {
      instead = "\\n";
    } else if (c == '"' && quotes) {
      instead = "\\\"";
    }
    if (!instead.empty()) {
      out.append(text, kept, i - kept);
      out += instead;
      kept = i + length;
    }
    i += length;
  }
  out.append(text, kept);
}

/// name{labels,extra="bound"} with the suffix after the name; `extra` may be empty.
void append_series(std::string& out, const MetricFamily& family, std::string_view suffix,
                   const ClientMetric& metric, std::string_view extra = {}, double bound = 0) {
  out += family.name;
  out += suffix;
  char before = '{';
  for (const ClientMetric::Label& label : metric.label) {
    out += before;
    out += label.name;
    out += "=\"";
    append_label_value(out, label.value);
    out += '"';
    before = ',';
  }
  if (!extra.empty()) {
    out += before;
    out += extra;
    out += "=\"";
    append_bound(out, bound);
    out += '"';
    before = ',';
  }
  if (before == ',') out += '}';
  out += ' ';
}

void append_value(std::string& out, const MetricFamily& family, std::string_view suffix,
                  const ClientMetric& metric, double value) {
  append_series(out, family, suffix, metric);
  append_number(out, value);
  out += '\n';
}

void append_count(std::string& out, const MetricFamily& family, std::string_view suffix,
                  const ClientMetric& metric, std::uint64_t count) {
  append_series(out, family, suffix, metric);
  append_chars(out, count);
  out += '\n';
}

void append_histogram(std::string& out, const MetricFamily& family, const ClientMetric& metric) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto bucket = [&](double bound, std::uint64_t count) {
    append_series(out, family, "_bucket", metric, "le", bound);
    append_chars(out, count);
    out += '\n';
  };
  const ClientMetric::Histogram& histogram = metric.histogram;
  for (const ClientMetric::Bucket& one : histogram.bucket)
    if (one.upper_bound != kInfinity) bucket(one.upper_bound, one.cumulative_count);
  bucket(kInfinity, histogram.sample_count);
  append_value(out, family, "_sum", metric, histogram.sample_sum);
  append_count(out, family, "_count", metric, histogram.sample_count);
}

void append_summary(std::string& out, const MetricFamily& family, const ClientMetric& metric) {
  for (const ClientMetric::Quantile& one : metric.summary.quantile) {
    append_series(out, family, "", metric, "quantile", one.quantile);
    append_number(out, one.value);
    out += '\n';
  }
  append_value(out, family, "_sum", metric, metric.summary.sample_sum);
  append_count(out, family, "_count", metric, metric.summary.sample_count);
}

std::string_view type_word(MetricType type, Format format) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Untyped:
      break;
  }
  return format == Format::kOpenMetrics ? "unknown" : "untyped";
}

}  // namespace

void append_number(std::string& out, double value) {
  if (append_special(out, value)) return;
  if (whole_below(value, kTwoTo53))
    append_chars(out, static_cast<std::int64_t>(value));
  else
    append_chars(out, value);
}

void append_bound(std::string& out, double bound) {
  if (append_special(out, bound)) return;
  if (whole_below(bound, kExponentFrom)) {
    append_chars(out, static_cast<std::int64_t>(bound));
    out += ".0";
  } else {
    append_chars(out, bound);
  }
}

void append_label_value(std::string& out, std::string_view value) {
  append_escaped(out, value, true);
}

void append_samples(std::string& out, const MetricFamily& family) {
  for (const ClientMetric& metric : family.metric) {
    switch (family.type) {
      case MetricType::Counter:
        append_value(out, family, "", metric, metric.counter.value);
        break;
      case MetricType::Gauge:
        append_value(out, family, "", metric, metric.gauge.value);
        break;
      case MetricType::Untyped:
        append_value(out, family, "", metric, metric.untyped.value);
        break;
      case MetricType::Histogram:
        append_histogram(out, family, metric);
        break;
      case MetricType::Summary:
        append_summary(out, family, metric);
        break;
    }
  }
}

void append_header(std::string& out, std::string_view name, MetricType type, std::string_view help,
                   Format format) {
  const bool open_metrics = format == Format::kOpenMetrics;
  if (open_metrics && type == MetricType::Counter) {
    if (name.ends_with(kTotal))
      name.remove_suffix(kTotal.size());
    else
      type = MetricType::Untyped;
  }
  out += "# HELP ";
  out += name;
  out += ' ';
  append_escaped(out, help, open_metrics);
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += type_word(type, format);
  out += '\n';
}

}  // namespace xenha::metrics
