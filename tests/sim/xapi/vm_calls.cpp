// Starting, stopping, moving and destroying VMs, as CloudStack and operators do.
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world_builder.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/host_of.h"

namespace xenha::sim {
namespace {

/// False after answering HANDLE_INVALID or VM_BAD_POWER_STATE.
bool in_state(const ApiCallPtr& call, std::string_view wanted) {
  const std::string vm = call->text(1);
  if (!call->db->exists("VM", vm)) {
    call->fail(fail("HANDLE_INVALID", "VM", vm));
    return false;
  }
  const std::string state = call->db->text("VM", vm, "power_state");
  if (state == wanted) return true;
  call->fail(fail("VM_BAD_POWER_STATE", vm, wanted, state));
  return false;
}

bool usable(const ApiCallPtr& call, const Host& host) {
  return host.running() && call->db->flag("host", host.ref, "enabled") && is_live(*call->db, host);
}

void start_there(const ApiCallPtr& call, const Host& host) {
  const std::string vm = call->text(1);
  if (call->db->text("VM", vm, "ha_restart_priority") == "restart")
    call->db->set("VM", vm, "ha_always_run", true);
  start_vm(call->world, *call->db, vm, host);
  call->succeed();
}

void start(const ApiCallPtr& call) {
  if (!in_state(call, "Halted")) return;
  for (const auto& host : call->site().hosts)
    if (usable(call, *host)) return start_there(call, *host);
  call->fail(fail("NO_HOSTS_AVAILABLE"));
}

void start_on(const ApiCallPtr& call) {
  if (!in_state(call, "Halted")) return;
  Host* host = host_of(call, 2);
  if (!host) return;
  if (!usable(call, *host)) return call->fail(fail("HOST_NOT_LIVE"));
  start_there(call, *host);
}

void stop(const ApiCallPtr& call) {
  if (!in_state(call, "Running")) return;
  call->db->set("VM", call->text(1), "ha_always_run", false);
  halt_vm(*call->db, call->text(1));
  call->succeed();
}

void destroy(const ApiCallPtr& call) {
  if (!in_state(call, "Halted")) return;
  remove_vm(*call->db, call->text(1));
  call->succeed();
}

void migrate(const ApiCallPtr& call) {
  if (!in_state(call, "Running")) return;
  Host* host = host_of(call, 2);
  if (!host) return;
  if (!usable(call, *host)) return call->fail(fail("HOST_NOT_LIVE"));
  call->db->set("VM", call->text(1), "resident_on", host->ref);
  call->succeed();
}

/// The database only; nobody is fenced.
void reset_power_state(const ApiCallPtr& call) {
  if (!call->db->exists("VM", call->text(1))) return call->fail(fail("HANDLE_INVALID", "VM", call->text(1)));
  halt_vm(*call->db, call->text(1));
  call->succeed();
}

}  // namespace

void add_vm_calls(HandlerMap& handlers) {
  handlers["VM.start"] = start;
  handlers["VM.start_on"] = start_on;
  handlers["VM.clean_shutdown"] = stop;
  handlers["VM.hard_shutdown"] = stop;
  handlers["VM.shutdown"] = stop;
  handlers["VM.destroy"] = destroy;
  handlers["VM.pool_migrate"] = migrate;
  handlers["VM.power_state_reset"] = reset_power_state;
}

}  // namespace xenha::sim
