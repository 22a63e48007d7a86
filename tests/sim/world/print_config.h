// A configuration of the programs that fits the simulated world.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace xenha::sim {

class World;

/// xenha.yml as text; passwords are written into files in `directory`, which must exist. Errors: kBadConfig.
Result<std::string> make_config(const World& world, const std::string& directory);

}  // namespace xenha::sim
