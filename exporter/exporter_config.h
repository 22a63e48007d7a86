// The exporter's configuration, checked: what the program uses. Only exporter_config.cpp makes one, out of
// the one file of all programs (lib/config/config_file.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/config/address.h"
#include "lib/config/problems.h"
#include "lib/config/secret_source.h"
#include "lib/http/transport.h"

namespace xenha::exporter {

/// Equal: same user, same password, same source.
struct Credential {
  std::string username;
  Secret password;
  config::SecretSource source = {};  ///< where the password was read; not set when it was made up by a test
  bool operator==(const Credential&) const = default;

  /// What a server would see is the same, wherever the password was read.
  bool same_login(const Credential& other) const {
    return username == other.username && password == other.password;
  }
  /// The password's file was rewritten or replaced since `password` was read; one stat().
  bool changed_since_read() const { return source.changed_since_read(); }
  /// The same account with the password as it is now. Errors (kBadConfig): see SecretSource::read.
  Result<Credential> read_again() const;
};

struct HostConfig {
  std::string address;     ///< as configured: IPv4, IPv6 without brackets, or a name in lower case
  http::TlsPolicy policy;  ///< the pool's, with the host's own pins and tls_name
  bool operator==(const HostConfig&) const = default;
};

struct PoolConfig {
  std::string name;               ///< label value
  std::vector<HostConfig> hosts;  ///< at least one; no address twice
  bool tls = true;                ///< scheme https
  std::uint16_t port = 443;
  Credential login;
  std::optional<Credential> host_login;  ///< local root; absent = emergency facts are absent
  http::TlsPolicy policy;                ///< for learnt members; never below TLS 1.2 without a pin
  std::string heartbeat_sr;              ///< expected name-label or uuid; empty = none configured
  std::chrono::seconds ha_timeout{90};   ///< expected minimum
  std::string ca_fingerprint = {};  ///< of the content of policy.ca_file: a renewed file makes another config
  std::string cloudstack = {};      ///< name of a CloudConfig; empty = none
  std::string cloudstack_cluster = {};  ///< name or id of its cluster there; empty = found by addresses
  bool operator==(const PoolConfig&) const = default;

  /// Without verified peers no password may go to an address that only a peer named.
  bool may_follow_unlisted() const { return tls && !policy.insecure_skip_verify; }
};

/// A key as it was read, with its place, so that a rewritten file is noticed.
struct CloudKey {
  Secret text;
  config::SecretSource source = {};  ///< not set when it was made up by a test
  bool operator==(const CloudKey&) const = default;

  /// As of a Credential.
  bool changed_since_read() const { return source.changed_since_read(); }
  Result<CloudKey> read_again() const;
};

struct CloudConfig {
  std::string name;  ///< label value
  config::Url url;
  CloudKey api_key, secret_key;
  http::TlsPolicy policy = {};
  std::string ca_fingerprint = {};
  bool operator==(const CloudConfig&) const = default;
};

struct ExporterConfig {
  std::vector<PoolConfig> pools;         ///< at least one; names differ
  std::vector<CloudConfig> clouds = {};  ///< names differ
  Duration probe_interval = std::chrono::seconds(5);
  Duration cloudstack_interval = std::chrono::seconds(30);
  Duration request_timeout = std::chrono::seconds(10);
  Duration keep_facts = std::chrono::minutes(15);
  std::filesystem::path state_dir = "/var/lib/xenha-exporter";
  std::filesystem::path web_config_file = {};  ///< empty = none; --web.config.file wins over web.config_file
  std::vector<config::Problem> warnings = {};  ///< for the log, once per load

  /// Same intervals and places, whatever the pools.
  bool same_settings(const ExporterConfig& other) const;
};

/// Reads and checks `path`, and opens the secrets and CA files of pools and CloudStacks. Called at start and
/// at every reload. The error holds all problems at once, warnings among them; its text() is what the
/// operator sees.
Result<ExporterConfig, config::Problems> load_exporter_config(const std::filesystem::path& path);
/// The same for text; `origin` stands in the messages, and relative paths start in its directory.
Result<ExporterConfig, config::Problems> check_exporter_config(std::string_view text,
                                                               const std::filesystem::path& origin);

/// What a reload has to do. Names of pools or of CloudStacks, in the order of the file they stand in.
struct PoolChanges {
  std::vector<std::string> removed, added, changed;
  bool operator==(const PoolChanges&) const = default;
};
PoolChanges pool_changes(const ExporterConfig& before, const ExporterConfig& after);
PoolChanges cloud_changes(const ExporterConfig& before, const ExporterConfig& after);

/// --config.check: `text` for standard output and the exit code, 0 or 2. The web config is checked too: the
/// file that
/// --web.config.file names, else the one of the config file.
struct CheckReport {
  int exit_code = 0;
  std::string text;
};
CheckReport check_report(const std::filesystem::path& path,
                         const std::filesystem::path& web_config_file = {});

}  // namespace xenha::exporter
