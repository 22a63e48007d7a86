#include "exporter/cloud_switch.h"

namespace xenha::exporter {

CloudLink CloudSwitch::link(const std::string& pool, const std::string& cloud) {
  if (cloud.empty()) return {};
  const std::lock_guard before_it_is_used(mutex_);
  pools_[pool].cloud = cloud;
  return {.members =
              [this, pool](PoolMembers members) {
                const std::lock_guard lock(mutex_);
                const auto known = pools_.find(pool);
                if (known == pools_.end()) return;  // disconnected: its last words
                known->second.members = std::move(members);
                if (CloudWatcher* watcher = clouds_[known->second.cloud].watcher)
                  watcher->set_members(*known->second.members);
              },
          .focus =
              [this, pool](CloudFocus focus) {
                const std::lock_guard lock(mutex_);
                const auto known = pools_.find(pool);
                if (known == pools_.end()) return;
                known->second.focus = std::move(focus);
                if (CloudWatcher* watcher = clouds_[known->second.cloud].watcher)
                  watcher->set_focus(pool, known->second.focus);
              }};
}

void CloudSwitch::connect(const std::string& pool, const std::string& cloud, PoolWatcher& watcher) {
  if (cloud.empty()) return;
  const std::lock_guard lock(mutex_);
  Pool& known = pools_[pool];
  known.cloud = cloud;
  known.watcher = &watcher;
  if (const auto& newest = clouds_[cloud].newest) watcher.take_cloud(newest);
}

void CloudSwitch::disconnect_pool(const std::string& pool) {
  const std::lock_guard lock(mutex_);
  const auto known = pools_.find(pool);
  if (known == pools_.end()) return;
  if (CloudWatcher* watcher = clouds_[known->second.cloud].watcher) watcher->forget_pool(pool);
  pools_.erase(known);
}

void CloudSwitch::connect(const std::string& cloud, CloudWatcher& watcher) {
  const std::lock_guard lock(mutex_);
  clouds_[cloud].watcher = &watcher;
  for (const auto& [name, pool] : pools_) {
    if (pool.cloud != cloud) continue;
    if (pool.members) watcher.set_members(*pool.members);
    watcher.set_focus(name, pool.focus);
  }
}

void CloudSwitch::disconnect_cloud(const std::string& cloud) {
  const std::lock_guard lock(mutex_);
  clouds_[cloud].watcher = nullptr;
}

void CloudSwitch::forget_cloud(const std::string& cloud) {
  const std::lock_guard lock(mutex_);
  clouds_.erase(cloud);
}

void CloudSwitch::publish(const std::shared_ptr<const CloudSnapshot>& snapshot) {
  const std::lock_guard lock(mutex_);
  clouds_[snapshot->name].newest = snapshot;
  for (const auto& [name, pool] : pools_)
    if (pool.cloud == snapshot->name && pool.watcher != nullptr) pool.watcher->take_cloud(snapshot);
}

}  // namespace xenha::exporter
