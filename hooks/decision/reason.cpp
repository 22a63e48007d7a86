#include "hooks/decision/reason.h"

namespace xenha::hooks {
namespace {

constexpr std::array<ReasonText, kReasons> kTexts{{
    {Reason::kNoPolicy, "no_policy", Verdict::kIgnored, "No policy names this alert.",
     "Nothing, or add the alert to `hooks.policies`."},
    {Reason::kKillSwitch, "kill_switch", Verdict::kRefuse,
     "The file that stops everything exists (`kill_switch_file`, /etc/xenha/STOP unless set), or it cannot "
     "be told whether "
     "it does.",
     "Remove the file when the reason for it is gone."},
    {Reason::kPaused, "paused", Verdict::kWait,
     "Somebody paused the automation, here or by the mark `xenha:paused` on the pool.",
     "`xenhactl resume POOL` when the work is done; a pause ends by itself at its expiry."},
    {Reason::kGaveUp, "gave_up", Verdict::kRefuse,
     "The automation gave up on this pool: HA went off again soon after it was put back, XenServer answered "
     "with an error "
     "that trying again does not mend, or most pools wanted it at once.",
     "Read the reason in `xenhactl decisions POOL`, mend it, then `xenhactl clear POOL`."},
    {Reason::kFactsUnknown, "facts_unknown", Verdict::kWait,
     "A read of pool or hosts failed, a fact is older than `max_facts_age`, or two looks at the pool differ.",
     "Wait for the next look. If it stays: the fact names the read; look at the host it names, the network, "
     "the account."},
    {Reason::kAlreadyEnabled, "already_enabled", Verdict::kDone,
     "HA is on. With every host armed that is done; with a host not armed it is waited, for enabling again "
     "would be refused.",
     "Nothing if done. Else look at the heartbeat SR of the host that is not armed: `xenhactl status POOL`."},
    {Reason::kOperationRunning, "operation_running", Verdict::kWait,
     "An operation runs on the pool, or a task that switches HA on or off is pending.",
     "Wait; `xe task-list` shows it. Never cancel it: that has no effect."},
    {Reason::kUpgrade, "upgrade", Verdict::kWait,
     "A rolling upgrade is under way, or hosts have different versions.",
     "Finish the upgrade. If `xe pool-param-get uuid=POOL param-name=other-config` still has "
     "rolling_upgrade_in_progress "
     "afterwards, remove that key."},
    {Reason::kMastersDisagree, "masters_disagree", Verdict::kWait,
     "Not exactly one host claims to be master, or a host follows another.",
     "`xenhactl status POOL`. During an election: wait three minutes. Two masters: decide who is right "
     "before anything else."},
    {Reason::kHostUnreachable, "host_unreachable", Verdict::kWait,
     "A member does not answer when asked directly.",
     "Bring the host back, or remove it from the pool; XenServer would refuse with a member off. `xenhactl "
     "host recover`."},
    {Reason::kHostNotLive, "host_not_live", Verdict::kWait, "The master holds a member for dead.",
     "Bring the host back. After an election this may lag for minutes although all is well."},
    {Reason::kHostDisabled, "host_disabled", Verdict::kWait, "A member is disabled.",
     "Wait five minutes after a start of the toolstack. Else finish the maintenance, then `xe host-enable`."},
    {Reason::kHostEmergency, "host_emergency", Verdict::kWait, "A member is in emergency mode.",
     "`xenhactl host recover POOL HOST`."},
    {Reason::kSettling, "settling", Verdict::kWait,
     "The master's toolstack, or the last change of master, host state or HA, is younger than `settle`.",
     "Nothing: it goes on by itself."},
    {Reason::kCloudUnknown, "cloud_unknown", Verdict::kWait,
     "The pool has a CloudStack, and it could not be read, or does not know every host.",
     "Bring the management server back; check the keys and `cloudstack_cluster`."},
    {Reason::kCloudMaintenance, "cloud_maintenance", Verdict::kWait,
     "A host of the cluster is in maintenance, or disabled, in CloudStack.",
     "Finish the work, then end the maintenance in CloudStack."},
    {Reason::kCloudHostState, "cloud_host_state", Verdict::kWait,
     "CloudStack is connecting to a host of the cluster.",
     "Nothing: it takes a minute. If it stays, look at the host in CloudStack."},
    {Reason::kCloudUnmanaged, "cloud_unmanaged", Verdict::kWait,
     "CloudStack was told not to manage the cluster.", "Manage the cluster again when the work is done."},
    {Reason::kCloudQuiet, "cloud_quiet", Verdict::kWait,
     "Maintenance in CloudStack ended less than `maintenance_quiet` ago: whoever did it may still be at it.",
     "Nothing, or switch HA on yourself: `xenhactl ha enable POOL`."},
    {Reason::kOperatorIntent, "operator_intent", Verdict::kRefuse,
     "A procedure of xenhactl runs, or an operator switched HA off: the mark `xenha:intent`, or a line in "
     "the master's audit "
     "log. An audit log that cannot be read counts as that.",
     "If it should be on: `xenhactl ha enable POOL`. Otherwise nothing: it is forgotten after "
     "`intent_forget_after`. A log that stays unreadable, as that of a dead former master does, is not: then "
     "only a person ends it."},
    {Reason::kSrUnknown, "sr_unknown", Verdict::kWait,
     "Which SR should carry the heartbeat is not known: none is configured, and HA was never seen on; or the "
     "configured one "
     "does not exist.",
     "Set `heartbeat_sr` for the pool, or switch HA on once by hand."},
    {Reason::kSrNotPlugged, "sr_not_plugged", Verdict::kWait,
     "The heartbeat SR has not exactly one plugged PBD on every host.",
     "On the host named: `xe pbd-list sr-uuid=SR host-uuid=HOST`, then `xe pbd-plug uuid=PBD`."},
    {Reason::kSrUnexpected, "sr_unexpected", Verdict::kRefuse,
     "The configured heartbeat SR is not the one that carried the heartbeat last.",
     "Correct `heartbeat_sr`, or switch HA on once by hand on the configured one."},
    {Reason::kSrNotShared, "sr_not_shared", Verdict::kRefuse, "The heartbeat SR is not shared by all hosts.",
     "Use an NFS or iSCSI SR of the whole pool."},
    {Reason::kSrNoRoom, "sr_no_room", Verdict::kRefuse,
     "The heartbeat SR has neither the disks of the last time nor room for new ones; from xapi 23.30 on "
     "these take almost "
     "4 GB.",
     "Enlarge the SR, or remove what does not belong there."},
    {Reason::kNotLicensed, "not_licensed", Verdict::kRefuse, "The pool's licence does not allow HA.",
     "Apply a licence: `xe host-apply-edition`."},
    {Reason::kCoolDown, "cool_down", Verdict::kWait, "An attempt is younger than `cool_down`.",
     "Nothing: it goes on by itself."},
    {Reason::kTooManyAttempts, "too_many_attempts", Verdict::kRefuse,
     "`max_attempts_per_day` attempts were made within 24 hours.",
     "Find out why HA does not stay on: `xenhactl decisions POOL`."},
    {Reason::kStorm, "storm", Verdict::kWait,
     "Many pools want it at once: all wait until no more join, then they get it one at a time. If it is most "
     "of them, the "
     "automation gives up until cleared.",
     "Look for what the pools share: storage, network, time. Then `xenhactl clear POOL` where it gave up."},
    {Reason::kOtherAction, "other_action", Verdict::kWait, "This daemon is at work on another pool.",
     "Nothing: one after the other."},
    {Reason::kFlap, "flap", Verdict::kRefuse,
     "HA is off again less than `flap_window` after the automation put it back. It gives up on this pool.",
     "Find out who or what switches it off, then `xenhactl clear POOL`."},
    {Reason::kUnfinishedAttempt, "unfinished_attempt", Verdict::kWait,
     "An attempt has no outcome yet, as a crash leaves it.",
     "Nothing: the daemon compares it with the pool and goes on."},
    {Reason::kSafeToEnable, "safe_to_enable", Verdict::kAct,
     "Nobody objects: HA is switched on. In mode dry-run the verdict is would_act, in standby it is standby, "
     "and nothing is "
     "done.",
     "Nothing. In dry-run: set `mode: act` once you agree with what it would have done."},
}};

}  // namespace

std::span<const ReasonText, kReasons> reason_texts() {
  return kTexts;
}

const ReasonText& text_of(Reason reason) {
  return kTexts[static_cast<std::size_t>(reason)];
}

std::string decisions_page() {
  std::string out =
      "# Decisions of xenha-hooks\n\n"
      "Generated from `hooks/decision/reason.cpp`; change the text there.\n\n"
      "The first of these that objects gives the reason; when none does, HA is switched on. A guard that "
      "cannot be judged "
      "objects like one that fails. `xenhactl explain POOL` shows all of them, now.\n\n"
      "| Reason | Verdict | What is the case | What you do |\n|---|---|---|---|\n";
  for (const ReasonText& text : kTexts) {
    out += "| `" + std::string(text.word) + "` | " + std::string(word(text.verdict)) + " | " +
           std::string(text.meaning) + " | " + std::string(text.step) + " |\n";
  }
  return out;
}

}  // namespace xenha::hooks
