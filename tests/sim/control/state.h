// The whole simulated world as JSON, for people, scenarios and tests.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/sim/world/world.h"

namespace xenha::sim {

Json state_of(const World& world);
Json call_json(const CallEntry& entry);

}  // namespace xenha::sim
