// Builds and joins all parts of xenha-hooks. A test runs it in process; main() adds flags and signals.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hooks/board.h"
#include "hooks/doorkeeper.h"
#include "hooks/fleet.h"
#include "hooks/hooks_config.h"
#include "hooks/inbox.h"
#include "hooks/journal/journal.h"
#include "hooks/metrics/collect.h"
#include "hooks/pool_worker.h"
#include "lib/base/clock.h"
#include "lib/base/daemon.h"
#include "lib/base/reloads.h"
#include "lib/base/result.h"
#include "lib/web/civet_server.h"
#include "lib/web/router.h"

namespace xenha::hooks {

struct AppOptions {
  std::filesystem::path config_file;
  CommandLine line;
};

class HooksApp final : public Daemon {
 public:
  /// Reads the configuration, opens the journal, reconciles, begins to serve. Errors (kBadConfig): all that
  /// is wrong with the files, a journal that cannot be opened, an address that cannot be listened on.
  static Result<std::unique_ptr<HooksApp>> start(AppOptions options, const Clock& clock);
  /// Stops within seconds whatever hangs; an act that runs stays open in the journal for the next start.
  ~HooksApp() override;

  const std::vector<web::ListenAddress>& addresses() const { return server_->addresses(); }
  /// Refused while an act runs: it is not interrupted.
  Status reload() override {
    return reloads_.run([this] { return try_reload(); });
  }

 private:
  struct Work;
  HooksApp(AppOptions options, const Clock& clock, HooksConfig config,
           std::unique_ptr<journal::Journal> journal);
  void tell_what_was_found();
  Status serve();
  Status try_reload();
  void apply(const HooksConfig& config);
  void start_work(const HooksPool& pool);
  void stop_work(const std::vector<std::string>& names);
  std::vector<std::string> names() const;
  HooksSelf self() const;
  Result<Decision> explain(const std::string& pool);
  std::string unready() const;
  void wake(const std::string& pool);

  const AppOptions options_;
  const Clock& clock_;
  std::unique_ptr<journal::Journal> journal_;
  Board board_;
  Fleet fleet_;
  Doorkeeper doorkeeper_;
  Inbox inbox_;
  Reloads reloads_;
  mutable std::mutex mutex_;  ///< for what follows, which requests read while a reload changes it
  std::shared_ptr<const HooksConfig> config_;
  std::map<std::string, std::shared_ptr<Work>> works_;
  web::Router router_;
  std::unique_ptr<web::CivetServer> server_;
};

}  // namespace xenha::hooks
