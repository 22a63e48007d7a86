// A cloud as JSON, for people, scenarios and tests.
#pragma once

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/wire/json.h"

namespace xenha::sim::cloud {

Json state_of(const Cloud& cloud);

}  // namespace xenha::sim::cloud
