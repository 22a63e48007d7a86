// host.emergency_ha_disable, pool.emergency_*, pool.recover_slaves, pool.is_slave.
#include "tests/sim/ha/emergency.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

void answer(const ApiCallPtr& call, const std::optional<Failure>& failure) {
  if (failure)
    call->fail(*failure);
  else
    call->succeed();
}

void ha_disable(const ApiCallPtr& call) {
  const bool soft = call->params.size() > 1 && call->params[1].is_boolean() && call->params[1].get<bool>();
  answer(call, emergency_ha_disable(call->host, soft));
}

void transition(const ApiCallPtr& call) {
  answer(call, become_master_by_hand(call->host));
}

void reset(const ApiCallPtr& call) {
  answer(call, reset_master(call->host, call->text(1)));
}

/// Every other host of the database is told, in emergency mode or not; errors are swallowed.
void recover_slaves(const ApiCallPtr& call) {
  Json accepted = Json::array();
  for (const auto& host : call->site().hosts) {
    if (host.get() == call->master || !call->db->exists("host", host->ref)) continue;
    if (!can_reach(*call->master, *host)) continue;
    if (!reset_master(*host, call->master->address)) accepted.push_back(host->ref);
  }
  call->succeed(std::move(accepted));
}

/// Ignores its host argument, and reads the database first: the caller of a slave may have waited already.
void is_slave(const ApiCallPtr& call) {
  call->succeed(call->host.role == PoolRole::kSlave);
}

}  // namespace

void add_emergency_calls(HandlerMap& handlers) {
  handlers["host.emergency_ha_disable"] = ha_disable;
  handlers["pool.emergency_transition_to_master"] = transition;
  handlers["pool.emergency_reset_master"] = reset;
  handlers["pool.recover_slaves"] = recover_slaves;
  handlers["pool.is_slave"] = is_slave;
}

}  // namespace xenha::sim
