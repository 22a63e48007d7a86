#include "exporter/exporter_config.h"

#include <algorithm>
#include <utility>

#include "lib/config/ca_file.h"
#include "lib/config/config_file.h"
#include "lib/web/web_config.h"

namespace xenha::exporter {
namespace {

using config::CloudEntry;
using config::ConfigFile;
using config::HostEntry;
using config::LoginEntry;
using config::PoolEntry;
using config::Problems;
using config::SecretEntry;

/// A relative path that leads nowhere may be the secret itself, so it is not repeated. `word` = what it is.
void report_unreadable(const Error& error, const SecretEntry& entry, const std::string& word,
                       Problems& problems) {
  std::error_code ignored;
  if (entry.source.is_environment() || entry.absolute ||
      std::filesystem::exists(entry.source.describe(), ignored))
    problems.error(entry.where, error.message);
  else
    problems.error(entry.where, "no such file beside the config file",
                   "create it or write its whole path (not shown here, it might be the " + word + " itself)");
}

/// The text and the place as it was then; an empty text after a problem.
std::pair<Secret, config::SecretSource> open_secret(const SecretEntry& entry, const std::string& word,
                                                    Problems& problems) {
  if (!entry.source.is_set()) return {{}, entry.source};
  Result<config::SecretSource::Reading> reading = entry.source.open();
  if (!reading) {
    report_unreadable(reading.error(), entry, word, problems);
    return {{}, entry.source};
  }
  if (reading->world_readable)
    problems.warn(entry.where, "every user of this machine can read the file", "chmod 0640 it");
  return {std::move(reading->secret), std::move(reading->source)};
}

Credential open_login(const LoginEntry& login, Problems& problems) {
  auto [password, source] = open_secret(login.password, "password", problems);
  return {login.username, std::move(password), std::move(source)};
}

CloudKey open_key(const SecretEntry& entry, Problems& problems) {
  auto [text, source] = open_secret(entry, "key", problems);
  return {std::move(text), std::move(source)};
}

/// Of the content, so that a renewed file makes another config.
std::string open_ca_file(const config::TlsEntry& tls, Problems& problems) {
  if (tls.policy.ca_file.empty()) return {};
  Result<std::string> fingerprint = config::fingerprint_of_ca_file(tls.policy.ca_file);
  if (fingerprint) return *std::move(fingerprint);
  problems.error(tls.ca_file, fingerprint.error().message);
  return {};
}

std::optional<Credential> local_root(const PoolEntry& pool, const Credential& login, Problems& problems) {
  if (pool.host_login) return open_login(*pool.host_login, problems);
  if (login.username == "root") return login;
  problems.warn(pool.where.key("host_login", pool.where.line),
                "is missing and username is not root, so nobody will see why a host is in emergency mode",
                "add host_login with username root and its password_file");
  return {};
}

http::TlsPolicy policy_of(const HostEntry& host, const http::TlsPolicy& pool) {
  http::TlsPolicy policy = pool;
  if (host.pins) policy.pins = *host.pins;
  policy.tls_name = host.tls_name;
  return policy;
}

PoolConfig open_pool(const PoolEntry& entry, Problems& problems) {
  PoolConfig pool;
  pool.name = entry.name;
  pool.tls = entry.tls_on;
  pool.port = entry.port;
  pool.policy = entry.tls.policy;
  for (const HostEntry& host : entry.hosts)
    pool.hosts.push_back({host.address, policy_of(host, entry.tls.policy)});
  // A learnt member has the pool's pins only; without one it must not be asked with an old version.
  if (pool.policy.pins.empty())
    pool.policy.min_version = std::max(pool.policy.min_version, http::TlsVersion::k1_2);
  pool.login = open_login(entry.login, problems);
  pool.host_login = local_root(entry, pool.login, problems);
  pool.heartbeat_sr = entry.heartbeat_sr;
  pool.ha_timeout = entry.ha_timeout;
  pool.ca_fingerprint = open_ca_file(entry.tls, problems);
  pool.cloudstack = entry.cloudstack.value;
  pool.cloudstack_cluster = entry.cloudstack_cluster;
  return pool;
}

CloudConfig open_cloud(const CloudEntry& entry, Problems& problems) {
  CloudConfig cloud;
  cloud.name = entry.name;
  cloud.url = entry.url;
  cloud.api_key = open_key(entry.keys.api_key, problems);
  cloud.secret_key = open_key(entry.keys.secret_key, problems);
  cloud.policy = entry.tls.policy;
  cloud.ca_fingerprint = open_ca_file(entry.tls, problems);
  return cloud;
}

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

void check_state_dir(const config::ExporterEntry& entry, Problems& problems) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(entry.state_dir, ignored).type();
  if (kind != std::filesystem::file_type::directory && kind != std::filesystem::file_type::not_found &&
      kind != std::filesystem::file_type::none)
    problems.error(entry.where.key("state_dir", entry.where.line),
                   entry.state_dir.string() + " is no directory");
}

Result<ExporterConfig, Problems> checked(const ConfigFile& file, Problems problems) {
  ExporterConfig out;
  for (const PoolEntry& pool : file.pools) out.pools.push_back(open_pool(pool, problems));
  for (const CloudEntry& cloud : file.clouds) out.clouds.push_back(open_cloud(cloud, problems));
  out.probe_interval = file.exporter.probe_interval;
  out.cloudstack_interval = file.exporter.cloudstack_interval;
  out.request_timeout = file.exporter.request_timeout;
  out.keep_facts = file.exporter.keep_facts;
  out.state_dir = file.exporter.state_dir;
  out.web_config_file = file.web_config_file;
  check_state_dir(file.exporter, problems);
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

Result<Credential> Credential::read_again() const {
  Result<config::SecretSource::Reading> reading = source.open();
  if (!reading) return reading.error();
  return Credential{username, std::move(reading->secret), std::move(reading->source)};
}

Result<CloudKey> CloudKey::read_again() const {
  Result<config::SecretSource::Reading> reading = source.open();
  if (!reading) return reading.error();
  return CloudKey{std::move(reading->secret), std::move(reading->source)};
}

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
  const std::filesystem::path web_file =
      !web_config_file.empty() || !config ? web_config_file : config->web_config_file;
  Problems web_problems(web_file.string());
  if (!web_file.empty()) static_cast<void>(web::load_web_config(web_file, web_problems));
  CheckReport report;
  std::size_t errors = web_problems.errors().size();
  if (config) {
    for (const config::Problem& warning : config->warnings)
      report.text += "warning: " + to_string(warning) + "\n";
  } else {
    errors += config.error().errors().size();
    report.text += config.error().text();
  }
  report.text += web_problems.text();
  if (errors > 0) {
    report.exit_code = 2;
    report.text += path.string() + " is not usable: " + std::to_string(errors) +
                   (errors == 1 ? " problem\n" : " problems\n");
    return report;
  }
  std::size_t hosts = 0;
  for (const PoolConfig& pool : config->pools) hosts += pool.hosts.size();
  report.text +=
      path.string() + " is usable; pools: " + std::to_string(config->pools.size()) +
      ", listed hosts: " + std::to_string(hosts) + ", CloudStacks: " + std::to_string(config->clouds.size()) +
      ", warnings: " + std::to_string(config->warnings.size() + web_problems.warnings().size()) + "\n";
  return report;
}

}  // namespace xenha::exporter
