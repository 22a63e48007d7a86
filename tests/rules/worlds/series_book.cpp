#include "tests/rules/worlds/series_book.h"

#include <charconv>
#include <cmath>

namespace xenha::test {
namespace {

/// The shortest text that gives the same value.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter == '\n' ? std::string("\\n") : std::string(1, letter);
  }
  return out + '"';
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

void append(std::string& out, const std::string& word) {
  if (!out.empty()) out += ' ';
  out += word;
}

void append_missing(std::string& out, std::size_t count, bool was_there) {
  if (count > 0 && was_there) {
    append(out, "stale");
    --count;
  }
  if (count > 0) append(out, count == 1 ? "_" : "_x" + std::to_string(count));
}

const char* type_word(prometheus::MetricType type) {
  if (type == prometheus::MetricType::Counter) return "counter";
  return type == prometheus::MetricType::Histogram ? "histogram" : "gauge";
}

}  // namespace

void Samples::add(std::size_t scrape, double value) {
  if (!runs_.empty() && runs_.back().end == scrape) {
    Run& run = runs_.back();
    const std::size_t count = run.end - run.begin;
    // The reader adds the step again and again, so that we must find the same value in the same way.
    if (count == 1) {
      const double step = value - run.last;
      if (same(value, run.last) || (std::isfinite(step) && run.last + step == value)) {
        run.step = same(value, run.last) ? 0 : step;
        run.last = value;
        ++run.end;
        return;
      }
    } else if (run.step == 0 ? same(run.last, value) : run.last + run.step == value) {
      run.last = value;
      ++run.end;
      return;
    }
  }
  runs_.push_back({scrape, scrape + 1, value, 0, value});
}

std::string Samples::text(std::size_t scrapes) const {
  std::string out;
  std::size_t at = 0;
  for (const Run& run : runs_) {
    append_missing(out, run.begin - at, at > 0);
    const std::size_t count = run.end - run.begin;
    std::string word = number(run.first);
    if (run.step != 0) {
      if (run.step > 0) word += '+';
      word += number(run.step);
    }
    if (count > 1) word += "x" + std::to_string(count - 1);
    append(out, word);
    at = run.end;
  }
  append_missing(out, scrapes - at, at > 0);
  return out;
}

void SeriesBook::add(const prometheus::MetricFamily& family) {
  families_.try_emplace(family.name, Family{type_word(family.type), family.help});
  for (const prometheus::ClientMetric& metric : family.metric) {
    Labels labels;
    for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
    if (family.type == prometheus::MetricType::Histogram) {
      const auto& histogram = metric.histogram;
      const auto bucket = [&](double bound, double count) {
        Labels with_bound = labels;
        with_bound.emplace_back("le", number(bound));
        add(family.name + "_bucket", with_bound, count);
      };
      bool infinite = false;
      for (const auto& each : histogram.bucket) {
        bucket(each.upper_bound, static_cast<double>(each.cumulative_count));
        infinite = infinite || std::isinf(each.upper_bound);
      }
      if (!infinite) bucket(INFINITY, static_cast<double>(histogram.sample_count));
      add(family.name + "_sum", labels, histogram.sample_sum);
      add(family.name + "_count", labels, static_cast<double>(histogram.sample_count));
    } else {
      add(family.name, labels,
          family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value);
    }
  }
}

void SeriesBook::add(const std::string& name, const Labels& labels, double value) {
  std::string series = name + "{";
  const auto append_labels = [&](const Labels& more) {
    for (const auto& [label, text] : more) {
      if (series.back() != '{') series += ',';
      series += label + "=" + quoted(text);
    }
  };
  append_labels(labels);
  append_labels(scrape_labels_);
  series_[series + "}"].add(scrapes_ - 1, value);
}

std::map<std::string, std::string> SeriesBook::series() const {
  std::map<std::string, std::string> out;
  for (const auto& [name, samples] : series_) out.emplace(name, samples.text(scrapes_));
  return out;
}

}  // namespace xenha::test
