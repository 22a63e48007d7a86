// A person with the command line tool at a pool's master: real calls to the simulated hosts, in virtual time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/xapi/call.h"
#include "tests/integration/virtual_world.h"

namespace xenha::test {

class Xe {
 public:
  explicit Xe(VirtualWorld& world) : world_(world) {}

  /// Begins a command (README.md of the stories lists them); it ends in virtual time, like those of a person
  /// who does not wait for it. Throws std::runtime_error when there is no such command, host or pool.
  void begin(const std::string& command, const std::map<std::string, std::string>& words);
  /// What was refused so far.
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  /// One command at the host that is the master now.
  struct Visit {
    std::string address, command;
    bool may_be_lost = false;  ///< answer=none: the toolstack dies before it has answered
  };
  using Then = std::function<void(const std::string& answer)>;
  void ask(const Visit& visit, std::string_view method, const xapi::Params& params, Then then);

  VirtualWorld& world_;
  std::vector<std::string> refused_;
  /// Dropping them is going away: what still runs then is not waited for.
  std::vector<std::shared_ptr<sim::VirtualNetwork::Sent>> sent_;
};

}  // namespace xenha::test
