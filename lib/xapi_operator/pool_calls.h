// Calls that change a pool as a whole, for the procedures of xenhactl. None is ever repeated by the
// transport: after kUnreachable or kTimeout nobody knows whether it was carried out, and the caller looks
// (reference X 4.8).
#pragma once

#include <string>

#include "lib/xapi/ask.h"

namespace xenha::xapi {

/// Async.pool.disable_ha on the master: the reference of its task. Errors: kRemoteFault "HA_NOT_ENABLED".
Result<std::string> start_disable_ha(Session& actor, SteadyTime deadline);

/// pool.designate_new_master. HA must be off: kRemoteFault "HA_IS_ENABLED". It answers before all hosts
/// restart their toolstacks, so every session and task is gone about ten seconds later. "HA_ABORT_NEW_MASTER"
/// and "HOST_OFFLINE": nothing has changed.
Status designate_new_master(Session& actor, const std::string& host_ref, SteadyTime deadline);

/// An entry of pool.other_config, replaced: XenAPI adds only what is not there. For a moment there is none.
Status set_pool_mark(Session& actor, const std::string& pool_ref, const std::string& key,
                     const std::string& text, SteadyTime deadline);
/// Succeeds also when there was none.
Status remove_pool_mark(Session& actor, const std::string& pool_ref, const std::string& key,
                        SteadyTime deadline);

}  // namespace xenha::xapi
