// Power, toolstack, network and emergency mode of one host.
#include <utility>

#include "tests/sim/control/commands.h"
#include "tests/sim/ha/emergency.h"
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/world/timings.h"

namespace xenha::sim {
namespace {

Result<Json> network(CommandArgs& args) {
  const std::string mode = args.text("mode", "up");
  const auto delay =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(args.number("seconds", 1)));
  for (Host* host : args.hosts()) {
    if (mode == "cut") {
      isolate(*host, true);
      continue;
    }
    isolate(*host, false);
    if (mode == "up")
      host->fault = Network::up();
    else if (mode == "refuse")
      host->fault = Network::refuse();
    else if (mode == "hang")
      host->fault = Network::hang();
    else if (mode == "delay")
      host->fault = Network::delayed(delay);
    else if (mode == "truncate")
      host->fault = Network::cut_after(static_cast<std::size_t>(args.number("bytes", 100)));
    else if (mode == "garble")
      host->fault = Network::garble();
    else
      return bad_command("mode is one of up, cut, refuse, hang, delay, truncate, garble");
    apply_network(*host);
  }
  return done();
}

/// A slave that its master does not take, for a reason that the scenario chooses; or a master in the same
/// state.
Result<Json> emergency(CommandArgs& args) {
  Failure reason = fail(args.text("code", "HOST_STILL_BOOTING"));
  if (args.json.contains("args"))
    for (const Json& argument : args.json.at("args"))
      reason.description.push_back(argument.get<std::string>());
  force_emergency(*args.host, std::move(reason), args.flag("thinks_master", false));
  return done();
}

Result<Json> clear_emergency(CommandArgs& args) {
  Host& host = *args.host;
  host.forced_emergency.reset();
  // One that its own HA kept out joins the live set again as its toolstack starts, and only so.
  const bool left_the_liveset = host.ha_armed && !host.xhad;
  if (host.is_master() || left_the_liveset) restart_agent(host, Duration::zero());
  say_hello(host);
  return done();
}

/// xapi listens and its database is not ready: HOST_STILL_BOOTING, not emergency mode.
Result<Json> booting(CommandArgs& args) {
  if (args.flag("on", true)) {
    stop_agent(*args.host);
    args.host->agent = Agent::kNotReady;
    apply_network(*args.host);
  } else {
    restart_agent(*args.host, Duration::zero());
  }
  return done();
}

/// Another key than before, self-signed; "expired": also out of date.
Result<Json> certificate(CommandArgs& args) {
  if (!args.world.options.tls) return bad_command("the simulation runs without TLS");
  IdentityOptions options;
  options.common_name = args.host->address;
  options.names = {args.host->address};
  options.tls = tls_profile(args.site->release);
  if (args.flag("expired", false))
    options.not_after = std::chrono::system_clock::now() - std::chrono::hours(1);
  Result<TlsIdentity> identity = make_identity(options);
  if (!identity) return identity.error();
  args.host->listener.reset();
  if (Status status = open_listener(args.world, *args.host, *identity); !status) return status.error();
  apply_network(*args.host);
  return done();
}

Result<Json> clock_skew(CommandArgs& args) {
  for (Host* host : args.hosts())
    host->clock_skew =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(args.number("seconds", 0)));
  return done();
}

}  // namespace

void add_host_commands(CommandMap& commands) {
  const auto on_host = [&commands](const char* name, void (*act)(Host&)) {
    commands[name] = {true, [act](CommandArgs& args) {
                        act(*args.host);
                        return done();
                      }};
  };
  on_host("power-off", [](Host& host) { power_off(host); });
  on_host("power-on", [](Host& host) { power_on(host); });
  on_host("reset", [](Host& host) { fence(host); });
  on_host("restart-toolstack", [](Host& host) { restart_agent(host, timings::kAgentStop); });
  on_host("stop-toolstack", [](Host& host) { stop_agent_for_good(host); });
  on_host("start-toolstack", [](Host& host) {
    ++host.incarnation;  // the fence that was planned is off
    start_agent(host, timings::kAgentStart);
  });
  on_host("console-emergency-ha-disable", [](Host& host) { emergency_ha_disable(host, false); });
  on_host("console-transition-to-master", [](Host& host) { become_master_by_hand(host); });
  commands["network"] = {false, network};
  commands["emergency"] = {true, emergency};
  commands["clear-emergency"] = {true, clear_emergency};
  commands["booting"] = {true, booting};
  commands["certificate"] = {true, certificate};
  commands["clock-skew"] = {false, clock_skew};
}

}  // namespace xenha::sim
