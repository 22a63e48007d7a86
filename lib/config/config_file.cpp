#include "lib/config/config_file.h"

#include <map>

#include "lib/config/entries.h"
#include "lib/config/file_text.h"
#include "lib/config/suggest.h"

namespace xenha::config {
namespace {

template <class Entry>
void check_unique_names(const std::vector<Entry>& entries, const char* what, Problems& problems) {
  std::map<std::string, int> first_line;
  for (const Entry& entry : entries) {
    if (entry.name.empty()) continue;
    const auto [first, added] = first_line.emplace(entry.name, entry.where.line);
    if (!added)
      problems.error(entry.where.key("name", entry.where.line),
                     in_quotes(entry.name) + " is already the name of the " + what + " in line " +
                         std::to_string(first->second),
                     "names must differ");
  }
}

/// The same address in two pools would make one host's facts count twice.
void check_hosts_of_all(const std::vector<PoolEntry>& pools, Problems& problems) {
  std::map<std::string, const PoolEntry*> owner;
  for (const PoolEntry& pool : pools) {
    for (const HostEntry& host : pool.hosts) {
      if (host.address.empty()) continue;
      const auto [first, added] = owner.emplace(host.address + ":" + std::to_string(pool.port), &pool);
      if (!added && first->second != &pool)
        problems.error(host.where,
                       in_quotes(host.address) + " already belongs to pool " + in_quotes(first->second->name),
                       "a host is a member of one pool");
    }
  }
}

void check_cloud_references(const ConfigFile& file, Problems& problems) {
  std::vector<std::string> names;
  for (const CloudEntry& cloud : file.clouds) names.push_back(cloud.name);
  for (const PoolEntry& pool : file.pools) {
    const Text& wanted = pool.cloudstack;
    if (wanted.empty() || std::find(names.begin(), names.end(), wanted.value) != names.end()) continue;
    const std::string guess = nearest(wanted.value, names);
    problems.error(wanted.where, "no entry of cloudstack: has the name " + in_quotes(wanted.value),
                   guess.empty() ? "add one or remove this key" : "did you mean " + guess + "?");
  }
}

}  // namespace

ConfigFile parse_config(std::string_view text, const std::filesystem::path& directory, Problems& problems) {
  ConfigFile file;
  const std::optional<Node> root = parse_yaml(text, problems);
  if (!root) return file;
  Section top(&*root, {root->line, {}}, problems);
  for (const auto& [node, where] : top.list("pools"))
    file.pools.push_back(read_pool(*node, where, directory, problems));
  for (const auto& [node, where] : top.list("cloudstack"))
    file.clouds.push_back(read_cloud(*node, where, directory, problems));
  file.exporter = read_exporter(top.find("exporter"), top.at("exporter"), directory, problems);
  file.hooks = read_hooks(top.find("hooks"), top.at("hooks"), directory, problems);
  file.ctl = read_ctl(top.find("ctl"), top.at("ctl"), directory, file.hooks.operator_token.source.is_set(),
                      problems);
  {
    Section web(top.find("web"), top.at("web"), problems);
    file.web_config_file = resolved(directory, web.text("config_file").value);
  }
  const Node* pools = top.find("pools");
  if (!pools || pools->kind == Node::Kind::kNull ||
      (pools->kind == Node::Kind::kList && pools->items.empty()))
    problems.error({pools ? pools->line : 0, "pools"}, "no pool is configured",
                   "add at least one with name, hosts, username and password_file");
  check_unique_names(file.pools, "pool", problems);
  check_unique_names(file.clouds, "CloudStack", problems);
  check_hosts_of_all(file.pools, problems);
  check_cloud_references(file, problems);
  return file;
}

ConfigFile read_config(const std::filesystem::path& path, Problems& problems) {
  const Result<FileText> file = read_file(path.string(), kMaxYamlBytes);
  if (!file) {
    problems.error({}, file.error().message, "name the config file with --config.file");
    return {};
  }
  std::error_code ignored;
  return parse_config(file->text, std::filesystem::absolute(path, ignored).parent_path(), problems);
}

}  // namespace xenha::config
