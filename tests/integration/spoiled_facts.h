// One world in which nobody objects to switching HA on; each of these spoils one fact of it, and the guard
// for that fact objects. Told to the simulator alone, so that the observer and the whole daemon are shown the
// same.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "tests/sim/sim.h"

namespace xenha::test {

using Deed = std::function<void(sim::Simulation&)>;

struct SpoiledFact {
  std::string name;
  Deed spoil;
  /// Guards that object, in order of precedence: the first gives the reason. More than one only where one
  /// missing fact takes another with it: `together` says which.
  std::vector<std::string> objectors;
  std::string together = {};
  Deed mend = {};      ///< empty: time heals it, a day at most
  bool hangs = false;  ///< every look waits for a time-out
};
void PrintTo(const SpoiledFact& fact, std::ostream* out);

const std::vector<SpoiledFact>& spoiled_facts();

/// A command of the simulator's; throws when it is refused.
Deed command(const std::string& name, const std::string& arguments_json = "{}");
/// A key of a record's other_config; without class and name the pool's.
Deed other_config(const std::string& key, const std::string& value, const std::string& more = "");
Deed no_other_config(const std::string& key, const std::string& more = "");
/// Unix seconds, as marks and hosts write times.
std::string epoch(Duration from_now);

}  // namespace xenha::test
