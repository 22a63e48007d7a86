#include "exporter/cloud/cloud_watcher.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "exporter/cloud/cloud_inquiry.h"
#include "exporter/cloud/cloud_state.h"
#include "lib/base/kept_file.h"
#include "lib/base/log.h"

namespace xenha::exporter {
namespace {

/// Changes that come together are published together.
constexpr std::chrono::milliseconds kPublishEvery{200};

CloudState loaded(const std::filesystem::path& file, const std::string& cloud) {
  Result<CloudState> state = load_cloud_state(file);
  if (state) return *std::move(state);
  const std::filesystem::path aside = set_kept_file_aside(file);
  log::warn("state of a CloudStack could not be read; its counters begin anew, the old file is kept",
            {{"cloudstack", cloud}, {"kept_as", aside.string()}, {"problem", state.error().message}});
  return {};
}

}  // namespace

struct CloudWatcher::Impl {
  Impl(const CloudConfig& config, const CloudPollSettings& polling, const std::filesystem::path& state_dir,
       const Clock& time, http::Transport& wire, Publish to)
      : name(config.name),
        interval(polling.interval),
        state_path(cloud_state_file(state_dir, config.name)),
        clock(time),
        transport(wire),
        publish_to(std::move(to)),
        saved(loaded(state_path, name)),
        inquiry(config, polling, saved, time, wire) {}

  SteadyTime step(SteadyTime now);
  template <class Change>
  void tell(Change change);
  void take_inbox();
  void publish(SteadyTime now);
  void log_join(const CloudJoin& join);
  void save();

  const std::string name;
  const Duration interval;
  const std::filesystem::path state_path;
  const Clock& clock;
  http::Transport& transport;
  Publish publish_to;

  std::mutex mutex;  ///< of the next two, which any thread fills
  std::map<std::string, PoolMembers> told_members;
  std::map<std::string, CloudFocus> told_focus;
  std::map<std::string, PoolMembers> members;
  std::map<std::string, CloudFocus> focus;

  bool dirty = false, published = false;
  SteadyTime last_published{};
  std::map<std::string, std::string> cluster_of_pool;  ///< pool -> cluster id, as last logged and joined
  std::map<std::string, std::string> pin_problems;     ///< as last logged
  CloudState saved;
  bool save_failed = false;
  CloudInquiry inquiry;
};

CloudWatcher::CloudWatcher(const CloudConfig& config, CloudPollSettings settings,
                           const std::filesystem::path& state_dir, const Clock& clock,
                           http::Transport& transport, Publish publish)
    : impl_(std::make_unique<Impl>(config, settings, state_dir, clock, transport, std::move(publish))) {}

CloudWatcher::~CloudWatcher() = default;

void CloudWatcher::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { impl_->transport.wake(); });
  while (!stop.stop_requested()) {
    const SteadyTime next = step(impl_->clock.steady());
    if (stop.stop_requested()) break;
    impl_->transport.poll(next);
  }
  shut_down();
}

SteadyTime CloudWatcher::step(SteadyTime now) {
  return impl_->step(now);
}

void CloudWatcher::shut_down() {
  impl_->inquiry.cancel();
  impl_->save();
}

void CloudWatcher::set_members(PoolMembers members) {
  impl_->tell([&](Impl& impl) {
    PoolMembers& known = impl.told_members[members.pool];
    return !(std::exchange(known, members) == members);
  });
}

void CloudWatcher::forget_pool(const std::string& pool) {
  impl_->tell([&](Impl& impl) { return impl.told_members.erase(pool) + impl.told_focus.erase(pool) > 0; });
}

void CloudWatcher::set_focus(const std::string& pool, CloudFocus focus) {
  impl_->tell([&](Impl& impl) {
    if (focus == CloudFocus{}) return impl.told_focus.erase(pool) > 0;
    CloudFocus& known = impl.told_focus[pool];
    return !(std::exchange(known, focus) == focus);
  });
}

