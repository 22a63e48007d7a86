// Makes the call of a step, once. With the pool's actor, CloudStack's actor, or the host's own root.
#pragma once

#include <string>

#include "hooks/ctl/ctl_config.h"
#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/position.h"
#include "hooks/ctl/run/facts_reader.h"

namespace xenha::ctl {

class Acts {
 public:
  /// `pool` has an actor. `cloud` may be null, or without an actor, where no step needs it.
  Acts(const CtlPool& pool, const CtlCloud* cloud, http::Transport& transport, const Clock& clock,
       Duration timeout);

  /// The task or job that it began; empty when the call does its work at once. Errors: kUnreachable and
  /// kTimeout: nobody knows whether it was carried out.
  Result<std::string> act(StepId step, const Facts& facts, const Position& position,
                          const HeartbeatChoice& heartbeat);
  /// A mark on the pool: xenha:intent or xenha:paused. Of the facts only the master and the pool are used.
  Status mark(const Facts& facts, const char* key, const std::string& text);
  Status unmark(const Facts& facts, const char* key);
  /// A finished task of ours; that it stays changes nothing.
  void forget_task(const Facts& facts, const std::string& task);

 private:
  Result<xapi::Session> log_in(const Facts& facts);
  Result<std::string> in_cloud(StepId step, const HostFacts& host);
  Result<std::string> as_own_root(const HostFacts& host);
  SteadyTime soon() const { return clock_.steady() + timeout_; }

  const CtlPool& pool_;
  const CtlCloud* cloud_;
  http::Transport& transport_;
  const Clock& clock_;
  const Duration timeout_;
  xapi::Client client_;
  const xapi::Line line_;
};

}  // namespace xenha::ctl
