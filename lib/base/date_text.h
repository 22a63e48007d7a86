// Dates as peers write them.
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha {

/// What may follow the seconds of "2026-01-02T03:04:05" beside "Z".
struct DateForm {
  bool fraction = false;        ///< "." and up to nine digits
  bool colon_may_miss = false;  ///< in the offset: "+0100" besides "+01:00"
  int most_hours_of_offset = 23;
};

/// Strict: nothing before or after, no local time. Absent outside 1970 to 2199, so that no difference of two
/// dates overflows.
std::optional<WallTime> parse_date_text(std::string_view text, const DateForm& form);

}  // namespace xenha
