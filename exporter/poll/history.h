// What only time tells: changes of the master, since when HA is off, how many HA messages. Kept across
// restarts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "exporter/poll/master_chores.h"
#include "exporter/poll/persistent_state.h"

namespace xenha::exporter {

class History {
 public:
  /// `messages` that lie further back than this are not asked for again.
  static constexpr std::chrono::minutes kMessageOverlap{10};

  /// A state file that cannot be read is set aside with a log line, never overwritten silently.
  History(const std::filesystem::path& dir, std::string pool, WallTime now);

  const PersistentState& state() const { return state_; }
  void pool_is(const std::string& uuid);
  void master_is(const std::string& host_uuid, WallTime now);
  void ha_is(bool enabled, WallTime now);
  void count_messages(const std::vector<HaMessage>& messages, WallTime now);
  void members_are(std::map<std::string, KnownMember> members);
  /// Everything observed of another pool that stood under this name is void.
  void forget_pool(WallTime now);
  /// From when on messages are asked for.
  WallTime messages_since(WallTime now) const;

  /// Writes the file if anything changed since the last time.
  void save();

 private:
  std::filesystem::path file_;
  std::string pool_;
  PersistentState state_, saved_;
  bool complained_ = false;
};

/// Time from reachable-again to live and enabled, per host (xenha_host_rejoin_seconds).
class RejoinTracker {
 public:
  struct Sight {
    std::optional<bool> reachable, live, enabled;
    std::optional<WallTime> boot_time;
  };
  void see(const std::string& uuid, const Sight& sight, WallTime now);
  std::optional<Duration> newest(const std::string& uuid) const;

 private:
  struct Track {
    bool away = false, missed = false;
    std::optional<WallTime> back_since, boot_time;
    std::optional<Duration> newest;
  };
  std::map<std::string, Track> tracks_;
};

}  // namespace xenha::exporter
