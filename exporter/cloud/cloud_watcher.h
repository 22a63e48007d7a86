// Watches one CloudStack on one thread: asks for clusters, hosts, VMs, alerts, settings in turn, one request
// at a time; joins them to the pools; publishes snapshots. While a pool has an open failover it asks for that
// pool's victims and hosts more often, within the limits of design 6.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "exporter/cloud/focus.h"
#include "exporter/exporter_config.h"
#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/base/clock.h"
#include "lib/http/transport.h"

namespace xenha::exporter {

struct CloudPollSettings {
  Duration interval = std::chrono::seconds(30);
  Duration request_timeout = std::chrono::seconds(10);
  Duration keep_facts = std::chrono::minutes(15);
};

class CloudWatcher {
 public:
  using Publish = std::function<void(std::shared_ptr<const CloudSnapshot>)>;

  /// References must outlive the watcher; `publish` is called on the watcher's thread. Counters of alerts are
  /// kept in `state_dir`, file "cloud-NAME.json".
  CloudWatcher(const CloudConfig& config, CloudPollSettings settings, const std::filesystem::path& state_dir,
               const Clock& clock, http::Transport& transport, Publish publish);
  ~CloudWatcher();
  CloudWatcher(const CloudWatcher&) = delete;
  CloudWatcher& operator=(const CloudWatcher&) = delete;

  /// The thread's body: step and poll until `stop` is requested.
  void run(const std::stop_token& stop);
  /// One turn without waiting: starts what is due, publishes; gives when it next has something to do. For
  /// run(), and for a test that drives the time.
  SteadyTime step(SteadyTime now);
  /// Ends what is under way and writes the state; run() does it at its end.
  void shut_down();

  // From any thread; the watcher wakes up if that changes anything.
  void set_members(PoolMembers members);
  void forget_pool(const std::string& pool);
  void set_focus(const std::string& pool, CloudFocus focus);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::exporter
