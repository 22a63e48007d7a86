// What the parts of one look share: whom to ask, how, and until when.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>

#include "hooks/situation/observer.h"
#include "hooks/situation/open_sessions.h"
#include "hooks/situation/passwords.h"

namespace xenha::hooks {

struct PoolAccess {
  const config::PoolConfig& config;
  const Observer::Settings& settings;
  xapi::Line line;
  Passwords& passwords;
  OpenSessions& sessions;
  SteadyTime deadline;  ///< of everything that is asked; the logouts come after it
  const std::atomic<bool>& stopped;

  SteadyTime now() const { return line.clock.steady(); }
  bool over() const { return stopped || now() >= deadline; }
  SteadyTime call_deadline() const { return std::min(now() + settings.request_timeout, deadline); }
  SteadyTime login_deadline(bool proven) const {
    const Duration patience = proven ? settings.request_timeout
                                     : std::max<Duration>(settings.request_timeout, Passwords::kRefusalTakes);
    return std::min(now() + patience, deadline);
  }
  std::shared_ptr<const http::Endpoint> endpoint(const std::string& address) const {
    return config::endpoint_of(config, address);
  }
};

}  // namespace xenha::hooks
