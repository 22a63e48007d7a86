#include "exporter/cloud/cloud_watcher.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <utility>

#include "exporter/cloud/alert_book.h"
#include "exporter/cloud/clock_offset.h"
#include "exporter/cloud/cloud_access.h"
#include "exporter/cloud/cloud_merge.h"
#include "exporter/cloud/cloud_schedule.h"
#include "exporter/cloud/cloud_state.h"
#include "lib/base/log.h"
#include "lib/cloudstack/reader.h"

namespace xenha::exporter {
namespace {

using Q = CloudQuestion;
using model::CloudVmKind;

/// Changes that come together are published together.
constexpr std::chrono::milliseconds kPublishEvery{200};
/// Of alerts and events that one look takes in.
constexpr std::size_t kMostNews = 5'000;
/// A server that says "be quiet" this often is as good as away.
constexpr int kBusyIsAway = 3;

cloudstack::Server server_of(const CloudConfig& config, const cloudstack::Keys& keys) {
  auto endpoint = std::make_shared<http::Endpoint>();
  endpoint->tls = config.url.tls;
  endpoint->address = config.url.host;
  endpoint->port = config.url.port;
  endpoint->policy = config.policy;
  return {std::move(endpoint), config.url.path, keys};
}

CloudState loaded(const std::filesystem::path& file, const std::string& cloud) {
  Result<CloudState> state = load_cloud_state(file);
  if (state) return *std::move(state);
  const std::filesystem::path aside = file.string() + ".unreadable";
  std::error_code ignored;
  std::filesystem::rename(file, aside, ignored);
  log::warn("state of a CloudStack could not be read; its counters begin anew, the old file is kept",
            {{"cloudstack", cloud}, {"kept_as", aside.string()}, {"problem", state.error().message}});
  return {};
}

WallTime middle_of(const cloudstack::Times& times) {
  return times.asked + (times.answered - times.asked) / 2;
}

/// Without these there is nothing to show.
bool essential(const CloudAsk& ask) {
  return ask.question == Q::kApis || ask.question == Q::kClusters || ask.question == Q::kUserVms ||
         (ask.question == Q::kHosts && ask.detail.empty());
}

/// The account lacks the role type Admin: its VMs come without a place.
bool hides_hosts(const std::vector<model::CloudVm>& vms) {
  bool any = false;
  for (const model::CloudVm& vm : vms) {
    if (vm.state != "Running") continue;
    if (!vm.host_id.empty() || !vm.instance_name.empty()) return false;
    any = true;
  }
  return any;
}

}  // namespace

struct CloudWatcher::Impl {
  Impl(CloudConfig given, CloudPollSettings polling, const std::filesystem::path& state_dir,
       const Clock& time, http::Transport& wire, Publish to)
      : name(given.name),
        settings(polling),
        state_path(cloud_state_file(state_dir, given.name)),
        clock(time),
        transport(wire),
        publish_to(std::move(to)),
        access(given.api_key, given.secret_key),
        reader(wire, time, server_of(given, access.keys()), {}, {.request_timeout = polling.request_timeout}),
        schedule(polling.interval),
        saved(loaded(state_path, name)),
        alerts(saved, time.wall()),
        chance(static_cast<std::minstd_rand::result_type>(std::hash<std::string>()(given.name))) {}

  SteadyTime step(SteadyTime now);
  void shut_down();

  // The inbox: filled by any thread, emptied by ours.
  template <class Change>
  void tell(Change change);
  void take_inbox();

  // Asking.
  CloudNeeds needs() const;
  void ask_what_is_due(SteadyTime now);
  void start(const CloudAsk& ask);
  template <class T, class Take>
  cloudstack::Reader::Done<T> taking(Take take);
  void on_apis(Result<cloudstack::Apis> apis);
  void on_capabilities(Result<cloudstack::Capabilities> capabilities);

  // How a question ended.
  void answered(bool changed);
  void failed(const Error& error);
  void lose(const Error& error);
  void away(const Error& error);
  void give_up(const std::string& why);
  void set_up(bool now_up, const std::string& problem);

  // Publishing.
  bool ready() const;
  void expire(SteadyTime now);
  void publish(SteadyTime now);
  void log_join(const CloudJoin& join);
  void save();

  const std::string name;
  const CloudPollSettings settings;
  const std::filesystem::path state_path;
  const Clock& clock;
  http::Transport& transport;
  Publish publish_to;
  CloudAccess access;
  cloudstack::Reader reader;
  CloudSchedule schedule;
  CloudState saved;
  AlertBook alerts;
  CloudMerge merge;
  ClockOffset offset;
  std::minstd_rand chance;

