// Pool operations besides HA on and off: change of master, failover plans, eject.
#include <algorithm>

#include "tests/sim/ha/eject.h"
#include "tests/sim/ha/enable_checks.h"
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/ha/host_start.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/host_of.h"

namespace xenha::sim {
namespace {

bool ha_on(const ApiCallPtr& call) {
  return call->db->flag("pool", call->db->pool_ref(), "ha_enabled");
}

/// Two-phase commit over all hosts, then everybody restarts xapi. Messages are copied, the database is in
/// sync.
void hand_over(Site& site, Host& old_master, Host& next) {
  std::shared_ptr<Database> db(old_master.db->clone(0));
  const MessageStore messages = old_master.messages;
  const std::string address = next.address;
  site.world->later(old_master, timings::kFuse, [&site, &next, db, messages, address] {
    for (const auto& host : site.hosts) {
      if (!host->running()) continue;
      stop_agent(*host);
      if (host.get() == &next) {
        host->messages = messages;
        take_master_role(*host, db);
      } else {
        host->db.reset();
        follow(*host, address);
      }
      start_agent(*host, timings::kAgentStart);
    }
  });
}

void designate_new_master(const ApiCallPtr& call) {
  if (const auto other = other_operation(*call->db)) return call->fail(*other);
  if (ha_on(call)) return call->fail(fail("HA_IS_ENABLED"));
  Host* next = host_of(call);
  if (!next) return;
  if (next == call->master) return call->succeed();
  if (!is_live(*call->db, *next)) return call->fail(fail("HOST_OFFLINE", next->ref));
  for (const auto& host : call->site().hosts)
    if (call->db->exists("host", host->ref) && !can_reach(*call->master, *host))
      return call->fail(fail("HA_ABORT_NEW_MASTER", "CANNOT_CONTACT_HOST: " + host->ref));
  hand_over(call->site(), *call->master, *next);
  call->succeed();
}

std::int64_t tolerable(const ApiCallPtr& call) {
  std::int64_t live = 0;
  for (const auto& host : call->site().hosts)
    if (call->db->exists("host", host->ref) && is_live(*call->db, *host) &&
        call->db->flag("host", host->ref, "enabled"))
      ++live;
  return std::max<std::int64_t>(0, live - 1);
}

void set_failures_to_tolerate(const ApiCallPtr& call) {
  Database& db = *call->db;
  const std::string pool = db.pool_ref();
  const auto wish = call->params[2].get<std::int64_t>();
  if (!db.exists("pool", call->text(1))) return call->fail(fail("HANDLE_INVALID", "pool", call->text(1)));
  if (wish < 0)
    return call->fail(fail("INVALID_VALUE", "ha_host_failures_to_tolerate", std::to_string(wish)));
  const std::int64_t possible = tolerable(call);
  if (ha_on(call) && wish > possible && !db.flag("pool", pool, "ha_allow_overcommit"))
    return call->fail(fail("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"));
  db.set("pool", pool, "ha_host_failures_to_tolerate", wish);
  if (ha_on(call)) {
    db.set("pool", pool, "ha_plan_exists_for", std::min(wish, possible));
    if (wish > possible && !db.flag("pool", pool, "ha_overcommitted"))
      create_message(
          call->site(), "HA_POOL_OVERCOMMITTED", 3, "Pool", db.text("pool", pool, "uuid"),
          "The failover tolerance of pool '" + db.text("pool", pool, "name_label") + "' has dropped");
    db.set("pool", pool, "ha_overcommitted", wish > possible);
  }
  call->succeed();
}

void plan_exists(const ApiCallPtr& call) {
  call->succeed(call->params[1].get<std::int64_t>() <= tolerable(call));
}

/// Computes, and writes while it is at it.
void compute_max(const ApiCallPtr& call) {
  Database& db = *call->db;
  const std::int64_t possible = tolerable(call);
  const auto wish = db.get("pool", db.pool_ref(), "ha_host_failures_to_tolerate").get<std::int64_t>();
  const auto before = db.get("pool", db.pool_ref(), "ha_plan_exists_for").get<std::int64_t>();
  const std::int64_t now = ha_on(call) ? std::min(wish, possible) : 0;
  db.set("pool", db.pool_ref(), "ha_plan_exists_for", now);
  if (now < before)
    create_message(call->site(), "HA_POOL_DROP_IN_PLAN_EXISTS_FOR", 3, "Pool",
                   db.text("pool", db.pool_ref(), "uuid"), std::to_string(now));
  call->succeed(possible);
}

void compute_hypothetical(const ApiCallPtr& call) {
  call->succeed(tolerable(call));
}

void compute_plan(const ApiCallPtr& call) {
  call->succeed(Json::object());
}

void accept(const ApiCallPtr& call) {
  call->succeed();
}

void eject(const ApiCallPtr& call) {
  if (ha_on(call)) return call->fail(fail("HA_IS_ENABLED"));
  Host* host = host_of(call);
  if (!host) return;
  if (host == call->master) return call->fail(fail("HOST_CANNOT_BE_EJECTED", "the master cannot be ejected"));
  if (!can_reach(*call->master, *host)) return call->fail(fail("CANNOT_CONTACT_HOST", host->ref));
  call->succeed();
  eject_host(*host);
}

}  // namespace

void add_pool_calls(HandlerMap& handlers) {
  handlers["pool.designate_new_master"] = designate_new_master;
  handlers["pool.set_ha_host_failures_to_tolerate"] = set_failures_to_tolerate;
  handlers["pool.ha_failover_plan_exists"] = plan_exists;
  handlers["pool.ha_compute_max_host_failures_to_tolerate"] = compute_max;
  handlers["pool.ha_compute_hypothetical_max_host_failures_to_tolerate"] = compute_hypothetical;
  handlers["pool.ha_compute_vm_failover_plan"] = compute_plan;
  handlers["pool.ha_prevent_restarts_for"] = accept;
  handlers["pool.sync_database"] = accept;
  handlers["pool.eject"] = eject;
}

}  // namespace xenha::sim
