// Calls about a host itself: clock, emergency mode, enable and disable.
#include "tests/sim/ha/host_records.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/host_of.h"

namespace xenha::sim {

Host* host_of(const ApiCallPtr& call, std::size_t index) {
  const std::string ref = call->text(index);
  Host* host = call->db->exists("host", ref) ? call->site().by_ref(ref) : nullptr;
  if (!host) call->fail(fail("HANDLE_INVALID", "host", ref));
  return host;
}

namespace {

void get_servertime(const ApiCallPtr& call) {
  if (const Host* host = host_of(call)) call->succeed(call->world.now_text(*host));
}

void is_in_emergency_mode(const ApiCallPtr& call) {
  call->succeed(call->host.emergency.has_value());
}

void local_assert_healthy(const ApiCallPtr& call) {
  if (call->host.emergency) return call->fail(*call->host.emergency);
  if (call->host.role == PoolRole::kBroken) return call->fail(fail("HOST_BROKEN"));
  call->succeed();
}

void ha_xapi_healthcheck(const ApiCallPtr& call) {
  call->succeed(true);
}

/// With HA on and a plan, one host less must still leave a plan, unless overcommitment is allowed.
bool would_break_plan(const ApiCallPtr& call) {
  const Database& db = *call->db;
  const std::string pool = db.pool_ref();
  if (!db.flag("pool", pool, "ha_enabled") || db.flag("pool", pool, "ha_allow_overcommit")) return false;
  const auto plan = db.get("pool", pool, "ha_plan_exists_for").get<std::int64_t>();
  std::int64_t usable = 0;
  for (const std::string& host : db.refs("host"))
    if (db.flag("host", host, "enabled")) ++usable;
  return plan > 0 && usable - 1 <= plan;
}

void disable(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  if (would_break_plan(call)) return call->fail(fail("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"));
  set_enabled(*call->db, *host, false);
  host->disabled_by_call = true;
  call->succeed();
}

void enable(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  if (host->powered && (host->agent != Agent::kRunning || host->emergency))
    return call->fail(fail("HOST_STILL_BOOTING"));
  if (!can_reach(*call->master, *host)) return call->fail(fail("CANNOT_CONTACT_HOST", host->ref));
  set_enabled(*call->db, *host, true);
  host->disabled_by_call = false;
  call->succeed();
}

void declare_dead_by_hand(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  declare_dead(call->site(), *call->master, *host);
  call->succeed();
}

void destroy(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  Database& db = *call->db;
  if (db.flag("pool", db.pool_ref(), "ha_enabled")) return call->fail(fail("HA_IS_ENABLED"));
  if (host == call->master) return call->fail(fail("HOST_IS_LIVE", host->ref));
  if (is_live(db, *host)) return call->fail(fail("HOST_IS_LIVE", host->ref));
  const Json attached = db.get("host", host->ref, "PBDs");
  for (const Json& pbd : attached) db.destroy("PBD", pbd.get<std::string>());
  const Json resident = db.get("host", host->ref, "resident_VMs");
  for (const Json& vm : resident) db.destroy("VM", vm.get<std::string>());
  db.destroy("host_metrics", db.text("host", host->ref, "metrics"));
  db.destroy("host", host->ref);
  call->succeed();
}

}  // namespace

void add_host_calls(HandlerMap& handlers) {
  handlers["host.get_servertime"] = get_servertime;
  handlers["host.is_in_emergency_mode"] = is_in_emergency_mode;
  handlers["host.local_assert_healthy"] = local_assert_healthy;
  handlers["host.ha_xapi_healthcheck"] = ha_xapi_healthcheck;
  handlers["host.disable"] = disable;
  handlers["host.enable"] = enable;
  handlers["host.declare_dead"] = declare_dead_by_hand;
  handlers["host.destroy"] = destroy;
}

}  // namespace xenha::sim