  std::mutex mutex;
  std::map<std::string, PoolMembers> told_members;  ///< under the mutex, as is the next
  std::map<std::string, CloudFocus> told_focus;
  std::map<std::string, PoolMembers> members;
  std::map<std::string, CloudFocus> focus;

  std::optional<CloudAsk> asked;
  SteadyTime began{};
  std::optional<SteadyTime> quiet_until;
  int failures = 0, busy_answers = 0;
  std::vector<std::string> refused_victims;  ///< ids of which the server does not know one
  std::set<CloudQuestion> complained_of;     ///< questions that failed alone, told once
  std::string complained_missing;            ///< commands that the account lacks, told once
  std::string gave_up_why;

  bool up = false, ever_failed = false, told_down = false;
  std::optional<WallTime> last_success;
  SteadyTime last_success_steady{};
  bool clusters_read = false;
  std::optional<WallTime> hosts_read;
  std::map<CloudVmKind, WallTime> vms_read;  ///< when the whole listing of a kind was true

  bool dirty = false, published = false;
  SteadyTime last_published{};
  std::map<std::string, std::string> cluster_of_pool;  ///< pool -> cluster id, as last logged and joined
  std::map<std::string, std::string> pin_problems;     ///< as last logged
  bool save_failed = false;
};

CloudWatcher::CloudWatcher(CloudConfig config, CloudPollSettings settings,
                           const std::filesystem::path& state_dir, const Clock& clock,
                           http::Transport& transport, Publish publish)
    : impl_(std::make_unique<Impl>(std::move(config), settings, state_dir, clock, transport,
                                   std::move(publish))) {}

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
  impl_->shut_down();
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
  if (access.renewed(now)) {
    log::info("a key file of CloudStack changed, trying it", {{"cloudstack", name}});
    reader.cancel();
    asked.reset();
    reader.set_keys(access.keys());
    schedule.restart();
  }
  ask_what_is_due(now);
  expire(now);
  const bool may_publish = published || ready() || ever_failed;
  SteadyTime next = published ? last_published + settings.interval : SteadyTime::max();
  if (dirty && may_publish) next = std::min(next, std::max(now, last_published + kPublishEvery));
  if (may_publish && next <= now) {
    publish(now);
    next = now + settings.interval;
  }
  next = std::min(next, access.next_look(now));
  if (!reader.busy() && !access.blocked(now))
    next = std::min(next, std::max(quiet_until.value_or(now), schedule.due(now, needs())));
  return next;
}

void CloudWatcher::Impl::shut_down() {
  reader.cancel();
  asked.reset();
  save();
}

CloudNeeds CloudWatcher::Impl::needs() const {
  CloudNeeds needs = needs_of(focus, cluster_of_pool, clock.wall());
  // Better the whole list than a question that the server does not take.
  if (!refused_victims.empty() && needs.victims == refused_victims) needs.by_ids = false;
  return needs;
}

void CloudWatcher::Impl::ask_what_is_due(SteadyTime now) {
  if (reader.busy() || access.blocked(now) || (quiet_until && now < *quiet_until)) return;
  quiet_until.reset();
  if (const std::optional<CloudAsk> ask = schedule.next(now, needs())) start(*ask);
}

/// What every listing has in common. `take` gets the listing and tells whether it changed anything.
template <class T, class Take>
cloudstack::Reader::Done<T> CloudWatcher::Impl::taking(Take take) {
  return [this, take = std::move(take)](Result<cloudstack::Listing<T>> listing) {
    if (!listing) return failed(listing.error());
    if (listing->times.clock_offset) offset.see(*listing->times.clock_offset);
    answered(take(*listing));
  };
}

