// The one config file of all programs, as far as it can be judged from its text alone: every key known, every
// value of the right form, references within the file right. Nothing here opens a secret or a certificate;
// each program does that for those it uses, and turns what it needs into its own checked config.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/address.h"
#include "lib/config/problems.h"
#include "lib/config/secret_source.h"
#include "lib/config/section.h"
#include "lib/http/transport.h"

namespace xenha::config {

/// Named, not opened.
struct SecretEntry {
  SecretSource source;    ///< not set after a problem
  bool absolute = false;  ///< an absolute path was written, which no password looks like
  Where where;
};

struct LoginEntry {
  std::string username;
  SecretEntry password;
};

struct TlsEntry {
  http::TlsPolicy policy;                            ///< files are resolved, not opened
  Where ca_file, min_version, insecure_skip_verify;  ///< of the section when the key is absent
  Where client_cert_file, client_key_file;
  Where where;
};

struct HostEntry {
  std::string address;  ///< as parse_host_address gives it
  std::optional<std::vector<std::string>> pins;
  std::string tls_name;
  Where where;
};

struct PoolEntry {
  std::string name;
  std::vector<HostEntry> hosts;
  bool tls_on = true;  ///< scheme https
  std::uint16_t port = 443;
  LoginEntry login;
  std::optional<LoginEntry> host_login, actor;
  TlsEntry tls;
  std::string heartbeat_sr;
  std::chrono::seconds ha_timeout{90};
  Text cloudstack;
  std::string cloudstack_cluster;
  Where where;
};

struct CloudKeysEntry {
  SecretEntry api_key, secret_key;
};

struct CloudEntry {
  std::string name;
  Url url;
  CloudKeysEntry keys;
  std::optional<CloudKeysEntry> actor;
  TlsEntry tls;
  Where where;
};

struct ExporterEntry {
  Duration probe_interval{}, cloudstack_interval{}, request_timeout{}, keep_facts{};
  std::filesystem::path state_dir;
  Where where;
};

struct PolicyEntry {
  std::string alert, action;
};

struct GuardsEntry {
  Duration settle{}, read_gap{}, recheck{}, max_facts_age{}, cool_down{}, storm_window{}, flap_window{},
      maintenance_quiet{}, verify{};
  std::optional<Duration> intent_forget_after;  ///< absent = never
  std::int64_t max_attempts_per_day = 2, storm_pools = 3;
  std::filesystem::path kill_switch_file;
};

struct HooksEntry {
  std::string mode;  ///< dry-run, act, standby
  std::filesystem::path state_dir;
  SecretEntry bearer_token, operator_token;
  std::uint64_t max_body = 0;  ///< bytes
  std::vector<PolicyEntry> policies;
  GuardsEntry guards;
  Where where;
};

struct CtlEntry {
  Url exporter_url, hooks_url;
  TlsEntry tls;  ///< of both
  SecretEntry token;
  std::optional<LoginEntry> login;  ///< a user of the daemons' web config
  std::string state_dir;            ///< may begin with ~/ ; empty = $XDG_STATE_HOME/xenha
  Where where;
};

struct ConfigFile {
  std::vector<PoolEntry> pools;
  std::vector<CloudEntry> clouds;
  ExporterEntry exporter;
  HooksEntry hooks;
  CtlEntry ctl;
  std::filesystem::path web_config_file;  ///< empty = none
};

/// Reads text as a config file whose relative paths start in `directory`. Usable only if `problems` is ok
/// afterwards.
ConfigFile parse_config(std::string_view text, const std::filesystem::path& directory, Problems& problems);
/// The same from a file.
ConfigFile read_config(const std::filesystem::path& path, Problems& problems);

}  // namespace xenha::config
