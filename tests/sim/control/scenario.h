// A scenario file: a world, steps with times, expectations on the state and the log of calls. README.md shows
// the form.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {

struct ScenarioStep {
  Duration at{};     ///< simulated, from the start
  std::string line;  ///< as written, for messages
  int line_number = 0;
  std::string verb;  ///< a command name, expect, or log
  std::vector<std::pair<std::string, std::string>> arguments;
  std::string path, relation, value;  ///< of expect
  Duration within{};                  ///< expect: looks again until then
};

class Scenario {
 public:
  /// Sets the world's options from the file. Errors: kBadConfig with the line.
  static Result<std::unique_ptr<Scenario>> read(const std::string& path, SimulationOptions& options);
  static Result<std::unique_ptr<Scenario>> parse(const std::string& text, SimulationOptions& options);

  /// Runs every step at its time and calls `end` after the last one. Prints one line per step.
  void play(World& world, std::function<void()> end);
  bool passed() const { return failures_ == 0; }
  const std::vector<ScenarioStep>& steps() const { return steps_; }

 private:
  void run_next(World& world);
  void run_step(World& world, const ScenarioStep& step);
  void check(World& world, const ScenarioStep& step, Duration deadline);
  void report(const ScenarioStep& step, bool good, const std::string& detail);

  std::vector<ScenarioStep> steps_;
  std::size_t next_ = 0;
  int failures_ = 0;
  std::function<void()> end_;
};

}  // namespace xenha::sim
