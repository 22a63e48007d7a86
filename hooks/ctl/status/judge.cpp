#include <algorithm>
#include <set>

#include "hooks/ctl/render/spans.h"
#include "hooks/ctl/status/pool_status.h"
#include "hooks/ctl/status/words.h"
#include "lib/base/shell_word.h"

namespace xenha::ctl {
namespace {

using Severity = Finding::Severity;

/// The hosts choose a new master within this time, restarts of their toolstacks included.
constexpr std::chrono::minutes kElection{10};

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

class Judge {
 public:
  explicit Judge(const PoolStatus& status) : s_(status), now_(status.now()) {}

  std::vector<Finding> run() {
    if (!s_.anybody_answers()) {
      look_at_silence();
    } else {
      look_at_masters();
      look_at_ha();
    }
    look_at_vms();
    if (s_.anybody_answers())
      for (const HostStatus& host : s_.hosts) look_at_host(host);
    look_at_hooks();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return std::move(found_);
  }

 private:
  void add(Severity severity, std::string what, std::string next = {}, std::string command = {}) {
    found_.push_back({severity, std::move(what), std::move(next), std::move(command)});
  }
  void bad(std::string what, std::string next = {}, std::string command = {}) {
    add(Severity::kBad, std::move(what), std::move(next), std::move(command));
  }
  void warn(std::string what, std::string next = {}, std::string command = {}) {
    add(Severity::kWarning, std::move(what), std::move(next), std::move(command));
  }
  void note(std::string what, std::string next = {}, std::string command = {}) {
    add(Severity::kNote, std::move(what), std::move(next), std::move(command));
  }
  std::string command(const std::string& words) const { return "xenhactl " + words + " " + s_.pool; }
  std::string command(const std::string& words, const std::string& host) const {
    return command(words) + " " + shell_word(host);
  }

  /// HA now, or as it was last known; absent when nobody knows.
  std::optional<bool> ha() const {
    return s_.situation.ha_enabled ? s_.situation.ha_enabled : s_.exporter.ha_enabled;
  }

  void look_at_silence() {
    for (const HostStatus& host : s_.hosts)
      if (host.said.reachable != false && !host.said.problem.empty())
        return bad("Nothing is known of this pool: " + host.said.problem + ".",
                   "That says nothing of its health. Put its login, or its tls, right in the config file and "
                   "look again:",
                   command("status"));
    if (s_.hosts.size() == 1)
      return bad(s_.hosts[0].said.label + " does not answer, and no other host of this pool is known here.",
                 "Write another host of the pool under hosts in the config file and look again. If it is the "
                 "only one: its power and console, and whether this machine reaches its network.");
    const std::string what = "None of the " + std::to_string(s_.hosts.size()) + " hosts answers.";
    const bool just_lost = s_.exporter.last_success && now_ - *s_.exporter.last_success < kElection;
    if (ha() == true && just_lost)
      bad(what + " HA was on " + last_known() + ".",
          "In an election every toolstack restarts, for a minute or so: look again. If it lasts: power, "
          "consoles, and whether this machine reaches their network.");
    else
      bad(what, "Look at their power and consoles, and whether this machine reaches their network.");
  }

  void look_at_masters() {
    const std::vector<std::string> masters = s_.masters();
    if (masters.size() > 1) {
      bad("SPLIT BRAIN: " + joined(masters) + " each act as the pool's master.",
          "Change nothing in the pool and start no VM until it is clear which one is right; cut the wrong "
          "one off, then restart its toolstack. Runbook: XenHAPoolSplitBrain.");
    } else if (masters.empty()) {
      look_at_missing_master();
    } else {
      for (const HostStatus& host : s_.hosts)
        if (!host.said.believed_master.empty() && host.said.believed_master != masters.front())
          bad(host.said.label + " takes " + host.said.believed_master + " for the master, which is " +
                  masters.front() + ".",
              "It rejoins by itself within minutes; if not:", command("host recover", host.said.label));
    }
  }

