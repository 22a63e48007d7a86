#include "tests/sim/control/commands.h"

#include <utility>

namespace xenha::sim {

std::string CommandArgs::text(const char* name, std::string fallback) const {
  if (!json.contains(name)) return fallback;
  const Json& value = json.at(name);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

double CommandArgs::number(const char* name, double fallback) const {
  if (!json.contains(name)) return fallback;
  const Json& value = json.at(name);
  if (value.is_number()) return value.get<double>();
  return value.is_string() ? std::strtod(value.get_ref<const std::string&>().c_str(), nullptr) : fallback;
}

bool CommandArgs::flag(const char* name, bool fallback) const {
  if (!json.contains(name)) return fallback;
  const Json& value = json.at(name);
  if (value.is_boolean()) return value.get<bool>();
  const std::string word = text(name);
  return word == "true" || word == "1" || word == "on" || word == "yes";
}

std::vector<Host*> CommandArgs::hosts() const {
  if (host) return {host};
  std::vector<Host*> out;
  for (const auto& each : site->hosts) out.push_back(each.get());
  return out;
}

Database* CommandArgs::db() const {
  if (Host* master = site->master()) return master->db.get();
  const Host* newest = nullptr;
  for (const auto& each : site->hosts)
    if (each->db && (!newest || each->became_master > newest->became_master)) newest = each.get();
  return newest ? newest->db.get() : nullptr;
}

const CommandMap& commands() {
  static const CommandMap map = [] {
    CommandMap all;
    for (auto add : {add_host_commands, add_storage_commands, add_pool_commands, add_record_commands,
                     add_vm_commands, add_wire_commands, add_cloud_commands})
      add(all);
    return all;
  }();
  return map;
}

Result<Json> run_command(World& world, std::string_view name, const Json& arguments) {
  const auto found = commands().find(name);
  if (found == commands().end()) return bad_command("no such command: " + std::string(name));
  if (!arguments.is_object()) return bad_command("the arguments are no JSON object");
  CommandArgs args{world, arguments};
  const std::string pool = args.text("pool");
  args.site = pool.empty() ? world.sites.front().get() : world.find_site(pool);
  if (!args.site) return bad_command("no such pool: " + pool);
  const std::string host = args.text("host");
  if (!host.empty()) {
    args.host = world.find_host(*args.site, host);
    if (!args.host) return bad_command("no such host in " + args.site->name + ": " + host);
  } else if (found->second.needs_host) {
    return bad_command(std::string(name) + " needs a host");
  }
  Result<Json> result = found->second.run(args);
  world.changed();
  return result;
}

}  // namespace xenha::sim
