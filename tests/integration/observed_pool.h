// The hooks' observer against a simulated pool that lost HA in silence, over real sockets.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "hooks/allowed_methods.h"
#include "hooks/decision/guards.h"
#include "hooks/situation/observer.h"
#include "lib/http/curl_transport.h"
#include "lib/xapi/call.h"
#include "tests/sim/sim.h"

namespace xenha::test {

/// Release, with or without a cloud.
sim::SimulationOptions one_pool(const std::string& release = "8.2", const std::string& cloud = "4.20.3.0");

class ObservedPool {
 public:
  explicit ObservedPool(sim::SimulationOptions options = one_pool());
  /// No session of ours is left and we wrote nothing.
  ~ObservedPool();
  ObservedPool(const ObservedPool&) = delete;
  ObservedPool& operator=(const ObservedPool&) = delete;

  /// As an operator would configure it; change it before the first look.
  config::PoolConfig config;
  std::optional<config::CloudConfig> cloud;
  hooks::Observer::Settings settings{.request_timeout = std::chrono::seconds(3),
                                     .methods = hooks::kAllowedMethods};
  /// What the journal would remember; filled by see_it_on().
  hooks::Remembered remembered;

  /// A look while HA is on: what the daemon remembers of it, as if that had been ten minutes ago. The
  /// observer that looked is gone afterwards, as over a restart.
  void see_it_on();
  void command(const std::string& name, const std::string& arguments_json = "{}");
  /// Everything above at once: seen on, then disarmed in silence.
  void lose_ha();

  hooks::Look look(Duration patience = std::chrono::seconds(20));
  hooks::Look glance(Duration patience = std::chrono::seconds(20));
  /// The next look is that of a restarted daemon.
  void restart() { observer_.reset(); }
  hooks::Observer& observer();

  sim::Simulation& sim() { return *sim_; }
  /// As root, over the API: what an operator does. The result's text, or the failure's code.
  std::string call(const std::string& method, xapi::Params more = {}, int host = 1);
  /// Calls to hosts and clouds that our originator made, or that carry no session yet.
  std::size_t calls_of(const std::string& method);
  /// Calls that ended in SESSION_AUTHENTICATION_FAILED.
  int refused_logins();
  int open_sessions();
  /// 6.2: a slave makes a session at its master and then says HOST_IS_SLAVE; nobody ever learns its name.
  int sessions_nobody_knows();

 private:
  SystemClock clock_;
  std::string release_;
  std::unique_ptr<sim::Simulation> sim_;
  http::CurlTransport transport_;
  std::unique_ptr<hooks::Observer> observer_;
};

/// The decision about one look, as if two in a row had said the same; the worker's part is all well.
hooks::Decision decide(hooks::Situation situation);
/// Words of the guards that object to the pool, in order of precedence.
std::vector<std::string> objectors(const hooks::Situation& situation);
/// All guards with their facts, for a failing test's message.
std::string explained(const hooks::Situation& situation);

}  // namespace xenha::test
