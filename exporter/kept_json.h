// Times and text as the JSON of kept files has them. Reading forgives nothing but what is missing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "lib/base/clock.h"

namespace xenha::exporter {

/// Seconds since the epoch, or null.
nlohmann::json kept_time(const std::optional<WallTime>& when);
/// Absent: null, no number, or a time beyond reason.
std::optional<WallTime> to_kept_time(const nlohmann::json& value);
/// Whether times this far from the epoch can be held, and their differences too.
bool is_reasonable_time(double since_epoch);
std::string kept_text(const nlohmann::json& document);

}  // namespace xenha::exporter
