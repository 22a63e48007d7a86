#include "hooks/ctl/ctl_config.h"

#include <algorithm>
#include <cstdlib>

namespace xenha::ctl {
namespace {

using config::CloudEntry;
using config::ConfigFile;
using config::PoolEntry;
using config::Problems;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::filesystem::path state_dir_of(const config::CtlEntry& ctl, Problems& problems) {
  const std::string home = environment("HOME");
  if (!ctl.state_dir.empty() && !ctl.state_dir.starts_with("~/")) return ctl.state_dir;
  if (ctl.state_dir.empty()) {
    // A relative one is to be ignored, says the specification of these directories.
    const std::filesystem::path kept = environment("XDG_STATE_HOME");
    if (kept.is_absolute()) return kept / "xenha";
  }
  if (home.empty()) {
    problems.error(ctl.where.key("state_dir", ctl.where.line),
                   "is in the home directory, and the environment has no HOME", "write an absolute path");
    return {};
  }
  return std::filesystem::path(home) /
         (ctl.state_dir.empty() ? ".local/state/xenha" : ctl.state_dir.substr(2));
}

bool is_wanted(const PoolEntry& pool, const Needs& needs) {
  return needs.only_pool.empty() || pool.name == needs.only_pool;
}

CtlPool open_pool(const PoolEntry& entry, const Needs& needs, Problems& problems) {
  CtlPool pool{config::open_pool(entry, problems), {}, entry.actor.has_value()};
  if (needs.actors && entry.actor) pool.actor = config::open_login(*entry.actor, problems);
  return pool;
}

CtlCloud open_cloud(const CloudEntry& entry, const Needs& needs, Problems& problems) {
  CtlCloud cloud{config::open_cloud(entry, problems), {}};
  if (needs.cloud_actors && entry.actor)
    cloud.actor = CloudKeys{config::open_key(entry.actor->api_key, problems),
                            config::open_key(entry.actor->secret_key, problems)};
  return cloud;
}

/// On the daemon's own machine its token need not be named twice.
std::optional<config::CloudKey> open_token(const ConfigFile& file, Problems& problems) {
  const config::SecretEntry& entry =
      file.ctl.token.source.is_set() ? file.ctl.token : file.hooks.operator_token;
  if (!entry.source.is_set()) return {};
  auto [text, source] = config::open_secret(entry, "token", problems);
  return config::CloudKey{std::move(text), std::move(source)};
}

std::string first_of(const Problems& problems) {
  return problems.ok() ? "" : config::to_string(problems.errors().front());
}

void open_daemons(const ConfigFile& file, const Needs& needs, CtlConfig& out, Problems& problems) {
  Problems token(problems.file()), both(problems.file());
  if (needs.hooks) out.token = open_token(file, token);
  if (file.ctl.login && (needs.exporter || !out.token)) out.login = config::open_login(*file.ctl.login, both);
  static_cast<void>(config::open_ca_file(file.ctl.tls, both));
  config::check_client_certificate(file.ctl.tls, both);
  if (needs.daemons_only_add) {
    out.exporter_problem = first_of(both);
    out.hooks_problem = token.ok() ? out.exporter_problem : first_of(token);
    return;
  }
  problems.add(token);
  problems.add(both);
}

void open_what_is_needed(const ConfigFile& file, const Needs& needs, CtlConfig& out, Problems& problems) {
  for (const PoolEntry& pool : file.pools) {
    if (!is_wanted(pool, needs)) continue;
    if (needs.pools)
      out.pools.push_back(open_pool(pool, needs, problems));
    else if (needs.addresses)
      out.pools.push_back({config::reach_of(pool), {}, pool.actor.has_value()});
  }
  for (const CloudEntry& cloud : file.clouds) {
    const bool named = std::any_of(out.pools.begin(), out.pools.end(),
                                   [&](const CtlPool& pool) { return pool.reach.cloudstack == cloud.name; });
    if ((needs.clouds || needs.cloud_actors) && named)
      out.clouds.push_back(open_cloud(cloud, needs, problems));
  }
  if (needs.exporter || needs.hooks) open_daemons(file, needs, out, problems);
  // Only what changes something remembers how far it is; a timer has no home directory.
  if (needs.actors) out.state_dir = state_dir_of(file.ctl, problems);
}

}  // namespace

const CtlPool* CtlConfig::pool(const std::string& name) const {
  const auto found =
      std::find_if(pools.begin(), pools.end(), [&](const CtlPool& pool) { return pool.reach.name == name; });
  return found == pools.end() ? nullptr : &*found;
}

const CtlCloud* CtlConfig::cloud_of(const CtlPool& pool) const {
  const auto found = std::find_if(clouds.begin(), clouds.end(), [&](const CtlCloud& cloud) {
    return cloud.reach.name == pool.reach.cloudstack;
  });
  return found == clouds.end() ? nullptr : &*found;
}

Result<CtlConfig, Problems> load_ctl_config(const std::filesystem::path& path, const Needs& needs) {
  Problems problems(path.string());
  const ConfigFile file = config::read_config(path, problems);
  CtlConfig out;
  for (const PoolEntry& pool : file.pools) out.pool_names.push_back(pool.name);
  open_what_is_needed(file, needs, out, problems);
  out.exporter_url = file.ctl.exporter_url;
  out.hooks_url = file.ctl.hooks_url;
  out.daemons_policy = file.ctl.tls.policy;
  out.hooks_state_dir = file.hooks.state_dir;
  out.kill_switch_file = file.hooks.guards.kill_switch_file;
  out.policy = hooks::policy_of(file.hooks);
  out.read_gap = file.hooks.guards.read_gap;
  out.request_timeout = file.exporter.request_timeout;
  if (!problems.ok()) return problems;
  out.warnings = problems.warnings();
  return out;
}

config::CheckReport check_report(const std::filesystem::path& path) {
  const Result<CtlConfig, Problems> config = load_ctl_config(
      path,
      {.pools = true, .actors = true, .clouds = true, .cloud_actors = true, .exporter = true, .hooks = true});
  if (!config) return config::unusable(path, config.error());
  Problems problems(path.string());
  problems.add_warnings(config->warnings);
  const auto actors = std::count_if(config->pools.begin(), config->pools.end(),
                                    [](const CtlPool& pool) { return pool.actor.has_value(); });
  return config::usable(path, problems,
                        "pools: " + std::to_string(config->pools.size()) +
                            ", with actor: " + std::to_string(actors) +
                            ", CloudStacks: " + std::to_string(config->clouds.size()));
}

}  // namespace xenha::ctl
