// What the account may call, and the places: zone, pod, clusters, management server.
#include "tests/sim/cloud/api_call.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

const char* type_word(const ParamDef& param) {
  if (!param.words.empty() || param.kind == Kind::kVmIds) return "list";
  if (param.kind == Kind::kBool) return "boolean";
  if (param.kind == Kind::kInt) return "integer";
  return param.kind == Kind::kText ? "string" : "uuid";
}

std::string version_text(const Version& version) {
  if (version == Version{}) return "";
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

}  // namespace

bool Call::matches_keyword(const std::vector<std::string>& texts) const {
  const std::string keyword = lower_case(text("keyword"));
  if (keyword.empty()) return true;
  for (const std::string& each : texts)
    if (lower_case(each).find(keyword) != std::string::npos) return true;
  return false;
}

ApiResult list_apis(Call& call) {
  Json rows = Json::array();
  for (const CommandDef& command : all_commands()) {
    if (!find_command(call.cloud, command.name) || !may_call(call.account, command)) continue;
    if (!call.wants("name", command.name)) continue;
    Json params = Json::array();
    for (const ParamDef& param : params_of(call.cloud, command)) {
      Json one = {{"name", param.name},
                  {"type", type_word(param)},
                  {"required", false},
                  {"length", 255},
                  {"description", param.name}};
      if (const std::string since = version_text(param.from); !since.empty()) one["since"] = since;
      params.push_back(std::move(one));
    }
    Json api = {{"name", command.name},
                {"description", "The command " + command.name},
                {"isasync", command.async},
                {"related", ""},
                {"params", std::move(params)},
                {"response", Json::array({{{"name", "id"}, {"type", "string"}, {"description", "id"}}})}};
    if (const std::string since = version_text(command.from); !since.empty()) api["since"] = since;
    rows.push_back(std::move(api));
  }
  if (rows.empty() && call.has("name"))
    return wrong_param("The API does not exist or is blacklisted. Role: " + call.text("name"));
  return rows;
}

ApiResult list_capabilities(Call& call) {
  Json capability = {{"cloudstackversion", call.cloud.spec.version},
                     {"securitygroupsenabled", false},
                     {"userpublictemplateenabled", true},
                     {"supportELB", "false"},
                     {"projectinviterequired", false},
                     {"allowusercreateprojects", true},
                     {"kvmsnapshotenabled", false},
                     {"regionsecondaryenabled", false}};
  if (call.cloud.rules.version >= Version{4, 14, 0})
    capability["defaultuipagesize"] = static_cast<int>(call.cloud.settings.number("default.ui.page.size"));
  return Json{{"capability", std::move(capability)}};
}

ApiResult list_zones(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  if (call.wants("id", cloud.zone_id) && call.wants("name", cloud.zone_name))
    rows.push_back({{"id", cloud.zone_id},
                    {"name", cloud.zone_name},
                    {"networktype", "Advanced"},
                    {"securitygroupsenabled", false},
                    {"allocationstate", "Enabled"},
                    {"dhcpprovider", "VirtualRouter"},
                    {"localstorageenabled", false}});
  return rows;
}

ApiResult list_pods(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  if (call.wants("id", cloud.pod_id) && call.wants("name", cloud.pod_name) &&
      call.wants("zoneid", cloud.zone_id))
    rows.push_back({{"id", cloud.pod_id},
                    {"name", cloud.pod_name},
                    {"zoneid", cloud.zone_id},
                    {"zonename", cloud.zone_name},
                    {"allocationstate", "Enabled"}});
  return rows;
}

Json cluster_record(const Cloud& cloud, const CsCluster& cluster) {
  Json out = {{"id", cluster.id},
              {"name", cluster.name},
              {"podid", cloud.pod_id},
              {"podname", cloud.pod_name},
              {"zoneid", cloud.zone_id},
              {"zonename", cloud.zone_name},
              {"hypervisortype", "XenServer"},
              {"clustertype", "CloudManaged"},
              {"allocationstate", cluster.allocation_state},
              {"managedstate", cluster.managed_state},
              {"cpuovercommitratio", "1.0"},
              {"memoryovercommitratio", "1.0"}};
  if (cloud.rules.version >= Version{4, 9, 0})
    out["resourcedetails"] = {{"cpuOvercommitRatio", "1.0"}, {"resourceHAEnabled", "false"}};
  if (cloud.rules.version >= Version{4, 20, 0}) out["arch"] = "x86_64";
  return out;
}

ApiResult list_clusters(Call& call) {
  Json rows = Json::array();
  for (const auto& cluster : call.cloud.clusters)
    if (call.wants("id", cluster->id) && call.wants("name", cluster->name) &&
        call.wants("podid", call.cloud.pod_id) && call.wants("zoneid", call.cloud.zone_id) &&
        call.wants("hypervisor", "XenServer") && call.wants("allocationstate", cluster->allocation_state) &&
        call.wants("managedstate", cluster->managed_state) && call.matches_keyword({cluster->name}))
      rows.push_back(cluster_record(call.cloud, *cluster));
  return rows;
}

ApiResult list_management_servers(Call& call) {
  const Cloud& cloud = call.cloud;
  Json one = {{"id", cloud.server_id},
              {"name", "mgmt-" + cloud.name},
              {"state", "Up"},
              {"version", cloud.spec.version}};
  if (cloud.rules.version >= Version{4, 20, 1}) one["peers"] = Json::array();
  Json rows = Json::array();
  if (call.wants("id", cloud.server_id) && call.wants("name", one["name"].get<std::string>()))
    rows.push_back(std::move(one));
  return rows;
}

}  // namespace xenha::sim::cloud
