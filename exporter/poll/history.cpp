#include "exporter/poll/history.h"

#include <algorithm>

#include "lib/base/kept_file.h"
#include "lib/base/log.h"
#include "lib/model/ha_messages.h"

namespace xenha::exporter {

History::History(const std::filesystem::path& dir, std::string pool, WallTime now)
    : file_(state_file(dir, pool)), pool_(std::move(pool)) {
  Result<PersistentState> loaded = load_state(file_);
  if (loaded) {
    state_ = *std::move(loaded);
  } else {
    const std::filesystem::path aside = set_kept_file_aside(file_);
    log::warn("state of a pool could not be read; counters and times begin anew, the old file is kept",
              {{"pool", pool_}, {"kept_as", aside.string()}, {"problem", loaded.error().message}});
  }
  saved_ = state_;
  if (!state_.first_run) state_.first_run = now;
  for (const std::string_view name : model::kHaMessageNames) state_.messages.try_emplace(std::string(name));
}

void History::pool_is(const std::string& uuid) {
  state_.pool_uuid = uuid;
}

void History::master_is(const std::string& host_uuid, WallTime now) {
  if (host_uuid.empty() || host_uuid == state_.master_uuid) return;
  if (!state_.master_uuid.empty()) {
    ++state_.master_changes;
    log::info("the pool has a new master",
              {{"pool", pool_}, {"host_uuid", host_uuid}, {"before", state_.master_uuid}});
  }
  state_.master_uuid = host_uuid;
  state_.master_since = now;
}

void History::ha_is(bool enabled, WallTime now) {
  if (enabled) {
    if (state_.ha_disabled_since) log::info("pool HA is on again", {{"pool", pool_}});
    state_.ha_seen_on = true;
    state_.ha_disabled_since.reset();
    if (!state_.ha_enabled_since) state_.ha_enabled_since = now;
    return;
  }
  state_.ha_enabled_since.reset();
  if (state_.ha_seen_on && !state_.ha_disabled_since) {
    log::warn("pool HA was switched off; without it no slave takes over when the master dies",
              {{"pool", pool_}});
    state_.ha_disabled_since = now;
  }
}

void History::count_messages(const std::vector<HaMessage>& messages, WallTime now) {
  for (const HaMessage& message : messages) {
    if (message.timestamp < *state_.first_run || message.uuid.empty()) continue;
    if (!state_.counted_messages.emplace(message.uuid, message.timestamp).second) continue;
    PoolSnapshot::Messages& seen = state_.messages[message.name];
    ++seen.count;
    seen.last = std::max(seen.last.value_or(message.timestamp), message.timestamp);
    log::info("the pool reports", {{"pool", pool_}, {"message", message.name}});
  }
  // Twice the overlap is asked for at most, plus the clocks' difference: a day is ample and keeps the file
  // small.
  std::erase_if(state_.counted_messages,
                [&](const auto& entry) { return now - entry.second > std::chrono::hours(24); });
}

WallTime History::messages_since(WallTime now) const {
  return std::max(*state_.first_run, now - kMessageOverlap);
}

void History::members_are(std::map<std::string, KnownMember> members) {
  state_.members = std::move(members);
}

void History::forget_pool(WallTime now) {
  state_ = {};
  state_.first_run = now;
  for (const std::string_view name : model::kHaMessageNames) state_.messages.try_emplace(std::string(name));
}

void History::save() {
  if (state_ == saved_) return;
  const Status written = save_state(file_, state_);
  if (written) {
    saved_ = state_;
    complained_ = false;
  } else if (!std::exchange(complained_, true)) {
    log::error("state is not kept: after a restart master changes and times begin anew",
               {{"pool", pool_}, {"problem", written.error().message}});
  }
}

void RejoinTracker::see(const std::string& uuid, const Sight& sight, WallTime now) {
  if (uuid.empty()) return;
  Track& track = tracks_[uuid];
  if (sight.reachable == false) {
    track.away = true;
    track.back_since.reset();
  } else if (sight.reachable == true && track.away && !track.back_since) {
    track.back_since = now;
  }
  // A blip of the network between us and the host is no rejoin: the master must have missed it, or it
  // rebooted.
  const bool rebooted = sight.boot_time && track.boot_time && *sight.boot_time != *track.boot_time;
  if (track.away && (sight.live == false || sight.enabled == false || rebooted)) track.missed = true;
  if (sight.boot_time) track.boot_time = sight.boot_time;
  if (track.back_since && sight.live == true && sight.enabled == true) {
    if (track.missed) track.newest = now - *track.back_since;
    // The master's word may be old news for a while: only a miss, or some minutes without one, end the wait.
    if (track.missed || now - *track.back_since > std::chrono::minutes(30)) {
      track.away = track.missed = false;
      track.back_since.reset();
    }
  }
}

std::optional<Duration> RejoinTracker::newest(const std::string& uuid) const {
  const auto found = tracks_.find(uuid);
  return found == tracks_.end() ? std::nullopt : found->second.newest;
}

}  // namespace xenha::exporter
