#include "tests/support/strict_exposition.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace xenha::test {
namespace {

using metrics::Format;
using LabelList = std::vector<std::pair<std::string, std::string>>;

bool valid_name(std::string_view name, bool colon) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(), [&](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '_' || (colon && c == ':'));
  });
}

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int more = lead < 0x80 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return false;
    std::uint32_t code = more == 0 ? lead : lead & (0x3F >> more);
    for (int k = 1; k <= more; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return false;
    i += more + 1;
  }
  return true;
}

/// Absent: an escape that the format does not know, or a bare quote where there must be none.
std::optional<std::string> unescape(std::string_view text, bool quotes) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quotes) return std::nullopt;
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == 'n')
      out += '\n';
    else if (text[i] == '\\' || (text[i] == '"' && quotes))
      out += text[i];
    else
      return std::nullopt;
  }
  return out;
}

std::optional<double> number(std::string_view text) {
  if (text == "NaN") return std::nan("");
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text.empty() || (text[0] != '-' && !std::isdigit(static_cast<unsigned char>(text[0]))))
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Parser {
 public:
  Parser(std::string_view text, Format format) : text_(text), open_metrics_(format == Format::kOpenMetrics) {}

  StrictExposition run() {
    if (!text_.empty() && text_.back() != '\n') problem("the last line has no end");
    bool ended = false;
    while (!text_.empty()) {
      ++line_;
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      if (ended) problem("there is something after # EOF");
      if (!valid_utf8(line)) problem("not UTF-8");
      if (open_metrics_ && line == "# EOF")
        ended = true;
      else if (line.starts_with("# HELP "))
        help(line.substr(7));
      else if (line.starts_with("# TYPE "))
        type(line.substr(7));
      else if (line.empty() || line[0] == '#')
        problem("neither HELP, TYPE nor a sample");
      else
        sample(line);
    }
    if (open_metrics_ && !ended) problem("no # EOF");
    close_family();
    return std::move(out_);
  }

 private:
  void problem(const std::string& what) {
    out_.problems.push_back("line " + std::to_string(line_) + ": " + what);
  }

  void help(std::string_view rest) {
    close_family();
    const std::size_t space = std::min(rest.find(' '), rest.size());
    StrictFamily family;
    family.name = rest.substr(0, space);
    if (!valid_name(family.name, true)) problem("bad metric name");
    if (!seen_.insert(family.name).second) problem("family " + family.name + " comes twice");
    const auto text = unescape(rest.substr(std::min(space + 1, rest.size())), open_metrics_);
    if (!text || text->empty()) problem("HELP of " + family.name + " is empty or badly escaped");
    family.help = text.value_or("");
    out_.families.push_back(std::move(family));
    typed_ = false;
  }

  void type(std::string_view rest) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (out_.families.empty() || out_.families.back().name != rest.substr(0, space) || typed_)
      return problem("TYPE without its HELP right before");
    typed_ = true;
    StrictFamily& family = out_.families.back();
    family.type = rest.substr(std::min(space + 1, rest.size()));
    const std::set<std::string> known =
        open_metrics_ ? std::set<std::string>{"counter", "gauge", "histogram", "summary", "unknown"}
                      : std::set<std::string>{"counter", "gauge", "histogram", "summary", "untyped"};
    if (!known.contains(family.type)) problem("no such type: " + family.type);
    if (open_metrics_ && family.type == "counter" && family.name.ends_with("_total"))
      problem("TYPE of a counter with _total");
  }

  bool belongs(const StrictFamily& family, std::string_view name) const {
    if (!name.starts_with(family.name)) return false;
    const std::string_view suffix = name.substr(family.name.size());
    if (family.type == "histogram") return suffix == "_bucket" || suffix == "_sum" || suffix == "_count";
    if (family.type == "summary") return suffix.empty() || suffix == "_sum" || suffix == "_count";
    if (family.type == "counter" && open_metrics_) return suffix == "_total";
    return suffix.empty();
  }

  void sample(std::string_view line) {
    StrictSample sample;
    const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
    sample.name = line.substr(0, name_end);
    line.remove_prefix(name_end);
    if (!line.empty() && line[0] == '{' && !labels(line, sample.labels)) return;
    if (line.empty() || line[0] != ' ') return problem("no space before the value");
    const auto value = number(line.substr(1));
    if (!value) return problem("not one number after the labels: " + std::string(line));
    sample.value = *value;
    if (out_.families.empty() || !typed_ || !belongs(out_.families.back(), sample.name))
      return problem("sample " + sample.name + " is not among its family");
    LabelList sorted = sample.labels;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i)
      if (sorted[i].first == sorted[i - 1].first) problem("label " + sorted[i].first + " comes twice");
    std::erase_if(sorted,
                  [](const auto& label) { return label.second.empty(); });  // the same as no such label
    if (!series_.insert({sample.name, sorted}).second) problem("duplicate series: " + sample.name);
    if (out_.families.back().type == "counter" && !(sample.value >= 0)) problem("a counter below 0");
    out_.families.back().samples.push_back(std::move(sample));
  }

  /// Reads {a="b",...} off the line.
  bool labels(std::string_view& line, LabelList& into) {
    line.remove_prefix(1);
    for (;;) {
      const std::size_t equals = line.find("=\"");
      if (equals == std::string_view::npos || !valid_name(line.substr(0, equals), false)) {
        problem("bad label name");
        return false;
      }
      std::size_t close = equals + 2;
      while (close < line.size() && line[close] != '"') close += line[close] == '\\' ? 2 : 1;
      if (close >= line.size()) {
        problem("label value without end");
        return false;
      }
      const auto value = unescape(line.substr(equals + 2, close - equals - 2), true);
      if (!value) problem("bad escape in a label value");
      into.emplace_back(line.substr(0, equals), value.value_or(""));
      line.remove_prefix(close + 1);
      if (line.starts_with("}")) {
        line.remove_prefix(1);
        return true;
      }
      if (!line.starts_with(",")) {
        problem("neither , nor } after a label");
        return false;
      }
      line.remove_prefix(1);
    }
  }

  void close_family() {
    if (out_.families.empty()) return;
    const StrictFamily& family = out_.families.back();
    if (family.type.empty()) problem("family " + family.name + " has no TYPE");
    if (family.samples.empty()) problem("family " + family.name + " has no samples");
    if (family.type == "histogram") check_histograms(family);
  }

  void check_histograms(const StrictFamily& family) {
    struct Seen {
      double bound = -std::numeric_limits<double>::infinity(), count = 0;
      std::optional<double> total;
      bool sum = false;
    };
    std::map<LabelList, Seen> seen;
    for (const StrictSample& sample : family.samples) {
      LabelList labels = sample.labels;
      std::optional<double> bound;
      std::erase_if(labels, [&](const auto& label) {
        if (label.first != "le") return false;
        bound = number(label.second);
        if (label.second.find_first_of(".ef") == std::string::npos)
          problem("le is not a canonical float: " + label.second);
        return true;
      });
      Seen& one = seen[labels];
      if (sample.name.ends_with("_sum")) one.sum = true;
      if (sample.name.ends_with("_count")) one.total = sample.value;
      if (!sample.name.ends_with("_bucket")) continue;
      if (!bound || *bound <= one.bound) problem("buckets of " + family.name + " do not ascend");
      if (sample.value < one.count) problem("buckets of " + family.name + " are not cumulative");
      one.bound = bound.value_or(0);
      one.count = sample.value;
    }
    for (const auto& [labels, one] : seen)
      if (!one.sum || !one.total || !std::isinf(one.bound) || *one.total != one.count)
        problem("histogram " + family.name + " lacks _sum, _count or a +Inf bucket equal to _count");
  }

  std::string_view text_;
  const bool open_metrics_;
  int line_ = 0;
  bool typed_ = false;
  std::set<std::string> seen_;
  std::set<std::pair<std::string, LabelList>> series_;
  StrictExposition out_;
};

}  // namespace

const StrictFamily* StrictExposition::family(std::string_view name) const {
  for (const StrictFamily& one : families)
    if (one.name == name) return &one;
  return nullptr;
}

const StrictSample* StrictExposition::sample(std::string_view name, LabelList labels) const {
  std::sort(labels.begin(), labels.end());
  for (const StrictFamily& one : families)
    for (const StrictSample& sample : one.samples) {
      if (sample.name != name) continue;
      LabelList sorted = sample.labels;
      std::sort(sorted.begin(), sorted.end());
      if (sorted == labels) return &sample;
    }
  return nullptr;
}

StrictExposition parse_strictly(std::string_view text, Format format) {
  return Parser(text, format).run();
}

}  // namespace xenha::test
