// Spans of time and moments as a person reads them at night.
#pragma once

#include <string>

#include "lib/base/clock.h"

namespace xenha::ctl {

/// In two units at most: "42 s", "3 min 05 s", "2 h 10 min", "12 d 3 h". Below a second, and when a clock
/// went backwards: "0 s".
std::string span_words(Duration span);

/// "2026-11-27 03:12:05 UTC (8 min 02 s ago)", or "(in 52 min)".
std::string moment_words(WallTime when, WallTime now);

/// "2026-11-27 03:12:05 UTC".
std::string utc_words(WallTime when);

/// For columns, without "UTC": "03:12:05" of today, "11-26 03:12" of this year, else the date alone.
std::string moment_short(WallTime when, WallTime now);

}  // namespace xenha::ctl
