#include "tests/sim/world/storage_builder.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace xenha::sim {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

struct SrPlan {
  std::string name;
  std::string type;
  std::int64_t size;
  std::int64_t used;
  bool shared;
  const Host* only = nullptr;  ///< local storage of one host
};

std::string create_sr(Database& db, const SrPlan& plan) {
  return db.create("SR",
                   {{"name_label", plan.name},
                    {"type", plan.type},
                    {"content_type", plan.type == "iso" ? "iso" : "user"},
                    {"shared", plan.shared},
                    {"physical_size", plan.size},
                    {"physical_utilisation", plan.used},
                    {"virtual_allocation", plan.used},
                    {"allowed_operations", Json::array({"scan", "update", "plug", "unplug", "vdi_create"})},
                    {"is_tools_sr", plan.name == "XenServer Tools"},
                    {"other_config", {{"auto-scan", "true"}}}});
}

Json device_config(const SrPlan& plan, const Site& site) {
  if (plan.type == "nfs") return {{"server", "10.0.9.1"}, {"serverpath", "/export/" + plan.name}};
  if (plan.type == "lvmoiscsi")
    return {{"target", "10.0.9.2"},
            {"targetIQN", "iqn.2015-01.example:" + site.name},
            {"SCSIid", "3600a0b80000f1d2f"},
            {"chapuser", "chap"},
            {"chappassword", "chap-secret"}};
  return {{"device", "/dev/sda3"}};
}

void create_pbd(Database& db, const Site& site, const SrPlan& plan, const std::string& sr, const Host& host) {
  Json other = Json::object();
  if (plan.type == "lvmoiscsi")
    other = {{"multipathed", "true"}, {"mpath-3600a0b80000f1d2f", "[2, 2]"}, {"iscsi_sessions", "2"}};
  db.create("PBD", {{"host", host.ref},
                    {"SR", sr},
                    {"currently_attached", true},
                    {"device_config", device_config(plan, site)},
                    {"other_config", std::move(other)}});
}

}  // namespace

std::int64_t metadata_vdi_bytes(Release release) {
  return release >= Release::k8 ? 3988783104 : 256 << 20;
}

std::int64_t free_bytes(const Database& db, const std::string& sr) {
  return db.get("SR", sr, "physical_size").get<std::int64_t>() -
         db.get("SR", sr, "physical_utilisation").get<std::int64_t>();
}

std::string find_ha_vdi(const Database& db, const std::string& sr, std::string_view type,
                        std::int64_t bytes) {
  const std::string name = type == "ha_statefile" ? "Statefile for HA" : "Metadata for HA";
  for (const Json& vdi : db.get("SR", sr, "VDIs")) {
    const auto ref = vdi.get<std::string>();
    if (db.text("VDI", ref, "type") == type && db.text("VDI", ref, "name_label") == name &&
        db.get("VDI", ref, "virtual_size").get<std::int64_t>() >= bytes)
      return ref;
  }
  return {};
}

std::string create_ha_vdi(Database& db, const std::string& sr, std::string_view type, std::int64_t bytes) {
  const std::int64_t used = db.get("SR", sr, "physical_utilisation").get<std::int64_t>();
  db.set("SR", sr, "physical_utilisation", used + bytes);
  db.set("SR", sr, "virtual_allocation", used + bytes);
  return db.create("VDI", {{"name_label", type == "ha_statefile" ? "Statefile for HA" : "Metadata for HA"},
                           {"type", type},
                           {"SR", sr},
                           {"virtual_size", bytes},
                           {"physical_utilisation", bytes},
                           {"managed", true},
                           {"sharable", true}});
}

std::string add_shared_sr(const Site& site, Database& db, const std::string& name, const std::string& type,
                          const Json& device_config) {
  const std::string sr = create_sr(db, {name, type, 2000 * kGiB, 300 * kGiB, true});
  for (const auto& host : site.hosts)
    db.create("PBD", {{"host", host->ref},
                      {"SR", sr},
                      {"currently_attached", true},
                      {"device_config", device_config},
                      {"other_config", Json::object()}});
  return sr;
}

std::string build_storage(World& world, Site& site, Database& db) {
  const std::int64_t size = site.spec.heartbeat_bytes > 0 ? site.spec.heartbeat_bytes : 10 * kGiB;
  std::vector<SrPlan> plans = {
      {site.spec.heartbeat_sr, site.spec.heartbeat_type, size, 16 << 20, true},
      {world.ids->uuid(), "nfs", 2000 * kGiB, 700 * kGiB, true},  // CloudStack's primary storage
      {world.ids->uuid(), "nfs", 2000 * kGiB, 300 * kGiB, true},
      {"XenServer Tools", "iso", 0, 0, true},
  };
  for (const auto& host : site.hosts)
    plans.push_back({"Local storage", "ext", 200 * kGiB, kGiB, false, host.get()});
  std::string heartbeat;
  for (const SrPlan& plan : plans) {
    const std::string sr = create_sr(db, plan);
    if (heartbeat.empty()) heartbeat = sr;
    for (const auto& host : site.hosts)
      if (!plan.only || plan.only == host.get()) create_pbd(db, site, plan, sr, *host);
    if (plan.shared && plan.type == "nfs" && plan.name != site.spec.heartbeat_sr)
      db.set("pool", db.pool_ref(), "default_SR", sr);
  }
  return heartbeat;
}

}  // namespace xenha::sim
