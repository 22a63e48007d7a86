// The mark xenha:paused in pool.other_config, `reason=TEXT;until=EPOCH`, as xenhactl writes it. Pure.
#pragma once

#include <string>

#include "lib/base/clock.h"

namespace xenha::ctl {

inline constexpr char kPausedKey[] = "xenha:paused";

/// What a reason must not hold, because readers of the mark would understand something else than was typed;
/// empty = nothing. A ; begins the next entry: with "x;until=5" the pause would be over before it began.
std::string problem_of_reason(const std::string& reason);

/// `reason` is without a problem.
std::string pause_mark(const std::string& reason, WallTime until);

}  // namespace xenha::ctl