template <class Change>
void CloudWatcher::Impl::tell(Change change) {
  {
    const std::lock_guard lock(mutex);
    if (!change(*this)) return;
  }
  transport.wake();
}

void CloudWatcher::Impl::take_inbox() {
  const std::lock_guard lock(mutex);
  if (members != told_members) {
    members = told_members;
    dirty = true;
  }
  focus = told_focus;
}

SteadyTime CloudWatcher::Impl::step(SteadyTime now) {
  take_inbox();
  SteadyTime next = inquiry.step(now, needs_of(focus, cluster_of_pool, clock.wall()));
  inquiry.expire(now);
  dirty = inquiry.take_news() || dirty;
  if (!published && !inquiry.ready() && !inquiry.ever_failed()) return next;
  const SteadyTime soonest = std::max(now, last_published + kPublishEvery);
  SteadyTime due = published ? last_published + interval : now;
  if (dirty) due = std::min(due, soonest);
  if (due <= now) {
    publish(now);
    due = now + interval;
  }
  return std::min(next, due);
}

void CloudWatcher::Impl::publish(SteadyTime now) {
  dirty = false;
  published = true;
  last_published = now;
  const CloudJoin join = inquiry.merge().join(members);
  inquiry.alerts().resolve(join.hosts);
  auto snapshot = std::make_shared<CloudSnapshot>();
  snapshot->name = name;
  snapshot->up = inquiry.up();
  snapshot->last_success = inquiry.last_success();
  snapshot->clock_offset = inquiry.clock_offset();
  if (inquiry.ready()) {
    log_join(join);
    snapshot->facts = inquiry.merge().facts(join);
    snapshot->hosts_read = inquiry.hosts_read();
    snapshot->vms_read = inquiry.vms_read();
  }
  snapshot->alerts = inquiry.alerts().counts();
  snapshot->recent_alerts = inquiry.alerts().recent(clock.wall(), join.hosts);
  snapshot->recent_events = inquiry.merge().recent_events(clock.wall());
  publish_to(std::move(snapshot));
  save();
}

void CloudWatcher::Impl::log_join(const CloudJoin& join) {
  std::map<std::string, std::string> now_joined;
  std::map<std::string, std::string> labels;
  for (const CloudClusterSnapshot& cluster : join.clusters) {
    labels[cluster.id] = cluster.label;
    if (!cluster.pool.empty()) now_joined[cluster.pool] = cluster.id;
  }
  for (const auto& [pool, cluster] : cluster_of_pool)
    if (!now_joined.contains(pool) || now_joined[pool] != cluster)
      log::warn("a pool is no longer joined to its CloudStack cluster",
                {{"cloudstack", name}, {"pool", pool}, {"cluster_id", cluster}});
  for (const auto& [pool, cluster] : now_joined)
    if (!cluster_of_pool.contains(pool) || cluster_of_pool[pool] != cluster)
      log::info(
          "a pool is joined to its CloudStack cluster",
          {{"cloudstack", name}, {"pool", pool}, {"cluster", labels[cluster]}, {"cluster_id", cluster}});
  for (const auto& [pool, problem] : join.pin_problems)
    if (pin_problems[pool] != problem)
      log::warn("cloudstack_cluster of a pool names no cluster to join; correct it or remove it",
                {{"cloudstack", name},
                 {"pool", pool},
                 {"cloudstack_cluster", members[pool].pinned_cluster},
                 {"problem", problem}});
  pin_problems = join.pin_problems;
  cluster_of_pool = std::move(now_joined);
}

void CloudWatcher::Impl::save() {
  CloudState state = inquiry.alerts().state();
  if (state == saved) return;
  const Status written = save_cloud_state(state_path, state);
  if (written) {
    saved = std::move(state);
    save_failed = false;
  } else if (!std::exchange(save_failed, true)) {
    log::error("state is not kept: after a restart the counters of CloudStack's alerts begin anew",
               {{"cloudstack", name}, {"problem", written.error().message}});
  }
}

}  // namespace xenha::exporter
