// Every command: who may call it, what it takes, since when.
#include "tests/sim/cloud/api_call.h"

namespace xenha::sim::cloud {
namespace {

constexpr int kRoot = 1;
constexpr int kAdmins = 1 | 4;
constexpr Version k411{4, 11, 0};
constexpr Version k412{4, 12, 0};
constexpr Version k415{4, 15, 0};
constexpr Version k416{4, 16, 0};
constexpr Version k417{4, 17, 0};
constexpr Version k419{4, 19, 0};
constexpr Version k420{4, 20, 0};
constexpr Version k421{4, 21, 0};
constexpr Version k49{4, 9, 0};

const std::vector<std::string> kHostDetails{"all", "capacity", "events", "stats", "min"};
const std::vector<std::string> kVmDetails{"all",    "group",   "nics",    "stats",   "secgrp",
                                          "tmpl",   "servoff", "diskoff", "backoff", "iso",
                                          "volume", "min",     "affgrp"};

std::vector<CommandDef> make_commands() {
  std::vector<CommandDef> all;
  const auto list = [&all](const char* name, int rights, const char* key, std::vector<ParamDef> params,
                           ApiResult (*run)(Call&), Version from = {}) {
    all.push_back({name, rights, key, std::move(params), from, false, false, true, run});
  };
  const auto write = [&all](const char* name, int rights, std::vector<ParamDef> params, bool async,
                            ApiResult (*run)(Call&), Version from = {}) {
    all.push_back({name, rights, "", std::move(params), from, true, async, false, run});
  };
  list("listApis", kAdmins, "api", {{"name"}}, list_apis);
  all.push_back({"listCapabilities", kAdmins, "", {}, {}, false, false, true, list_capabilities});
  list("listZones", kAdmins, "zone", {{"id", Kind::kZone}, {"name"}, {"available", Kind::kBool}}, list_zones);
  list("listPods", kRoot, "pod", {{"id", Kind::kPod}, {"name"}, {"zoneid", Kind::kZone}}, list_pods);
  list("listClusters", kRoot, "cluster",
       {{"id", Kind::kCluster},
        {"name"},
        {"podid", Kind::kPod},
        {"zoneid", Kind::kZone},
        {"hypervisor"},
        {"clustertype"},
        {"allocationstate"},
        {"managedstate"},
        {"showcapacities", Kind::kBool}},
       list_clusters);
  list("listHosts", kRoot, "host",
       {{"id", Kind::kHost},
        {"name"},
        {"type"},
        {"clusterid", Kind::kCluster},
        {"podid", Kind::kPod},
        {"zoneid", Kind::kZone},
        {"state"},
        {"resourcestate"},
        {"hypervisor"},
        {"hahost", Kind::kBool},
        {"virtualmachineid", Kind::kVm},
        {"details", Kind::kText, {}, kHostDetails},
        {"outofbandmanagementenabled", Kind::kBool, k49},
        {"arch", Kind::kText, k420},
        {"managementserverid", Kind::kText, k421}},
       list_hosts);
  list("listVirtualMachines", kAdmins, "virtualmachine",
       {{"id", Kind::kVm},
        {"ids", Kind::kVmIds, k49},
        {"name"},
        {"state"},
        {"zoneid", Kind::kZone},
        {"podid", Kind::kPod},
        {"hostid", Kind::kHost},
        {"clusterid", Kind::kCluster, k416},
        {"haenable", Kind::kBool, k415},
        {"serviceofferingid", Kind::kOffering, k49},
        {"hypervisor"},
        {"storageid"},
        {"details", Kind::kText, {}, kVmDetails}},
       list_virtual_machines);
  list("listSystemVms", kRoot, "systemvm",
       {{"id", Kind::kVm},
        {"name"},
        {"state"},
        {"systemvmtype"},
        {"hostid", Kind::kHost},
        {"podid", Kind::kPod},
        {"zoneid", Kind::kZone}},
       list_system_vms);
  list("listRouters", kAdmins, "router",
       {{"id", Kind::kVm},
        {"name"},
        {"state"},
        {"hostid", Kind::kHost},
        {"podid", Kind::kPod},
        {"zoneid", Kind::kZone},
        {"clusterid", Kind::kCluster}},
       list_routers);
  list("listServiceOfferings", kAdmins, "serviceoffering",
       {{"id", Kind::kOffering}, {"name"}, {"issystem", Kind::kBool}, {"systemvmtype"}},
       list_service_offerings);
  list("listStoragePools", kRoot, "storagepool",
       {{"id"},
        {"name"},
        {"clusterid", Kind::kCluster},
        {"podid", Kind::kPod},
        {"zoneid", Kind::kZone},
        {"ipaddress"},
        {"path"},
        {"scope"}},
       list_storage_pools);
  list("listConfigurations", kRoot, "configuration",
       {{"name"}, {"category"}, {"zoneid", Kind::kZone}, {"clusterid", Kind::kCluster}}, list_configurations);
  list("listAlerts", kRoot, "alert", {{"id"}, {"type"}, {"name"}}, list_alerts);
  list("listEvents", kAdmins, "event",
       {{"id"},
        {"type"},
        {"level"},
        {"startdate"},
        {"enddate"},
        {"duration", Kind::kInt},
        {"entrytime", Kind::kInt},
        {"startid", Kind::kText, k411},
        {"resourceid", Kind::kText, k417},
        {"resourcetype", Kind::kText, k417},
        {"archived", Kind::kBool, k419},
        {"state", Kind::kText, k421}},
       list_events);
  list("listManagementServers", kRoot, "managementserver", {{"id"}, {"name"}}, list_management_servers, k412);
  all.push_back(
      {"queryAsyncJobResult", kAdmins, "", {{"jobid"}}, {}, false, false, false, query_async_job_result});
  write("prepareHostForMaintenance", kRoot, {{"id", Kind::kHost}}, true, prepare_host_for_maintenance);
  write("cancelHostMaintenance", kRoot, {{"id", Kind::kHost}}, true, cancel_host_maintenance);
  write("declareHostAsDegraded", kRoot, {{"id", Kind::kHost}}, true, declare_host_as_degraded, k416);
  write("cancelHostAsDegraded", kRoot, {{"id", Kind::kHost}}, true, cancel_host_as_degraded, k416);
  write("updateHost", kRoot,
        {{"id", Kind::kHost}, {"allocationstate", Kind::kText, {}, {"Enable", "Disable"}}}, false,
        update_host);
  write("updateCluster", kRoot,
        {{"id", Kind::kCluster},
         {"managedstate", Kind::kText, {}, {"Managed", "Unmanaged"}},
         {"allocationstate", Kind::kText, {}, {"Enabled", "Disabled"}}},
        false, update_cluster);
  write("startVirtualMachine", kAdmins, {{"id", Kind::kVm}, {"hostid", Kind::kHost}}, true,
        start_virtual_machine);
  write("stopVirtualMachine", kAdmins, {{"id", Kind::kVm}, {"forced", Kind::kBool}}, true,
        stop_virtual_machine);
  return all;
}

/// What every list takes; the last ones only where objects have owners.
const std::vector<ParamDef> kOfLists{{"keyword"}, {"page", Kind::kInt}, {"pagesize", Kind::kInt}};
const std::vector<ParamDef> kOfOwned{{"listall", Kind::kBool},
                                     {"account"},
                                     {"domainid"},
                                     {"isrecursive", Kind::kBool},
                                     {"projectid", Kind::kProject}};

bool has_owners(const CommandDef& command) {
  return command.name == "listVirtualMachines" || command.name == "listRouters" ||
         command.name == "listEvents";
}

}  // namespace

const std::vector<CommandDef>& all_commands() {
  static const std::vector<CommandDef> all = make_commands();
  return all;
}

const CommandDef* find_command(const Cloud& cloud, std::string_view name) {
  for (const CommandDef& command : all_commands())
    if (command.name == name && cloud.rules.version >= command.from) return &command;
  return nullptr;
}

bool may_call(const CsAccount& account, const CommandDef& command) {
  if (account.only_reads && !command.reader) return false;
  return (command.rights & static_cast<int>(account.role)) != 0;
}

std::vector<ParamDef> params_of(const Cloud& cloud, const CommandDef& command) {
  std::vector<ParamDef> out;
  for (const ParamDef& param : command.params)
    if (cloud.rules.version >= param.from) out.push_back(param);
  if (!command.list.empty()) out.insert(out.end(), kOfLists.begin(), kOfLists.end());
  if (has_owners(command)) out.insert(out.end(), kOfOwned.begin(), kOfOwned.end());
  return out;
}

}  // namespace xenha::sim::cloud
