// What the parts that watch one pool share. All of them live on that pool's thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "exporter/exporter_config.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/base/clock.h"
#include "lib/base/credential_gate.h"
#include "lib/http/transport.h"
#include "lib/xapi/client.h"

namespace xenha::exporter {

struct PollSettings {
  Duration probe_interval = std::chrono::seconds(5);
  Duration request_timeout = std::chrono::seconds(10);
  Duration keep_facts = std::chrono::minutes(15);
};

inline constexpr Duration kRefusalTakes = std::chrono::seconds(15);
inline constexpr const char* kOriginator = "xenha-exporter";

struct PoolContext {
  PoolConfig config;
  PollSettings settings;
  const Clock& clock;
  http::Transport& transport;
  xapi::Client& client;
  PoolSelf self = {};
  CredentialGate login_gate = {};
  CredentialGate host_gate = {};
  int api_major = 0, api_minor = 0;  ///< of the master; 0 unknown

  /// API before 2.3: a plain login on a slave makes a database session and may hang there (reference 2.1).
  bool old_api() const { return api_major == 2 && api_minor < 3; }
  /// Into `self`: one finished exchange.
  void count(const xapi::CallReport& report);

  bool host_login_is_login() const {
    return config.host_login && config.host_login->same_login(config.login);
  }
  /// May local root's credential be sent now? The same credential as the login's shares its turns and its
  /// refusals until somebody has proven it.
  CredentialGate::Answer ask_local(SteadyTime now) const {
    if (host_login_is_login() && !login_gate.proven()) {
      const CredentialGate::Answer login = login_gate.ask(now);
      if (login != CredentialGate::Answer::kGo) return login;
    }
    return host_gate.ask(now);
  }
  void local_begins(SteadyTime now) {
    host_gate.begin(now);
    if (host_login_is_login() && !login_gate.proven()) login_gate.begin(now);
  }
  void local_ended() {
    host_gate.end();
    if (host_login_is_login() && !login_gate.proven()) login_gate.end();
  }
  void local_accepted() {
    host_gate.accepted();
    if (host_login_is_login()) login_gate.accepted();
  }
  /// A member refused local root. Where sessions have proven the same password, only this use of it stops:
  /// after emergencies one host's root password may differ from the pool's (reference 2.3).
  void local_refused(SteadyTime now) {
    host_gate.refused(now);
    if (host_login_is_login() && !login_gate.proven()) login_gate.refused(now);
  }

  SteadyTime deadline() const { return clock.steady() + settings.request_timeout; }
  /// Of a login. A wrong password is answered after 5 s only; to give up before would be to try it again and
  /// again.
  SteadyTime login_deadline(const CredentialGate& gate) const {
    const Duration patience =
        gate.proven() ? settings.request_timeout : std::max(settings.request_timeout, kRefusalTakes);
    return clock.steady() + patience;
  }
};

using config::endpoint_of;

}  // namespace xenha::exporter
