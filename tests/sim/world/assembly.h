// A world with its sockets: builds, binds every host and the control API, starts the rounds.
#pragma once

#include <memory>
#include <string>

#include "lib/base/result.h"
#include "tests/sim/control/control_api.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {

struct Assembly {
  std::unique_ptr<World> world;
  std::unique_ptr<ControlApi> control;
  std::string control_url() const;
};

/// Errors: kBadConfig (options, addresses in use).
Result<Assembly> assemble(Loop& loop, const SimulationOptions& options);

}  // namespace xenha::sim
