// A person with the command line tool at a pool's master: real calls to the simulated hosts, in virtual time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/virtual_world.h"

namespace xenha::test {

class Xe {
 public:
  explicit Xe(VirtualWorld& world) : world_(world) {}

  /// Begins a command (README.md of the stories lists them); it ends in virtual time, like those of a person
  /// who does not wait for it. Throws std::runtime_error when there is no such command, host or pool.
  void begin(const std::string& command, const std::map<std::string, std::string>& words);
  /// What was refused so far.
  const std::vector<std::string>& refused() const { return *refused_; }

 private:
  VirtualWorld& world_;
  std::shared_ptr<std::vector<std::string>> refused_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace xenha::test
