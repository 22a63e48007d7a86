#include "tests/sim/world/host_builder.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/host_records.h"

namespace xenha::sim {
namespace {

Json software_version(const Site& site, const Host& host) {
  const ReleaseInfo& info = release_info(site.release);
  const std::string xapi(info.xapi_version);
  Json out = {{"product_version", info.product_version},
              {"product_version_text", info.product_version},
              {"product_version_text_short", info.product_version},
              {"product_brand", "XenServer"},
              {"platform_name", "XCP"},
              {"platform_version", info.platform_version},
              {"build_number",
               site.release <= Release::k65 ? "90233c" : "release/" + std::string(info.code_name) + "/lcm/1"},
              {"hostname", host.hostname},
              {"date", "2020-06-23"},
              {"xapi", xapi},
              {"xen", "4.13"},
              {"linux", "4.19.0"},
              {"network_backend", "openvswitch"},
              {"dbv", "0.0.1"}};
  if (site.release >= Release::k8) out["xapi_build"] = xapi;
  return out;
}

void build_control_domain(World& world, Database& db, const Host& host) {
  const std::string metrics = db.create("VM_metrics", {{"start_time", world.now_text(host)}});
  const std::string vm = db.create("VM", {{"name_label", "Control domain on host: " + host.name},
                                          {"is_control_domain", true},
                                          {"power_state", "Running"},
                                          {"resident_on", host.ref},
                                          {"affinity", host.ref},
                                          {"domid", 0},
                                          {"metrics", metrics}});
  db.set("host", host.ref, "control_domain", vm);
}

void build_interface(Database& db, const std::string& network, const Host& host) {
  db.create("PIF", {{"device", "eth0"},
                    {"network", network},
                    {"host", host.ref},
                    {"MAC", "00:16:3e:00:00:0" + std::to_string(host.number % 10)},
                    {"physical", true},
                    {"currently_attached", true},
                    {"ip_configuration_mode", "Static"},
                    {"IP", host.address},
                    {"netmask", "255.255.255.0"},
                    {"management", true},
                    {"disallow_unplug", true}});
}

void build_patches(World& world, Site& site, Database& db) {
  const std::string now = world.now_text(*site.hosts.front());
  if (site.release <= Release::k70) {
    const std::string name = site.release == Release::k62 ? "XS62ESP1004" : "XS65ESP1";
    if (site.release == Release::k62 && !site.spec.hotfix) return;
    const std::string patch =
        db.create("pool_patch", {{"name_label", name}, {"pool_applied", true}, {"version", "1.0"}});
    for (const auto& host : site.hosts)
      db.create("host_patch", {{"name_label", name},
                               {"host", host->ref},
                               {"pool_patch", patch},
                               {"applied", true},
                               {"timestamp_applied", now}});
    return;
  }
  if (site.release > Release::k82) return;
  Json hosts = Json::array();
  for (const auto& host : site.hosts) hosts.push_back(host->ref);
  const std::string update =
      db.create("pool_update", {{"name_label", "XS-update-1"}, {"version", "1.0"}, {"hosts", hosts}});
  for (const auto& host : site.hosts) db.set("host", host->ref, "updates", Json::array({update}));
}

}  // namespace

void build_hosts(World& world, Site& site, Database& db) {
  const ReleaseInfo& info = release_info(site.release);
  const std::string network =
      db.create("network", {{"name_label", "Pool-wide network associated with eth0"}, {"bridge", "xenbr0"}});
  for (const auto& host : site.hosts) {
    const std::string metrics = db.create("host_metrics", {{"live", true},
                                                           {"memory_total", std::int64_t{256} << 30},
                                                           {"memory_free", std::int64_t{64} << 30},
                                                           {"last_updated", world.now_text(*host)}});
    db.create_at("host", host->ref,
                 {{"uuid", host->uuid},
                  {"name_label", host->name},
                  {"hostname", host->hostname},
                  {"address", host->address},
                  {"enabled", true},
                  {"metrics", metrics},
                  {"software_version", software_version(site, *host)},
                  {"API_version_major", info.api_major},
                  {"API_version_minor", info.api_minor},
                  {"edition", "enterprise-per-socket"},
                  {"license_params", {{"enable_xha", "true"}, {"expiry", "20991231T00:00:00Z"}}},
                  {"allowed_operations",
                   Json::array({"evacuate", "provision", "vm_migrate", "vm_resume", "vm_start"})},
                  {"other_config", {{"iscsi_iqn", "iqn.2015-01.example:" + host->hostname}}},
                  {"sched_policy", "credit"},
                  {"ssl_legacy", site.release < Release::k82}});
    write_start_times(db, *host);
    db.create("host_cpu", {{"host", host->ref}, {"number", 0}, {"vendor", "GenuineIntel"}});
    if (site.release >= Release::k82)
      db.create("Certificate", {{"host", host->ref}, {"not_after", "20350101T00:00:00Z"}, {"type", "host"}});
    build_control_domain(world, db, *host);
    build_interface(db, network, *host);
  }
  build_patches(world, site, db);
}

}  // namespace xenha::sim
