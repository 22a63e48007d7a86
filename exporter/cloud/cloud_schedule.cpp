#include "exporter/cloud/cloud_schedule.h"

#include <algorithm>
#include <utility>

#include "exporter/cloud/cloud_events.h"

namespace xenha::exporter {
namespace {

std::optional<Duration> period_of(CloudQuestion question) {
  switch (question) {
    case CloudQuestion::kApis:
      return CloudSchedule::kApisEvery;
    case CloudQuestion::kCapabilities:
    case CloudQuestion::kConfigurations:
    case CloudQuestion::kOfferings:
      return CloudSchedule::kSettingsEvery;
    case CloudQuestion::kClusters:
    case CloudQuestion::kStoragePools:
      return CloudSchedule::kClustersEvery;
    default:
      return std::nullopt;
  }
}

}  // namespace

CloudNeeds needs_of(const std::map<std::string, CloudFocus>& pools,
                    const std::map<std::string, std::string>& clusters, WallTime now) {
  CloudNeeds needs;
  std::set<std::string> victims, places;
  for (const auto& [pool, focus] : pools) {
    if (!focus.since) continue;
    needs.focus = true;
    needs.fast = needs.fast || now - *focus.since < CloudSchedule::kFastFor;
    victims.insert(focus.user_vms.begin(), focus.user_vms.end());
    needs.routers = needs.routers || focus.routers;
    needs.system_vms = needs.system_vms || focus.system_vms;
    const auto cluster = clusters.find(pool);
    places.insert(cluster == clusters.end() ? std::string() : cluster->second);
  }
  if (places.size() == 1) needs.cluster_id = *places.begin();
  needs.victims.assign(victims.begin(), victims.end());
  return needs;
}

void CloudSchedule::restart() {
  apis_known_ = false;
  queue_.clear();
  full_open_ = false;
  next_full_.reset();
}

void CloudSchedule::unknown_cluster(SteadyTime now) {
  if (!can(CloudQuestion::kClusters)) return;
  if (clusters_asked_ && now - *clusters_asked_ < kUnknownClusterEvery) return;
  const bool queued = std::any_of(queue_.begin(), queue_.end(), [](const Queued& each) {
    return each.question == CloudQuestion::kClusters;
  });
  if (!queued) queue_.push_front({CloudQuestion::kClusters});
}

bool CloudSchedule::list_rested(SteadyTime now, const CloudNeeds& needs) const {
  if (!needs.focus || !list_ended_) return true;
  return now >= *list_ended_ + list_took_ * (by_ids(needs) ? kListRests : kListRestsWithoutIds);
}

void CloudSchedule::put(Queue& queue, CloudQuestion question, bool of_focus) const {
  if (can(question)) queue.push_back({question, of_focus});
}

void CloudSchedule::put_victims(Queue& queue, const CloudNeeds& needs, bool of_focus) const {
  if (by_ids(needs) && !needs.victims.empty()) put(queue, CloudQuestion::kVictims, of_focus);
}

void CloudSchedule::put_events(Queue& queue, SteadyTime now, const CloudNeeds& needs) {
  if (!needs.pending() || !can(CloudQuestion::kEvents) || (next_events_ && now < *next_events_)) return;
  next_events_ = now + kEventsEvery;
  const auto put_all = [&](const auto& types) {
    for (const std::string_view type : types) queue.push_back({CloudQuestion::kEvents, true, type});
  };
  if (!needs.victims.empty()) put_all(kUserVmEvents);
  if (needs.routers) put_all(kRouterEvents);
  if (needs.system_vms) put_all(kSystemVmEvents);
}

void CloudSchedule::put_full_round(SteadyTime now, const CloudNeeds& needs) {
  using Q = CloudQuestion;
  full_open_ = true;
  full_began_ = now;
  for (const Q slow :
       {Q::kApis, Q::kCapabilities, Q::kConfigurations, Q::kOfferings, Q::kClusters, Q::kStoragePools}) {
    const auto due = due_.find(slow);
    if (due == due_.end() || now >= due->second) put(queue_, slow, false);
  }
  put(queue_, Q::kHosts, false);
  if (list_rested(now, needs))
    put(queue_, Q::kUserVms, false);
  else
    put_victims(queue_, needs, false);
  put(queue_, Q::kRouters, false);
  put(queue_, Q::kSystemVms, false);
  put(queue_, Q::kAlerts, false);
  if (needs.focus) put_events(queue_, now, needs);
}

CloudSchedule::Queue CloudSchedule::focus_round(SteadyTime now, const CloudNeeds& needs) {
  using Q = CloudQuestion;
  Queue queue;
  put(queue, Q::kHosts, true);
  put_victims(queue, needs, true);
  if (!by_ids(needs) && !needs.victims.empty() && list_rested(now, needs)) put(queue, Q::kUserVms, true);
  if (needs.routers) put(queue, Q::kRouters, true);
  if (needs.system_vms) put(queue, Q::kSystemVms, true);
  put(queue, Q::kAlerts, true);
  put_events(queue, now, needs);
  return queue;
}

std::optional<CloudAsk> CloudSchedule::next(SteadyTime now, const CloudNeeds& needs) {
  if (!apis_known_) return CloudAsk{CloudQuestion::kApis};
  if (needs.focus && !had_focus_) {
    // The rest of a full round can wait, the failure cannot.
    Queue queue = focus_round(now, needs);
    queue.insert(queue.end(), queue_.begin(), queue_.end());
    queue_ = std::move(queue);
  }
  had_focus_ = needs.focus;
  if (queue_.empty()) {
    if (now >= next_full(needs))
      put_full_round(now, needs);
    else if (needs.focus && now >= next_focus(needs))
      queue_ = focus_round(now, needs);
  }
  while (!queue_.empty()) {
    const Queued& first = queue_.front();
    const bool moot = !can(first.question) || (first.question == CloudQuestion::kVictims &&
                                               (needs.victims.empty() || !by_ids(needs)));
    if (!moot) {
      CloudAsk ask{first.question};
      if (first.question == CloudQuestion::kHosts && first.of_focus) ask.detail = needs.cluster_id;
      if (first.question == CloudQuestion::kEvents) ask.detail = first.event_type;
      if (first.question == CloudQuestion::kVictims) ask.ids = needs.victims;
      return ask;
    }
    queue_.pop_front();
    if (queue_.empty()) end_round(now);
  }
  return std::nullopt;
}

SteadyTime CloudSchedule::due(SteadyTime now, const CloudNeeds& needs) const {
  if (!apis_known_ || !queue_.empty() || (needs.focus && !had_focus_)) return now;
  return needs.focus ? std::min(next_full(needs), next_focus(needs)) : next_full(needs);
}

void CloudSchedule::done(const CloudAsk& ask, bool settled, SteadyTime began, SteadyTime now) {
  if (settled) {
    if (const auto period = period_of(ask.question))
      due_[ask.question] = (full_open_ ? full_began_ : began) + *period;
    if (ask.question == CloudQuestion::kApis) apis_known_ = true;
  }
  if (ask.question == CloudQuestion::kClusters) clusters_asked_ = now;
  if (ask.question == CloudQuestion::kUserVms) {
    list_ended_ = now;
    list_took_ = now - began;
  }
  if (queue_.empty() || queue_.front().question != ask.question) return;  // kApis before any round
  queue_.pop_front();
  if (queue_.empty()) end_round(now);
}

void CloudSchedule::end_round(SteadyTime now) {
  round_ended_ = now;
  if (!std::exchange(full_open_, false)) return;
  // A server that needs long for a round gets half an interval's rest, and missed rounds are not made up for.
  next_full_ = std::max(full_began_ + interval_, now + interval_ / 2);
}

/// Not right after a short round either.
SteadyTime CloudSchedule::next_full(const CloudNeeds& needs) const {
  const SteadyTime wanted = next_full_.value_or(SteadyTime());
  return needs.focus && round_ended_ ? std::max(wanted, *round_ended_ + kFastPause) : wanted;
}

SteadyTime CloudSchedule::next_focus(const CloudNeeds& needs) const {
  return round_ended_.value_or(SteadyTime()) + (needs.fast ? kFastPause : kSlowPause);
}

}  // namespace xenha::exporter
