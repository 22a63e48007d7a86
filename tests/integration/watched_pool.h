// The exporter's watchers in process against a simulated world, over real sockets. Snapshots are waited for
// as they are published; nothing sleeps.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "exporter/exporter_config.h"
#include "exporter/poll/isolation.h"
#include "exporter/poll/pool_watcher.h"
#include "lib/http/curl_transport.h"
#include "tests/sim/sim.h"

namespace xenha::test {

/// Short enough for tests, long enough for two busy cores.
exporter::PollSettings quick_settings();

class WatchedWorld {
 public:
  explicit WatchedWorld(sim::SimulationOptions options = {},
                        exporter::PollSettings settings = quick_settings());
  ~WatchedWorld();
  WatchedWorld(const WatchedWorld&) = delete;
  WatchedWorld& operator=(const WatchedWorld&) = delete;

  /// As the simulation wrote it; change it before start().
  exporter::ExporterConfig config;
  void start();
  /// Stops the watchers as SIGTERM would; the simulation goes on.
  void stop();

  sim::Simulation& sim() { return *sim_; }
  /// A command of the control API; the test fails when it is refused.
  void command(const std::string& name, const std::string& arguments_json = "{}");

  /// Sessions, pool and local ones, that any simulated host still holds.
  int open_sessions();
  /// Calls that ended in SESSION_AUTHENTICATION_FAILED.
  int refused_logins();
  std::size_t calls_seen() { return sim_->calls().size(); }

  using Condition = std::function<bool(const exporter::PoolSnapshot&)>;
  /// The first snapshot of the pool, from now on or the newest one, for which `condition` holds. The test
  /// fails, and the newest snapshot comes back, when there is none within `patience`.
  exporter::PoolSnapshot wait_for(const std::string& what, const Condition& condition,
                                  const std::string& pool = "", Duration patience = std::chrono::seconds(30));
  /// Healthy as it should be after the start: up, facts, every host probed and one master.
  exporter::PoolSnapshot wait_until_known(const std::string& pool = "");
  exporter::PoolSnapshot newest(const std::string& pool = "");
  /// Waits for `count` more snapshots of that pool.
  void wait_for_snapshots(int count, const std::string& pool = "");

  exporter::Isolation isolation;
  const std::filesystem::path& directory() const { return directory_; }

 private:
  struct Watch;
  std::string name_or_first(const std::string& pool) const;

  std::filesystem::path directory_;
  exporter::PollSettings settings_;
  SystemClock clock_;
  std::unique_ptr<sim::Simulation> sim_;
  std::mutex mutex_;
  std::condition_variable published_;
  std::map<std::string, exporter::PoolSnapshot> newest_;
  std::map<std::string, int> count_;
  std::vector<std::unique_ptr<Watch>> watches_;
};

/// Host of that label; a default one when there is none.
exporter::HostSnapshot host(const exporter::PoolSnapshot& pool, const std::string& label);
/// Number of hosts in that state.
int in_state(const exporter::PoolSnapshot& pool, exporter::HostState state);
/// The text that /metrics shows of the pool.
std::string exposition(const exporter::PoolSnapshot& pool);

}  // namespace xenha::test
