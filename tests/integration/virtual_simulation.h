// The simulator in virtual time, on one thread: real requests, real answers; only sockets, threads and the
// waiting are left out. What runs against it takes its time from `clock` and its transports from here.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "tests/sim/sim.h"
#include "tests/sim/wire/loop.h"
#include "tests/sim/wire/virtual_network.h"
#include "tests/sim/world/assembly.h"
#include "tests/support/virtual_transport.h"

namespace xenha::test {

class VirtualSimulation {
 public:
  explicit VirtualSimulation(sim::SimulationOptions options);
  ~VirtualSimulation();
  VirtualSimulation(const VirtualSimulation&) = delete;
  VirtualSimulation& operator=(const VirtualSimulation&) = delete;

  class VirtualClock final : public Clock {
   public:
    explicit VirtualClock(const VirtualSimulation& simulation) : simulation_(simulation) {}
    WallTime wall() const override;
    SteadyTime steady() const override;
    Duration skew{};  ///< of the programs' machine, against the simulator's right time

   private:
    const VirtualSimulation& simulation_;
  };
  VirtualClock clock{*this};

  sim::World& world() { return *assembly_.world; }
  const sim::World& world() const { return *assembly_.world; }
  sim::VirtualNetwork& network() { return *network_; }
  const std::filesystem::path& directory() const { return directory_; }  ///< removed at the end
  static SteadyTime steady(Duration at);

  /// `before` is called each time before it waits.
  std::unique_ptr<VirtualTransport> transport(const std::string& user_agent,
                                              std::function<void()> before = {});
  /// To the next thing that happens anywhere, or to `limit`.
  void pass_until(SteadyTime limit);
  /// Throws std::runtime_error when the simulator refuses it.
  void command(const std::string& name, const std::string& arguments_json = "{}");

 private:
  std::filesystem::path directory_;
  sim::Loop loop_;
  std::unique_ptr<sim::VirtualNetwork> network_;
  sim::Assembly assembly_;
};

}  // namespace xenha::test
