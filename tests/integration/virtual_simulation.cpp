#include "tests/integration/virtual_simulation.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "tests/sim/control/commands.h"

namespace xenha::test {
namespace {

constexpr SteadyTime kSteadyStart{std::chrono::hours(1)};

}  // namespace

WallTime VirtualSimulation::VirtualClock::wall() const {
  return simulation_.world().now() + std::chrono::duration_cast<WallTime::duration>(skew);
}

SteadyTime VirtualSimulation::VirtualClock::steady() const {
  return VirtualSimulation::steady(simulation_.world().clock.now());
}

SteadyTime VirtualSimulation::steady(Duration at) {
  return kSteadyStart + at;
}

VirtualSimulation::VirtualSimulation(sim::SimulationOptions options) {
  char name[] = "/tmp/xenha-virtual-XXXXXX";
  directory_ = mkdtemp(name);
  options.speed = 0;
  options.control.clear();
  network_ = std::make_unique<sim::VirtualNetwork>(
      [this](Duration span, sim::Loop::Task task) { world().clock.after(span, std::move(task)); });
  loop_.use(network_.get());
  Result<sim::Assembly> assembly = sim::assemble(loop_, options);
  if (!assembly) throw std::runtime_error(assembly.error().message);
  assembly_ = std::move(*assembly);
}

VirtualSimulation::~VirtualSimulation() {
  assembly_.world.reset();
  std::filesystem::remove_all(directory_);
}

std::unique_ptr<VirtualTransport> VirtualSimulation::transport(const std::string& user_agent,
                                                               std::function<void()> before) {
  return std::make_unique<VirtualTransport>(
      *network_, clock,
      [this, before = std::move(before)](SteadyTime until) {
        if (before) before();
        pass_until(until);
      },
      user_agent);
}

void VirtualSimulation::pass_until(SteadyTime limit) {
  SteadyTime next = limit;
  if (const auto due = world().clock.next_due()) next = std::min(next, steady(*due));
  world().clock.advance(std::max(Duration{}, next - clock.steady()));
}

void VirtualSimulation::command(const std::string& name, const std::string& arguments_json) {
  const auto done = sim::run_command(world(), name, sim::Json::parse(arguments_json));
  if (!done) throw std::runtime_error(name + " " + arguments_json + ": " + done.error().message);
}

}  // namespace xenha::test
