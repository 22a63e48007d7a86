// CloudStack's dates: whole seconds, always with the offset of the management server's own time zone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::cloudstack {

/// "2026-01-02T03:04:05+0100", also with "+01:00" or "Z". Strict: nothing before or after, no local time.
/// Only from 1970 to 2199, so that no difference of two dates overflows.
std::optional<WallTime> parse_date(std::string_view text);

/// The form that every release takes in `expires`: 4.3 to 4.11 refuse a "Z". Fractions are cut off.
std::string expires_text(WallTime when);

}  // namespace xenha::cloudstack
