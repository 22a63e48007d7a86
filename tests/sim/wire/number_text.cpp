#include "tests/sim/wire/number_text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace xenha::sim {

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";  // C would write a sign as well
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.16g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace xenha::sim
