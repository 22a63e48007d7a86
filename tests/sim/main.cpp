// xenha-sim: simulated pools until a signal, a time limit, or the end of a scenario.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/control/scenario.h"
#include "tests/sim/options.h"
#include "tests/sim/world/assembly.h"
#include "tests/sim/world/print_config.h"
#include "tests/sim/xapi/event_hub.h"

namespace {

using namespace xenha;
using namespace xenha::sim;

Loop* running_loop = nullptr;

void stop_on_signal(int) {
  if (running_loop) running_loop->stop();
}

/// One JSON line: a parent process waits for it.
void announce(const Assembly& assembly) {
  Json pools = Json::array();
  for (const auto& site : assembly.world->sites) {
    Json hosts = Json::array();
    for (const auto& host : site->hosts) hosts.push_back(host->address);
    pools.push_back(
        {{"name", site->name}, {"release", release_info(site->release).name}, {"hosts", std::move(hosts)}});
  }
  Json clouds = Json::array();
  for (const auto& each : assembly.world->clouds)
    clouds.push_back({{"name", each->name},
                      {"version", each->spec.version},
                      {"url", each->url()},
                      {"api_key", each->spec.api_key},
                      {"secret_key", each->spec.secret_key}});
  const Json line = {{"ready", true},
                     {"scheme", assembly.world->options.tls ? "https" : "http"},
                     {"port", assembly.world->port},
                     {"control", assembly.control_url()},
                     {"pools", std::move(pools)},
                     {"clouds", std::move(clouds)}};
  std::cout << line.dump() << std::endl;
}

bool print_config(const Assembly& assembly, const std::string& directory) {
  const Result<std::string> config = make_config(*assembly.world, directory);
  if (config)
    std::cout << *config << std::flush;
  else
    std::cerr << "xenha-sim: " << config.error().message << '\n';
  return static_cast<bool>(config);
}

int run(const ProgramOptions& options) {
  Loop loop;
  SimulationOptions simulation = options.simulation;
  std::unique_ptr<Scenario> scenario;
  if (!options.scenario.empty()) {
    Result<std::unique_ptr<Scenario>> read = Scenario::read(options.scenario, simulation);
    if (!read) {
      std::cerr << "xenha-sim: " << read.error().message << '\n';
      return 2;
    }
    scenario = std::move(*read);
  }
  Result<Assembly> assembly = assemble(loop, simulation);
  if (!assembly) {
    std::cerr << "xenha-sim: " << assembly.error().message << '\n';
    return 2;
  }
  running_loop = &loop;
  announce(*assembly);
  if (!options.print_config.empty() && !print_config(*assembly, options.print_config)) return 2;
  if (options.exit_after) loop.after(*options.exit_after, [&loop] { loop.stop(); });
  if (scenario) scenario->play(*assembly->world, [&loop] { loop.stop(); });
  loop.run();
  running_loop = nullptr;
  return scenario && !scenario->passed() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const std::optional<ProgramOptions> options = parse_command_line(argc, argv, exit_code);
  if (!options) return exit_code;
  ::signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = stop_on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  if (options->die_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == 1) return 0;  // the parent was faster
  }
  return run(*options);
}
