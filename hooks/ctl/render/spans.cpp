#include "hooks/ctl/render/spans.h"

#include <algorithm>
#include <cstdio>

#include "lib/base/wall_time.h"

namespace xenha::ctl {

std::string span_words(Duration span) {
  const long long all = std::max<long long>(0, std::chrono::floor<std::chrono::seconds>(span).count());
  char text[48];
  if (all < 60)
    std::snprintf(text, sizeof text, "%lld s", all);
  else if (all < 3600)
    std::snprintf(text, sizeof text, "%lld min %02lld s", all / 60, all % 60);
  else if (all < 86400)
    std::snprintf(text, sizeof text, "%lld h %02lld min", all / 3600, all / 60 % 60);
  else
    std::snprintf(text, sizeof text, "%lld d %lld h", all / 86400, all / 3600 % 24);
  return text;
}

std::string utc_words(WallTime when) {
  return utc_text(when, "%Y-%m-%d %H:%M:%S UTC");
}

std::string moment_words(WallTime when, WallTime now) {
  const std::string span = when <= now ? span_words(now - when) + " ago" : "in " + span_words(when - now);
  return utc_words(when) + " (" + span + ")";
}

std::string moment_short(WallTime when, WallTime now) {
  if (utc_text(when, "%F") == utc_text(now, "%F")) return utc_text(when, "%H:%M:%S");
  return utc_text(when, utc_text(when, "%Y") == utc_text(now, "%Y") ? "%m-%d %H:%M" : "%Y-%m-%d");
}

}  // namespace xenha::ctl
