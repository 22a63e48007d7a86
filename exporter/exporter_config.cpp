#include "exporter/exporter_config.h"

#include <algorithm>

#include "lib/config/ca_file.h"
#include "lib/config/config_file.h"
#include "lib/web/web_config.h"

namespace xenha::exporter {
namespace {

using config::ConfigFile;
using config::HostEntry;
using config::LoginEntry;
using config::PoolEntry;
using config::Problems;

/// A relative path that leads nowhere may be the password itself, so it is not repeated.
void report_unreadable(const Error& error, const LoginEntry& login, Problems& problems) {
  const config::SecretSource& source = login.password.source;
  std::error_code ignored;
  if (source.is_environment() || login.password.absolute ||
      std::filesystem::exists(source.describe(), ignored))
    problems.error(login.password.where, error.message);
  else
    problems.error(login.password.where, "no such file beside the config file",
                   "create it or write its whole path (not shown here, it might be the password itself)");
}

Credential open_login(const LoginEntry& login, Problems& problems) {
  Credential credential{login.username, {}, login.password.source};
  if (!login.password.source.is_set()) return credential;
  Result<config::SecretSource::Reading> reading = login.password.source.open();
  if (!reading) {
    report_unreadable(reading.error(), login, problems);
    return credential;
  }
  credential.password = std::move(reading->secret);
  credential.source = std::move(reading->source);
  if (reading->world_readable)
    problems.warn(login.password.where, "every user of this machine can read the file", "chmod 0640 it");
  return credential;
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
  if (!entry.tls.policy.ca_file.empty()) {
    const Result<std::string> fingerprint = config::fingerprint_of_ca_file(entry.tls.policy.ca_file);
    if (fingerprint) {
      pool.ca_fingerprint = *fingerprint;
    } else {
      problems.error(entry.tls.ca_file, fingerprint.error().message);
    }
  }
  return pool;
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
  out.probe_interval = file.exporter.probe_interval;
  out.request_timeout = file.exporter.request_timeout;
  out.keep_facts = file.exporter.keep_facts;
  out.state_dir = file.exporter.state_dir;
  out.web_config_file = file.web_config_file;
  check_state_dir(file.exporter, problems);
  if (!problems.ok()) return problems;
  out.warnings = problems.warnings();
  return out;
}

}  // namespace

Result<Credential> Credential::read_again() const {
  Result<config::SecretSource::Reading> reading = source.open();
  if (!reading) return reading.error();
  return Credential{username, std::move(reading->secret), std::move(reading->source)};
}

bool ExporterConfig::same_settings(const ExporterConfig& other) const {
  return probe_interval == other.probe_interval && request_timeout == other.request_timeout &&
         keep_facts == other.keep_facts && state_dir == other.state_dir &&
         web_config_file == other.web_config_file;
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
  const auto named = [](const ExporterConfig& config, const std::string& name) -> const PoolConfig* {
    for (const PoolConfig& pool : config.pools)
      if (pool.name == name) return &pool;
    return nullptr;
  };
  PoolChanges changes;
  for (const PoolConfig& pool : before.pools)
    if (!named(after, pool.name)) changes.removed.push_back(pool.name);
  for (const PoolConfig& pool : after.pools) {
    const PoolConfig* old = named(before, pool.name);
    if (!old) changes.added.push_back(pool.name);
    if (old && !(*old == pool)) changes.changed.push_back(pool.name);
  }
  return changes;
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
  report.text += path.string() + " is usable; pools: " + std::to_string(config->pools.size()) +
                 ", listed hosts: " + std::to_string(hosts) +
                 ", warnings: " + std::to_string(config->warnings.size() + web_problems.warnings().size()) +
                 "\n";
  return report;
}

}  // namespace xenha::exporter
