#include <algorithm>

#include "tests/sim/cloud/api_call.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

bool has_word(const std::string& list, std::string_view word) {
  return ("," + list + ",").find("," + std::string(word) + ",") != std::string::npos;
}

/// Events that are possible from a state, in no order: not a history.
const char* possible_events(HostState state) {
  switch (state) {
    case HostState::kUp:
      return "StartAgentRebalance; Ping; AgentDisconnected; PingTimeout; HostDown; ShutdownRequested; "
             "ManagementServerDown; Remove; AgentConnected";
    case HostState::kConnecting:
      return "Ready; PingTimeout; AgentDisconnected; HostDown; ShutdownRequested; ManagementServerDown; "
             "Ping; "
             "AgentConnected";
    case HostState::kDisconnected:
      return "Ping; PingTimeout; WaitedTooLong; HostDown; AgentDisconnected; Remove; ShutdownRequested; "
             "ManagementServerDown; AgentConnected";
    case HostState::kAlert:
      return "Ping; HostDown; AgentDisconnected; ShutdownRequested; ManagementServerDown; Remove; "
             "AgentConnected";
    case HostState::kDown:
      return "PingTimeout; HostDown; AgentDisconnected; ShutdownRequested; ManagementServerDown; Remove; "
             "AgentConnected";
    case HostState::kRemoved:
      break;
  }
  return "";
}

/// The garbage of every release: seconds of 1024 ms each, printed as if they were milliseconds.
std::string last_pinged(const Cloud& cloud, const CsHost& host) {
  const WallTime pinged =
      cloud.now() - std::chrono::duration_cast<WallTime::duration>(cloud.time() - host.stored_ping);
  const auto units =
      std::chrono::duration_cast<std::chrono::milliseconds>(pinged.time_since_epoch()).count() / 1024;
  return cloud.date(WallTime(std::chrono::milliseconds(units)));
}

void add_capacity(const Cloud& cloud, const CsHost& host, Json& out) {
  const int there = static_cast<int>(std::count_if(
      cloud.vms.begin(), cloud.vms.end(), [&](const auto& vm) { return !vm->removed && vm->host == &host; }));
  out["hypervisorversion"] = release_info(host.xen->site->release).product_version;
  out["cpusockets"] = 2;
  out["cpunumber"] = 32;
  out["cpuspeed"] = 2400;
  out["cpuallocated"] = std::to_string(there * 3) + "%";
  out["memorytotal"] = std::int64_t{256} << 30;
  out["memoryallocated"] = std::int64_t{there} << 31;
  out["capabilities"] = "hvm,snapshot";
}

/// System VMs have agents, so they are "hosts" too.
void add_system_vm_hosts(const Call& call, Json& rows) {
  const Cloud& cloud = call.cloud;
  for (const char* filter : {"clusterid", "resourcestate", "hypervisor", "virtualmachineid", "id"})
    if (call.has(filter)) return;
  for (const auto& vm : cloud.vms) {
    const bool proxy = vm->kind == VmKind::kConsoleProxy;
    if (vm->removed || vm->state != VmState::kRunning || !(proxy || vm->kind == VmKind::kSecondaryStorageVm))
      continue;
    const char* const type = proxy ? "ConsoleProxy" : "SecondaryStorageVM";
    if (call.wants("type", type) && call.wants("state", "Up") && call.wants("name", vm->name) &&
        call.matches_keyword({vm->name, "Up", type}))
      rows.push_back({{"id", vm->id},
                      {"name", vm->name},
                      {"type", type},
                      {"state", "Up"},
                      {"resourcestate", "Enabled"},
                      {"ipaddress", "10.2.0." + std::to_string(vm->number % 250)},
                      {"zoneid", cloud.zone_id},
                      {"podid", cloud.pod_id},
                      {"version", cloud.spec.version},
                      {"created", cloud.date(vm->created)},
                      {"lastpinged", "1970-01-21T00:00:00+0000"},
                      {"hahost", false}});
  }
}

}  // namespace

Json host_record(const Cloud& cloud, const CsHost& host, const std::string& details) {
  const bool all = details.empty() || has_word(details, "all");
  const bool names = all || !has_word(details, "min");
  Json out = {{"id", host.id},
              {"name", host.name},
              {"type", "Routing"},
              {"state", word(host.state)},
              {"resourcestate", host.resource_state},
              {"ipaddress", host.xen->address},
              {"zoneid", cloud.zone_id},
              {"podid", cloud.pod_id},
              {"clusterid", host.cluster->id},
              {"hypervisor", "XenServer"},
              {"version", cloud.spec.version},
              {"created", cloud.date(host.created)},
              {"lastpinged", last_pinged(cloud, host)},
              {"hahost", host.ha_tagged},
              {"islocalstorageactive", false}};
  if (names) {
    out["zonename"] = cloud.zone_name;
    out["podname"] = cloud.pod_name;
    out["clustername"] = host.cluster->name;
    out["clustertype"] = "CloudManaged";
  }
  if (host.state == HostState::kUp || host.state == HostState::kConnecting) {
    if (cloud.rules.server_id_is_uuid)
      out["managementserverid"] = cloud.server_id;
    else
      out["managementserverid"] = 345048964870 + cloud.number;
    if (cloud.rules.version >= Version{4, 21, 0}) out["managementservername"] = "mgmt-" + cloud.name;
  }
  if (host.disconnected) out["disconnected"] = cloud.date(*host.disconnected);
  if (all || has_word(details, "events")) out["events"] = possible_events(host.state);
  if (all || has_word(details, "capacity")) add_capacity(cloud, host, out);
  if (host.ha_tagged) out["hosttags"] = cloud.settings.text("ha.tag");
  if (cloud.rules.version >= Version{4, 11, 0})
    out["hostha"] = {{"haenable", false}, {"hastate", "Disabled"}};
  if (cloud.rules.version >= Version{4, 9, 0})
    out["outofbandmanagement"] = {{"powerstate", "Disabled"}, {"enabled", false}};
  if (!host.job.empty()) {
    out["jobid"] = host.job;
    out["jobstatus"] = 0;
  }
  return out;
}

ApiResult list_hosts(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  const std::optional<std::string> vm_id = find_param(call.params, "virtualmachineid");
  const CsVm* vm = vm_id ? cloud.find_vm(*vm_id) : nullptr;
  for (const auto& host : cloud.hosts) {
    if (host->state == HostState::kRemoved && !call.wants("state", "Removed")) continue;
    if (call.wants("id", host->id) && call.wants("name", host->name) && call.wants("type", "Routing") &&
        call.wants("clusterid", host->cluster->id) && call.wants("podid", cloud.pod_id) &&
        call.wants("zoneid", cloud.zone_id) && call.wants("state", word(host->state)) &&
        call.wants("resourcestate", host->resource_state) && call.wants("hypervisor", "XenServer") &&
        call.wants("hahost", host->ha_tagged ? "true" : "false") && (!vm || vm->host == host.get()) &&
        call.matches_keyword({host->name, word(host->state), "Routing"}))
      rows.push_back(host_record(cloud, *host, call.text("details")));
  }
  add_system_vm_hosts(call, rows);
  return rows;
}

}  // namespace xenha::sim::cloud
