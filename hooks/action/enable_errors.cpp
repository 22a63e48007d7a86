#include "hooks/action/enable_errors.h"

#include <algorithm>
#include <array>

namespace xenha::hooks {
namespace {

// Never again is for what only a person can change and no guard can see: another try would meet the same, and
// "gave up" is louder than two failures a day. What a guard watches besides (plugs, room, licence, upgrade,
// dead hosts) or what storage and network mend by themselves is tried again; two attempts a day are no loop.
// Two of these are refused only for what this daemon would never send (an empty list of SRs) or what only a
// cable or a pif-plug ends: they are as final.
constexpr std::array kErrors = std::to_array<EnableError>({
    {"HOST_IS_SLAVE", Begun::kNo, AfterError::kRetry, "The host that was asked is no longer the master.",
     "Nothing: the next look finds the new one."},
    {"RBAC_PERMISSION_DENIED", Begun::kNo, AfterError::kNever, "The actor's account may not switch HA on.",
     "Give the account of `actor` the role pool-operator, then `xenhactl clear POOL`."},
    {"POOL_SECRET_ROTATION_PENDING", Begun::kNo, AfterError::kRetry,
     "The rotation of the pool secret has not ended.", "Finish it: `xe pool-secret-rotate`."},
    {"HA_IS_ENABLED", Begun::kNo, AfterError::kNotOurs, "Somebody else switched HA on first.",
     "Nothing. With every host armed that is a success."},
    {"*_IN_PROGRESS", Begun::kNo, AfterError::kNotOurs, "Somebody else is at work on the pool.",
     "Wait; `xe task-list` shows what it is."},
    {"TOO_MANY_PENDING_TASKS", Begun::kNo, AfterError::kRetry,
     "More than a hundred operations wait on the master.", "Look what holds them up: `xe task-list`."},
    {"NOT_SUPPORTED_DURING_UPGRADE", Begun::kNo, AfterError::kRetry, "Hosts have different versions.",
     "Finish the upgrade."},
    {"LICENCE_RESTRICTION", Begun::kNo, AfterError::kNever, "The licence does not allow HA.",
     "Apply a licence (`xe host-apply-edition`), then `xenhactl clear POOL`."},
    {"REQUIRED_PIF_IS_UNPLUGGED", Begun::kNo, AfterError::kNever,
     "An interface that must stay plugged is not: management or storage network.",
     "`xe pif-list currently-attached=false disallow-unplug=true`, plug it, then `xenhactl clear POOL`."},
    {"HOST_OFFLINE", Begun::kMaybe, AfterError::kRetry, "A member is not live.",
     "Bring the host back, or remove it from the pool."},
    {"CLUSTER_HOST_NOT_JOINED", Begun::kNo, AfterError::kRetry,
     "Of a GFS2 pool: a host has not joined the cluster.", "`xe cluster-host-list`."},
    {"NO_COMPATIBLE_CLUSTER_HOST", Begun::kNo, AfterError::kRetry, "Of a GFS2 pool: a host has no cluster.",
     "`xe cluster-host-list`."},
    {"CANNOT_CREATE_STATE_FILE", Begun::kNo, AfterError::kNever, "No SR was named, and none would do.",
     "Set `heartbeat_sr`, then `xenhactl clear POOL`."},
    {"SR_HAS_NO_PBDS", Begun::kNo, AfterError::kRetry, "A host has no plugged PBD for the heartbeat SR.",
     "`xe pbd-list sr-uuid=SR`, then `xe pbd-plug uuid=PBD`."},
    {"INCOMPATIBLE_STATEFILE_SR", Begun::kNo, AfterError::kNever,
     "The cluster stack wants an SR of another type.",
     "Use an SR of that type as `heartbeat_sr`, then `xenhactl clear POOL`."},
    {"SR_OPERATION_NOT_SUPPORTED", Begun::kNo, AfterError::kNever,
     "The type of this SR cannot carry a heartbeat.",
     "Use an NFS, iSCSI or HBA SR as `heartbeat_sr`, then `xenhactl clear POOL`."},
    {"SR_SOURCE_SPACE_INSUFFICIENT", Begun::kNo, AfterError::kRetry, "The heartbeat SR has no room.",
     "Enlarge it; from xapi 23.30 on almost 4 GB are needed."},
    {"SR_FULL", Begun::kNo, AfterError::kRetry, "The heartbeat SR has no room.", "Enlarge it."},
    {"SR_BACKEND_FAILURE_*", Begun::kMaybe, AfterError::kRetry, "The storage of the heartbeat SR failed.",
     "Look at the SR on the host: `/var/log/SMlog`."},
    {"VDI_NOT_AVAILABLE", Begun::kMaybe, AfterError::kRetry, "A host cannot attach the heartbeat disk.",
     "Look at the SR on the host: `/var/log/SMlog`."},
    {"VDI_INCOMPATIBLE_TYPE", Begun::kMaybe, AfterError::kRetry, "A host cannot attach the heartbeat disk.",
     "Look at the SR on the host: `/var/log/SMlog`."},
    {"CANNOT_CONTACT_HOST", Begun::kYes, AfterError::kRetry, "A host was lost on the way.",
     "Bring the host back; look at the management network."},
    {"HA_FAILED_TO_FORM_LIVESET", Begun::kYes, AfterError::kRetry,
     "The hosts did not find each other in time.", "Look at the network between the hosts (UDP port 694)."},
    {"HA_HOST_CANNOT_ACCESS_STATEFILE", Begun::kYes, AfterError::kRetry,
     "A host does not reach the heartbeat disk.",
     "Look at the storage network of the hosts: `/var/log/xha.log`."},
    {"INTERNAL_ERROR", Begun::kMaybe, AfterError::kRetry, "Anything else that XenServer has no code for.",
     "The text stands in `xenhactl journal`; look into `/var/log/xensource.log` of the master."},
    {"TASK_CANCELLED", Begun::kNo, AfterError::kRetry, "Somebody cancelled it while it waited for its turn.",
     "Nothing, or `xenhactl pause POOL` if it should stay off."},
    {"SESSION_INVALID", Begun::kNo, AfterError::kRetry, "The session was gone before the call.", "Nothing."},
});

bool fits(std::string_view pattern, std::string_view code) {
  if (pattern.starts_with('*')) return code.ends_with(pattern.substr(1));
  if (pattern.ends_with('*')) return code.starts_with(pattern.substr(0, pattern.size() - 1));
  return code == pattern;
}

std::string_view outcome_of(const EnableError& error) {
  if (error.code == "HA_IS_ENABLED") return "`success`, or `not_armed`";
  switch (error.begun) {
    case Begun::kNo:
      return "`failed`";
    case Begun::kYes:
      return "`rolled_back`";
    case Begun::kMaybe:
      break;
  }
  return "`failed`, or `rolled_back` once it had begun";
}

std::string_view again(AfterError after) {
  switch (after) {
    case AfterError::kRetry:
      return "after `cool_down`";
    case AfterError::kNever:
      return "never: it gives up";
    case AfterError::kNotOurs:
      break;
  }
  return "no attempt; it looks again";
}

}  // namespace

std::span<const EnableError> enable_errors() {
  return kErrors;
}

const EnableError* enable_error(std::string_view code) {
  const auto found = std::find_if(kErrors.begin(), kErrors.end(),
                                  [code](const EnableError& error) { return fits(error.code, code); });
  return found == kErrors.end() ? nullptr : &*found;
}

std::string enable_errors_section() {
  std::string out =
      "\n## Errors of enable_ha\n\n"
      "Generated from `hooks/action/enable_errors.cpp`. An attempt is a call that left the daemon; whatever "
      "came "
      "of it stands in the journal with the code. Other codes count as attempts and are tried again after "
      "`cool_down`. `max_attempts_per_day` ends every series.\n\n"
      "| Error | Outcome | Tried again | What is the case | What you do |\n|---|---|---|---|---|\n";
  for (const EnableError& error : kErrors) {
    std::string code(error.code);
    out += "| `" + code + "` | " + std::string(outcome_of(error)) + " | " + std::string(again(error.after)) +
           " | " + std::string(error.meaning) + " | " + std::string(error.step) + " |\n";
  }
  out +=
      "| none: the answer or the task was lost | by what the pool shows then: `success`, or `unknown` | "
      "after "
      "`cool_down` | A connection broke, or the master's toolstack was restarted. | Nothing: the call is "
      "never "
      "repeated before the pool was looked at. |\n"
      "| none: it does not end | `unknown`, with \"still running\" | after `cool_down`, once it ended | "
      "XenServer "
      "undoes a failed start only when every host answers: that can last for ever. | Bring the host back, or "
      "its "
      "storage; `xe task-list`. |\n";
  return out;
}

}  // namespace xenha::hooks