  void look_at_missing_master() {
    std::set<std::string> named;
    for (const HostStatus& host : s_.hosts)
      if (!host.said.believed_master.empty()) named.insert(host.said.believed_master);
    const std::string names = joined({named.begin(), named.end()});
    const std::string what = "NO MASTER: no host acts as the pool's master" +
                             (named.empty() ? std::string(".") : "; the others still follow " + names + ".");
    if (ha() == true)
      bad(what + " HA was on " + last_known() +
              ", so the hosts elect a new one: 2 to 4 minutes after the loss.",
          "Wait for it. Only if there is none after 10 minutes: runbook XenHAPoolNoMaster.",
          "watch -n 10 " + command("status"));
    else if (ha() == false)
      bad(what + " HA was off " + last_known() + ", so NOBODY takes over by itself.",
          "Bring " + (named.size() == 1 ? names : "the master") +
              " back (console, power). If it is lost: runbook XenHAPoolNoMaster, by hand in dom0.");
    else
      bad(what + " Whether HA was on is not known.",
          "Bring " + (named.size() == 1 ? names : "the master") + " back; runbook XenHAPoolNoMaster.");
  }

  std::string last_known() const {
    if (s_.situation.ha_enabled || !s_.exporter.last_success) return "when it was last seen";
    return "when the exporter last heard the master, " + span_words(now_ - *s_.exporter.last_success) +
           " ago";
  }

  void look_at_ha() {
    const hooks::Situation& s = s_.situation;
    if (s.operations && !s.operations->empty()) note("Running on the pool: " + joined(*s.operations) + ".");
    if (s.rolling_upgrade == true) note("A rolling upgrade is under way.");
    if (s.ha_enabled == false) look_at_ha_off();
    if (s.ha_enabled == true) look_at_armed();
    if (s.licensed == false) bad("The licence does not allow HA.", "Apply a licence that has it.");
    if (s.sr && s.sr->pbds_known)
      for (const std::string& host : s.sr->without_pbd)
        bad(host + " has not plugged in the heartbeat SR " + s.sr->name + ".",
            "Find its PBD there and plug it in (xe pbd-plug):", "xe pbd-list sr-uuid=" + s.sr->uuid);
    if (s.ha_enabled == false && !s.sr && !s.configured_sr.empty())
      bad("The heartbeat SR " + s.configured_sr + " of the config file is not in the pool.",
          "Attach it, or correct heartbeat_sr.");
    if (is_intended()) look_at_intent();
  }

  /// Our mark, and its time is not over.
  bool is_intended() const {
    const auto& intent = s_.situation.intent;
    return intent && intent->until && *intent->until > now_;
  }

  std::string intended(const char* key) const { return work_entry(s_.situation.intent->text, key); }

  void look_at_intent() {
    const hooks::Mark& intent = *s_.situation.intent;
    const std::string procedure = intended("do"), host = intended("host");
    std::string next, how;
    if (procedure == "ha-enable") how = command("ha enable");
    if (procedure.starts_with("host-") && !host.empty()) how = command("host resume", host);
    if (!how.empty()) next = "If nobody works on it any more, go on with:";
    note("Planned work is under way: " + work_words(intent.text) + "; " + mark_end_words(intent.until, now_) +
             ".",
         next, how);
  }

  void look_at_ha_off() {
    const bool enabling = s_.hooks.acting || runs("ha_enable") || runs("pool.enable_ha");
    std::string what = "HA is OFF";
    if (const std::string since = ha_off_since(s_); !since.empty()) what += " " + since;
    what += enabling ? ", and is being switched on." : ": if the master dies, no host takes over.";
    const std::optional<hooks::GuardReport> first = objection(s_.decision);
    if (enabling)
      bad(std::move(what), "Wait: it takes 1 to 3 minutes.");
    else if (first)
      bad(std::move(what), "First: " + first->fact + ". Then:", command("ha enable"));
    else
      bad(std::move(what), "Nothing speaks against switching it on:", command("ha enable"));
  }

  bool runs(const std::string& operation) const {
    const auto& all = s_.situation.operations;
    return all && std::find(all->begin(), all->end(), operation) != all->end();
  }

