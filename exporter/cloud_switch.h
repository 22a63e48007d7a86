// Between the pools' threads and the CloudStacks' threads: who tells whom. Both sides come and go with
// reloads; what was last said is kept and told to whoever comes later. Every member is for any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "exporter/cloud/cloud_watcher.h"
#include "exporter/poll/pool_watcher.h"
#include "exporter/snapshot/cloud_snapshot.h"

namespace xenha::exporter {

class CloudSwitch {
 public:
  /// For the constructor of that pool's watcher; the switch must outlive it. Empty without a cloud.
  CloudLink link(const std::string& pool, const std::string& cloud);
  void connect(const std::string& pool, const std::string& cloud, PoolWatcher& watcher);
  void disconnect_pool(const std::string& pool);
  void connect(const std::string& cloud, CloudWatcher& watcher);
  void disconnect_cloud(const std::string& cloud);  ///< before its thread ends
  void forget_cloud(const std::string& cloud);      ///< afterwards
  /// A cloud's watcher published.
  void publish(const std::shared_ptr<const CloudSnapshot>& snapshot);

 private:
  struct Pool {
    std::string cloud;
    PoolWatcher* watcher = nullptr;
    std::optional<PoolMembers> members;
    CloudFocus focus;
  };
  struct Cloud {
    CloudWatcher* watcher = nullptr;
    std::shared_ptr<const CloudSnapshot> newest;
  };
  std::mutex mutex_;
  std::map<std::string, Pool> pools_;
  std::map<std::string, Cloud> clouds_;
};

}  // namespace xenha::exporter
