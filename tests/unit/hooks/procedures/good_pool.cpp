#include "tests/unit/hooks/procedures/good_pool.h"

#include <algorithm>
#include <stdexcept>

namespace xenha::ctl::test {

using namespace std::chrono_literals;

Facts good_pool(const char* target) {
  Facts facts;
  facts.now = WallTime(std::chrono::seconds(1'800'000'000));
  facts.pool = "cluster1";
  facts.master = kMaster;
  facts.master_address = "10.0.0.1";
  facts.pool_ref = "OpaqueRef:pool";
  facts.ha_enabled = true;
  facts.operations.emplace();
  facts.rolling_upgrade = false;
  facts.target = target;
  facts.cloud = CloudFacts{.problem = "", .managed_state = "Managed"};
  facts.stuck_vms.emplace();
  facts.heartbeat_is_primary = false;
  facts.heartbeat_sr = "MGMT-HA";
  facts.enable = {EnableFacts::Verdict::kOn, "already_enabled", "HA is on and every host is armed"};
  for (int number = 1; number <= 3; ++number) {
    HostFacts host;
    host.uuid = "uuid-" + std::to_string(number);
    host.ref = "OpaqueRef:" + std::to_string(number);
    host.label = "xs" + std::to_string(number);
    host.address = "10.0.0." + std::to_string(number);
    host.reachable = host.live = host.enabled = host.armed = true;
    host.claims_master = number == 1;
    host.believed_master = "xs1";
    host.emergency = false;
    host.version = "8.2.0 1";
    host.api_major = 2;
    host.api_minor = 15;
    host.vms = 2;
    host.booted = 1'700'000'000;
    host.cloud = CloudHostFacts{"id-" + std::to_string(number), "Up", "Enabled"};
    facts.hosts.push_back(std::move(host));
  }
  return facts;
}

HostFacts& host(Facts& facts, const char* uuid) {
  for (HostFacts& each : facts.hosts)
    if (each.uuid == uuid) return each;
  throw std::runtime_error("no such host");
}

Position begun(Procedure procedure, const Facts& facts, bool with_cloud, bool with_ha) {
  Position position;
  position.form = form_of(procedure, facts, with_cloud, with_ha);
  position.pool = facts.pool;
  position.by = "ann";
  position.at = "desk";
  position.id = "0123";
  if (const HostFacts* known = facts.of_target()) {
    position.host_uuid = known->uuid;
    position.host_label = known->label;
    if (known->reachable == true) position.booted = known->booted;
  }
  if (position.form.of_master) position.new_master = choose_new_master(facts);
  return position;
}

Position standing_at(StepId step, Procedure procedure, const Facts& facts) {
  Position position = begun(procedure, facts);
  const std::vector<StepId> steps = steps_of(position.form);
  const auto found = std::find(steps.begin(), steps.end(), step);
  if (found == steps.end()) throw std::runtime_error("the procedure has no such step");
  position.go_to(static_cast<std::size_t>(found - steps.begin()), facts.now - 2min);
  return position;
}

namespace {

void make_master(Facts& facts, const std::string& uuid) {
  facts.master = uuid;
  const std::string label = facts.host(uuid)->label;
  for (HostFacts& each : facts.hosts) {
    each.claims_master = each.uuid == uuid;
    each.believed_master = label;
  }
}

void set_ha(Facts& facts, bool on) {
  facts.ha_enabled = on;
  for (HostFacts& each : facts.hosts) each.armed = on;
  facts.enable = on ? EnableFacts{EnableFacts::Verdict::kOn, "already_enabled", ""}
                    : EnableFacts{EnableFacts::Verdict::kMay, "safe_to_enable", "nobody objects"};
}

}  // namespace

void carry_out(StepId step, Facts& facts, const Position& position) {
  facts.now += 5min;
  HostFacts* it = facts.target.empty() ? nullptr : &target(facts);
  switch (step) {
    case StepId::kEnterMaintenance:
      it->cloud->resource_state = "Maintenance";
      break;
    case StepId::kDisableHa:
      return set_ha(facts, false);
    case StepId::kEnableHa:
      return set_ha(facts, true);
    case StepId::kNewMaster:
      return make_master(facts, position.new_master);
    case StepId::kDisableHost:
      it->enabled = false;
      break;
    case StepId::kEvacuate:
      it->vms = 0;
      break;
    case StepId::kReboot:
      it->booted = *it->booted + 1000;
      it->enabled = true;
      break;
    case StepId::kShutdown:
      it->reachable = it->live = false;
      break;
    case StepId::kEmergencyDisable:
      it->emergency = false;
      it->emergency_code.clear();
      it->live = true;
      it->claims_master = false;
      it->believed_master = facts.host(facts.master)->label;
      break;
    case StepId::kEnableHost:
      it->enabled = true;
      break;
    case StepId::kLeaveMaintenance:
      it->cloud->resource_state = "Enabled";
      break;
    default:
      throw std::runtime_error("a step without a call acted");
  }
}

Played played(Facts facts, Position position) {
  Played run;
  for (int turn = 0; turn < 60; ++turn) {
    run.last = next_step(facts, position);
    position = run.last.position;
    run.facts = facts;
    if (run.last.kind == Next::Kind::kDone || run.last.kind == Next::Kind::kStop) return run;
    if (run.last.kind == Next::Kind::kWait) {
      facts.now += 1min;
      continue;
    }
    run.acted.push_back(position.current());
    position.sent = facts.now;
    carry_out(position.current(), facts, position);
  }
  return run;
}

}  // namespace xenha::ctl::test
