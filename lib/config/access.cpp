#include "lib/config/access.h"

#include <algorithm>
#include <filesystem>

#include "lib/config/ca_file.h"
#include "lib/config/client_certificate.h"

namespace xenha::config {
namespace {

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

}  // namespace

std::pair<Secret, SecretSource> open_secret(const SecretEntry& entry, const std::string& word,
                                            Problems& problems) {
  if (!entry.source.is_set()) return {{}, entry.source};
  Result<SecretSource::Reading> reading = entry.source.open();
  if (!reading) {
    report_unreadable(reading.error(), entry, word, problems);
    return {{}, entry.source};
  }
  if (reading->world_readable)
    problems.warn(entry.where, "every user of this machine can read the file", "chmod 0640 it");
  return {std::move(reading->secret), std::move(reading->source)};
}

std::string open_ca_file(const TlsEntry& tls, Problems& problems) {
  if (tls.policy.ca_file.empty()) return {};
  Result<std::string> fingerprint = fingerprint_of_ca_file(tls.policy.ca_file);
  if (fingerprint) return *std::move(fingerprint);
  problems.error(tls.ca_file, fingerprint.error().message);
  return {};
}

void check_client_certificate(const TlsEntry& tls, Problems& problems) {
  const std::string& certificate = tls.policy.client_cert_file;
  const std::string& key = tls.policy.client_key_file;
  if (certificate.empty() || key.empty()) return;
  if (const Status fine = certificate_problem(certificate); !fine)
    return problems.error(tls.client_cert_file, fine.error().message);
  const Result<bool> world_readable = key_problem(key, certificate);
  if (!world_readable) return problems.error(tls.client_key_file, world_readable.error().message);
  if (*world_readable)
    problems.warn(tls.client_key_file, "every user of this machine can read the file", "chmod 0640 it");
}

Credential open_login(const LoginEntry& login, Problems& problems) {
  auto [password, source] = open_secret(login.password, "password", problems);
  return {login.username, std::move(password), std::move(source)};
}

CloudKey open_key(const SecretEntry& entry, Problems& problems) {
  auto [text, source] = open_secret(entry, "key", problems);
  return {std::move(text), std::move(source)};
}

PoolConfig reach_of(const PoolEntry& entry) {
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
  pool.heartbeat_sr = entry.heartbeat_sr;
  pool.ha_timeout = entry.ha_timeout;
  pool.cloudstack = entry.cloudstack.value;
  pool.cloudstack_cluster = entry.cloudstack_cluster;
  return pool;
}

PoolConfig open_pool(const PoolEntry& entry, Problems& problems) {
  PoolConfig pool = reach_of(entry);
  pool.login = open_login(entry.login, problems);
  pool.host_login = local_root(entry, pool.login, problems);
  pool.ca_fingerprint = open_ca_file(entry.tls, problems);
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

Result<Credential> Credential::read_again() const {
  Result<SecretSource::Reading> reading = source.open();
  if (!reading) return reading.error();
  return Credential{username, std::move(reading->secret), std::move(reading->source)};
}

Result<CloudKey> CloudKey::read_again() const {
  Result<SecretSource::Reading> reading = source.open();
  if (!reading) return reading.error();
  return CloudKey{std::move(reading->secret), std::move(reading->source)};
}

void check_state_dir(const std::filesystem::path& state_dir, const Where& section, Problems& problems) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(state_dir, ignored).type();
  if (kind != std::filesystem::file_type::directory && kind != std::filesystem::file_type::not_found &&
      kind != std::filesystem::file_type::none)
    problems.error(section.key("state_dir", section.line), state_dir.string() + " is no directory");
}

std::shared_ptr<const http::Endpoint> endpoint_of(const PoolConfig& config, const std::string& address) {
  http::Endpoint endpoint{config.tls, address, config.port, config.policy};
  for (const HostConfig& host : config.hosts) {
    if (host.address == address) endpoint.policy = host.policy;
  }
  return std::make_shared<const http::Endpoint>(std::move(endpoint));
}

}  // namespace xenha::config
