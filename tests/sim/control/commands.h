// Faults and acts by name: what the control API, scenario files and in-process tests ask for. README.md lists
// them.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {

/// The arguments of one command, with the pool and host they name.
struct CommandArgs {
  World& world;
  Json json;
  Site* site = nullptr;  ///< "pool": number or name; left out: the first
  Host* host = nullptr;  ///< "host": number, name, address, uuid or "master"; null when left out

  std::string text(const char* name, std::string fallback = "") const;
  double number(const char* name, double fallback) const;
  bool flag(const char* name, bool fallback) const;
  /// The named host alone, or all of the pool when none is named.
  std::vector<Host*> hosts() const;
  /// Database of the pool's master, or the newest one on any host's disk when no master runs.
  Database* db() const;
};

struct Command {
  bool needs_host = false;
  std::function<Result<Json>(CommandArgs&)> run;
};
using CommandMap = std::map<std::string, Command, std::less<>>;

const CommandMap& commands();
/// Errors: kBadConfig (no such command, pool, host or argument).
Result<Json> run_command(World& world, std::string_view name, const Json& arguments);

void add_host_commands(CommandMap& commands);
void add_storage_commands(CommandMap& commands);
void add_pool_commands(CommandMap& commands);
void add_record_commands(CommandMap& commands);
void add_vm_commands(CommandMap& commands);
void add_wire_commands(CommandMap& commands);
void add_cloud_commands(CommandMap& commands);

inline Error bad_command(std::string message) {
  return {ErrorCode::kBadConfig, std::move(message)};
}
inline Result<Json> done() {
  return Json::object();
}

}  // namespace xenha::sim
