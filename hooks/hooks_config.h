// The hooks daemon's configuration, checked: what the program uses. Only hooks_config.cpp makes one, out of
// the one file of all programs (lib/config/config_file.h) and what the command line adds.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hooks/alert/receipt_rule.h"
#include "hooks/guards_config.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/access.h"
#include "lib/config/check_report.h"
#include "lib/config/problems.h"
#include "lib/web/listen_address.h"
#include "lib/web/web_config.h"

namespace xenha::hooks {

/// A token is kept as a key of CloudStack is: its text, and where it was read.
using Token = config::CloudKey;

struct HooksPool {
  config::PoolConfig reach;                 ///< for reading; reach.name is the label value
  std::optional<config::Credential> actor;  ///< for writing; opened in mode act only, and always there then
  bool operator==(const HooksPool&) const = default;
};

struct HooksConfig {
  std::vector<HooksPool> pools;                  ///< at least one; names differ
  std::vector<config::CloudConfig> clouds = {};  ///< those that a pool names
  Policy policy = {};                            ///< mode, and the guards that decide
  Duration read_gap = std::chrono::seconds(10);  ///< shorter than policy.max_facts_age
  Duration recheck = std::chrono::seconds(30);
  Duration verify = std::chrono::seconds(60);
  std::filesystem::path kill_switch_file = "/etc/xenha/STOP";
  std::filesystem::path state_dir = "/var/lib/xenha-hooks";
  std::optional<Token> bearer_token = {};      ///< opens /api/v1/alerts and the pages that only show
  std::optional<Token> operator_token = {};    ///< opens pause, resume and clear too; never the same text
  std::uint64_t max_body = 1u << 20;           ///< bytes of a webhook
  std::vector<AlertPolicy> policies = {};      ///< no alert twice
  std::filesystem::path web_config_file = {};  ///< the one in force; empty = none
  web::WebConfig web = {};
  std::vector<config::Problem> warnings = {};  ///< for the log, once per load

  /// Somebody who sends alerts has to prove who he is. Always so in mode act.
  bool authenticates() const { return bearer_token || web.authenticates(); }
  ReceiptRule receipt_rule() const;
};

/// What the command line says that the config must fit to.
struct CommandLine {
  std::vector<web::ListenAddress> listen = {{"127.0.0.1", 10046}};
  std::filesystem::path web_config_file = {};  ///< wins over web.config_file
};

/// Reads and checks `path` and the web config, and opens the secrets and CA files that this daemon uses:
/// logins, host_logins and CloudStack's reading keys, its tokens, and in mode act the actors. Called at start
/// and at every reload. The error holds all problems at once, warnings among them; its text() is what the
/// operator sees.
Result<HooksConfig, config::Problems> load_hooks_config(const std::filesystem::path& path,
                                                        const CommandLine& line = {});
/// The same for text; `origin` stands in the messages, and relative paths start in its directory.
Result<HooksConfig, config::Problems> check_hooks_config(std::string_view text,
                                                         const std::filesystem::path& origin,
                                                         const CommandLine& line = {});

/// --config.check.
config::CheckReport check_report(const std::filesystem::path& path, const CommandLine& line = {});

}  // namespace xenha::hooks
