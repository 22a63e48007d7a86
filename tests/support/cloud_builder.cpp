#include "tests/support/cloud_builder.h"

#include <stdexcept>

#include "tests/support/pool_builder.h"

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::CloudFacts;
using exporter::CloudHostSnapshot;
using exporter::CloudSettingSnapshot;
using exporter::CloudSnapshot;
using exporter::CloudVmSnapshot;
using model::CloudVmKind;

namespace {

constexpr const char* kClusterId = "c1a57e40-1111-4222-8333-0123456789ab";

std::string host_id(int number) {
  return "cd00000" + std::to_string(number) + "-aaaa-4bbb-8ccc-0123456789ab";
}

CloudHostSnapshot host(const exporter::HostSnapshot& xen, int number) {
  CloudHostSnapshot host;
  host.id = host_id(number);
  host.name = host.host = xen.label;
  host.address = xen.address;
  host.host_uuid = xen.uuid;
  host.cluster_id = kClusterId;
  host.cluster = "cluster-a";
  host.pool = "cluster1";
  host.state = "Up";
  host.resource_state = "Enabled";
  return host;
}

void add_vm(CloudFacts& facts, CloudVmKind kind, const std::string& instance_name,
            const CloudHostSnapshot* where, std::optional<bool> ha) {
  CloudVmSnapshot vm;
  vm.kind = kind;
  vm.id = "id-of-" + instance_name;
  vm.instance_name = vm.name = instance_name;
  vm.state = where ? "Running" : "Stopped";
  if (where) {
    vm.host_id = where->id;
    vm.host_uuid = where->host_uuid;
    vm.cluster_id = where->cluster_id;
  }
  vm.ha = ha;
  vm.seen_at = test_now() - 2s;
  facts.vms.emplace(vm.id, vm);
}

void add_vms(CloudFacts& facts) {
  int number = 10;
  for (const CloudHostSnapshot& where : facts.hosts)
    for (const bool ha : {true, true, false})
      add_vm(facts, CloudVmKind::kUser, "i-2-" + std::to_string(number++) + "-VM", &where, ha);
  add_vm(facts, CloudVmKind::kRouter, "r-4-VM", &facts.hosts.front(), true);
  add_vm(facts, CloudVmKind::kConsoleProxy, "v-1-VM", &facts.hosts.back(), std::nullopt);
  add_vm(facts, CloudVmKind::kSecondaryStorageVm, "s-2-VM", &facts.hosts.back(), std::nullopt);
  add_vm(facts, CloudVmKind::kUser, "i-2-99-VM", nullptr, true);
}

}  // namespace

CloudSnapshot healthy_cloud(int hosts) {
  CloudFacts facts;
  facts.version = "4.20.1.0";
  facts.clusters.push_back({kClusterId, "cluster-a", "Managed", "cluster1"});
  const exporter::PoolSnapshot pool = healthy_pool(hosts);
  for (int i = 0; i < hosts; ++i) facts.hosts.push_back(host(pool.hosts[i], i + 1));
  add_vms(facts);
  facts.settings = {{"alert.wait", 60, std::nullopt, false},
                    {"ha.workers", std::nullopt, 5, true},
                    {"ping.interval", 60, std::nullopt, true},
                    {"ping.timeout", std::nullopt, 2.5, true},
                    {"vm.ha.enabled", std::nullopt, 1, true}};
  CloudSnapshot cloud;
  cloud.name = "cloud1";
  cloud.up = true;
  cloud.last_success = cloud.hosts_read = cloud.vms_read = test_now() - 2s;
  cloud.clock_offset = -250ms;
  cloud.facts = std::move(facts);
  for (const char* word : exporter::kCloudAlertWords) cloud.alerts[word];
  cloud.alerts["host_down"] = 1;
  cloud.alerts["vm_restarted"] = 7;
  return cloud;
}

CloudHostSnapshot& host_of(CloudSnapshot& cloud, const std::string& label) {
  for (CloudHostSnapshot& host : cloud.facts.value().hosts)
    if (host.host == label) return host;
  throw std::logic_error("no host " + label + " in " + cloud.name);
}

CloudSettingSnapshot& setting_of(CloudSnapshot& cloud, const std::string& name) {
  for (CloudSettingSnapshot& setting : cloud.facts.value().settings)
    if (setting.name == name) return setting;
  throw std::logic_error("no setting " + name + " in " + cloud.name);
}

}  // namespace xenha::test
