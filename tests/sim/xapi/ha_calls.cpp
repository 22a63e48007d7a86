// pool.enable_ha and pool.disable_ha: checks, task, current_operations; the work is in ha/.
#include <utility>

#include "tests/sim/ha/disable_ha.h"
#include "tests/sim/ha/enable_ha.h"
#include "tests/sim/world/storage_builder.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

void set_operation(const ApiCallPtr& call, const char* operation) {
  if (call->release() < Release::k70) return;
  Json running = call->db->get("pool", call->db->pool_ref(), "current_operations");
  if (operation)
    running[call->task()] = operation;
  else
    running.erase(call->task());
  call->db->set("pool", call->db->pool_ref(), "current_operations", std::move(running));
}

void begin(const ApiCallPtr& call, const char* operation) {
  call->task();
  ++call->master->ha_operations;
  set_operation(call, operation);
}

void end(const ApiCallPtr& call, const std::optional<Failure>& failure) {
  --call->master->ha_operations;
  if (call->finished()) return;
  set_operation(call, nullptr);
  if (failure)
    call->fail(*failure);
  else
    call->succeed();
}

/// True when the call was answered or has to wait: from 7.0 on an error, before a mutex.
bool somebody_works(const ApiCallPtr& call, CallHandler again) {
  if (call->release() >= Release::k70) {
    const std::optional<Failure> other = other_operation(*call->db);
    if (other) call->fail(*other);
    return other.has_value();
  }
  if (call->master->ha_operations == 0) return false;
  call->task();
  call->world.later(*call->master, std::chrono::seconds(1), [call, again] {
    if (!call->finished()) again(call);
  });
  return true;
}

/// What the call waits for while others hold what it needs; then it fails with what they left it.
void wait_in_queue(const ApiCallPtr& call, CallHandler again, SimTime until) {
  if (call->finished()) return;
  const EnableFault& fault = call->site().enable_fault;
  if (call->db->text("task", call->task(), "status") == "cancelling") {
    call->site().waiting_tasks.erase(call->task());
    call->fail(fail("TASK_CANCELLED", call->task()));
    return call->db->set("task", call->task(), "status", "cancelled");
  }
  if (fault.phase != "queue") {
    call->site().waiting_tasks.erase(call->task());
    return again(call);
  }
  if (call->world.clock.now() >= until) return call->fail(fault.failure);
  call->world.later(*call->master, timings::kQueueRetry,
                    [call, again, until] { wait_in_queue(call, again, until); });
}

/// Phase 1: the VDIs and what the pool's record says of them; they stay even when a later step fails.
std::optional<Failure> prepare_disk(const ApiCallPtr& call, EnablePlan& plan) {
  Database& db = *call->db;
  const std::string pool = db.pool_ref();
  if (plan.statefile.empty()) plan.statefile = create_ha_vdi(db, plan.sr, "ha_statefile", kStatefileBytes);
  if (plan.metadata.empty())
    plan.metadata = create_ha_vdi(db, plan.sr, "redo_log", metadata_vdi_bytes(call->release()));
  call->site().heartbeat_sr = plan.sr;
  db.set("pool", pool, "ha_statefiles", Json::array({plan.statefile}));
  db.set("pool", pool, "ha_configuration", call->params[2]);
  db.set("pool", pool, "ha_plan_exists_for", 0);
  if (!call->master->statefile_access)
    return fail("VDI_NOT_AVAILABLE", db.text("VDI", plan.statefile, "uuid"));
  if (call->site().enable_fault.phase == "attach") return call->site().enable_fault.failure;
  return choose_timeout(db, plan);
}

void enable(const ApiCallPtr& call) {
  if (somebody_works(call, enable)) return;
  Database& db = *call->db;
  if (db.flag("pool", db.pool_ref(), "ha_enabled")) return call->fail(fail("HA_IS_ENABLED"));
  const EnableFault& fault = call->site().enable_fault;
  if (fault.phase == "check") return call->fail(fault.failure);
  if (fault.phase == "queue") {
    call->site().waiting_tasks.insert(call->task());
    return wait_in_queue(call, enable, call->world.clock.now() + timings::kQueueLimit);
  }
  EnablePlan plan;
  if (const auto failure =
          check_enable(call->site(), db, call->params[1].get<std::vector<std::string>>(), plan))
    return call->fail(*failure);
  begin(call, "ha_enable");
  if (const auto failure = prepare_disk(call, plan)) return end(call, failure);
  enable_ha(
      call->site(), *call->master, std::move(plan), [call](double done) { call->progress(done); },
      [call](const std::optional<Failure>& failure) { end(call, failure); });
}

void disable(const ApiCallPtr& call) {
  if (somebody_works(call, disable)) return;
  Database& db = *call->db;
  if (!db.flag("pool", db.pool_ref(), "ha_enabled")) return call->fail(fail("HA_NOT_ENABLED"));
  begin(call, "ha_disable");
  disable_ha(
      call->site(), *call->master, [call](double done) { call->progress(done); },
      [call] { end(call, std::nullopt); });
}

}  // namespace

void add_ha_calls(HandlerMap& handlers) {
  handlers["pool.enable_ha"] = enable;
  handlers["pool.disable_ha"] = disable;
}

}  // namespace xenha::sim
