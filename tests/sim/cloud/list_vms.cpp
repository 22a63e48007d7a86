// User VMs, routers and system VMs, as far as the caller may see them.
#include <algorithm>

#include "tests/sim/cloud/api_call.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

bool has_word(const std::string& list, std::string_view word) {
  return ("," + list + ",").find("," + std::string(word) + ",") != std::string::npos;
}

/// Own objects only, unless listall; projects' only, or too, by projectid.
bool in_scope(const Call& call, const CsVm& vm) {
  const CsAccount& owner = call.cloud.account(vm.account);
  const std::string project = call.text("projectid");
  const bool of_project = !owner.project_id.empty();
  const bool may_see = call.is_root() || owner.domain == call.account.domain;
  if (!may_see) return false;
  if (!call.wants("account", owner.name) || !call.wants("domainid", owner.domain_id)) return false;
  if (project == "-1") return of_project || (call.cloud.rules.projects_with_listall && call.flag("listall"));
  if (!project.empty()) return owner.project_id == project;
  if (of_project) return false;
  return call.flag("listall") || call.has("account") || vm.account == call.account.number;
}

/// Where it is, and what only root admins are told.
void add_place(const Call& call, const CsVm& vm, Json& out) {
  const Cloud& cloud = call.cloud;
  if (!call.is_root() || !vm.host) return;
  out["hostid"] = vm.host->id;
  out["hostname"] = vm.host->name;
  if (!cloud.rules.host_control_state) return;
  const std::string& resource = vm.host->resource_state;
  out["hostcontrolstate"] = vm.host->state != HostState::kUp ? "Offline"
                            : resource == "Enabled"          ? "Enabled"
                            : resource == "Disabled"         ? "Disabled"
                                                             : "Maintenance";
}

void add_owner(const Call& call, const CsVm& vm, Json& out) {
  const CsAccount& owner = call.cloud.account(vm.account);
  if (owner.project_id.empty()) {
    out["account"] = owner.name;
  } else {
    out["projectid"] = owner.project_id;
    out["project"] = owner.project;
  }
  out["domainid"] = owner.domain_id;
  out["domain"] = owner.domain;
}

Json common_record(const Call& call, const CsVm& vm) {
  const Cloud& cloud = call.cloud;
  Json out = {{"id", vm.id},
              {"name", vm.name},
              {"state", word(vm.state)},
              {"zoneid", cloud.zone_id},
              {"zonename", cloud.zone_name},
              {"created", cloud.date(vm.created)}};
  if (vm.kind == VmKind::kUser || cloud.rules.version >= Version{4, 5, 0}) out["hypervisor"] = "XenServer";
  if (!vm.job.empty()) {
    out["jobid"] = vm.job;
    out["jobstatus"] = 0;
  }
  add_place(call, vm, out);
  return out;
}

bool matches(const Call& call, const CsVm& vm) {
  return !vm.removed && call.wants("id", vm.id) && call.wants("state", word(vm.state)) &&
         call.wants("hostid", vm.host ? vm.host->id : "") && call.wants("podid", call.cloud.pod_id) &&
         call.wants("zoneid", call.cloud.zone_id) && call.wants("clusterid", vm.cluster->id);
}

bool like(const std::string& text, const std::string& part) {
  return lower_case(text).find(lower_case(part)) != std::string::npos;
}

bool chosen(const Call& call, const CsVm& vm) {
  if (!matches(call, vm) || !in_scope(call, vm)) return false;
  if (call.has("ids") && !has_word(call.text("ids"), vm.id)) return false;
  return like(vm.name, call.text("name")) && call.wants("hypervisor", "XenServer") &&
         call.wants("haenable", vm.ha_enabled ? "true" : "false") &&
         call.wants("serviceofferingid", vm.offering ? vm.offering->id : "") &&
         call.matches_keyword({vm.name, vm.instance_name, word(vm.state)});
}

}  // namespace

Json vm_record(const Call& call, const CsVm& vm, const std::string& details) {
  const Cloud& cloud = call.cloud;
  const bool all = details.empty() || has_word(details, "all");
  Json out = common_record(call, vm);
  add_owner(call, vm, out);
  out["displayname"] = vm.name;
  out["haenable"] = vm.ha_enabled;
  if (call.is_root()) out["instancename"] = vm.instance_name;
  if (cloud.rules.vm_last_updated) out["lastupdated"] = cloud.date(vm.last_updated);
  if ((all || has_word(details, "servoff")) && vm.offering) {
    out["serviceofferingid"] = vm.offering->id;
    out["serviceofferingname"] = vm.offering->name;
    out["cpunumber"] = 2;
    out["memory"] = 4096;
  }
  if (all || has_word(details, "nics"))
    out["nic"] = Json::array({{{"id", vm.id}, {"ipaddress", "10.1.1." + std::to_string(vm.number % 250)}}});
  return out;
}

ApiResult list_virtual_machines(Call& call) {
  if (call.has("id") && call.has("ids"))
    return wrong_param("Specify either id or ids but not both parameters");
  Json rows = Json::array();
  for (const auto& vm : call.cloud.vms)
    if (vm->kind == VmKind::kUser && chosen(call, *vm))
      rows.push_back(vm_record(call, *vm, call.text("details")));
  return rows;
}

ApiResult list_system_vms(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  for (const auto& vm : cloud.vms) {
    if (vm->kind != VmKind::kConsoleProxy && vm->kind != VmKind::kSecondaryStorageVm) continue;
    if (!matches(call, *vm) || !call.wants("name", vm->name) ||
        !call.wants("systemvmtype", system_vm_type(vm->kind)))
      continue;
    Json out = common_record(call, *vm);
    out["systemvmtype"] = system_vm_type(vm->kind);
    out["podid"] = cloud.pod_id;
    out["podname"] = cloud.pod_name;
    out["linklocalip"] = "169.254.0." + std::to_string(vm->number % 250);
    if (vm->state == VmState::kRunning) out["agentstate"] = "Up";
    if (cloud.rules.version >= Version{4, 13, 1}) out["version"] = cloud.spec.version;
    rows.push_back(std::move(out));
  }
  return rows;
}

ApiResult list_routers(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  for (const auto& vm : cloud.vms) {
    if (vm->kind != VmKind::kRouter || !matches(call, *vm) || !in_scope(call, *vm)) continue;
    if (!like(vm->name, call.text("name")) || !call.matches_keyword({vm->name})) continue;
    Json out = common_record(call, *vm);
    add_owner(call, *vm, out);
    out["podid"] = cloud.pod_id;
    out["isredundantrouter"] = false;
    out["redundantstate"] = "UNKNOWN";
    out["role"] = "VIRTUAL_ROUTER";
    out["version"] = cloud.spec.version;
    out["requiresupgrade"] = false;
    if (vm->offering) {
      out["serviceofferingid"] = vm->offering->id;
      out["serviceofferingname"] = vm->offering->name;
    }
    if (cloud.rules.version >= Version{4, 14, 0}) out["healthchecksfailed"] = false;
    rows.push_back(std::move(out));
  }
  return rows;
}

}  // namespace xenha::sim::cloud
