#include "hooks/ctl/status/words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "hooks/ctl/render/spans.h"
#include "lib/model/pool_reading.h"

namespace xenha::ctl {
namespace {

struct Code {
  std::string_view code, words;
};

constexpr std::array kCodes{
    Code{"HOST_STILL_BOOTING", "its toolstack is starting, or has not yet found out why it cannot"},
    Code{"HOST_HAS_NO_MANAGEMENT_IP", "its management interface has no address"},
    Code{"HOST_ITS_OWN_SLAVE", "it is told to follow itself"},
    Code{"HOST_MASTER_CANNOT_TALK_BACK", "the master cannot connect back to it"},
    Code{"HOST_UNKNOWN_TO_MASTER", "the master does not know it, or the pool's secret differs"},
    Code{"INTERNAL_ERROR", "it cannot reach its master"},
    Code{"HOST_BROKEN", "a change of master failed half way"},
    Code{"HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR", "its version is newer than the master's"},
    Code{"HA_HOST_CANNOT_ACCESS_STATEFILE", "HA is on, and it cannot reach the heartbeat disk"},
    Code{"HA_HEARTBEAT_DAEMON_STARTUP_FAILED", "HA is on, and its heartbeat daemon does not start"},
    Code{"HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED", "HA is on in the pool and off on this host"},
};

/// They stop the daemon, not a person.
constexpr std::array kDaemonsOwn{
    hooks::Reason::kNoPolicy,     hooks::Reason::kKillSwitch,       hooks::Reason::kPaused,
    hooks::Reason::kGaveUp,       hooks::Reason::kCoolDown,         hooks::Reason::kTooManyAttempts,
    hooks::Reason::kStorm,        hooks::Reason::kOtherAction,      hooks::Reason::kFlap,
    hooks::Reason::kSettling,     hooks::Reason::kOperatorIntent,   hooks::Reason::kCloudQuiet,
    hooks::Reason::kSrUnexpected, hooks::Reason::kUnfinishedAttempt};

}  // namespace

std::string emergency_words(const std::string& code) {
  if (code.empty()) return "it does not say why";
  const auto found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& each) { return each.code == code; });
  return found == kCodes.end() ? "it says " + code : std::string(found->words) + " (" + code + ")";
}

std::string absence_words(const hooks::HostSituation& host) {
  if (host.live == false) return "the master misses it too, it is down or was fenced";
  if (host.live == true)
    return "the master still counts it as live; off, fenced, cut off from here, or stuck in its HA start";
  return "off, fenced, or cut off";
}

std::string ha_off_since(const PoolStatus& status) {
  const hooks::Situation& s = status.situation;
  const WallTime now = status.now();
  if (s.audit.disabled_at)
    return "since " + moment_words(*s.audit.disabled_at, now) + ", switched off by " +
           (s.audit.by.empty() ? "somebody" : s.audit.by);
  if (status.exporter.ha_disabled_since)
    return "since " + moment_words(*status.exporter.ha_disabled_since, now);
  if (status.hooks.seen_on) return "(last seen on " + moment_words(*status.hooks.seen_on, now) + ")";
  return {};
}

std::string work_entry(const std::string& mark, const char* key) {
  return model::mark_entry(mark, key).value_or("");
}

std::string work_words(const std::string& mark) {
  const auto entry = [&](const char* key) { return work_entry(mark, key); };
  std::string what = entry("do");
  if (what.empty()) return mark;
  std::replace(what.begin(), what.end(), '-', ' ');
  if (const std::string host = entry("host"); !host.empty())
    what += " " + host + ", step " + entry("step") + ",";
  return what + " by " + entry("by") + (entry("at").empty() ? "" : " on " + entry("at"));
}

std::string mark_end_words(const std::optional<WallTime>& until, WallTime now) {
  if (!until) return "without a readable end, so until it is removed";
  return (*until <= now ? "over since " : "until ") + moment_words(*until, now);
}

std::optional<hooks::GuardReport> objection(const hooks::Decision& decision) {
  for (const hooks::GuardReport& report : decision.guards) {
    const bool objects =
        report.state == hooks::GuardState::kFail || report.state == hooks::GuardState::kUnknown;
    const bool daemons = std::find(kDaemonsOwn.begin(), kDaemonsOwn.end(), report.guard) != kDaemonsOwn.end();
    if (objects && !daemons && report.guard != hooks::Reason::kAlreadyEnabled) return report;
  }
  return std::nullopt;
}

}  // namespace xenha::ctl
