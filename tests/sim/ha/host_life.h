// Power, boot, toolstack start and the way a slave finds its master.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// Binds the host's address. Errors: kBadConfig.
Status open_listener(World& world, Host& host, const std::optional<TlsIdentity>& tls);
/// Makes the listener behave as power, boot, isolation and the scenario's network fault say.
void apply_network(Host& host);

/// The plug is pulled: silence, nothing is written, the heartbeat stops.
void power_off(Host& host);
/// Firmware, dom0, toolstack; nothing happens to a host that has power.
void power_on(Host& host);
/// A hard reset by the watchdog or by hand.
void fence(Host& host);
/// A shutdown in order after `delay`: the host leaves the liveset cleanly. `again`: and boots.
void shut_down(Host& host, Duration delay, bool again);
/// Toolstack restart after `delay`: sessions and tasks are gone, connections broken.
void restart_agent(Host& host, Duration delay);
void stop_agent(Host& host);
/// Stops xapi and leaves it stopped: under HA the daemon's health check fences the host minutes later.
void stop_agent_for_good(Host& host);
/// A slave tries its master now: leaves emergency mode or learns why not.
void say_hello(Host& host);
/// The host becomes (or stays) master at the next start of its toolstack, with that database.
void take_master_role(Host& host, std::shared_ptr<Database> db);
/// The host follows `address` from its next start on.
void follow(Host& host, const std::string& address);
/// Cuts the host off from all others and from clients, or connects it again.
void isolate(Host& host, bool isolated);
/// Storage path to the heartbeat disk.
void set_statefile_access(Host& host, bool access);

/// Makes a master of a host whose database is ready: roles of all, sessions, re-enabling. At start and by the
/// builder.
void open_for_business(Host& host, bool at_world_start);

}  // namespace xenha::sim
