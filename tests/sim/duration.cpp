#include "tests/sim/duration.h"

#include <cstdlib>

namespace xenha::sim {
namespace {

double scale_of(const std::string& unit) {
  if (unit == "ms") return 0.001;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  return 0;
}

}  // namespace

std::optional<Duration> parse_duration(const std::string& text) {
  double sum = 0;
  std::size_t at = 0;
  do {
    const char* begin = text.c_str() + at;
    char* end = nullptr;
    const double number = std::strtod(begin, &end);
    std::size_t unit_end = at + static_cast<std::size_t>(end - begin);
    const std::size_t unit_begin = unit_end;
    while (unit_end < text.size() && text[unit_end] >= 'a' && text[unit_end] <= 'z') ++unit_end;
    const double scale = scale_of(text.substr(unit_begin, unit_end - unit_begin));
    if (end == begin || scale == 0 || number < 0) return std::nullopt;
    sum += number * scale;
    at = unit_end;
  } while (at < text.size());
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(sum));
}

}  // namespace xenha::sim
