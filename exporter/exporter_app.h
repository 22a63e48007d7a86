// Builds and joins all parts of the exporter. A test runs it in process; main() adds flags and signals.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/cloud_switch.h"
#include "exporter/exporter_config.h"
#include "exporter/metrics/self.h"
#include "exporter/poll/isolation.h"
#include "exporter/snapshot/snapshot_store.h"
#include "lib/base/clock.h"
#include "lib/base/daemon.h"
#include "lib/base/reloads.h"
#include "lib/base/result.h"
#include "lib/web/civet_server.h"
#include "lib/web/listen_address.h"
#include "lib/web/router.h"

namespace xenha::exporter {

struct AppOptions {
  std::filesystem::path config_file;
  std::vector<web::ListenAddress> listen;
  std::filesystem::path web_config_file = {};  ///< empty: as the config file says
  std::string telemetry_path = "/metrics";
};

class ExporterApp final : public Daemon {
 public:
  /// Reads the configuration, begins to watch and to serve. Errors (kBadConfig): all that is wrong with the
  /// files, or an address that cannot be listened on.
  static Result<std::unique_ptr<ExporterApp>> start(AppOptions options, const Clock& clock);
  /// Gives all sessions back and closes; takes less than 5 s whatever hangs.
  ~ExporterApp() override;

  /// The addresses that were chosen.
  const std::vector<web::ListenAddress>& addresses() const { return server_->addresses(); }
  /// Pools that did not change go on undisturbed.
  Status reload() override {
    return reloads_.run([this] { return try_reload(); });
  }
  SnapshotStore& store() { return *store_; }

 private:
  struct Watch;
  struct CloudWatch;
  ExporterApp(AppOptions options, const Clock& clock, ExporterConfig config);
  Status serve();
  Status try_reload();
  std::filesystem::path web_config_path(const ExporterConfig& config) const;
  void start_watching(const PoolConfig& pool);
  void stop_watching(const std::vector<std::string>& names);
  void start_watching(const CloudConfig& cloud);
  void stop_watching_clouds(const std::vector<std::string>& names);
  ExporterSelf self() const;

  const AppOptions options_;
  const Clock& clock_;
  Reloads reloads_;
  ExporterConfig config_;
  std::unique_ptr<Isolation> isolation_;
  std::unique_ptr<SnapshotStore> store_;
  CloudSwitch switch_;
  std::map<std::string, std::unique_ptr<CloudWatch>> cloud_watches_;
  std::map<std::string, std::unique_ptr<Watch>> watches_;
  web::Router router_;
  std::unique_ptr<web::CivetServer> server_;
};

}  // namespace xenha::exporter
