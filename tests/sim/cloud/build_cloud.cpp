// A cloud that has been running for long over healthy pools: everything Up and Running.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <regex>
#include <utility>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/cloud/ha_work.h"
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/cloud/vm_life.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/storage_builder.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

using namespace std::chrono_literals;

constexpr auto kAge = std::chrono::hours(24 * 90);

Error bad(std::string message) {
  return {ErrorCode::kBadConfig, std::move(message)};
}

/// A name-based (version 3) UUID, as CloudStack makes of a storage pool's host and path.
std::string name_uuid(const std::string& name) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  EVP_Digest(name.data(), name.size(), hash.data(), &size, EVP_md5(), nullptr);
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0f) | 0x30);
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3f) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < 16; ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) out += '-';
    out += kDigits[hash[at] >> 4];
    out += kDigits[hash[at] & 15];
  }
  return out;
}

void add_account(Cloud& cloud, int number, const std::string& name, const std::string& domain,
                 RoleType role) {
  auto account = std::make_unique<CsAccount>();
  account->number = number;
  account->id = cloud.ids.uuid();
  account->name = account->user = name;
  account->user_id = cloud.ids.uuid();
  account->domain = domain;
  account->domain_id = name_uuid(cloud.name + domain);
  account->role = role;
  cloud.accounts.push_back(std::move(account));
}

void make_accounts(Cloud& cloud) {
  add_account(cloud, 1, "system", "ROOT", RoleType::kRootAdmin);
  add_account(cloud, 2, "admin", "ROOT", RoleType::kRootAdmin);
  cloud.accounts.back()->api_key = cloud.spec.api_key;
  cloud.accounts.back()->secret_key = cloud.spec.secret_key;
  add_account(cloud, 3, "tenant", "tenants", RoleType::kDomainAdmin);
  cloud.accounts.back()->api_key = cloud.spec.tenant_api_key;
  cloud.accounts.back()->secret_key = cloud.spec.tenant_secret_key;
  add_account(cloud, 4, "PrjAcct-ops-1", "ROOT", RoleType::kUser);
  cloud.accounts.back()->project_id = cloud.ids.uuid();
  cloud.accounts.back()->project = "ops";
  // Root admins only before 4.9: there were no roles with rules.
  add_account(cloud, 5, "reader", "ROOT", RoleType::kRootAdmin);
  cloud.accounts.back()->only_reads = cloud.rules.dynamic_roles;
  cloud.accounts.back()->api_key = cloud.spec.reader_api_key;
  cloud.accounts.back()->secret_key = cloud.spec.reader_secret_key;
}

void add_offering(Cloud& cloud, const char* name, bool offer_ha, VmKind kind) {
  auto offering = std::make_unique<CsOffering>();
  offering->id = cloud.ids.uuid();
  offering->name = name;
  offering->offer_ha = offer_ha;
  offering->system = kind != VmKind::kUser;
  offering->kind = kind;
  cloud.offerings.push_back(std::move(offering));
}

void add_storage(Cloud& cloud, CsCluster& cluster, const std::string& sr_uuid, CsStoragePool pool) {
  pool.number = static_cast<int>(cloud.storage_pools.size()) + 1;
  pool.cluster = &cluster;
  pool.sr_uuid = sr_uuid;
  pool.created = cloud.now() - kAge;
  cloud.storage_pools.push_back(std::make_unique<CsStoragePool>(std::move(pool)));
}

/// The pool's NFS SRs that are not the heartbeat's, and two more of other types.
void make_storage(Cloud& cloud, CsCluster& cluster, Database& db) {
  Site& site = *cluster.site;
  int number = 0;
  for (const std::string& sr : db.refs("SR")) {
    if (sr == site.heartbeat_sr || db.text("SR", sr, "type") != "nfs") continue;
    const std::string path = "/export/" + cluster.name + "-" + std::to_string(++number);
    const std::string id = name_uuid("10.0.9.1" + path);
    db.set("SR", sr, "name_label", id);
    db.set("SR", sr, "name_description", std::to_string(cloud.storage_pools.size() + 1));
    db.set("SR", sr, "sm_config", {{"nosubdir", "true"}});
    for (const Json& pbd : db.get("SR", sr, "PBDs"))
      db.set("PBD", pbd.get<std::string>(), "device_config", {{"server", "10.0.9.1"}, {"serverpath", path}});
    add_storage(cloud, cluster, db.text("SR", sr, "uuid"),
                {.id = id,
                 .name = cluster.name + "-nfs" + std::to_string(number),
                 .type = "NetworkFilesystem",
                 .address = "10.0.9.1",
                 .path = path});
  }
  const std::string target = "/iqn.2015-01.example:" + cluster.name + "-primary/1";
  const std::string iscsi = name_uuid("10.0.9.3" + target);
  std::string sr = add_shared_sr(site, db, iscsi, "lvmoiscsi",
                                 {{"target", "10.0.9.3"},
                                  {"targetIQN", "iqn.2015-01.example:" + cluster.name + "-primary"},
                                  {"SCSIid", "3600c0ff0000000" + std::to_string(100 + cluster.number)}});
  db.set("SR", sr, "name_description", iscsi);
  add_storage(cloud, cluster, db.text("SR", sr, "uuid"),
              {.id = iscsi,
               .name = cluster.name + "-iscsi",
               .type = "IscsiLUN",
               .address = "10.0.9.3",
               .path = target});
  const std::string label = "Primary-FC-" + site.name;
  sr = add_shared_sr(site, db, label, "lvmohba",
                     {{"SCSIid", "3600508b4000000" + std::to_string(100 + cluster.number)}});
  add_storage(cloud, cluster, db.text("SR", sr, "uuid"),
              {.id = label,
               .name = cluster.name + "-fc",
               .type = "PreSetup",
               .address = "localhost",
               .path = "/" + label});
}

