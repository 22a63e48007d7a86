#include "exporter/cloud/cloud_inquiry.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"

namespace xenha::exporter {
namespace {

using Q = CloudQuestion;
using model::CloudVmKind;

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

CloudInquiry::CloudInquiry(const CloudConfig& config, const CloudPollSettings& settings, CloudState state,
                           const Clock& clock, http::Transport& transport)
    : name_(config.name),
      settings_(settings),
      clock_(clock),
      access_(config.api_key, config.secret_key),
      schedule_(settings.interval),
      alerts_(std::move(state), clock.wall()),
      chance_(static_cast<std::minstd_rand::result_type>(std::hash<std::string>()(config.name))),
      reader_(transport, clock, server_of(config, access_.keys()), {},
              {.request_timeout = settings.request_timeout}) {}

SteadyTime CloudInquiry::step(SteadyTime now, CloudNeeds needs) {
  needs_ = std::move(needs);
  // Better the whole list than a question that the server does not take.
  if (!refused_victims_.empty() && needs_.victims == refused_victims_) needs_.by_ids = false;
  if (access_.renewed(now)) {
    log::info("a key file of CloudStack changed, trying it", {{"cloudstack", name_}});
    cancel();
    reader_.set_keys(access_.keys());
    schedule_.restart();
  }
  ask_what_is_due(now);
  const SteadyTime next = access_.next_look(now);
  if (reader_.busy() || access_.blocked(now)) return next;
  return std::min(next, std::max(quiet_until_.value_or(now), schedule_.due(now, needs_)));
}

void CloudInquiry::cancel() {
  reader_.cancel();
  asked_.reset();
}

std::optional<WallTime> CloudInquiry::vms_read() const {
  std::optional<WallTime> oldest;
  for (const auto& [kind, when] : vms_read_) oldest = std::min(oldest.value_or(when), when);
  return oldest;
}

void CloudInquiry::ask_what_is_due(SteadyTime now) {
  if (reader_.busy() || access_.blocked(now) || (quiet_until_ && now < *quiet_until_)) return;
  quiet_until_.reset();
  if (const std::optional<CloudAsk> ask = schedule_.next(now, needs_)) start(*ask);
}

/// What every listing has in common. `take` gets the listing and tells whether it changed anything.
template <class T, class Take>
cloudstack::Reader::Done<T> CloudInquiry::taking(Take take) {
  return [this, take = std::move(take)](Result<cloudstack::Listing<T>> listing) {
    if (!listing) return failed(listing.error());
    if (listing->times.clock_offset) offset_.see(*listing->times.clock_offset);
    answered(take(*listing));
  };
}

cloudstack::Reader::Done<model::CloudVm> CloudInquiry::taking_all(std::set<CloudVmKind> kinds) {
  return taking<model::CloudVm>([this, kinds = std::move(kinds)](auto& listing) {
    for (const CloudVmKind kind : kinds) vms_read_[kind] = middle_of(listing.times);
    return merge_.take_vms(listing, kinds, offset_);
  });
}

void CloudInquiry::start(const CloudAsk& ask) {
  asked_ = ask;
  began_ = clock_.steady();
  // 4.3 lists the objects of projects only apart from the others; when that ended is not known for sure.
  const bool in_one = merge_.version() >= cloudstack::Version{4, 20, 0};
  switch (ask.question) {
    case Q::kApis:
      return reader_.apis([this](Result<cloudstack::Apis> apis) { on_apis(std::move(apis)); });
    case Q::kCapabilities:
      return reader_.capabilities([this](Result<cloudstack::Capabilities> capabilities) {
        on_capabilities(std::move(capabilities));
      });
    case Q::kConfigurations:
      return reader_.configurations(taking<model::CloudConfiguration>(
          [this](auto& listing) { return merge_.take_settings(std::move(listing.items)); }));
    case Q::kOfferings:
      return reader_.offerings(taking<model::CloudOffering>(
          [this](auto& listing) { return merge_.take_offerings(listing.items); }));
    case Q::kClusters:
      return reader_.clusters(taking<model::CloudCluster>([this](auto& listing) {
        clusters_read_ = true;
        return merge_.take_clusters(std::move(listing.items));
      }));
    case Q::kStoragePools:
      return reader_.storage_pools(taking<model::CloudStoragePool>(
          [this](auto& listing) { return merge_.take_storage_pools(std::move(listing.items)); }));
    case Q::kHosts:
      return reader_.hosts(ask.detail, taking<model::CloudHost>([this, cluster = ask.detail](auto& listing) {
                             if (cluster.empty() || hosts_read_) hosts_read_ = middle_of(listing.times);
                             return merge_.take_hosts(std::move(listing.items), cluster);
                           }));
    case Q::kUserVms:
      return reader_.user_vms({}, in_one, [this](auto vms) { on_user_vms(std::move(vms)); });
    case Q::kRouters:
      return reader_.routers(in_one, taking_all({CloudVmKind::kRouter}));
    case Q::kSystemVms:
      return reader_.system_vms(taking_all({CloudVmKind::kConsoleProxy, CloudVmKind::kSecondaryStorageVm}));
    case Q::kVictims:
      return reader_.user_vms(ask.ids, in_one, taking<model::CloudVm>([this, ids = ask.ids](auto& listing) {
                                return merge_.take_victims(listing, ids, offset_);
                              }));
    case Q::kAlerts:
      return reader_.alerts(
          [this](const model::CloudAlert& alert) { return alerts_.known(alert, offset_, clock_.wall()); },
          kMostNews, taking<model::CloudAlert>([this](auto& listing) {
            return alerts_.take(listing.items, offset_, clock_.wall());
          }));
    case Q::kEvents:
      return reader_.events(
          ask.detail,
          [this](const model::CloudEvent& event) {
            return merge_.knows_event(event, offset_, clock_.wall());
          },
          kMostNews, taking<model::CloudEvent>([this](auto& listing) {
            return merge_.take_events(listing.items, offset_, clock_.wall());
          }));
  }
}

void CloudInquiry::on_apis(Result<cloudstack::Apis> apis) {
  if (!apis) return failed(apis.error());
  const bool enough = access_.may_watch(*apis);
  const std::string missing = access_.missing_text();
  if (!enough) {
    schedule_.set_abilities(access_.abilities());
    return give_up("the account may not call " + missing);
  }
  if (!missing.empty() && missing != complained_missing_)
    log::warn("the CloudStack account may not ask everything; what those commands tell is missing",
              {{"cloudstack", name_}, {"commands", missing}});
  complained_missing_ = missing;
  schedule_.set_abilities(access_.abilities());
  answered(false);
}

void CloudInquiry::on_capabilities(Result<cloudstack::Capabilities> capabilities) {
  if (!capabilities) return failed(capabilities.error());
  answered(merge_.set_version(capabilities->version, capabilities->version_text));
}

void CloudInquiry::on_user_vms(Result<cloudstack::Listing<model::CloudVm>> vms) {
  if (vms && hides_hosts(vms->items))
    return give_up("its VMs come without instancename and hostid: the role's type must be Admin");
  taking_all({CloudVmKind::kUser})(std::move(vms));
}

void CloudInquiry::answered(bool changed) {
  const CloudAsk ask = *std::exchange(asked_, {});
  const SteadyTime now = clock_.steady();
  failures_ = busy_answers_ = 0;
  access_.answered(ask.question);
  if (complained_of_.erase(ask.question) > 0)
    log::info("CloudStack answers a question again",
              {{"cloudstack", name_}, {"command", std::string(command_of(ask.question))}});
  last_success_ = clock_.wall();
  last_success_steady_ = now;
  set_up(true, {});
  schedule_.done(ask, true, began_, now);
  // In a hurry the times of reading are news too, else only once a round.
  news_ = news_ || changed || needs_.focus || schedule_.between_rounds();
  if (ask.question == Q::kHosts && merge_.has_unknown_cluster()) schedule_.unknown_cluster(now);
}

void CloudInquiry::failed(const Error& error) {
  ever_failed_ = true;
  switch (trouble_of(error)) {
    case CloudTrouble::kAway:
      return away(error);
    case CloudTrouble::kBusy:
      // The question stands as it was.
      asked_.reset();
      quiet_until_ = clock_.steady() + std::max<Duration>(reader_.retry_after(), std::chrono::seconds(1));
      if (++busy_answers_ >= kBusyIsAway) set_up(false, error.message);
      return;
    case CloudTrouble::kKeys:
      return doubt(error);
    case CloudTrouble::kRefused:
      return lose(error);
    case CloudTrouble::kFaulty:
      return faulty(error);
  }
}

/// The key or only the command? listApis is everybody's, so it tells.
void CloudInquiry::doubt(const Error& error) {
  const CloudAsk ask = *asked_;
  if (ask.question == Q::kApis) return give_up("the key was refused: " + error.message);
  if (access_.doubt(ask.question)) return lose(error);
  asked_.reset();
  schedule_.restart();
}

void CloudInquiry::faulty(const Error& error) {
  const CloudAsk ask = *asked_;
  const SteadyTime now = clock_.steady();
  if (essential(ask)) return away(error);
  asked_.reset();
  schedule_.done(ask, false, began_, now);
  if (ask.question == Q::kVictims) {
    refused_victims_ = ask.ids;
  } else if (ask.question == Q::kHosts) {
    schedule_.unknown_cluster(now);  // it was of one cluster, which may be gone
  } else if (complained_of_.insert(ask.question).second) {
    log::warn("CloudStack does not answer a question; what it tells is missing or old",
              {{"cloudstack", name_},
               {"command", std::string(command_of(ask.question))},
               {"problem", error.message}});
  }
}

void CloudInquiry::lose(const Error& error) {
  const CloudAsk ask = *asked_;
  const bool enough = access_.lose(ask.question);
  schedule_.set_abilities(access_.abilities());
  if (!enough) return give_up("the account may not call " + access_.missing_text() + ": " + error.message);
  asked_.reset();
  if (complained_of_.insert(ask.question).second)
    log::warn("CloudStack refuses a question to this account; what it tells is missing",
              {{"cloudstack", name_},
               {"command", std::string(command_of(ask.question))},
               {"problem", error.message}});
  if (ask.question == Q::kRouters) news_ = merge_.forget_vms({CloudVmKind::kRouter}) || news_;
  if (ask.question == Q::kSystemVms)
    news_ = merge_.forget_vms({CloudVmKind::kConsoleProxy, CloudVmKind::kSecondaryStorageVm}) || news_;
  schedule_.done(ask, true, began_, clock_.steady());
}

void CloudInquiry::away(const Error& error) {
  const CloudAsk ask = *std::exchange(asked_, {});
  const SteadyTime now = clock_.steady();
  const double luck =
      static_cast<double>(chance_() - std::minstd_rand::min()) / static_cast<double>(std::minstd_rand::max());
  quiet_until_ = now + cloud_back_off(++failures_, needs_.focus, luck);
  schedule_.done(ask, false, began_, now);
  set_up(false, error.message);
}

/// Asking on would only fill the server's log.
void CloudInquiry::give_up(const std::string& why) {
  asked_.reset();
  access_.refuse(clock_.steady());
  schedule_.restart();
  ever_failed_ = true;
  if (up_ || !told_down_ || why != gave_up_why_)
    log::error("CloudStack does not let us watch; it is asked again in 15 minutes or when a key file changes",
               {{"cloudstack", name_}, {"problem", why}});
  gave_up_why_ = why;
  news_ = news_ || up_ || !told_down_;
  up_ = false;
  told_down_ = true;
}

void CloudInquiry::set_up(bool up, const std::string& problem) {
  if (up && !up_) log::info("CloudStack answers", {{"cloudstack", name_}});
  if (up) {
    told_down_ = false;
    gave_up_why_.clear();
  }
  if (!up && !std::exchange(told_down_, true))
    log::warn("CloudStack does not answer; its last facts are kept for a while",
              {{"cloudstack", name_}, {"problem", problem}});
  news_ = news_ || up_ != up;
  up_ = up;
}

bool CloudInquiry::ready() const {
  const auto has = [this](Q question, CloudVmKind kind) {
    return vms_read_.contains(kind) || !access_.can(question);
  };
  return clusters_read_ && hosts_read_ && has(Q::kUserVms, CloudVmKind::kUser) &&
         has(Q::kRouters, CloudVmKind::kRouter) && has(Q::kSystemVms, CloudVmKind::kConsoleProxy);
}

void CloudInquiry::expire(SteadyTime now) {
  if (!last_success_ || now - last_success_steady_ <= settings_.keep_facts || !clusters_read_) return;
  merge_.doubt_vms();
  clusters_read_ = false;
  hosts_read_.reset();
  vms_read_.clear();
  news_ = true;
}

}  // namespace xenha::exporter
