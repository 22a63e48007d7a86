// The stop-watch's state as JSON. For history.cpp only: what a page shows is another document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <stdexcept>

#include "exporter/failover/stopwatch.h"

namespace xenha::exporter {

/// The document is JSON, but no state that the stop-watch could have written.
class Damage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

nlohmann::json state_to_json(const StopwatchState& state);
/// Throws Damage or nlohmann::json::exception.
StopwatchState state_from_json(const nlohmann::json& document);

}  // namespace xenha::exporter
