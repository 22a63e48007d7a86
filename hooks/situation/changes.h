// What this daemon saw change between one look and the next: nobody else remembers it. Times are our clock;
// a change is as young as the look that found it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "hooks/situation/situation.h"

namespace xenha::hooks {

class Changes {
 public:
  /// Compares with the looks before, where both know.
  void see(const Situation& situation);
  /// Planned work goes on now, or a sign of it was found.
  void maintenance(WallTime when);
  /// CloudStack shows planned work of the pool's cluster, or none any more.
  void cloud_planned(bool now_planned, WallTime now);

  std::optional<WallTime> last_change() const { return last_change_; }
  const std::string& what() const { return what_; }
  std::optional<WallTime> last_maintenance() const { return last_maintenance_; }
  std::optional<WallTime> cloud_maintenance_ended() const { return cloud_ended_; }

 private:
  struct KnownHost {
    std::string label;
    std::optional<bool> reachable, live, enabled, emergency;
  };
  void changed(WallTime when, std::string what);
  void see_host(KnownHost& known, const HostSituation& host, WallTime now);

  std::string master_;
  std::optional<bool> ha_;
  std::map<std::string, KnownHost> hosts_;  ///< by uuid
  std::optional<WallTime> last_change_, last_maintenance_, cloud_ended_;
  std::string what_;
  bool cloud_planned_ = false;
};

}  // namespace xenha::hooks
