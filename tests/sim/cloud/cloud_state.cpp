#include "tests/sim/cloud/cloud_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

constexpr std::size_t kShown = 100;  ///< of the newest alerts and events

double seconds_of(SimTime when) {
  return std::chrono::duration<double>(when).count();
}

Json host_json(const CsHost& host) {
  return {{"number", host.number},
          {"name", host.name},
          {"address", host.xen->address},
          {"id", host.id},
          {"cluster", host.cluster->name},
          {"state", word(host.state)},
          {"resourcestate", host.resource_state},
          {"attached", host.attached}};
}

Json vm_json(const CsVm& vm) {
  return {{"number", vm.number},       {"name", vm.instance_name},
          {"display", vm.name},        {"id", vm.id},
          {"state", word(vm.state)},   {"host", vm.host ? Json(vm.host->xen->address) : Json()},
          {"haenable", vm.ha_enabled}, {"changed_at", seconds_of(vm.changed_at)}};
}

}  // namespace

Json state_of(const Cloud& cloud) {
  Json hosts = Json::array();
  for (const auto& host : cloud.hosts) hosts.push_back(host_json(*host));
  Json vms = Json::array();
  int running = 0;
  for (const auto& vm : cloud.vms) {
    if (vm->removed) continue;
    if (vm->state == VmState::kRunning) ++running;
    vms.push_back(vm_json(*vm));
  }
  Json clusters = Json::array();
  for (const auto& cluster : cloud.clusters)
    clusters.push_back({{"number", cluster->number},
                        {"name", cluster->name},
                        {"id", cluster->id},
                        {"pool", cluster->site->name},
                        {"managedstate", cluster->managed_state}});
  Json alerts = Json::array();
  for (std::size_t at = cloud.alerts.size() - std::min(cloud.alerts.size(), kShown); at < cloud.alerts.size();
       ++at)
    alerts.push_back({{"type", cloud.alerts[at].type},
                      {"subject", cloud.alerts[at].subject},
                      {"at", seconds_of(cloud.alerts[at].at)}});
  Json events = Json::array();
  for (std::size_t at = cloud.events.size() - std::min(cloud.events.size(), kShown); at < cloud.events.size();
       ++at)
    events.push_back({{"type", cloud.events[at].type},
                      {"state", cloud.events[at].state},
                      {"description", cloud.events[at].description},
                      {"resource", cloud.events[at].resource_name},
                      {"user", cloud.events[at].user},
                      {"at", seconds_of(cloud.events[at].at)}});
  return {{"name", cloud.name},
          {"number", cloud.number},
          {"version", cloud.spec.version},
          {"url", cloud.url()},
          {"powered", cloud.powered},
          {"running", running},
          {"clusters", std::move(clusters)},
          {"hosts", std::move(hosts)},
          {"vms", std::move(vms)},
          {"ha_work", cloud.ha->state()},
          {"alerts", std::move(alerts)},
          {"events", std::move(events)}};
}

}  // namespace xenha::sim::cloud