  void look_at_armed() {
    std::vector<std::string> unarmed;
    std::size_t live = 0;
    for (const HostStatus& host : s_.hosts) {
      if (host.said.live != true) continue;
      ++live;
      if (host.said.armed == false && host.said.emergency != true) unarmed.push_back(host.said.label);
    }
    if (unarmed.empty()) return;
    if (unarmed.size() == live && live > 1)
      bad("Every host has lost the heartbeat disk: the crash of ANY host now fences ALL of them.",
          "Bring the storage of " + (s_.heartbeat_sr.empty() ? "the heartbeat SR" : s_.heartbeat_sr) +
              " back before anything else. Restart no host.");
    else
      bad(joined(unarmed) + (unarmed.size() == 1 ? " is" : " are") +
              " not armed: HA is on, but without the heartbeat disk there.",
          "Look at the storage path of " + unarmed.front() + ".");
  }

  void look_at_host(const HostStatus& host) {
    const hooks::HostSituation& said = host.said;
    const std::string& name = said.label;
    const std::string recover = command("host recover", name);
    const bool planned = is_planned(host);
    if (said.emergency == true)
      bad(name + " is in EMERGENCY MODE: " + emergency_words(said.failure) + ".",
          "Normal for seconds after a start of the toolstack. Else:", recover);
    else if (said.reachable == false)
      add(planned ? Severity::kWarning : Severity::kBad,
          name + " does not answer" + (planned ? ", in planned maintenance" : "") + ": " +
              absence_words(said) + ".",
          planned ? "When it is back:" : "Look at its console. When it is back and does not rejoin:",
          planned ? command("host return", name) : recover);
    else if (!said.reachable)
      warn(name + ": " + (said.problem.empty() ? "was not asked" : said.problem) + ".");
    else if (!said.failure.empty())
      warn(name + " answers " + said.failure + ": " + emergency_words(said.failure) + ".");
    else if (said.live == false)
      bad(name + " answers here, but the master misses its heartbeat.",
          "If it does not come back within minutes:", recover);
    else if (said.enabled == false)
      add(planned ? Severity::kNote : Severity::kWarning,
          name + (planned ? " is in maintenance." : " is disabled: no VM starts there."),
          planned ? "" : "A start of the toolstack does that for minutes. Else, on any host:",
          planned ? "" : "xe host-enable host=" + shell_word(name));
    look_at_cloud(host);
  }

  void look_at_cloud(const HostStatus& host) {
    const std::string& state = host.cloud_state;
    const std::string& name = host.said.label;
    const bool well = host.said.reachable == true && host.said.live != false;
    if (is_in_cloud_maintenance(host) && host.said.reachable == true)
      note(name + " is in maintenance in CloudStack (" + host.cloud_resource_state + ").");
    else if (state == "Alert")
      bad("CloudStack holds " + name + " in Alert" + (well ? " though XenServer reaches it" : "") +
              ": its VMs are not restarted.",
          well ? "Reconnect the host in CloudStack."
               : "Declare it degraded in CloudStack once it is surely dead.");
    else if (state == "Down" && well)
      bad("CloudStack holds " + name + " for Down though XenServer reaches it.",
          "Reconnect the host in CloudStack.");
    else if (state == "Disconnected" && well && managed())
      warn("CloudStack is disconnected from " + name + ".",
           "It reconnects by itself; else reconnect it there.");
  }

  bool managed() const {
    const auto& cloud = s_.situation.cloud;
    return !cloud || cloud->managed_state.empty() || cloud->managed_state == "Managed";
  }

  bool is_in_cloud_maintenance(const HostStatus& host) const {
    const std::string& state = host.cloud_resource_state;
    return state.find("Maintenance") != std::string::npos || state == "Disabled";
  }

  /// Planned work that CloudStack shows, or our mark. A host that is being recovered failed unplanned.
  bool is_planned(const HostStatus& host) const {
    if (is_in_cloud_maintenance(host)) return true;
    return is_intended() && intended("do") != "host-recover" &&
           (intended("host") == host.said.label ||
            (!host.said.uuid.empty() && intended("host") == host.said.uuid));
  }

