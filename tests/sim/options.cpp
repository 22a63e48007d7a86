#include "tests/sim/options.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/sim/duration.h"

namespace xenha::sim {
namespace {

using Json = nlohmann::json;

Error bad(std::string message) {
  return {ErrorCode::kBadConfig, std::move(message)};
}

PoolSpec pool_from(const Json& json, PoolSpec spec) {
  spec.name = json.value("name", spec.name);
  spec.release = json.value("release", spec.release);
  spec.hosts = json.value("hosts", spec.hosts);
  spec.vms = json.value("vms", spec.vms);
  spec.ha = json.value("ha", spec.ha);
  spec.ha_timeout = json.value("ha_timeout", spec.ha_timeout);
  spec.heartbeat_sr = json.value("heartbeat_sr", spec.heartbeat_sr);
  spec.heartbeat_type = json.value("heartbeat_type", spec.heartbeat_type);
  spec.heartbeat_bytes = json.value("heartbeat_bytes", spec.heartbeat_bytes);
  spec.hotfix = json.value("hotfix", spec.hotfix);
  spec.latency_recorded = json.value("latency_recorded", spec.latency_recorded);
  spec.vms_on = json.value("vms_on", spec.vms_on);
  spec.vm_mix = json.value("vm_mix", spec.vm_mix);
  spec.vm_names = json.value("vm_names", spec.vm_names);
  return spec;
}

CloudSpec cloud_from(const Json& json) {
  CloudSpec spec;
  spec.name = json.value("name", spec.name);
  spec.version = json.value("version", spec.version);
  spec.pools = json.value("pools", spec.pools);
  spec.address = json.value("address", spec.address);
  spec.port = json.value("port", spec.port);
  spec.api_key = json.value("api_key", spec.api_key);
  spec.secret_key = json.value("secret_key", spec.secret_key);
  spec.settings = json.value("settings", spec.settings);
  spec.clock_skew = json.value("clock_skew", spec.clock_skew);
  spec.zone_minutes = json.value("zone_minutes", spec.zone_minutes);
  spec.start_least = json.value("start_least", spec.start_least);
  spec.start_most = json.value("start_most", spec.start_most);
  spec.system_vms_replaced = json.value("system_vms_replaced", spec.system_vms_replaced);
  return spec;
}

struct PoolFlags {
  int count = 1;
  PoolSpec spec;
  bool no_ha = false;
  std::string world;
  std::string cloudstack;
};

void add_pool_flags(CLI::App& app, PoolFlags& flags) {
  app.add_option("--pools", flags.count, "number of pools")->check(CLI::Range(1, 254));
  app.add_option("--hosts", flags.spec.hosts, "hosts per pool")->check(CLI::Range(1, 254));
  app.add_option("--vms", flags.spec.vms, "user VMs per pool");
  app.add_option("--release", flags.spec.release, "6.2 6.5 7.0 7.1 7.6 8.0 8.2 8");
  app.add_flag("--no-ha", flags.no_ha, "pools start with HA off");
  app.add_option("--ha-timeout", flags.spec.ha_timeout, "seconds");
  app.add_option("--heartbeat-type", flags.spec.heartbeat_type, "nfs or lvmoiscsi");
  app.add_option("--cloudstack", flags.cloudstack, "release of a CloudStack over all pools, e.g. 4.20.3.0");
  app.add_option("--world", flags.world, "JSON file with the pools; replaces the flags above");
}

Status fill_pools(const PoolFlags& flags, SimulationOptions& options) {
  if (!flags.world.empty()) return read_world_file(flags.world, options);
  PoolSpec spec = flags.spec;
  spec.ha = !flags.no_ha;
  if (!flags.cloudstack.empty()) options.clouds.assign(1, CloudSpec{.version = flags.cloudstack});
  options.pools.assign(static_cast<std::size_t>(flags.count), spec);
  return Nothing{};
}

}  // namespace

Status read_world_file(const std::string& path, SimulationOptions& options) {
  std::ifstream file(path);
  if (!file) return bad("cannot read " + path);
  try {
    const Json json = Json::parse(file);
    options.speed = json.value("speed", options.speed);
    options.tls = json.value("scheme", std::string(options.tls ? "https" : "http")) == "https";
    options.pools.clear();
    options.clouds.clear();
    for (const Json& each : json.value("clouds", Json::array())) options.clouds.push_back(cloud_from(each));
    for (const Json& pool : json.at("pools")) {
      const int count = pool.value("count", 1);
      for (int at = 0; at < count; ++at) options.pools.push_back(pool_from(pool, PoolSpec{}));
    }
  } catch (const Json::exception& wrong) {
    return bad(path + ": " + wrong.what());
  }
  return Nothing{};
}

std::optional<ProgramOptions> parse_command_line(int argc, char** argv, int& exit_code) {
  ProgramOptions out;
  PoolFlags pools;
  std::string scheme = "http";
  std::string exit_after;
  CLI::App app("Simulated XenServer pools on loopback addresses 127.10.POOL.HOST.", "xenha-sim");
  add_pool_flags(app, pools);
  SimulationOptions& sim = out.simulation;
  app.add_option("--scheme", scheme, "http or https")->check(CLI::IsMember({"http", "https"}));
  app.add_option("--port", sim.port, "of every host; 0 = a free one");
  app.add_option("--control", sim.control, "HOST:PORT of the control API");
  app.add_option("--speed", sim.speed, "simulated seconds per second")->check(CLI::PositiveNumber);
  app.add_option("--tls-dir", sim.tls_dir, "directory for CA, certificates and pins");
  app.add_option("--print-config", out.print_config, "print a xenha.yml; passwords go into this directory");
  app.add_option("--scenario", out.scenario, "play this file, then exit: 0 all expectations held, 1 not");
  app.add_option("--exit-after", exit_after, "stop after, e.g. 90s");
  app.add_flag("--die-with-parent", out.die_with_parent, "stop when the parent process ends");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  sim.tls = scheme == "https";
  exit_code = 2;
  if (Status status = fill_pools(pools, sim); !status) {
    std::cerr << "xenha-sim: " << status.error().message << '\n';
    return std::nullopt;
  }
  if (!exit_after.empty()) {
    out.exit_after = parse_duration(exit_after);
    if (!out.exit_after) {
      std::cerr << "xenha-sim: --exit-after needs a number and a unit, e.g. 90s\n";
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace xenha::sim
