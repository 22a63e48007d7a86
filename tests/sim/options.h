// The command line of xenha-sim.
#pragma once

#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "tests/sim/sim.h"

namespace xenha::sim {

struct ProgramOptions {
  SimulationOptions simulation;
  std::string scenario;      ///< file to play, "" = none
  std::string print_config;  ///< directory for the passwords; "" = no configuration is printed
  std::optional<Duration> exit_after;
  bool die_with_parent = false;
};

/// Exit code in `exit_code` when there is nothing to run (help, bad flags).
std::optional<ProgramOptions> parse_command_line(int argc, char** argv, int& exit_code);
/// A world file: JSON with the members of SimulationOptions and an array "pools" of PoolSpec members.
Status read_world_file(const std::string& path, SimulationOptions& options);

}  // namespace xenha::sim