  void look_at_vms() {
    // Without a master nobody can tell which of its clusters is ours, whatever CloudStack answers.
    if (s_.situation.cloud && !s_.situation.cloud->problem.empty() && !s_.masters().empty())
      warn("CloudStack " + s_.cloudstack +
               " was not read: what it thinks of the hosts is not known, and if it " +
               "is down, nobody restarts VMs after a failure.",
           "Why it was not read stands below. Look at the management server, and at the keys.");
    if (!managed())
      warn("CloudStack does not manage the cluster (" + s_.situation.cloud->managed_state +
               "): it restarts no VM there.",
           "Manage the cluster in CloudStack when the work is done.");
    for (const OpenFailover& failover : s_.exporter.failovers) {
      const std::string of = "failover of the " + failover.role + " " + failover.host + ", " +
                             span_words(now_ - failover.lost_at) + " old";
      const std::string vms = std::to_string(failover.pending) + (failover.pending == 1 ? " VM" : " VMs");
      const HostStatus* host = s_.perhaps_not_lost(failover);
      if (failover.pending > 0 && host != nullptr && host->said.reachable == true)
        warn(failover.host + " was silent and answers again: whether its " + vms +
                 " ran on, the exporter says within minutes (" + of + ").",
             {}, command("failovers"));
      else if (failover.pending > 0 && host != nullptr)
        bad(vms + " of " + failover.host + " may be DOWN: it does not answer, though the master still " +
                "counts it as live (" + of + ").",
            {}, command("failovers"));
      else if (failover.pending > 0)
        bad(vms + (failover.pending == 1 ? " is" : " are") + " DOWN and wait for a restart (" + of + ").", {},
            command("failovers"));
      else
        warn("A " + of + ", is not over; no VM waits.", {}, command("failovers"));
    }
  }

  void look_at_hooks() {
    const HooksWord& hooks = s_.hooks;
    if (hooks.gave_up)
      warn("xenha-hooks gave up on this pool: " + hooks.gave_up->fact + ".",
           "Cure that, then:", command("clear"));
    if (hooks.paused)
      note("xenha-hooks is paused by " + hooks.paused->who + ": " + hooks.paused->reason + "; until " +
               moment_words(hooks.paused->until.value_or(now_), now_) + ".",
           {}, command("resume"));
    const auto& mark = s_.situation.paused;
    if (mark && (!mark->until || *mark->until > now_))
      note("The pool's own mark pauses every xenha-hooks: " + mark->text + "; " +
               mark_end_words(mark->until, now_) + ".",
           {}, command("resume") + " --on-pool");
    if (s_.situation.kill_switch == true) note("The kill switch file stops xenha-hooks for all pools.");
  }

  const PoolStatus& s_;
  const WallTime now_;
  std::vector<Finding> found_;
};

}  // namespace

bool PoolStatus::anybody_answers() const {
  return std::any_of(hosts.begin(), hosts.end(), [](const HostStatus& host) {
    const hooks::HostSituation& said = host.said;
    return said.reachable == true && (said.claims_master || said.emergency == true || !said.failure.empty());
  });
}

std::vector<std::string> PoolStatus::masters() const {
  std::vector<std::string> out;
  for (const HostStatus& host : hosts)
    if (host.said.claims_master == true) out.push_back(host.said.label);
  return out;
}

const HostStatus* PoolStatus::perhaps_not_lost(const OpenFailover& failover) const {
  if (failover.surely_lost) return nullptr;
  const auto found = std::find_if(hosts.begin(), hosts.end(), [&](const HostStatus& host) {
    return host.said.label == failover.host && host.said.live == true;
  });
  return found == hosts.end() ? nullptr : &*found;
}

std::vector<Finding> judge(const PoolStatus& status) {
  return Judge(status).run();
}

bool healthy(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kNote; });
}

}  // namespace xenha::ctl
