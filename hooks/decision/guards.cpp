#include "hooks/decision/guards.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>

#include "lib/base/wall_time.h"

namespace xenha::hooks {
namespace {

using std::string;

Finding pass(string fact) {
  return {GuardState::kPass, std::move(fact)};
}
Finding fail(string fact) {
  return {GuardState::kFail, std::move(fact)};
}
Finding unknown(string fact) {
  return {GuardState::kUnknown, std::move(fact)};
}
Finding not_applicable(string fact) {
  return {GuardState::kNotApplicable, std::move(fact)};
}

string at(WallTime when) {
  return utc_text(when, "%Y-%m-%d %H:%M:%S UTC");
}

/// "90 s", "15 min", "8 h": whole units, as an operator would say it.
string span_text(Duration span) {
  const auto whole = static_cast<long long>(std::llround(seconds(span)));
  if (whole >= 7200 && whole % 3600 == 0) return std::to_string(whole / 3600) + " h";
  if (whole >= 600 && whole % 60 == 0) return std::to_string(whole / 60) + " min";
  return std::to_string(whole) + " s";
}

string gib(std::int64_t bytes) {
  const auto tenths = static_cast<long long>(std::llround(static_cast<double>(bytes) / (1 << 30) * 10));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

string list(const std::vector<string>& words) {
  string out;
  for (const string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

/// Younger than `window`; a time ahead of our clock is as young as can be.
bool within(WallTime when, Duration window, WallTime now) {
  return now - when < window;
}

/// Does the mark hold? One that does not say readably until when holds: somebody wanted quiet.
bool holds(const Mark& mark, WallTime now) {
  return !mark.until || now < *mark.until;
}

string told(const Mark& mark) {
  return "\"" + mark.text + "\"" + (mark.until ? " until " + at(*mark.until) : ", without a readable end");
}

/// Every host must be `wanted`; names those that are not, and those of which nothing is known.
Finding every_host(const Situation& s, const std::function<std::optional<bool>(const HostSituation&)>& is,
                   const string& all, const string& bad, const string& unread) {
  if (s.hosts.empty()) return unknown("the pool's hosts are not known");
  std::vector<string> wrong, dark;
  for (const HostSituation& host : s.hosts) {
    const std::optional<bool> fact = is(host);
    if (!fact) dark.push_back(host.label);
    if (fact == false) wrong.push_back(host.label);
  }
  if (!wrong.empty()) return fail(list(wrong) + " " + bad);
  if (!dark.empty()) return unknown(unread + ": " + list(dark));
  return pass("all " + std::to_string(s.hosts.size()) + " hosts " + all);
}

// Before anything of the pool.

Finding no_policy(const Situation& s, const Policy&) {
  return s.policy_known ? pass("a policy names this alert") : fail("no policy names this alert");
}

Finding kill_switch(const Situation& s, const Policy&) {
  if (!s.kill_switch) return unknown("whether the kill switch file exists cannot be told");
  return *s.kill_switch ? fail("the kill switch file exists") : pass("no kill switch file");
}

Finding paused(const Situation& s, const Policy&) {
  if (s.journal.paused && holds(*s.journal.paused, s.now))
    return fail("paused here: " + told(*s.journal.paused));
  // A mark that was not read is a failed read, which is an objection of its own.
  if (s.paused && holds(*s.paused, s.now)) return fail("xenha:paused on the pool: " + told(*s.paused));
  return pass("neither this daemon nor the pool is paused");
}

Finding gave_up(const Situation& s, const Policy&) {
  return s.journal.latched.empty() ? pass("nothing is latched") : fail("gave up: " + s.journal.latched);
}

Finding facts_unknown(const Situation& s, const Policy& policy) {
  if (!s.failed_reads.empty()) return unknown(list(s.failed_reads));
  if (!s.oldest_read || s.master_uuid.empty() || !s.ha_enabled) return unknown("the pool was not read");
  const Duration age = s.now - *s.oldest_read;
  if (age > policy.max_facts_age)
    return unknown("the oldest fact is " + span_text(age) + " old, more than " +
                   span_text(policy.max_facts_age));
  return pass("everything was read");
}

// The pool.

Finding already_enabled(const Situation& s, const Policy&) {
  if (s.ha_enabled == false) return pass("HA is off");
  if (s.ha_enabled != true) return unknown("whether HA is on was not read");
  std::vector<string> unarmed;
  for (const HostSituation& host : s.hosts)
    if (host.armed != true) unarmed.push_back(host.label);
  if (unarmed.empty() && !s.hosts.empty()) return fail("HA is on and every host is armed");
  // Enabling again would be refused, so there is nothing to do but to look on.
  Finding found = fail("HA is on, but not armed: " + (s.hosts.empty() ? "no host is known" : list(unarmed)));
  found.verdict = Verdict::kWait;
  return found;
}

Finding operation_running(const Situation& s, const Policy&) {
  if (!s.operations) return unknown("operations and tasks of the pool were not read");
  return s.operations->empty() ? pass("no operation runs on the pool")
                               : fail("runs on the pool: " + list(*s.operations));
}

Finding upgrade(const Situation& s, const Policy&) {
  if (s.rolling_upgrade == true) return fail("a rolling upgrade is under way");
  std::set<string> versions;
  for (const HostSituation& host : s.hosts) versions.insert(host.version);
  if (!s.rolling_upgrade || versions.empty() || versions.contains(""))
    return unknown("whether an upgrade is under way, or a host's version, was not read");
  if (versions.size() > 1)
    return fail("hosts have different versions: " + list({versions.begin(), versions.end()}));
  return pass("all hosts have version " + *versions.begin());
}

Finding masters_disagree(const Situation& s, const Policy&) {
  std::vector<string> masters, dark, others;
  for (const HostSituation& host : s.hosts) {
    if (host.claims_master == true) masters.push_back(host.label);
    // What a host that is away or in emergency mode thinks is not to be had: it has guards of its own.
    if (host.reachable == false || host.emergency == true) continue;
    if (!host.claims_master || host.believed_master.empty()) dark.push_back(host.label);
  }
  if (masters.size() != 1)
    return fail(masters.empty() ? "no host claims to be master"
                                : "several claim to be master: " + list(masters));
  for (const HostSituation& host : s.hosts)
    if (!host.believed_master.empty() && host.believed_master != masters.front())
      others.push_back(host.label + " names " + host.believed_master);
  if (!others.empty()) return fail(masters.front() + " is master, but " + list(others));
  if (!dark.empty()) return unknown("whom these hosts follow was not read: " + list(dark));
  return pass("all hosts name " + masters.front());
}

Finding host_unreachable(const Situation& s, const Policy&) {
  return every_host(
      s, [](const HostSituation& host) { return host.reachable; }, "answer", "does not answer", "not asked");
}

Finding host_not_live(const Situation& s, const Policy&) {
  return every_host(
      s, [](const HostSituation& host) { return host.live; }, "are live",
      "is not live: the master would refuse", "live or not was not read");
}

Finding host_disabled(const Situation& s, const Policy&) {
  return every_host(
      s, [](const HostSituation& host) { return host.enabled; }, "are enabled", "is disabled",
      "enabled or not was not read");
}

Finding host_emergency(const Situation& s, const Policy&) {
  return every_host(
      s,
      [](const HostSituation& host) {
        return host.emergency ? std::optional(!*host.emergency) : std::nullopt;
      },
      "are out of emergency mode", "is in emergency mode", "emergency mode or not was not read");
}

Finding settling(const Situation& s, const Policy& policy) {
  if (!s.master_started) return unknown("when the master's toolstack started was not read");
  if (within(*s.master_started, policy.settle, s.now))
    return fail("the master's toolstack started at " + at(*s.master_started) + ", less than " +
                span_text(policy.settle) + " ago");
  if (s.last_change && within(*s.last_change, policy.settle, s.now))
    return fail("changed at " + at(*s.last_change) + ", less than " + span_text(policy.settle) +
                " ago: " + s.last_change_what);
  return pass("nothing has changed for " + span_text(policy.settle));
}

// CloudStack.

/// What every guard of CloudStack's says first.
std::optional<Finding> without_cloud(const Situation& s) {
  if (!s.cloud) return not_applicable("the pool has no CloudStack");
  if (!s.cloud->problem.empty()) return unknown("CloudStack was not read: " + s.cloud->problem);
  return std::nullopt;
}

Finding cloud_unknown(const Situation& s, const Policy&) {
  if (const auto first = without_cloud(s)) return *first;
  if (s.cloud->managed_state.empty() && s.master_uuid.empty())
    return unknown("no master answered, so which cluster is the pool's is not known");
  if (s.cloud->managed_state.empty() || s.cloud->hosts.empty())
    return unknown("the pool's cluster was not found in CloudStack");
  for (const CloudHostSituation& host : s.cloud->hosts)
    if (host.state.empty() || host.resource_state.empty())
      return unknown("CloudStack does not tell the state of " + host.name);
  if (s.cloud->hosts.size() < s.hosts.size())
    return unknown("CloudStack knows " + std::to_string(s.cloud->hosts.size()) + " of " +
                   std::to_string(s.hosts.size()) + " hosts of the pool");
  return pass("CloudStack was read, " + std::to_string(s.cloud->hosts.size()) + " hosts");
}

Finding cloud_maintenance(const Situation& s, const Policy&) {
  if (const auto first = without_cloud(s)) return *first;
  static const std::set<string> kPlanned{"PrepareForMaintenance", "ErrorInPrepareForMaintenance",
                                         "Maintenance", "ErrorInMaintenance", "Disabled"};
  std::vector<string> planned;
  for (const CloudHostSituation& host : s.cloud->hosts)
    if (kPlanned.contains(host.resource_state))
      planned.push_back(host.name + " is in " + host.resource_state);
  return planned.empty() ? pass("no host is in maintenance in CloudStack")
                         : fail(list(planned) + " in CloudStack");
}

Finding cloud_host_state(const Situation& s, const Policy&) {
  if (const auto first = without_cloud(s)) return *first;
  std::vector<string> moving;
  for (const CloudHostSituation& host : s.cloud->hosts)
    if (host.state == "Connecting" || host.state == "Rebalancing")
      moving.push_back(host.name + " is " + host.state);
  return moving.empty() ? pass("CloudStack is connecting to no host") : fail(list(moving) + " in CloudStack");
}

Finding cloud_unmanaged(const Situation& s, const Policy&) {
  if (const auto first = without_cloud(s)) return *first;
  if (s.cloud->managed_state.empty()) return unknown("whether CloudStack manages the cluster was not read");
  return s.cloud->managed_state == "Managed"
             ? pass("CloudStack manages the cluster")
             : fail("the cluster is " + s.cloud->managed_state + " in CloudStack");
}

Finding cloud_quiet(const Situation& s, const Policy& policy) {
  if (const auto first = without_cloud(s)) return *first;
  if (!s.cloud->maintenance_ended || !within(*s.cloud->maintenance_ended, policy.maintenance_quiet, s.now))
    return pass("no maintenance ended within " + span_text(policy.maintenance_quiet));
  return fail("maintenance ended at " + at(*s.cloud->maintenance_ended) + ", less than " +
              span_text(policy.maintenance_quiet) + " ago");
}

// What somebody wanted.

Finding operator_intent(const Situation& s, const Policy& policy) {
  if (s.intent && holds(*s.intent, s.now)) return fail("xenha:intent on the pool: " + told(*s.intent));
  if (!s.audit.read)
    return unknown("the audit log was not read" +
                   (s.audit.problem.empty() ? string() : ": " + s.audit.problem));
  if (!s.audit.disabled_at) return pass("nobody switched HA off, as far as the audit log tells");
  const string who = "switched off by " + (s.audit.by.empty() ? string("somebody") : s.audit.by) + " at " +
                     at(*s.audit.disabled_at);
  if (!policy.intent_forget_after) return fail(who + "; that is never forgotten");
  const WallTime since = std::max(*s.audit.disabled_at, s.last_maintenance.value_or(*s.audit.disabled_at));
  if (within(since, *policy.intent_forget_after, s.now))
    return fail(who + "; forgotten " + span_text(*policy.intent_forget_after) + " after " + at(since) +
                (since == *s.audit.disabled_at ? "" : ", the last sign of maintenance"));
  return pass(who + ", longer than " + span_text(*policy.intent_forget_after) + " ago");
}

// Heartbeat storage.

Finding sr_unknown(const Situation& s, const Policy&) {
  if (s.sr && !s.sr->uuid.empty()) return pass("heartbeat SR " + s.sr->name);
  if (s.master_uuid.empty()) return unknown("no master answered, so the pool's SRs are not known");
  if (!s.configured_sr.empty())
    return unknown("the configured heartbeat SR \"" + s.configured_sr + "\" was not found");
  return unknown("no heartbeat SR is configured, and none was seen while HA was on");
}

Finding sr_not_plugged(const Situation& s, const Policy&) {
  if (!s.sr) return unknown("no heartbeat SR is known");
  if (!s.sr->pbds_known) return unknown("whether " + s.sr->name + " is plugged was not read");
  if (!s.sr->without_pbd.empty())
    return fail(s.sr->name + " has not exactly one plugged PBD on " + list(s.sr->without_pbd));
  return pass(s.sr->name + " is plugged on every host");
}

Finding sr_unexpected(const Situation& s, const Policy&) {
  if (s.configured_sr.empty()) return pass("no SR is configured, the last good one is taken");
  if (!s.sr) return unknown("no heartbeat SR is known");
  if (s.last_good_sr.empty()) return pass(s.sr->name + " is configured, HA was never seen on another");
  return s.last_good_sr == s.sr->uuid
             ? pass(s.sr->name + " is configured and carried the heartbeat last")
             : fail(s.sr->name + " is configured, but " + s.last_good_sr + " carried the heartbeat last");
}

Finding sr_not_shared(const Situation& s, const Policy&) {
  if (!s.sr) return unknown("no heartbeat SR is known");
  if (!s.sr->shared) return unknown("whether " + s.sr->name + " is shared was not read");
  return *s.sr->shared ? pass(s.sr->name + " is shared") : fail(s.sr->name + " is not shared");
}

Finding sr_no_room(const Situation& s, const Policy&) {
  if (!s.sr) return unknown("no heartbeat SR is known");
  if (s.sr->required_bytes == 0) return pass(s.sr->name + " has the disks of the last time");
  if (!s.sr->required_bytes || !s.sr->free_bytes) return unknown("room on " + s.sr->name + " was not read");
  const string room =
      s.sr->name + " has " + gib(*s.sr->free_bytes) + " free, " + gib(*s.sr->required_bytes) + " are needed";
  return *s.sr->free_bytes >= *s.sr->required_bytes ? pass(room) : fail(room);
}

Finding not_licensed(const Situation& s, const Policy&) {
  if (!s.licensed) return unknown("what the licence allows was not read");
  return *s.licensed ? pass("the licence allows HA") : fail("the licence does not allow HA");
}

// Our own restraint.

Finding cool_down(const Situation& s, const Policy& policy) {
  if (!s.journal.last_attempt || !within(*s.journal.last_attempt, policy.cool_down, s.now))
    return pass("no attempt within " + span_text(policy.cool_down));
  return fail("the last attempt was at " + at(*s.journal.last_attempt) + ", less than " +
              span_text(policy.cool_down) + " ago");
}

Finding too_many_attempts(const Situation& s, const Policy& policy) {
  const string count = std::to_string(s.journal.attempts_last_day) + " of " +
                       std::to_string(policy.max_attempts_per_day) + " attempts within 24 h";
  return s.journal.attempts_last_day >= policy.max_attempts_per_day ? fail(count) : pass(count);
}

Finding storm(const Situation& s, const Policy& policy) {
  const FleetSituation& fleet = s.fleet;
  const string want =
      std::to_string(fleet.wanting) + " of " + std::to_string(fleet.configured) + " pools want HA back";
  const std::vector<WallTime>& all = fleet.joined;
  // Whoever cleared this pool knew of those that wanted it then, and not of those that came later.
  const bool known_to_the_operator =
      s.journal.cleared &&
      std::all_of(all.begin(), all.end(), [&](WallTime each) { return each <= *s.journal.cleared; });
  if (fleet.wanting >= 4 && 2 * fleet.wanting > fleet.configured && !known_to_the_operator) {
    Finding found = fail(want + ": something is wrong that is not in the pools");
    found.verdict = Verdict::kRefuse;
    found.latch = true;
    return found;
  }
  // How many joined within one window, wherever that window lies: then all wait for a window without a
  // newcomer.
  std::vector<WallTime> joined = fleet.joined;
  std::sort(joined.begin(), joined.end());
  bool many = false;
  for (std::size_t first = 0, last = 0; last < joined.size(); ++last) {
    while (joined[last] - joined[first] >= policy.storm_window) ++first;
    many = many || static_cast<int>(last - first + 1) > policy.storm_pools;
  }
  if (!many || !within(joined.back(), policy.storm_window, s.now)) return pass(want);
  return fail(want + ", the last joined at " + at(joined.back()) + ": waiting until none joins for " +
              span_text(policy.storm_window));
}

Finding other_action(const Situation& s, const Policy&) {
  return s.fleet.acting.empty() ? pass("no other action runs") : fail("an action runs for " + s.fleet.acting);
}

Finding flap(const Situation& s, const Policy& policy) {
  if (!s.journal.last_success || !within(*s.journal.last_success, policy.flap_window, s.now))
    return pass("no success of ours within " + span_text(policy.flap_window));
  if (s.journal.cleared && *s.journal.cleared >= *s.journal.last_success)
    return pass("an operator cleared it at " + at(*s.journal.cleared) + ", after our last success");
  Finding found = fail("HA is off again, less than " + span_text(policy.flap_window) +
                       " after it was put back at " + at(*s.journal.last_success));
  found.latch = true;
  return found;
}

Finding unfinished_attempt(const Situation& s, const Policy&) {
  return s.journal.unfinished ? fail("an attempt has no outcome yet: " + *s.journal.unfinished)
                              : pass("every attempt has an outcome");
}

constexpr std::array<Guard, kReasons - 1> kGuards{{
    {Reason::kNoPolicy, no_policy},
    {Reason::kKillSwitch, kill_switch},
    {Reason::kPaused, paused},
    {Reason::kGaveUp, gave_up},
    {Reason::kFactsUnknown, facts_unknown},
    {Reason::kAlreadyEnabled, already_enabled},
    {Reason::kOperationRunning, operation_running},
    {Reason::kUpgrade, upgrade},
    {Reason::kMastersDisagree, masters_disagree},
    {Reason::kHostUnreachable, host_unreachable},
    {Reason::kHostNotLive, host_not_live},
    {Reason::kHostDisabled, host_disabled},
    {Reason::kHostEmergency, host_emergency},
    {Reason::kSettling, settling},
    {Reason::kCloudUnknown, cloud_unknown},
    {Reason::kCloudMaintenance, cloud_maintenance},
    {Reason::kCloudHostState, cloud_host_state},
    {Reason::kCloudUnmanaged, cloud_unmanaged},
    {Reason::kCloudQuiet, cloud_quiet},
    {Reason::kOperatorIntent, operator_intent},
    {Reason::kSrUnknown, sr_unknown},
    {Reason::kSrNotPlugged, sr_not_plugged},
    {Reason::kSrUnexpected, sr_unexpected},
    {Reason::kSrNotShared, sr_not_shared},
    {Reason::kSrNoRoom, sr_no_room},
    {Reason::kNotLicensed, not_licensed},
    {Reason::kCoolDown, cool_down},
    {Reason::kTooManyAttempts, too_many_attempts},
    {Reason::kStorm, storm},
    {Reason::kOtherAction, other_action},
    {Reason::kFlap, flap},
    {Reason::kUnfinishedAttempt, unfinished_attempt},
}};

}  // namespace

std::span<const Guard> guards() {
  return kGuards;
}

}  // namespace xenha::hooks
