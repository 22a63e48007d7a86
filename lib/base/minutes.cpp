#include "lib/base/minutes.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace xenha {

std::string minutes_words(double seconds) {
  const long whole = std::max(0L, std::lround(seconds));
  char text[40];
  if (whole < 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

}  // namespace xenha
