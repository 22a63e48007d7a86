// A scenario file with the record that the exporter must make of it. The first part is the simulator's own
// scenario language (tests/sim/README.md); README.md here tells the rest.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "tests/sim/control/scenario.h"
#include "tests/sim/sim.h"

namespace xenha::test {

/// PATH RELATION VALUE
struct Claim {
  std::string path, relation, value;
  int line_number = 0;
  std::string line;
};

struct StoryStep {
  Duration at{};
  int line_number = 0;
  std::string line;
  std::string verb;  ///< exporter, uplink, way, check, xe, or a command of the simulator
  std::map<std::string, std::string> words;  ///< NAME=VALUE; of exporter: act; of xe: command
  Claim claim;                               ///< of check
};

struct Story {
  std::string name;  ///< of the file, with the matrix's values: fit for a test's name
  sim::SimulationOptions world;
  std::map<std::string, std::string> exporter;  ///< probe_interval, cloudstack_interval, skew: seconds
  std::vector<StoryStep> steps;                 ///< by time
  std::map<std::string, Claim> failovers;       ///< pool -> how many records at the end
  struct Expected {
    std::string pool;
    int number = 1;  ///< oldest first
    std::vector<Claim> claims;
    int line_number = 0;
  };
  std::vector<Expected> records;
  /// Lines that begin with alert or quiet, as written: which alerts the rules make of it. run.py reads them.
  std::vector<std::pair<int, std::string>> alerts;
};

/// As GoogleTest shows it.
inline void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

/// One story for each combination of the file's matrix. Errors: kBadConfig with file and line.
Result<std::vector<Story>> read_stories(const std::filesystem::path& file);

}  // namespace xenha::test
