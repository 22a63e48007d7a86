#include "tests/sim/cloud/cloud.h"

#include <array>
#include <utility>

#include "lib/base/wall_time.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {

Cloud::Cloud(World& world_, const CloudSpec& spec_, int number_, Version version)
    : world(world_),
      spec(spec_),
      number(number_),
      rules(version),
      settings(version, spec_.settings),
      ids(470000 + static_cast<std::uint64_t>(number_)),
      random(static_cast<std::mt19937::result_type>(4700 + number_)),
      name(spec_.name.empty() ? "cloud" + std::to_string(number_) : spec_.name),
      address(spec_.address.empty() ? "127.20." + std::to_string(number_) + ".1" : spec_.address),
      zone_id(ids.uuid()),
      pod_id(ids.uuid()),
      server_id(ids.uuid()),
      skew(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(spec_.clock_skew))),
      system_vms_replaced(spec_.system_vms_replaced),
      ha(std::make_unique<HaWork>(*this)) {}

Cloud::~Cloud() = default;

WallTime Cloud::now() const {
  return world.now() + std::chrono::duration_cast<WallTime::duration>(skew);
}

SimTime Cloud::time() const {
  return world.clock.now();
}

std::string Cloud::date(WallTime when) const {
  const std::string local = utc_text(when + std::chrono::minutes(spec.zone_minutes), "%Y-%m-%dT%H:%M:%S");
  const int minutes = std::abs(spec.zone_minutes);
  std::array<char, 12> zone{};
  std::snprintf(zone.data(), zone.size(), "%c%02d%02d", spec.zone_minutes < 0 ? '-' : '+', minutes / 60 % 100,
                minutes % 60);
  return local + zone.data();
}

void Cloud::later(Duration simulated, std::function<void()> task) {
  world.clock.after(simulated, [this, planned_in = term, task = std::move(task)] {
    if (term != planned_in) return;
    task();
    world.changed();
  });
}

Duration Cloud::between(Duration least, Duration most) {
  const double share = static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  return least + std::chrono::duration_cast<Duration>(share * std::chrono::duration<double>(most - least));
}

void Cloud::truth(const char* what, const CsHost* host, const CsVm* vm, std::string detail) {
  TruthEntry entry;
  entry.at = time();
  entry.wall = world.now();
  entry.system = name;
  entry.what = what;
  const CsCluster* cluster = host ? host->cluster : vm ? vm->cluster : nullptr;
  if (cluster) entry.pool = cluster->site->name;
  if (host) entry.host = host->xen->address;
  if (vm) entry.vm = vm->instance_name;
  entry.detail = std::move(detail);
  world.truth.add(std::move(entry));
}

CsHost* Cloud::host_of(const Host& xen) const {
  for (const auto& host : hosts)
    if (host->xen == &xen && host->state != HostState::kRemoved) return host.get();
  return nullptr;
}

CsHost* Cloud::find_host(std::string_view text) const {
  for (const auto& host : hosts)
    if (host->id == text || host->name == text || host->xen->address == text ||
        std::to_string(host->number) == text)
      return host.get();
  return nullptr;
}

CsCluster* Cloud::find_cluster(std::string_view text) const {
  for (const auto& cluster : clusters)
    if (cluster->id == text || cluster->name == text || cluster->site->name == text ||
        std::to_string(cluster->number) == text)
      return cluster.get();
  return nullptr;
}

CsVm* Cloud::find_vm(std::string_view text) const {
  CsVm* found = nullptr;
  for (const auto& vm : vms)
    if ((vm->id == text || vm->instance_name == text) && (!found || found->removed)) found = vm.get();
  return found;
}

const CsAccount& Cloud::account(int wanted) const {
  for (const auto& each : accounts)
    if (each->number == wanted) return *each;
  return system_account();
}

std::string Cloud::url() const {
  return (world.options.tls ? "https://" : "http://") + address + ":" + std::to_string(port) + "/client/api";
}

void start_cloud(Cloud& cloud) {
  start_host_rounds(cloud, false);
  cloud.ha->start_workers();
  start_system_vm_scan(cloud);
}

void power_cloud(Cloud& cloud, bool on) {
  if (cloud.powered == on) return;
  cloud.powered = on;
  if (!on) {
    ++cloud.term;
    cloud.ha->release();
    for (const auto& host : cloud.hosts) {
      ++host->connection;
      host->investigating = false;
    }
    cloud.truth("server_off", nullptr);
    if (cloud.listener) (void)cloud.listener->set_network(Network::refuse());
    return;
  }
  cloud.truth("server_on", nullptr);
  cloud.settings.take_over_all();
  if (cloud.listener) (void)cloud.listener->set_network(cloud.fault);
  cloud.ha->take_over_plans();
  start_host_rounds(cloud, true);
  cloud.ha->start_workers();
  start_system_vm_scan(cloud);
}

}  // namespace xenha::sim::cloud
