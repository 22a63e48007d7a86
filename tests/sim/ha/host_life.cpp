#include "tests/sim/ha/host_life.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/log.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/ha/liveset.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {

Status open_listener(World& world, Host& host, const std::optional<TlsIdentity>& tls) {
  ListenerOptions options;
  options.address = host.address;
  options.port = world.port;
  options.tls = tls;
  if (host.site->release < Release::k82) options.head_limit = 0;
  Result<std::unique_ptr<Listener>> listener =
      Listener::open(world.loop, std::move(options), [&world, &host](std::shared_ptr<Exchange> exchange) {
        serve(world, host, exchange);
        world.changed();
      });
  if (!listener) return listener.error();
  host.listener = std::move(*listener);
  world.port = host.listener->port();
  return Nothing{};
}

void apply_network(Host& host) {
  Network network = host.fault;
  const bool listens = host.agent == Agent::kRunning || host.agent == Agent::kNotReady;
  if (!host.powered || host.isolated)
    network = Network::hang();
  else if (!listens)
    network = host.answers_refused ? Network::refuse() : Network::hang();
  const Status status = host.listener->set_network(network);
  if (!status)
    log::warn("cannot change the network of a simulated host",
              {{"host", host.address}, {"error", status.error().message}});
}

namespace {

/// Everything that lives in xapi's memory ends.
void forget_agent_state(Host& host) {
  ++host.incarnation;
  abort_calls(host);
  host.events.reset();
  host.sessions.clear();
  host.local_sessions.clear();
  host.disabled_by_call = false;
  host.ha_operations = 0;
  host.agent = Agent::kDown;
  host.emergency.reset();
}

/// The heartbeat stops; the others notice after T.
void drop_out(Host& host, bool clean) {
  if (!host.xhad) return;
  host.xhad = false;
  host.excluded = clean;
  // An isolated host has been silent since it was cut off.
  host.left_at = host.isolated_at ? *host.isolated_at : host.world->clock.now();
}

void lose_power(Host& host, bool clean) {
  host.ha_was_on = host.ha_armed;
  host.went_down_unclean = !clean;
  drop_out(host, clean);
  forget_agent_state(host);
  host.dom0_until = host.world->clock.now();
  host.world->note("host_lost_power", host);
  host.powered = false;
  host.answers_refused = false;
  apply_network(host);
  host.world->changed();
}

}  // namespace

void power_off(Host& host) {
  if (host.powered) lose_power(host, false);
}

void power_on(Host& host) {
  if (host.powered) return;
  World& world = *host.world;
  ++host.incarnation;
  host.powered = true;
  apply_network(host);
  world.later(host, timings::kFirmware, [&world, &host] {
    host.boot_time = world.wall(host);
    host.dom0_since = world.clock.now();
    host.answers_refused = true;
    apply_network(host);
    world.later(host, timings::kDom0Boot, [&host] { start_agent(host, timings::kAgentStart); });
  });
}

void fence(Host& host) {
  if (!host.powered) return;
  lose_power(host, false);
  power_on(host);
}

void shut_down(Host& host, Duration delay, bool again) {
  host.world->later(host, delay, [&host, again] {
    lose_power(host, true);
    if (again) power_on(host);
  });
}

void stop_agent(Host& host) {
  forget_agent_state(host);
  host.answers_refused = true;
  apply_network(host);
  host.world->changed();
}

void stop_agent_for_good(Host& host) {
  stop_agent(host);
  if (!host.xhad) return;
  host.world->later(host, timings::kHealthCheck, [&host] { fence(host); });
}

void restart_agent(Host& host, Duration delay) {
  if (!host.powered) return;
  host.world->later(host, delay, [&host] {
    stop_agent(host);
    start_agent(host, timings::kAgentStart);
  });
}

void take_master_role(Host& host, std::shared_ptr<Database> db) {
  host.db = std::move(db);
  host.role = PoolRole::kMaster;
  host.master_address.clear();
  host.became_master = host.world->clock.now();
}

void follow(Host& host, const std::string& address) {
  host.events.reset();
  host.role = PoolRole::kSlave;
  host.master_address = address;
  host.forced_emergency.reset();
}

void isolate(Host& host, bool isolated) {
  if (host.isolated == isolated) return;
  host.isolated = isolated;
  host.world->note(isolated ? "host_isolated" : "host_reconnected", host);
  host.isolated_at = isolated ? std::optional(host.world->clock.now()) : std::nullopt;
  apply_network(host);
  host.world->changed();
}

void set_statefile_access(Host& host, bool access) {
  if (host.statefile_access == access) return;
  host.statefile_access = access;
  host.statefile_lost_at = access ? std::nullopt : std::optional(host.world->clock.now());
  host.world->changed();
}

}  // namespace xenha::sim
