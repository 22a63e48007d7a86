// The exporter's watchers and the simulator in virtual time, on one thread: a failure of minutes is played in
// milliseconds, the same way every time. Real requests, real answers, the real state files; only sockets,
// threads and the waiting are left out.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/cloud/cloud_watcher.h"
#include "exporter/cloud_switch.h"
#include "exporter/exporter_config.h"
#include "exporter/poll/isolation.h"
#include "exporter/poll/pool_watcher.h"
#include "tests/integration/virtual_simulation.h"

namespace xenha::test {

class VirtualWorld {
 public:
  explicit VirtualWorld(sim::SimulationOptions options);
  ~VirtualWorld();
  VirtualWorld(const VirtualWorld&) = delete;
  VirtualWorld& operator=(const VirtualWorld&) = delete;

  /// As the simulator printed it; change it before start().
  exporter::ExporterConfig config;
  /// Of the exporter's machine, against the simulator's right time; before start().
  void skew_exporter(Duration skew) { simulation_.clock.skew = skew; }

  void start();
  /// SIGTERM: sessions are given back, state is written.
  void stop();
  /// kill -9: what is on disk is all that is left.
  void kill();
  bool running() const { return !pools_.empty(); }

  /// Lets virtual time pass.
  void run_for(Duration span);
  /// Until `condition` holds, looked at after everything that happens; false when `limit` passed first.
  bool run_until(const std::function<bool()>& condition, Duration limit);
  Duration now() const { return world().clock.now(); }  ///< since the world began
  /// When that was, by the exporter's clock.
  WallTime wall(Duration at) const;

  /// Of the simulator. Throws std::runtime_error when it is refused.
  void command(const std::string& name, const std::string& arguments_json = "{}") {
    simulation_.command(name, arguments_json);
  }
  sim::World& world() { return simulation_.world(); }
  const sim::World& world() const { return simulation_.world(); }
  sim::VirtualNetwork& network() { return simulation_.network(); }

  /// The newest published; a default one before the first.
  exporter::PoolSnapshot pool(const std::string& name);
  exporter::CloudSnapshot cloud(const std::string& name);
  exporter::FailoverBook book(const std::string& pool);
  exporter::Isolation& isolation() { return *isolation_; }
  /// What the running exporter has published so far.
  const std::map<std::string, exporter::PoolSnapshot>& pools() const { return pool_snapshots_; }
  const std::map<std::string, std::shared_ptr<const exporter::CloudSnapshot>>& clouds() const {
    return cloud_snapshots_;
  }
  WallTime started() const { return started_; }  ///< the exporter, by its own clock
  const std::filesystem::path& directory() const { return simulation_.directory(); }

 private:
  template <class Watcher>
  struct Watch;
  using PoolWatch = Watch<exporter::PoolWatcher>;
  using CloudWatch = Watch<exporter::CloudWatcher>;

  std::unique_ptr<VirtualTransport> transport();
  /// Runs everything that can run without time passing; gives when something is due next.
  SteadyTime settle();
  VirtualSimulation simulation_;
  std::unique_ptr<exporter::Isolation> isolation_;
  std::unique_ptr<exporter::CloudSwitch> switch_;
  WallTime started_{};
  std::map<std::string, exporter::PoolSnapshot> pool_snapshots_;
  std::map<std::string, std::shared_ptr<const exporter::CloudSnapshot>> cloud_snapshots_;
  std::vector<std::unique_ptr<PoolWatch>> pools_;
  std::vector<std::unique_ptr<CloudWatch>> clouds_;
};

}  // namespace xenha::test
