#include "tests/sim/ha/enable_ha.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/disable_ha.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

struct Enabling {
  Site& site;
  Host& master;
  EnablePlan plan;
  std::function<void(double)> progress;
  std::function<void(std::optional<Failure>)> done;
  std::size_t finished_calls = 0;
};
using Op = std::shared_ptr<Enabling>;

void count(const Op& op) {
  ++op->finished_calls;
  op->progress(static_cast<double>(op->finished_calls) / static_cast<double>(3 * op->site.hosts.size()));
}

std::optional<Failure> fault_in(const Op& op, std::string_view phase) {
  return op->site.enable_fault.phase == phase ? std::optional(op->site.enable_fault.failure) : std::nullopt;
}

/// The disable procedure runs before the error is told.
void roll_back(const Op& op, Failure failure) {
  disable_ha(op->site, op->master, nullptr, [op, failure = std::move(failure)] { op->done(failure); });
}

void backup(const Op& op) {
  op->site.world->later(op->master, timings::kBackup, [op] {
    for (const auto& host : op->site.hosts)
      if (!can_reach(op->master, *host)) return roll_back(op, fail("CANNOT_CONTACT_HOST", host->ref));
    if (const auto failure = fault_in(op, "backup")) return roll_back(op, *failure);
    for (std::size_t n = 0; n < op->site.hosts.size(); ++n) count(op);
    op->done(std::nullopt);
  });
}

void all_joined(const Op& op) {
  Database& db = *op->master.db;
  Statefile& disk = op->site.statefile;
  disk = {true, op->plan.timeout, op->master.uuid, {}};
  const Json files = Json::array({op->plan.statefile});
  for (const auto& host : op->site.hosts) {
    disk.members.push_back(host->uuid);
    host->xhad = true;
    host->ha_armed = true;
    host->excluded = false;
    host->left_at.reset();
    host->failover_decisions_disabled = false;
    host->joined_at = op->site.world->clock.now();
    db.set("host", host->ref, "ha_statefiles", files);
    count(op);
  }
  db.set("pool", db.pool_ref(), "ha_enabled", true);
  backup(op);
}

/// All in parallel; a host that does not appear is waited for T + 60 s.
void join(const Op& op) {
  World& world = *op->site.world;
  std::optional<Failure> failure = fault_in(op, "join");
  bool late = failure.has_value();
  for (const auto& host : op->site.hosts) {
    if (!can_reach(op->master, *host)) {
      failure = fail("HA_FAILED_TO_FORM_LIVESET");
      late = true;
    } else if (!host->statefile_access) {
      failure = fail("HA_HOST_CANNOT_ACCESS_STATEFILE");
    }
  }
  if (!failure) return world.later(op->master, timings::kJoinLiveset, [op] { all_joined(op); });
  const Duration wait = late ? std::chrono::seconds(op->plan.timeout + 60) : timings::kJoinLiveset;
  world.later(op->master, wait, [op, failure] { roll_back(op, *failure); });
}

void preconfigure(const Op& op, std::size_t index) {
  if (index >= op->site.hosts.size()) return join(op);
  op->site.world->later(op->master, timings::kPreconfigure, [op, index] {
    Host& host = *op->site.hosts[index];
    if (const auto failure = fault_in(op, "preconfigure")) return roll_back(op, *failure);
    if (!can_reach(op->master, host)) return roll_back(op, fail("CANNOT_CONTACT_HOST", host.ref));
    if (!host.statefile_access)
      return roll_back(op, fail("SR_BACKEND_FAILURE_46", "", "The VDI is not available", ""));
    host.ha_armed = true;
    host.ha_timeout = op->plan.timeout;
    count(op);
    preconfigure(op, index + 1);
  });
}

}  // namespace

void enable_ha(Site& site, Host& master, EnablePlan plan, std::function<void(double)> progress,
               std::function<void(std::optional<Failure>)> done) {
  preconfigure(std::make_shared<Enabling>(
                   Enabling{site, master, std::move(plan), std::move(progress), std::move(done)}),
               0);
}

}  // namespace xenha::sim