void CloudWatcher::Impl::start(const CloudAsk& ask) {
  asked = ask;
  began = clock.steady();
  // 4.3 lists the objects of projects only apart from the others; when that ended is not known for sure.
  const bool in_one = merge.version() >= cloudstack::Version{4, 20, 0};
  const auto whole_list = [this](std::set<CloudVmKind> kinds) {
    return taking<model::CloudVm>(
        [this, kinds = std::move(kinds)](cloudstack::Listing<model::CloudVm>& listing) {
          for (const CloudVmKind kind : kinds) vms_read[kind] = middle_of(listing.times);
          merge.take_vms(listing, kinds, offset);
          return true;
        });
  };
  switch (ask.question) {
    case Q::kApis:
      return reader.apis([this](Result<cloudstack::Apis> apis) { on_apis(std::move(apis)); });
    case Q::kCapabilities:
      return reader.capabilities([this](Result<cloudstack::Capabilities> capabilities) {
        on_capabilities(std::move(capabilities));
      });
    case Q::kConfigurations:
      return reader.configurations(taking<model::CloudConfiguration>(
          [this](auto& listing) { return merge.take_settings(std::move(listing.items)); }));
    case Q::kOfferings:
      return reader.offerings(taking<model::CloudOffering>(
          [this](auto& listing) { return merge.take_offerings(listing.items); }));
    case Q::kClusters:
      return reader.clusters(taking<model::CloudCluster>([this](auto& listing) {
        clusters_read = true;
        return merge.take_clusters(std::move(listing.items));
      }));
    case Q::kStoragePools:
      return reader.storage_pools(taking<model::CloudStoragePool>(
          [this](auto& listing) { return merge.take_storage_pools(std::move(listing.items)); }));
    case Q::kHosts:
      return reader.hosts(ask.detail, taking<model::CloudHost>([this, cluster = ask.detail](auto& listing) {
                            if (cluster.empty() || hosts_read) hosts_read = middle_of(listing.times);
                            merge.take_hosts(std::move(listing.items), cluster);
                            return true;
                          }));
    case Q::kUserVms:
      return reader.user_vms(
          {}, in_one,
          [this, take = whole_list({CloudVmKind::kUser})](Result<cloudstack::Listing<model::CloudVm>> vms) {
            if (vms && hides_hosts(vms->items))
              return give_up("its VMs come without instancename and hostid: the role's type must be Admin");
            take(std::move(vms));
          });
    case Q::kRouters:
      return reader.routers(in_one, whole_list({CloudVmKind::kRouter}));
    case Q::kSystemVms:
      return reader.system_vms(whole_list({CloudVmKind::kConsoleProxy, CloudVmKind::kSecondaryStorageVm}));
    case Q::kVictims:
      return reader.user_vms(ask.ids, in_one, taking<model::CloudVm>([this, ids = ask.ids](auto& listing) {
                               merge.take_victims(listing, ids, offset);
                               return true;
                             }));
    case Q::kAlerts:
      return reader.alerts(
          [this](const model::CloudAlert& alert) { return alerts.known(alert, offset, clock.wall()); },
          kMostNews, taking<model::CloudAlert>([this](auto& listing) {
            return alerts.take(listing.items, offset, clock.wall());
          }));
    case Q::kEvents:
      return reader.events(
          ask.detail,
          [this](const model::CloudEvent& event) { return merge.knows_event(event, offset, clock.wall()); },
          kMostNews, taking<model::CloudEvent>([this](auto& listing) {
            return merge.take_events(listing.items, offset, clock.wall());
          }));
  }
}

void CloudWatcher::Impl::on_apis(Result<cloudstack::Apis> apis) {
  if (!apis) return failed(apis.error());
  const bool enough = access.may_watch(*apis);
  const std::string missing = access.missing_text();
  if (!enough) {
    schedule.set_abilities(access.abilities());
    return give_up("the account may not call " + missing);
  }
  if (!missing.empty() && missing != complained_missing)
    log::warn("the CloudStack account may not ask everything; what those commands tell is missing",
              {{"cloudstack", name}, {"commands", missing}});
  complained_missing = missing;
  schedule.set_abilities(access.abilities());
  answered(false);
}

void CloudWatcher::Impl::on_capabilities(Result<cloudstack::Capabilities> capabilities) {
  if (!capabilities) return failed(capabilities.error());
  answered(merge.set_version(capabilities->version, capabilities->version_text));
}

void CloudWatcher::Impl::answered(bool changed) {
  const CloudAsk ask = *std::exchange(asked, {});
  const SteadyTime now = clock.steady();
  failures = busy_answers = 0;
  access.answered(ask.question);
  if (complained_of.erase(ask.question) > 0)
    log::info("CloudStack answers a question again",
              {{"cloudstack", name}, {"command", std::string(command_of(ask.question))}});
  last_success = clock.wall();
  last_success_steady = now;
  dirty = dirty || changed || !up;
  set_up(true, {});
  schedule.done(ask, true, began, now);
  if (ask.question == Q::kHosts && merge.has_unknown_cluster()) schedule.unknown_cluster(now);
}

