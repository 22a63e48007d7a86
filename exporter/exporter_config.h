// The exporter's configuration, checked: what the program uses. Only lib/config and exporter_config.cpp make one.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/http/transport.h"

namespace xenha::exporter {

struct Credential {
  std::string username;
  Secret password;
  bool operator==(const Credential&) const = default;
};

struct HostConfig {
  std::string address;      ///< as configured: IPv4, IPv6 without brackets, or a name
  http::TlsPolicy policy;   ///< the pool's, with the host's own pins and tls_name
  bool operator==(const HostConfig&) const = default;
};

struct PoolConfig {
  std::string name;                     ///< label value
  std::vector<HostConfig> hosts;        ///< at least one; no address twice
  bool tls = true;                      ///< scheme https
  std::uint16_t port = 443;
  Credential login;
  std::optional<Credential> host_login; ///< local root; absent = emergency facts are absent
  http::TlsPolicy policy;               ///< for learnt members
  std::string heartbeat_sr;             ///< expected name-label or uuid; empty = none configured
  std::chrono::seconds ha_timeout{90};  ///< expected minimum
  bool operator==(const PoolConfig&) const = default;

  /// Without verified peers no password may go to an address that only a peer named.
  bool may_follow_unlisted() const { return tls && !policy.insecure_skip_verify; }
};

struct ExporterConfig {
  std::vector<PoolConfig> pools;        ///< at least one
  Duration probe_interval = std::chrono::seconds(5);
  Duration request_timeout = std::chrono::seconds(10);
  Duration keep_facts = std::chrono::minutes(15);
  std::filesystem::path state_dir = "/var/lib/xenha-exporter";
  std::filesystem::path web_config_file = {};  ///< empty = none; --web.config.file wins over web.config_file
};

}  // namespace xenha::exporter
