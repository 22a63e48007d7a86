// xenhactl's configuration, checked: what the program uses. Only ctl_config.cpp makes one, out of the one
// file of all programs (lib/config/config_file.h). A command says what it needs, and no other secret is
// opened.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hooks/guards_config.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/access.h"
#include "lib/config/check_report.h"
#include "lib/config/problems.h"

namespace xenha::ctl {

/// What a command uses of the file.
struct Needs {
  bool pools = false;             ///< their logins for reading, local root's among them
  bool addresses = false;         ///< only where their hosts are: the pools come without logins
  bool actors = false;            ///< pools[].actor, where there is one
  bool clouds = false;            ///< CloudStack's reading keys, of those that a pool names
  bool cloud_actors = false;      ///< cloudstack[].actor, where there is one
  bool exporter = false;          ///< how xenha-exporter is asked: the login of its web config, ctl.tls
  bool hooks = false;             ///< and xenha-hooks: its token, or without one the same login
  bool daemons_only_add = false;  ///< what cannot be opened of these two is told, and no reason to end
  std::string only_pool;          ///< name; empty = all. Secrets of other pools stay closed
};

struct CtlPool {
  config::PoolConfig reach;                 ///< for reading; reach.name is the label value
  std::optional<config::Credential> actor;  ///< for writing; only where it was asked for
  bool has_actor = false;                   ///< one is configured, opened or not
};

struct CloudKeys {
  config::CloudKey api_key, secret_key;
};

struct CtlCloud {
  config::CloudConfig reach;       ///< for reading
  std::optional<CloudKeys> actor;  ///< for writing
};

struct CtlConfig {
  std::vector<std::string> pool_names;  ///< all that are configured, in the file's order; at least one
  std::vector<CtlPool> pools;           ///< those that were asked for
  std::vector<CtlCloud> clouds;         ///< those that they name
  config::Url exporter_url, hooks_url;
  http::TlsPolicy daemons_policy;           ///< of both
  std::optional<config::CloudKey> token;    ///< of xenha-hooks; a bearer
  std::optional<config::Credential> login;  ///< of the daemons' web config, where no token is sent
  /// Why a daemon is not to be asked, where Needs::daemons_only_add; empty: it may be.
  std::string exporter_problem, hooks_problem;
  std::filesystem::path state_dir;        ///< ours, absolute; may not exist yet; empty without Needs::actors
  std::filesystem::path hooks_state_dir;  ///< of xenha-hooks
  std::filesystem::path kill_switch_file;
  hooks::Policy policy;  ///< the guards as xenha-hooks has them
  Duration read_gap{};
  Duration request_timeout{};
  std::vector<config::Problem> warnings;

  /// Absent: it was not asked for, or there is none of that name.
  const CtlPool* pool(const std::string& name) const;
  /// The one that this pool names; null when it names none.
  const CtlCloud* cloud_of(const CtlPool& pool) const;
};

/// The error holds all problems at once, warnings among them; its text() is what the person sees.
Result<CtlConfig, config::Problems> load_ctl_config(const std::filesystem::path& path, const Needs& needs);

/// --config.check: everything that any command might need.
config::CheckReport check_report(const std::filesystem::path& path);

}  // namespace xenha::ctl