void CloudWatcher::Impl::failed(const Error& error) {
  const CloudAsk ask = *asked;
  const SteadyTime now = clock.steady();
  ever_failed = true;
  switch (trouble_of(error)) {
    case CloudTrouble::kAway:
      return away(error);
    case CloudTrouble::kBusy:
      // The question stands as it was.
      asked.reset();
      quiet_until = now + std::max<Duration>(reader.retry_after(), std::chrono::seconds(1));
      if (++busy_answers >= kBusyIsAway) set_up(false, error.message);
      return;
    case CloudTrouble::kKeys:
      if (ask.question == Q::kApis) return give_up("the key was refused: " + error.message);
      if (access.doubt(ask.question)) return lose(error);
      // The key or only the command? listApis is everybody's.
      asked.reset();
      return schedule.restart();
    case CloudTrouble::kRefused:
      return lose(error);
    case CloudTrouble::kFaulty:
      if (ask.question == Q::kVictims) refused_victims = ask.ids;
      if (ask.question == Q::kHosts && !ask.detail.empty()) schedule.unknown_cluster(now);
      if (essential(ask)) return away(error);
      if (complained_of.insert(ask.question).second)
        log::warn("CloudStack does not answer a question; what it tells is missing or old",
                  {{"cloudstack", name},
                   {"command", std::string(command_of(ask.question))},
                   {"problem", error.message}});
      asked.reset();
      return schedule.done(ask, false, began, now);
  }
}

void CloudWatcher::Impl::lose(const Error& error) {
  const CloudAsk ask = *asked;
  const bool enough = access.lose(ask.question);
  schedule.set_abilities(access.abilities());
  if (!enough) return give_up("the account may not call " + access.missing_text() + ": " + error.message);
  asked.reset();
  log::warn("the CloudStack account may not ask everything; what those commands tell is missing",
            {{"cloudstack", name}, {"commands", access.missing_text()}, {"problem", error.message}});
  complained_missing = access.missing_text();
  schedule.done(ask, true, began, clock.steady());
}

void CloudWatcher::Impl::away(const Error& error) {
  const CloudAsk ask = *std::exchange(asked, {});
  const SteadyTime now = clock.steady();
  const double luck =
      static_cast<double>(chance() - std::minstd_rand::min()) / static_cast<double>(std::minstd_rand::max());
  quiet_until = now + cloud_back_off(++failures, needs().focus, luck);
  schedule.done(ask, false, began, now);
  set_up(false, error.message);
}

/// Asking on would only fill the server's log.
void CloudWatcher::Impl::give_up(const std::string& why) {
  asked.reset();
  access.refuse(clock.steady());
  schedule.restart();
  ever_failed = true;
  if (up || !told_down || why != gave_up_why)
    log::error("CloudStack does not let us watch; it is asked again in 15 minutes or when a key file changes",
               {{"cloudstack", name}, {"problem", why}});
  gave_up_why = why;
  dirty = dirty || up || !told_down;
  up = false;
  told_down = true;
}

void CloudWatcher::Impl::set_up(bool now_up, const std::string& problem) {
  if (now_up && !up) log::info("CloudStack answers", {{"cloudstack", name}});
  if (now_up) {
    told_down = false;
    gave_up_why.clear();
  }
  if (!now_up && !std::exchange(told_down, true))
    log::warn("CloudStack does not answer; its last facts are kept for a while",
              {{"cloudstack", name}, {"problem", problem}});
  dirty = dirty || up != now_up || !published;
  up = now_up;
}

/// Everything was read once, or will never be.
bool CloudWatcher::Impl::ready() const {
  const auto has = [this](Q question, CloudVmKind kind) {
    return vms_read.contains(kind) || !access.can(question);
  };
  return clusters_read && hosts_read && has(Q::kUserVms, CloudVmKind::kUser) &&
         has(Q::kRouters, CloudVmKind::kRouter) && has(Q::kSystemVms, CloudVmKind::kConsoleProxy);
}

void CloudWatcher::Impl::expire(SteadyTime now) {
  if (!last_success || now - last_success_steady <= settings.keep_facts || !clusters_read) return;
  // Old news must not come back as if it were fresh when the first answer arrives.
  merge.forget_facts();
  clusters_read = false;
  hosts_read.reset();
  vms_read.clear();
  dirty = true;
}

void CloudWatcher::Impl::publish(SteadyTime now) {
  dirty = false;
  published = true;
  last_published = now;
  const CloudJoin join = merge.join(members);
  alerts.resolve(join.hosts);
  auto snapshot = std::make_shared<CloudSnapshot>();
  snapshot->name = name;
  snapshot->up = up;
  snapshot->last_success = last_success;
  snapshot->clock_offset = offset.value();
  if (ready()) {
    log_join(join);
    snapshot->facts = merge.facts(join);
    snapshot->hosts_read = hosts_read;
    for (const auto& [kind, when] : vms_read)
      snapshot->vms_read = std::min(snapshot->vms_read.value_or(when), when);
  }
  snapshot->alerts = alerts.counts();
  snapshot->recent_alerts = alerts.recent(clock.wall(), join.hosts);
  snapshot->recent_events = merge.recent_events(clock.wall());
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
  CloudState state = alerts.state();
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
