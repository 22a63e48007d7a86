// Calls that change one host, for the procedures of xenhactl. As in pool_calls.h none is ever repeated by the
// transport. Parameters that later releases added have defaults there (host.evacuate's network and batch
// size, host.disable's auto_enable), and the fewest are understood by every release.
#pragma once

#include <string>

#include "lib/xapi/ask.h"

namespace xenha::xapi {

/// No VM starts on it any more. Forgotten when the toolstack of the host or of the master restarts. Errors:
/// "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN" with a failover plan only.
Status disable_host(Session& actor, const std::string& host_ref, SteadyTime deadline);
/// Errors: "HOST_STILL_BOOTING", "HOST_DISABLED_UNTIL_REBOOT".
Status enable_host(Session& actor, const std::string& host_ref, SteadyTime deadline);

/// The reference of the task that migrates every VM away.
Result<std::string> start_evacuation(Session& actor, const std::string& host_ref, SteadyTime deadline);

/// Both need a disabled host without VMs: "HOST_NOT_DISABLED", "HOST_IN_USE"; with HA on also its statefile:
/// "HA_LOST_STATEFILE". The host leaves the liveset in order, so nobody takes it for dead. The reference of
/// the task; it is lost with the toolstack when the host is the master.
Result<std::string> start_reboot(Session& actor, const std::string& host_ref, SteadyTime deadline);
Result<std::string> start_shutdown(Session& actor, const std::string& host_ref, SteadyTime deadline);

/// What host.emergency_ha_disable takes: nothing before 7.1, `soft` from then on. One too many is refused.
enum class EmergencyForm { kBare, kSoftArgument };
/// From API 2.6, which is 7.1; 0.0 is unknown and taken for a recent one.
EmergencyForm emergency_form(int api_major, int api_minor);

/// On the host itself, by a local session of its root: disarms its watchdog for good, not only until the next
/// boot. Errors: "HA_NOT_ENABLED" when it was not armed.
Status emergency_ha_disable(Session& local, EmergencyForm form, SteadyTime deadline);

}  // namespace xenha::xapi
