// The whole simulated world as JSON, for people, scenarios and tests.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/sim/world/world.h"

namespace xenha::sim {

Json state_of(const World& world);
Json call_json(const CallEntry& entry);
/// What really happened when: {"entries": [...]}, from entry number `after` on.
Json truth_of(const World& world, std::size_t after = 0);

}  // namespace xenha::sim
