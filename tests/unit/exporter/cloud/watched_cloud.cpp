#include "tests/unit/exporter/cloud/watched_cloud.h"

#include <stdlib.h>

#include <cstdio>
#include <fstream>

namespace xenha::test {

using Json = FakeCloud::Json;

std::string cloud_id(int number) {
  char text[64];
  std::snprintf(text, sizeof text, "%08d-0000-4000-8000-%012d", number, number);
  return text;
}

Json host_row(int number, int cluster, const std::string& state) {
  return {{"id", cloud_id(100 + number)},
          {"name", "xs" + std::to_string(number)},
          {"state", state},
          {"type", "Routing"},
          {"resourcestate", "Enabled"},
          {"ipaddress", "10.0.0." + std::to_string(number)},
          {"clusterid", cloud_id(cluster)},
          {"zoneid", cloud_id(9)},
          {"hypervisor", "XenServer"},
          {"hahost", false}};
}

Json vm_row(int number, const std::string& state, int host, const Json& more) {
  Json row{{"id", cloud_id(number)},
           {"name", "vm" + std::to_string(number)},
           {"instancename", "i-2-" + std::to_string(number) + "-VM"},
           {"state", state},
           {"zoneid", cloud_id(9)},
           {"hypervisor", "XenServer"},
           {"haenable", true}};
  if (host > 0) row["hostid"] = cloud_id(100 + host);
  for (const auto& [key, value] : more.items()) row[key] = value;
  return row;
}

exporter::PoolMembers pool_members(const std::string& pool, int first_host) {
  exporter::PoolMembers members{.pool = pool, .pinned_cluster = {}, .hosts = {}};
  for (const int host : {first_host, first_host + 1}) {
    const std::string name = "xs" + std::to_string(host);
    members.hosts.push_back({"uuid-" + name, name, name, {"10.0.0." + std::to_string(host)}});
  }
  return members;
}

WatchedCloud::WatchedCloud() {
  std::string name = (std::filesystem::temp_directory_path() / "xenha-cloud-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  dir_ = name;
  write_keys("key-1");
  for (const char* command : {"listCapabilities", "listConfigurations", "listClusters", "listHosts",
                              "listStoragePools", "listVirtualMachines", "listRouters", "listSystemVms",
                              "listServiceOfferings", "listAlerts", "listEvents"})
    cloud_.apis.insert(command);
  for (const int cluster : {1, 2})
    cloud_.rows["listClusters"].push_back({{"id", cloud_id(cluster)},
                                           {"name", "cluster-" + std::to_string(cluster)},
                                           {"zoneid", cloud_id(9)},
                                           {"podname", "pod1"},
                                           {"hypervisortype", "XenServer"},
                                           {"managedstate", "Managed"}});
  cloud_.rows["listHosts"] = {host_row(1, 1), host_row(2, 1), host_row(3, 2), host_row(4, 2)};
  cloud_.rows["listVirtualMachines"] = {vm_row(21, "Running", 1), vm_row(22, "Running", 1),
                                        vm_row(23, "Running", 3)};
  cloud_.rows["listRouters"] = {{{"id", cloud_id(31)},
                                 {"name", "r-31-VM"},
                                 {"state", "Running"},
                                 {"hostid", cloud_id(101)},
                                 {"zoneid", cloud_id(9)},
                                 {"hypervisor", "XenServer"},
                                 {"serviceofferingid", cloud_id(51)}}};
  for (const char* type : {"consoleproxy", "secondarystoragevm"})
    cloud_.rows["listSystemVms"].push_back({{"id", cloud_id(*type == 'c' ? 41 : 42)},
                                            {"name", *type == 'c' ? "v-41-VM" : "s-42-VM"},
                                            {"systemvmtype", type},
                                            {"state", "Running"},
                                            {"hostid", cloud_id(102)},
                                            {"zoneid", cloud_id(9)},
                                            {"hypervisor", "XenServer"}});
  int offering = 51;
  for (const char* type : {"domainrouter", "consoleproxy", "secondarystoragevm"})
    cloud_.rows["listServiceOfferings"].push_back({{"id", cloud_id(offering++)},
                                                   {"name", type},
                                                   {"offerha", std::string(type) == "domainrouter"},
                                                   {"issystem", true},
                                                   {"systemvmtype", type}});
  cloud_.rows["listStoragePools"] = {{{"id", "ps-1"},
                                      {"name", "ps-nfs"},
                                      {"type", "NetworkFilesystem"},
                                      {"path", "/export/ps1"},
                                      {"state", "Up"},
                                      {"scope", "CLUSTER"},
                                      {"clusterid", cloud_id(1)}}};
  cloud_.rows["listConfigurations"] = {{{"name", "alert.wait"}, {"value", "60"}}};
}

WatchedCloud::~WatchedCloud() {
  watcher_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void WatchedCloud::write_keys(const std::string& key) {
  std::ofstream(dir_ / "cloud.key") << key << "\n";
  std::ofstream(dir_ / "cloud.secret") << "secret-of-" << key << "\n";
}

exporter::CloudConfig WatchedCloud::config() const {
  exporter::CloudConfig config;
  config.name = "cloud1";
  config.url = {false, "mgmt.example", 8080, "/client/api"};
  const auto opened = [](const std::filesystem::path& path) {
    const exporter::CloudKey key{{}, config::SecretSource::file(path)};
    Result<exporter::CloudKey> read = key.read_again();
    return read ? *std::move(read) : key;
  };
  config.api_key = opened(dir_ / "cloud.key");
  config.secret_key = opened(dir_ / "cloud.secret");
  return config;
}

void WatchedCloud::start() {
  watcher_ = std::make_unique<exporter::CloudWatcher>(
      config(), settings_, dir_, clock_, cloud_,
      [this](std::shared_ptr<const exporter::CloudSnapshot> snapshot) {
        published_.push_back(std::move(snapshot));
        published_at_.push_back(clock_.steady());
      });
  watcher_->set_members(pool_members("pool1", 1));
  watcher_->set_members(pool_members("pool2", 3));
}

void WatchedCloud::stop() {
  watcher_->shut_down();
  watcher_.reset();
  published_.clear();
  published_at_.clear();
}

void WatchedCloud::run_for(Duration span) {
  const SteadyTime end = clock_.steady() + span;
  int idle_turns = 0;
  while (clock_.steady() < end) {
    const SteadyTime before = clock_.steady();
    cloud_.poll(std::min(watcher_->step(before), end));
    idle_turns = clock_.steady() == before ? idle_turns + 1 : 0;
    ASSERT_LT(idle_turns, 100) << "the watcher spins";
  }
}

const exporter::CloudSnapshot& WatchedCloud::last() const {
  static const exporter::CloudSnapshot none;
  if (!published_.empty()) return *published_.back();
  ADD_FAILURE() << "nothing was published";
  return none;
}

const exporter::CloudFacts& WatchedCloud::facts() const {
  static const exporter::CloudFacts none;
  if (last().facts) return *last().facts;
  ADD_FAILURE() << "no facts were published";
  return none;
}

const exporter::CloudVmSnapshot& WatchedCloud::vm(int number) const {
  static const exporter::CloudVmSnapshot none;
  const auto found = facts().vms.find(cloud_id(number));
  if (found != facts().vms.end()) return found->second;
  ADD_FAILURE() << "no VM " << number;
  return none;
}

exporter::CloudFocus WatchedCloud::focus_on(std::vector<int> victims) const {
  exporter::CloudFocus focus;
  focus.since = clock_.wall();
  for (const int victim : victims) focus.user_vms.insert(cloud_id(victim));
  return focus;
}

}  // namespace xenha::test
