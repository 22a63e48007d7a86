// How pools and CloudStacks are reached, checked and with their secrets opened: what every program that talks
// to them uses. Made from the entries of the one config file (config_file.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/config/address.h"
#include "lib/config/config_file.h"
#include "lib/config/problems.h"
#include "lib/config/secret_source.h"
#include "lib/http/transport.h"

namespace xenha::config {

/// Equal: same user, same password, same source.
struct Credential {
  std::string username;
  Secret password;
  SecretSource source = {};  ///< where the password was read; not set when it was made up by a test
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

/// The address where a member is asked; learnt members get the pool's own policy.
std::shared_ptr<const http::Endpoint> endpoint_of(const PoolConfig& config, const std::string& address);

/// A key as it was read, with its place, so that a rewritten file is noticed.
struct CloudKey {
  Secret text;
  SecretSource source = {};  ///< not set when it was made up by a test
  bool operator==(const CloudKey&) const = default;

  /// As of a Credential.
  bool changed_since_read() const { return source.changed_since_read(); }
  Result<CloudKey> read_again() const;
};

struct CloudConfig {
  std::string name;  ///< label value
  Url url;
  CloudKey api_key, secret_key;
  http::TlsPolicy policy = {};
  std::string ca_fingerprint = {};
  bool operator==(const CloudConfig&) const = default;
};

// From the file's entries. Secrets and CA files are opened; what cannot be is a problem with its line.

PoolConfig open_pool(const PoolEntry& entry, Problems& problems);
/// Where its hosts are and how they prove who they are; neither secrets nor CA files are opened.
PoolConfig reach_of(const PoolEntry& entry);
CloudConfig open_cloud(const CloudEntry& entry, Problems& problems);
Credential open_login(const LoginEntry& login, Problems& problems);
CloudKey open_key(const SecretEntry& entry, Problems& problems);
/// The sum of its content, so that a renewed file makes another config; empty when none is configured.
std::string open_ca_file(const TlsEntry& tls, Problems& problems);
/// That our certificate and its key can be shown together, if there is one.
void check_client_certificate(const TlsEntry& tls, Problems& problems);
/// The text and the place as it was then; an empty text after a problem. `word`: what the secret is.
std::pair<Secret, SecretSource> open_secret(const SecretEntry& entry, const std::string& word,
                                            Problems& problems);

/// A state directory may be missing, it is made then; anything else in its place is a problem. `section` has
/// the key state_dir.
void check_state_dir(const std::filesystem::path& state_dir, const Where& section, Problems& problems);

}  // namespace xenha::config
