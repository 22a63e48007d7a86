// Offerings, primary storage, settings.
#include "tests/sim/cloud/api_call.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {

ApiResult list_service_offerings(Call& call) {
  const bool system = call.flag("issystem");
  if (system && !call.is_root()) return ApiFailure{531, "Only root admins may list system offerings"};
  Json rows = Json::array();
  for (const auto& offering : call.cloud.offerings) {
    if (offering->system != system || !call.wants("id", offering->id) ||
        !call.wants("name", offering->name) || !call.wants("systemvmtype", system_vm_type(offering->kind)))
      continue;
    Json out = {{"id", offering->id},
                {"name", offering->name},
                {"displaytext", offering->name},
                {"offerha", offering->offer_ha},
                {"cpunumber", 2},
                {"cpuspeed", 1000},
                {"memory", 4096},
                {"storagetype", "shared"},
                {"issystem", offering->system},
                {"isvolatile", false},
                {"created", call.cloud.date(call.cloud.hosts.front()->created)}};
    if (offering->system) out["systemvmtype"] = system_vm_type(offering->kind);
    if (call.cloud.rules.version >= Version{4, 18, 0}) out["state"] = "Active";
    rows.push_back(std::move(out));
  }
  return rows;
}

ApiResult list_storage_pools(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  for (const auto& pool : cloud.storage_pools) {
    if (!call.wants("id", pool->id) || !call.wants("name", pool->name) ||
        !call.wants("clusterid", pool->cluster->id) || !call.wants("zoneid", cloud.zone_id) ||
        !call.wants("podid", cloud.pod_id) || !call.wants("ipaddress", pool->address) ||
        !call.wants("path", pool->path) || !call.wants("scope", "CLUSTER") ||
        !call.matches_keyword({pool->name}))
      continue;
    Json out = {{"id", pool->id},
                {"name", pool->name},
                {"type", pool->type},
                {"state", "Up"},
                {"scope", "CLUSTER"},
                {"ipaddress", pool->address},
                {"path", pool->path},
                {"clusterid", pool->cluster->id},
                {"clustername", pool->cluster->name},
                {"podid", cloud.pod_id},
                {"podname", cloud.pod_name},
                {"zoneid", cloud.zone_id},
                {"zonename", cloud.zone_name},
                {"created", cloud.date(pool->created)},
                {"disksizetotal", std::int64_t{2000} << 30},
                {"disksizeallocated", std::int64_t{700} << 30},
                {"disksizeused", std::int64_t{300} << 30},
                {"suitableformigration", false}};
    if (cloud.rules.version >= Version{4, 11, 0}) out["provider"] = "DefaultPrimary";
    rows.push_back(std::move(out));
  }
  return rows;
}

ApiResult list_configurations(Call& call) {
  const Cloud& cloud = call.cloud;
  const std::string part = lower_case(call.text("name"));
  Json rows = Json::array();
  for (const auto& [name, definition] : cloud.settings.definitions()) {
    if (definition.hidden || name.find(part) == std::string::npos ||
        !call.wants("category", definition.category) || !call.matches_keyword({name}))
      continue;
    Json out = {{"category", definition.category}, {"name", name}, {"description", definition.description}};
    if (const std::optional<std::string> value = cloud.settings.stored(name)) out["value"] = *value;
    if (cloud.rules.version >= Version{4, 14, 0}) out["isdynamic"] = definition.dynamic;
    if (cloud.rules.configuration_defaults) {
      out["defaultvalue"] = definition.default_value;
      out["type"] = "String";
      out["component"] = "management-server";
      out["group"] = "Miscellaneous";
      out["subgroup"] = "Others";
    }
    rows.push_back(std::move(out));
  }
  return rows;
}

}  // namespace xenha::sim::cloud
