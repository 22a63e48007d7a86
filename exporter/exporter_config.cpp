#include "exporter/exporter_config.h"

#include <algorithm>
#include <utility>

#include "lib/config/config_file.h"
#include "lib/web/web_config.h"

namespace xenha::exporter {
namespace {

using config::CloudEntry;
using config::ConfigFile;
using config::PoolEntry;
using config::Problems;

/// Only of a file without errors: after a misspelt reference this would be noise.
void warn_of_lonely_clouds(const ConfigFile& file, Problems& problems) {
  for (const CloudEntry& cloud : file.clouds) {
    const bool named = std::any_of(file.pools.begin(), file.pools.end(), [&](const PoolEntry& pool) {
      return pool.cloudstack.value == cloud.name;
    });
    if (named) continue;
    problems.warn(cloud.where.key("name", cloud.where.line),
                  "no pool names this CloudStack, so its clusters are joined to no pool",
                  "add cloudstack: " + cloud.name + " to the pools it runs on");
  }
}

Result<ExporterConfig, Problems> checked(const ConfigFile& file, Problems problems) {
  ExporterConfig out;
  for (const PoolEntry& pool : file.pools) out.pools.push_back(config::open_pool(pool, problems));
  for (const CloudEntry& cloud : file.clouds) out.clouds.push_back(config::open_cloud(cloud, problems));
  out.probe_interval = file.exporter.probe_interval;
  out.cloudstack_interval = file.exporter.cloudstack_interval;
  out.request_timeout = file.exporter.request_timeout;
  out.keep_facts = file.exporter.keep_facts;
  out.state_dir = file.exporter.state_dir;
  out.web_config_file = file.web_config_file;
  config::check_state_dir(file.exporter.state_dir, file.exporter.where, problems);
  if (!problems.ok()) return problems;
  warn_of_lonely_clouds(file, problems);
  out.warnings = problems.warnings();
  return out;
}

template <class Entry>
PoolChanges changes(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  const auto named = [](const std::vector<Entry>& entries, const std::string& name) -> const Entry* {
    for (const Entry& entry : entries)
      if (entry.name == name) return &entry;
    return nullptr;
  };
  PoolChanges out;
  for (const Entry& entry : before)
    if (!named(after, entry.name)) out.removed.push_back(entry.name);
  for (const Entry& entry : after) {
    const Entry* old = named(before, entry.name);
    if (!old) out.added.push_back(entry.name);
    if (old && !(*old == entry)) out.changed.push_back(entry.name);
  }
  return out;
}

}  // namespace

bool ExporterConfig::same_settings(const ExporterConfig& other) const {
  return probe_interval == other.probe_interval && cloudstack_interval == other.cloudstack_interval &&
         request_timeout == other.request_timeout && keep_facts == other.keep_facts &&
         state_dir == other.state_dir && web_config_file == other.web_config_file;
}

Result<ExporterConfig, Problems> load_exporter_config(const std::filesystem::path& path) {
  Problems problems(path.string());
  const ConfigFile file = config::read_config(path, problems);
  return checked(file, std::move(problems));
}

Result<ExporterConfig, Problems> check_exporter_config(std::string_view text,
                                                       const std::filesystem::path& origin) {
  Problems problems(origin.string());
  std::error_code ignored;
  const ConfigFile file =
      config::parse_config(text, std::filesystem::absolute(origin, ignored).parent_path(), problems);
  return checked(file, std::move(problems));
}

PoolChanges pool_changes(const ExporterConfig& before, const ExporterConfig& after) {
  return changes(before.pools, after.pools);
}

PoolChanges cloud_changes(const ExporterConfig& before, const ExporterConfig& after) {
  return changes(before.clouds, after.clouds);
}

CheckReport check_report(const std::filesystem::path& path, const std::filesystem::path& web_config_file) {
  const Result<ExporterConfig, Problems> config = load_exporter_config(path);
  Problems problems = config ? Problems(path.string()) : config.error();
  if (config) problems.add_warnings(config->warnings);
  const std::filesystem::path web_file =
      !web_config_file.empty() || !config ? web_config_file : config->web_config_file;
  Problems web_problems(web_file.string());
  if (!web_file.empty()) static_cast<void>(web::load_web_config(web_file, web_problems));
  problems.add(web_problems);
  if (!problems.ok()) return config::unusable(path, problems);
  std::size_t hosts = 0;
  for (const PoolConfig& pool : config->pools) hosts += pool.hosts.size();
  return config::usable(path, problems,
                        "pools: " + std::to_string(config->pools.size()) +
                            ", listed hosts: " + std::to_string(hosts) +
                            ", CloudStacks: " + std::to_string(config->clouds.size()));
}

}  // namespace xenha::exporter
