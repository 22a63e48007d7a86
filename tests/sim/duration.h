// Durations as people write them.
#pragma once

#include <optional>
#include <string>

#include "lib/base/clock.h"

namespace xenha::sim {

/// "90s", "9m50s", "500ms", "1.5h". Absent: no such form.
std::optional<Duration> parse_duration(const std::string& text);

}  // namespace xenha::sim