void make_hosts(Cloud& cloud, CsCluster& cluster, Database& db) {
  for (const auto& xen : cluster.site->hosts) {
    auto host = std::make_unique<CsHost>();
    host->number = cloud.next_host++;
    host->id = cloud.ids.uuid();
    host->name = xen->name;
    host->cluster = &cluster;
    host->xen = xen.get();
    host->created = cloud.now() - kAge;
    db.set("host", xen->ref, "tags", Json::array({"vmops-version-" + cloud.spec.version}));
    cloud.hosts.push_back(std::move(host));
    write_host_tags(cloud, *cloud.hosts.back(), true);
  }
}

std::optional<VmKind> kind_of(const std::string& name, int& number, int& account) {
  static const std::regex kUserVm("^i-([0-9]+)-([0-9]+)-.+$");
  static const std::regex kSystemVm("^([rvs])-([0-9]+)-.+$");
  std::smatch match;
  if (std::regex_match(name, match, kUserVm)) {
    account = std::stoi(match[1]);
    number = std::stoi(match[2]);
    return VmKind::kUser;
  }
  if (!std::regex_match(name, match, kSystemVm)) return std::nullopt;
  account = match[1] == "r" ? 2 : 1;
  number = std::stoi(match[2]);
  return match[1] == "r"   ? VmKind::kRouter
         : match[1] == "v" ? VmKind::kConsoleProxy
                           : VmKind::kSecondaryStorageVm;
}

/// Every VM of the pool whose name is CloudStack's.
Status adopt_vms(Cloud& cloud, CsCluster& cluster, Database& db) {
  for (const std::string& ref : db.refs("VM")) {
    if (db.flag("VM", ref, "is_a_template") || db.flag("VM", ref, "is_a_snapshot")) continue;
    const std::string name = db.text("VM", ref, "name_label");
    int number = 0;
    int account = 2;
    const std::optional<VmKind> kind = kind_of(name, number, account);
    const Host* xen = cluster.site->by_ref(db.text("VM", ref, "resident_on"));
    if (!kind || !xen) continue;
    if (cloud.find_vm(name))
      return bad("instance names are unique in a CloudStack, but there are two " + name);
    const int next = std::max(cloud.next_vm, number + 1);
    CsVm& vm = create_vm(cloud, *kind, cluster, account);
    cloud.next_vm = next;
    vm.number = number;
    vm.instance_name = name;
    vm.name = *kind == VmKind::kUser ? "app-" + std::to_string(number) : name;
    vm.created = vm.last_updated = cloud.now() - kAge;
    vm.state = VmState::kRunning;
    vm.host = cloud.host_of(*xen);
    mark_record(cloud, db, ref, vm, *xen);
  }
  return Nothing{};
}

bool covers(const CloudSpec& spec, int pool) {
  return spec.pools.empty() || std::find(spec.pools.begin(), spec.pools.end(), pool) != spec.pools.end();
}

}  // namespace

Result<std::unique_ptr<Cloud>> build_cloud(World& world, const CloudSpec& spec, int number) {
  const std::optional<Version> version = parse_version(spec.version);
  if (!version) return bad("no such CloudStack release: " + spec.version);
  auto cloud = std::make_unique<Cloud>(world, spec, number, *version);
  for (const auto& [name, value] : spec.settings)
    if (!cloud->settings.exists(name)) return bad("CloudStack " + spec.version + " has no setting " + name);
  make_accounts(*cloud);
  add_offering(*cloud, "Medium Instance HA", true, VmKind::kUser);
  add_offering(*cloud, "Small Instance", false, VmKind::kUser);
  add_offering(*cloud, "System Offering For Software Router", true, VmKind::kRouter);
  add_offering(*cloud, "System Offering For Console Proxy", false, VmKind::kConsoleProxy);
  add_offering(*cloud, "System Offering For Secondary Storage VM", false, VmKind::kSecondaryStorageVm);
  for (const auto& site : world.sites) {
    if (!covers(spec, site->number)) continue;
    auto cluster = std::make_unique<CsCluster>();
    cluster->number = static_cast<int>(cloud->clusters.size()) + 1;
    cluster->id = cloud->ids.uuid();
    cluster->name = "cluster-" + site->name;
    cluster->site = site.get();
    CsCluster& made = *cluster;
    cloud->clusters.push_back(std::move(cluster));
    Database& db = *site->hosts.front()->db;
    make_storage(*cloud, made, db);
    make_hosts(*cloud, made, db);
    if (Status status = adopt_vms(*cloud, made, db); !status) return status.error();
  }
  if (cloud->clusters.empty()) return bad("the cloud has none of the pools");
  return cloud;
}

}  // namespace xenha::sim::cloud
