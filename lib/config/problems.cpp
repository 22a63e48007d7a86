#include "lib/config/problems.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace xenha::config {
namespace {

/// A key as a path shows it: as it is, unless it would break the line or steer the terminal.
std::string shown(std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  return plain ? std::string(name) : in_quotes(name);
}

}  // namespace

Where Where::key(std::string_view name, int at_line) const {
  return {at_line, path.empty() ? shown(name) : path + "." + shown(name)};
}

Where Where::item(std::size_t index, int at_line) const {
  return {at_line, path + "[" + std::to_string(index) + "]"};
}

std::string to_string(const Problem& problem) {
  std::string out = problem.file;
  if (!problem.path.empty()) out += (out.empty() ? "" : ": ") + problem.path;
  if (problem.line > 0)
    out += std::string(out.empty() ? "" : " ") + "(line " + std::to_string(problem.line) + ")";
  if (!out.empty()) out += ": ";
  out += problem.what;
  if (!problem.advice.empty()) out += ", " + problem.advice;
  return out;
}

void Problems::error(const Where& where, std::string what, std::string advice) {
  errors_.push_back({file_, where.line, where.path, std::move(what), std::move(advice)});
}

void Problems::warn(const Where& where, std::string what, std::string advice) {
  warnings_.push_back({file_, where.line, where.path, std::move(what), std::move(advice)});
}

void Problems::add(const Problems& other) {
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
  add_warnings(other.warnings_);
}

void Problems::add_warnings(const std::vector<Problem>& warnings) {
  warnings_.insert(warnings_.end(), warnings.begin(), warnings.end());
}

std::vector<Problem> Problems::in_order(std::vector<Problem> problems) const {
  const auto rank = [&](const Problem& problem) { return std::pair(problem.file != file_, problem.line); };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return rank(a) < rank(b); });
  return problems;
}

std::vector<Problem> Problems::errors() const {
  return in_order(errors_);
}
std::vector<Problem> Problems::warnings() const {
  return in_order(warnings_);
}

std::string Problems::text() const {
  std::string out;
  for (const Problem& problem : errors()) out += to_string(problem) + "\n";
  for (const Problem& problem : warnings()) out += "warning: " + to_string(problem) + "\n";
  return out;
}

std::string in_quotes(std::string_view value) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  for (const char c : value.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      char text[8];
      std::snprintf(text, sizeof text, "\\x%02x", byte);
      out += text;
    } else {
      out += c;
    }
  }
  return out + (value.size() > kLongest ? "...\"" : "\"");
}

}  // namespace xenha::config
