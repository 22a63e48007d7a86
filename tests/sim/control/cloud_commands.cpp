// CloudStack: the management server, its hosts, clusters, settings and VMs, pinned failures.
#include <utility>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/cloud/operations.h"
#include "tests/sim/control/commands.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world_builder.h"

namespace xenha::sim {
namespace {

using namespace cloud;

Duration seconds_of(double count) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

/// "cloud": number or name; left out: the first.
Cloud* cloud_of(const CommandArgs& args) {
  const std::string wanted = args.text("cloud");
  for (const auto& each : args.world.clouds)
    if (wanted.empty() || each->name == wanted || std::to_string(each->number) == wanted) return each.get();
  return nullptr;
}

using OnCloud = Result<Json> (*)(CommandArgs&, Cloud&);
using OnHost = Result<Json> (*)(CommandArgs&, Cloud&, CsHost&);
using OnVm = Result<Json> (*)(CommandArgs&, Cloud&, CsVm&);

Command on_cloud(OnCloud act) {
  return {false, [act](CommandArgs& args) -> Result<Json> {
            Cloud* cloud = cloud_of(args);
            if (!cloud) return bad_command("no such cloud: " + args.text("cloud"));
            return act(args, *cloud);
          }};
}

/// The host is one of the pool's, as everywhere; "master" included.
Command on_host(OnHost act) {
  return {true, [act](CommandArgs& args) -> Result<Json> {
            Cloud* cloud = cloud_of(args);
            if (!cloud) return bad_command("no such cloud: " + args.text("cloud"));
            CsHost* host = cloud->host_of(*args.host);
            if (!host) return bad_command("the cloud does not know host " + args.host->address);
            return act(args, *cloud, *host);
          }};
}

Command on_vm(OnVm act) {
  return {false, [act](CommandArgs& args) -> Result<Json> {
            Cloud* cloud = cloud_of(args);
            if (!cloud) return bad_command("no such cloud: " + args.text("cloud"));
            CsVm* vm = cloud->find_vm(args.text("vm"));
            if (!vm) return bad_command("no such VM in the cloud: " + args.text("vm"));
            return act(args, *cloud, *vm);
          }};
}

Result<Json> outcome(const std::optional<std::string>& refusal) {
  if (refusal) return bad_command(*refusal);
  return done();
}

void ignore(Outcome) {}

Result<Json> power(CommandArgs& args, Cloud& cloud) {
  power_cloud(cloud, args.flag("on", true));
  return done();
}

Result<Json> network(CommandArgs& args, Cloud& cloud) {
  const std::string mode = args.text("mode", "up");
  if (mode == "up")
    cloud.fault = Network::up();
  else if (mode == "refuse")
    cloud.fault = Network::refuse();
  else if (mode == "hang")
    cloud.fault = Network::hang();
  else if (mode == "delay")
    cloud.fault = Network::delayed(seconds_of(args.number("seconds", 1)));
  else if (mode == "truncate")
    cloud.fault = Network::cut_after(static_cast<std::size_t>(args.number("bytes", 100)));
  else if (mode == "garble")
    cloud.fault = Network::garble();
  else
    return bad_command("mode is one of up, refuse, hang, delay, truncate, garble");
  if (!cloud.powered) return done();
  if (Status status = cloud.listener->set_network(cloud.fault); !status) return status.error();
  return done();
}

Result<Json> force_state(CommandArgs& args, Cloud& cloud, CsHost& host) {
  const std::string state = args.text("state");
  const bool silent = args.flag("silent", false);
  host.held = args.flag("hold", false);
  if (state == "Up" && host.state != HostState::kUp)
    connect_host(cloud, host);
  else if (state == "Down" && !silent)
    declare_down(cloud, host);
  else if (state == "Alert" && !silent)
    declare_alert(cloud, host, true);
  else if (state == "Down" || state == "Alert")
    set_host_state(cloud, host, state == "Down" ? HostState::kDown : HostState::kAlert);
  else if (state == "Connecting")
    set_host_state(cloud, host, HostState::kConnecting);
  else if (state == "Disconnected")
    disconnect_host(cloud, host);
  else if (state != "Up")
    return bad_command("state is one of Up, Connecting, Down, Alert, Disconnected");
  return done();
}

Result<Json> maintenance(CommandArgs& args, Cloud& cloud, CsHost& host) {
  const CsAccount& by = cloud.account(2);
  return outcome(args.flag("on", true) ? prepare_maintenance(cloud, host, by, ignore)
                                       : cancel_maintenance(cloud, host, by));
}

Result<Json> disable_host(CommandArgs& args, Cloud&, CsHost& host) {
  host.resource_state = args.flag("on", true) ? "Disabled" : "Enabled";
  return done();
}

Result<Json> degrade(CommandArgs&, Cloud& cloud, CsHost& host) {
  return outcome(declare_degraded(cloud, host));
}

Result<Json> tag_host(CommandArgs& args, Cloud&, CsHost& host) {
  host.ha_tagged = args.flag("on", true);
  return done();
}

Result<Json> plan(CommandArgs& args, Cloud& cloud, CsHost& host) {
  HostPlan plan;
  const auto at = [&](const char* name) -> std::optional<SimTime> {
    if (!args.json.contains(name)) return std::nullopt;
    return cloud.time() + seconds_of(args.number(name, 0));
  };
  plan.down = at("down");
  plan.ha = at("ha");
  plan.done = at("done");
  if ((plan.down && plan.ha && *plan.ha < *plan.down) || (plan.ha && plan.done && *plan.done < *plan.ha))
    return bad_command("the times of a plan are in the order down, ha, done");
  plan_failure(cloud, host, plan);
  return done();
}

Result<Json> manage_cluster(CommandArgs& args, Cloud& cloud, bool managed) {
  for (const auto& cluster : cloud.clusters)
    if (cluster->site == args.site) {
      set_managed(cloud, *cluster, managed);
      return done();
    }
  return bad_command("the pool is no cluster of the cloud");
}

Result<Json> setting(CommandArgs& args, Cloud& cloud) {
  const std::string name = args.text("name");
  if (!cloud.settings.exists(name)) return bad_command("this release has no setting " + name);
  const bool null = args.flag("null", false) || !args.json.contains("value");
  cloud.settings.store(name, null ? std::nullopt : std::optional<std::string>(args.text("value")));
  if (!cloud.settings.definitions().at(name).dynamic) return done();  // with the next start
  constexpr auto kCached = std::chrono::seconds(30);
  if (cloud.rules.version < Version{4, 20, 0})
    cloud.settings.take_over(name);
  else
    cloud.later(kCached, [&cloud, name] { cloud.settings.take_over(name); });
  return done();
}

Result<Json> vm_flag(CommandArgs& args, Cloud&, CsVm& vm) {
  vm.ha_enabled = args.flag("on", true);
  return done();
}

Result<Json> vm_act(CommandArgs& args, Cloud& cloud, CsVm& vm) {
  const CsAccount& by = cloud.account(2);
  const std::string act = args.text("act");
  CsHost* to = args.host ? cloud.host_of(*args.host) : nullptr;
  if (act == "start") return outcome(operator_start(cloud, vm, by, to, ignore));
  if (act == "stop") return outcome(operator_stop(cloud, vm, by, args.flag("forced", false), ignore));
  if (act == "ha") return vm_flag(args, cloud, vm);
  if (act == "destroy") {
    destroy(cloud, vm);
    add_user_event(cloud, vm, "DESTROY", "Completed", by);
    return done();
  }
  if (act == "migrate" && to) return outcome(operator_migrate(cloud, vm, by, *to, ignore));
  return bad_command("act is one of start, stop, migrate (with a host), destroy, ha");
}

Result<Json> vm_create(CommandArgs& args, Cloud& cloud) {
  for (const auto& cluster : cloud.clusters) {
    if (cluster->site != args.site) continue;
    CsVm& vm = create_vm(cloud, VmKind::kUser, *cluster, static_cast<int>(args.number("account", 2)));
    vm.ha_enabled = args.flag("ha", true);
    if (args.json.contains("display")) vm.name = args.text("display");
    CsHost* on = args.host ? cloud.host_of(*args.host) : nullptr;
    if (const auto refusal = operator_start(cloud, vm, cloud.account(2), on, ignore))
      return bad_command(*refusal);
    return Json{{"vm", vm.instance_name}, {"id", vm.id}};
  }
  return bad_command("the pool is no cluster of the cloud");
}

Result<Json> restart_fails(CommandArgs& args, Cloud& cloud) {
  if (args.json.contains("vm"))
    cloud.failing_vms.insert(args.text("vm"));
  else
    cloud.failing_starts = static_cast<int>(args.number("count", 1));
  return done();
}

Result<Json> alert(CommandArgs& args, Cloud& cloud) {
  send_alert(cloud, static_cast<int>(args.number("type", 7)), args.text("subject"));
  return done();
}

Result<Json> clock_skew(CommandArgs& args, Cloud& cloud) {
  cloud.skew = seconds_of(args.number("seconds", 0));
  return done();
}

Result<Json> throttle(CommandArgs& args, Cloud& cloud) {
  const bool on = args.flag("on", true);
  const auto set = [&](const char* name, const std::string& value) {
    cloud.settings.store(name, value);
    cloud.settings.take_over(name);
  };
  set("api.throttling.enabled", on ? "true" : "false");
  set("api.throttling.max", args.text("max", "25"));
  set("api.throttling.interval", args.text("interval", "1"));
  cloud.throttle_all = args.flag("root", false);
  for (const auto& account : cloud.accounts) account->calls_in_window = 0;
  return done();
}

/// Somebody added the heartbeat SR as primary storage, under its own name.
Result<Json> primary_is_heartbeat(CommandArgs& args, Cloud& cloud) {
  Database* db = args.db();
  for (const auto& cluster : cloud.clusters) {
    if (cluster->site != args.site) continue;
    const std::string& sr = args.site->heartbeat_sr;
    const std::string label = db->text("SR", sr, "name_label");
    auto pool = std::make_unique<CsStoragePool>();
    pool->number = static_cast<int>(cloud.storage_pools.size()) + 1;
    pool->id = label;
    pool->name = cluster->name + "-misused";
    pool->type = "PreSetup";
    pool->address = "localhost";
    pool->path = "/" + label;
    pool->cluster = cluster.get();
    pool->sr_uuid = db->text("SR", sr, "uuid");
    pool->created = cloud.now();
    cloud.storage_pools.push_back(std::move(pool));
    for (const auto& host : cloud.hosts)
      if (host->cluster == cluster.get()) write_host_tags(cloud, *host, true);
    return done();
  }
  return bad_command("the pool is no cluster of the cloud");
}

/// Running in one system only: side=cloudstack removes XenServer's record, side=xenserver says Stopped here.
/// Power-state sync finds it in its time.
Result<Json> drift(CommandArgs& args, Cloud& cloud, CsVm& vm) {
  const std::string side = args.text("side", "cloudstack");
  ++vm.turn;
  if (side == "cloudstack") {
    remove_from_pool(cloud, vm, nullptr);
    return done();
  }
  if (side != "xenserver") return bad_command("side is cloudstack or xenserver");
  set_vm(cloud, vm, VmState::kStopped, nullptr);
  return done();
}

/// A cluster whose primary SRs are of a type that gets no heartbeats.
Result<Json> no_heartbeats(CommandArgs& args, Cloud& cloud) {
  Database* db = args.db();
  for (const auto& pool : cloud.storage_pools) {
    if (pool->cluster->site != args.site) continue;
    pool->heartbeats = false;
    for (const std::string& sr : db->refs("SR"))
      if (db->text("SR", sr, "uuid") == pool->sr_uuid) db->set("SR", sr, "type", "lvmofcoe");
  }
  return done();
}

Result<Json> system_vms(CommandArgs& args, Cloud& cloud) {
  cloud.system_vms_replaced = args.flag("replaced", true);
  return done();
}

}  // namespace

void add_cloud_commands(CommandMap& commands) {
  commands["cs-power"] = on_cloud(power);
  commands["cs-network"] = on_cloud(network);
  commands["cs-setting"] = on_cloud(setting);
  commands["cs-vm"] = on_vm(vm_act);
  commands["cs-vm-create"] = on_cloud(vm_create);
  commands["cs-next-restart-fails"] = on_cloud(restart_fails);
  commands["cs-alert"] = on_cloud(alert);
  commands["cs-clock-skew"] = on_cloud(clock_skew);
  commands["cs-throttle"] = on_cloud(throttle);
  commands["cs-primary-is-heartbeat"] = on_cloud(primary_is_heartbeat);
  commands["cs-drift"] = on_vm(drift);
  commands["cs-no-heartbeats"] = on_cloud(no_heartbeats);
  commands["cs-system-vms"] = on_cloud(system_vms);
  commands["cs-state"] = on_host(force_state);
  commands["cs-maintenance"] = on_host(maintenance);
  commands["cs-disable-host"] = on_host(disable_host);
  commands["cs-degrade"] = on_host(degrade);
  commands["cs-tag-host"] = on_host(tag_host);
  commands["cs-plan"] = on_host(plan);
  commands["cs-unmanage"] =
      on_cloud([](CommandArgs& args, Cloud& cloud) { return manage_cluster(args, cloud, false); });
  commands["cs-manage"] =
      on_cloud([](CommandArgs& args, Cloud& cloud) { return manage_cluster(args, cloud, true); });
}

}  // namespace xenha::sim
