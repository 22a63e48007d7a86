// The exporter's configuration, checked: what the program uses. Only exporter_config.cpp makes one, out of
// the one file of all programs (lib/config/config_file.h).
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/access.h"
#include "lib/config/check_report.h"
#include "lib/config/problems.h"

namespace xenha::exporter {

using config::CloudConfig;
using config::CloudKey;
using config::Credential;
using config::HostConfig;
using config::PoolConfig;

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

using config::CheckReport;
/// --config.check. The web config is checked too: the file that --web.config.file names, else the one of the
/// config file.
CheckReport check_report(const std::filesystem::path& path,
                         const std::filesystem::path& web_config_file = {});

}  // namespace xenha::exporter
