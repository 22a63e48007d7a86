#include "exporter/cloud/alert_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace xenha::exporter {
namespace {

bool names_a_dead_host(CloudAlertKind kind) {
  return kind == CloudAlertKind::kHostDown || kind == CloudAlertKind::kHaScheduled ||
         kind == CloudAlertKind::kHostDisconnected || kind == CloudAlertKind::kHostAlert;
}

/// Names are not unique in CloudStack: of several hosts it is the only one that an alert of this kind fits.
std::string host_named(const AlertHost& wanted, CloudAlertKind kind,
                       const std::vector<CloudHostSnapshot>& hosts) {
  if (!wanted.id.empty()) return wanted.id;
  if (wanted.name.empty()) return {};
  std::vector<const CloudHostSnapshot*> fitting;
  for (const CloudHostSnapshot& host : hosts)
    if (host.name == wanted.name) fitting.push_back(&host);
  if (fitting.size() > 1 && names_a_dead_host(kind))
    std::erase_if(fitting, [](const CloudHostSnapshot* host) { return host->state == "Up"; });
  return fitting.size() == 1 ? fitting.front()->id : std::string();
}

}  // namespace

AlertBook::AlertBook(CloudState state, WallTime now) : state_(std::move(state)) {
  if (!state_.first_run) state_.first_run = now;
  // The words are label values: a damaged file must not make new ones.
  std::map<std::string, std::uint64_t> known;
  for (const char* word : kCloudAlertWords) known[word] = state_.alerts[word];
  state_.alerts = std::move(known);
  numbers_.restore(std::exchange(state_.host_numbers, {}));
}

/// As printed. Before the first listing: the first run, by the server's clock.
std::optional<WallTime> AlertBook::horizon(const ClockOffset& clock) const {
  if (state_.horizon) return state_.horizon;
  // The server cuts its seconds off.
  const WallTime printed = *state_.first_run + (*state_.first_run - clock.ours(*state_.first_run));
  return std::chrono::floor<std::chrono::seconds>(printed);
}

bool AlertBook::known(const model::CloudAlert& alert, const ClockOffset& clock, WallTime now) const {
  if (now - clock.ours(alert.sent) <= kRecent) return read_.contains(alert.id);
  return state_.seen_alerts.contains(alert.id) || alert.sent < *horizon(clock);
}

bool AlertBook::take(const std::vector<model::CloudAlert>& listing, const ClockOffset& clock, WallTime now) {
  bool news = false;
  const WallTime before = *horizon(clock);
  state_.horizon = before;
  WallTime newest = before;
  for (const model::CloudAlert& alert : listing) {
    const std::optional<AlertText> text = read_alert(alert.description);
    if (text) numbers_.learn(text->host);
    const WallTime sent = clock.ours(alert.sent);
    // A time far ahead is nonsense, and must not make the alerts of all the years until then old.
    if (sent <= now + std::chrono::hours(1)) newest = std::max(newest, alert.sent);
    if (now - sent <= kRecent) read_.emplace(alert.id, sent);
    if (text && now - sent <= kRecent && !recent_.contains(alert.id)) {
      news = true;
      recent_[alert.id] = {{.id = alert.id,
                            .kind = text->kind,
                            .sent = sent,
                            .host_uuid = {},
                            .host_name = text->host.name,
                            .vm = text->vm},
                           text->host,
                           {}};
    }
    if (alert.sent < before || !state_.seen_alerts.emplace(alert.id, alert.sent).second || !text) continue;
    news = true;
    ++state_.alerts[kCloudAlertWords[static_cast<std::size_t>(text->kind)]];
  }
  // Only what a listing showed moves the horizon, so a wrong clock of ours cannot.
  state_.horizon = std::max(before, newest - kOverlap);
  forget_old(now);
  return news;
}

void AlertBook::forget_old(WallTime now) {
  if (state_.seen_alerts.size() > kMostSeen) {
    std::vector<WallTime> times;
    for (const auto& [id, when] : state_.seen_alerts) times.push_back(when);
    std::nth_element(times.begin(), times.end() - kMostSeen / 2, times.end());
    state_.horizon = *(times.end() - kMostSeen / 2);
  }
  std::erase_if(state_.seen_alerts, [&](const auto& entry) { return entry.second < *state_.horizon; });
  std::erase_if(read_, [&](const auto& entry) { return now - entry.second > kRecent; });
  std::erase_if(recent_, [&](const auto& entry) { return now - entry.second.alert.sent > kRecent; });
}

void AlertBook::resolve(const std::vector<CloudHostSnapshot>& hosts) {
  for (auto& [id, entry] : recent_) {
    if (!entry.host_id.empty()) continue;
    entry.host = numbers_.completed(entry.host);
    entry.alert.host_name = entry.host.name;
    entry.host_id = host_named(entry.host, entry.alert.kind, hosts);
  }
}

std::vector<CloudAlertSnapshot> AlertBook::recent(WallTime now,
                                                  const std::vector<CloudHostSnapshot>& hosts) const {
  std::vector<CloudAlertSnapshot> out;
  for (const auto& each : recent_) {
    const Entry& entry = each.second;
    if (now - entry.alert.sent > kRecent) continue;
    CloudAlertSnapshot alert = entry.alert;
    const auto host = std::find_if(hosts.begin(), hosts.end(), [&](const CloudHostSnapshot& candidate) {
      return !entry.host_id.empty() && candidate.id == entry.host_id;
    });
    if (host != hosts.end()) {
      alert.host_uuid = host->host_uuid;
      if (alert.host_name.empty()) alert.host_name = host->name;
    }
    out.push_back(std::move(alert));
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return std::tie(a.sent, a.id) < std::tie(b.sent, b.id); });
  return out;
}

CloudState AlertBook::state() const {
  CloudState state = state_;
  state.host_numbers = numbers_.all();
  return state;
}

}  // namespace xenha::exporter
