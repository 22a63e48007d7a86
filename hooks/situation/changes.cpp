#include "hooks/situation/changes.h"

#include <algorithm>
#include <utility>

namespace xenha::hooks {
namespace {

/// Takes what is known now; true when it differs from what was known.
bool differs(std::optional<bool>& known, std::optional<bool> now) {
  if (!now) return false;
  const bool changed = known && *known != *now;
  known = now;
  return changed;
}

}  // namespace

void Changes::changed(WallTime when, std::string what) {
  if (last_change_ && when < *last_change_) return;
  last_change_ = when;
  what_ = std::move(what);
}

void Changes::see(const Situation& s) {
  if (!s.master_uuid.empty()) {
    const auto label = std::find_if(s.hosts.begin(), s.hosts.end(),
                                    [&](const HostSituation& host) { return host.uuid == s.master_uuid; });
    if (!master_.empty() && master_ != s.master_uuid)
      changed(s.now, (label == s.hosts.end() ? s.master_uuid : label->label) + " became master");
    master_ = s.master_uuid;
  }
  if (differs(ha_, s.ha_enabled)) changed(s.now, *ha_ ? "HA went on" : "HA went off");
  for (const HostSituation& host : s.hosts) {
    if (host.uuid.empty()) continue;
    see_host(hosts_[host.uuid], host, s.now);
  }
}

void Changes::see_host(KnownHost& known, const HostSituation& host, WallTime now) {
  const auto say = [&](bool is, const char* yes, const char* no) {
    changed(now, host.label + (is ? yes : no));
  };
  if (differs(known.reachable, host.reachable)) say(*host.reachable, " answers again", " stopped answering");
  if (differs(known.live, host.live)) say(*host.live, " became live", " is no longer live");
  if (differs(known.enabled, host.enabled)) say(*host.enabled, " was enabled", " was disabled");
  if (differs(known.emergency, host.emergency))
    say(*host.emergency, " went into emergency mode", " left emergency mode");
}

void Changes::maintenance(WallTime when) {
  last_maintenance_ = std::max(last_maintenance_.value_or(when), when);
}

void Changes::cloud_planned(bool now_planned, WallTime now) {
  if (now_planned) maintenance(now);
  if (cloud_planned_ && !now_planned) cloud_ended_ = now;
  cloud_planned_ = now_planned;
}

}  // namespace xenha::hooks
