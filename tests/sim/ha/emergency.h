// The emergency calls of the API as acts on hosts.
#pragma once

#include <optional>

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// On this host only: watchdog disarmed, daemon stopped, flagged as excluded; unless `soft` not armed any
/// more. Failure: HA_NOT_ENABLED when it is not armed and `soft` is false.
std::optional<Failure> emergency_ha_disable(Host& host, bool soft);
/// The host becomes master after a fuse, whatever others think. Failure: HA_IS_ENABLED while armed.
std::optional<Failure> become_master_by_hand(Host& host);
/// The host follows `address` after a fuse; nothing if it does so already. Failure: HA_IS_ENABLED while
/// armed.
std::optional<Failure> reset_master(Host& host, const std::string& address);
/// Puts a host into emergency mode with a reason, visible over the network; `thinks_master`: with its old
/// role.
void force_emergency(Host& host, Failure reason, bool thinks_master);
/// A second master with a copy of the pool's database, at once and without restart.
void split_brain(Host& host);

}  // namespace xenha::sim
