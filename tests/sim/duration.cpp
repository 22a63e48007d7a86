#include "tests/sim/duration.h"

#include <cstdlib>

namespace xenha::sim {

std::optional<Duration> parse_duration(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  double scale = 0;
  if (unit == "ms") scale = 0.001;
  if (unit == "s") scale = 1;
  if (unit == "m") scale = 60;
  if (unit == "h") scale = 3600;
  if (end == text.c_str() || scale == 0 || number < 0) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(number * scale));
}

}  // namespace xenha::sim
