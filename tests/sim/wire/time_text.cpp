// Times as the XenAPI writes them.
#include <ctime>

#include "lib/base/wall_time.h"
#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

// Takes `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Nothing, "Z", "+01:00" or "-0100", in seconds.
std::optional<int> zone_offset(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const int sign = text.front() == '+' ? 1 : text.front() == '-' ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  take_char(text, ':');
  const auto minutes = text.empty() ? std::optional<int>(0) : take_number(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::string iso8601(WallTime when) {
  return utc_text(when, "%Y%m%dT%H:%M:%SZ");
}

std::optional<WallTime> parse_iso8601(std::string_view text) {
  const auto year = take_number(text, 4);
  const bool dashed = take_char(text, '-');
  const auto month = take_number(text, 2);
  if (!year || !month || (dashed && !take_char(text, '-'))) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take_char(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take_char(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  if (take_char(text, '.'))  // fractions are dropped, as xapi does
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  const auto offset = zone_offset(text);
  if (!offset || *month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  std::tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return std::chrono::system_clock::from_time_t(timegm(&parts) - *offset);
}

}  // namespace xenha::sim
