// host.evacuate, reboot, shutdown, restart_agent, shutdown_agent.
#include "tests/sim/ha/host_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/host_of.h"

namespace xenha::sim {
namespace {

const Host* target_for_vms(const ApiCallPtr& call, const Host& leaving) {
  const Host* best = nullptr;
  std::size_t fewest = 0;
  for (const auto& host : call->site().hosts) {
    if (host.get() == &leaving || !host->running() || !call->db->flag("host", host->ref, "enabled")) continue;
    const std::size_t vms = vms_on(*call->db, *host).size();
    if (!best || vms < fewest) {
      best = host.get();
      fewest = vms;
    }
  }
  return best;
}

void evacuate_next(const ApiCallPtr& call, Host& host, std::size_t total) {
  if (call->finished()) return;
  const std::vector<std::string> left = vms_on(*call->db, host);
  if (left.empty()) return call->succeed();
  if (const auto& why = call->site().cannot_leave) {
    Failure failure = *why;
    failure.description.push_back(left.front());
    return call->fail(std::move(failure));
  }
  const Host* target = target_for_vms(call, host);
  if (!target) return call->fail(fail("NO_HOSTS_AVAILABLE"));
  call->world.later(*call->master, timings::kEvacuateVm, [call, &host, target, vm = left.front(), total] {
    call->db->set("VM", vm, "resident_on", target->ref);
    call->progress(1.0 - static_cast<double>(vms_on(*call->db, host).size()) / static_cast<double>(total));
    evacuate_next(call, host, total);
  });
}

void evacuate(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  call->task();
  set_enabled(*call->db, *host, false);
  host->disabled_by_call = true;
  evacuate_next(call, *host, std::max<std::size_t>(1, vms_on(*call->db, *host).size()));
}

/// Only what would stop an evacuation now: a map of VMs to error codes, each with its arguments.
void get_vms_which_prevent_evacuation(const ApiCallPtr& call) {
  const Host* host = host_of(call);
  if (!host) return;
  Json stuck = Json::object();
  for (const std::string& vm : vms_on(*call->db, *host)) {
    if (call->site().cannot_leave)
      stuck[vm] = Json::array({call->site().cannot_leave->description.front(), vm});
    else if (!target_for_vms(call, *host))
      stuck[vm] = Json::array({"NO_HOSTS_AVAILABLE"});
  }
  call->succeed(std::move(stuck));
}

void go_down(const ApiCallPtr& call, bool again) {
  Host* host = host_of(call);
  if (!host) return;
  Database& db = *call->db;
  if (db.flag("host", host->ref, "enabled")) return call->fail(fail("HOST_NOT_DISABLED"));
  const std::vector<std::string> resident = vms_on(db, *host);
  if (!resident.empty()) return call->fail(fail("HOST_IN_USE", host->ref, "VM", resident.front()));
  if (db.flag("pool", db.pool_ref(), "ha_enabled") && host->ha_armed && !host->statefile_access)
    return call->fail(fail("HA_LOST_STATEFILE"));
  if (!can_reach(*call->master, *host)) return call->fail(fail("CANNOT_CONTACT_HOST", host->ref));
  // The master marks it dead at once, with reason: a clean shutdown makes no HA_HOST_FAILED.
  if (host != call->master)
    call->world.later(*host, timings::kShutdown / 2,
                      [host, kept = call->db] { set_live(*kept, *host, false); });
  if (host->xhad) {
    host->excluded = true;
    host->xhad = false;
    host->left_at = call->world.clock.now();
  }
  shut_down(*host, timings::kShutdown, again);
  call->succeed();
}

void reboot(const ApiCallPtr& call) {
  go_down(call, true);
}
void shutdown(const ApiCallPtr& call) {
  go_down(call, false);
}

void restart(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  if (!can_reach(*call->master, *host)) return call->fail(fail("CANNOT_CONTACT_HOST", host->ref));
  restart_agent(*host, timings::kAgentStop);
  call->succeed();
}

void stop(const ApiCallPtr& call) {
  Host& host = call->host;
  call->succeed();
  call->world.later(host, timings::kAgentStop, [&host] { stop_agent_for_good(host); });
}

}  // namespace

void add_host_power_calls(HandlerMap& handlers) {
  handlers["host.evacuate"] = evacuate;
  handlers["host.get_vms_which_prevent_evacuation"] = get_vms_which_prevent_evacuation;
  handlers["host.reboot"] = reboot;
  handlers["host.shutdown"] = shutdown;
  handlers["host.restart_agent"] = restart;
  handlers["host.shutdown_agent"] = stop;
}

}  // namespace xenha::sim
