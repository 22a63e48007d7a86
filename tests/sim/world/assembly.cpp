#include "tests/sim/world/assembly.h"

#include <utility>

#include "tests/sim/cloud/api_server.h"
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/certificates.h"
#include "tests/sim/world/world_builder.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

constexpr int kPortAttempts = 50;

Status bind_all(World& world, const Certificates& certificates) {
  for (const auto& site : world.sites)
    for (const auto& host : site->hosts)
      if (Status status = open_listener(world, *host, certificates.of(*host)); !status) return status;
  for (const auto& each : world.clouds)
    if (Status status = cloud::open_api(*each, world.port, certificates.of(each->address)); !status)
      return status;
  return Nothing{};
}

/// One port on all addresses: with port 0 the first address chooses, and another one is tried if it is taken
/// elsewhere.
Status bind_on_one_port(World& world, const Certificates& certificates) {
  const std::uint16_t wanted = world.options.port;
  for (int attempt = 1;; ++attempt) {
    world.port = wanted;
    Status status = bind_all(world, certificates);
    if (status || wanted != 0 || attempt == kPortAttempts) return status;
    for (const auto& site : world.sites)
      for (const auto& host : site->hosts) host->listener.reset();
    for (const auto& each : world.clouds) each->listener.reset();
  }
}

}  // namespace

std::string Assembly::control_url() const {
  return control ? control->listener().url() : std::string();
}

Result<Assembly> assemble(Loop& loop, const SimulationOptions& options) {
  Assembly out;
  out.world = std::make_unique<World>(loop, options);
  World& world = *out.world;
  if (Status status = build_world(world); !status) return status.error();
  for (const CloudSpec& spec : options.clouds) {
    auto made = cloud::build_cloud(world, spec, static_cast<int>(world.clouds.size()) + 1);
    if (!made) return made.error();
    world.clouds.push_back(std::move(*made));
  }
  Result<Certificates> certificates = Certificates::make(world);
  if (!certificates) return certificates.error();
  if (Status status = bind_on_one_port(world, *certificates); !status) return status.error();
  for (const auto& site : world.sites) {
    open_for_business(*site->hosts.front(), true);
    start_rounds(world, *site);
  }
  for (const auto& each : world.clouds) cloud::start_cloud(*each);
  if (!options.control.empty()) {
    Result<std::unique_ptr<ControlApi>> control = ControlApi::open(world, options.control);
    if (!control) return control.error();
    out.control = std::move(*control);
  }
  return out;
}

}  // namespace xenha::sim
