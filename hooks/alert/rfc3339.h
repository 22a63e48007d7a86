// Times as Alertmanager writes them.
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::hooks {

/// "2026-01-02T03:04:05.123456789+05:30": RFC 3339 as Go prints it, with at most nine digits of fraction and
/// "Z" or an offset. Strict: nothing before or after. Absent outside 1970 to 2199, so that no difference of
/// two times overflows.
std::optional<WallTime> parse_rfc3339(std::string_view text);

/// Go's time that was never set, which stands for "has not ended".
bool is_zero_time(std::string_view text);

}  // namespace xenha::hooks
