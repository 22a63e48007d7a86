#include "tests/unit/exporter/poll/pool_view.h"

#include <stdexcept>

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::HostState;

GoodPool::GoodPool() {
  config.name = "cluster1";
  config.heartbeat_sr = "MGMT-HA";
  model::PoolRecord pool_record{.uuid = "pool-uuid", .name_label = "", .master = "host1", .ha_enabled = true};
  pool_record.ha_timeout = "90";
  pool_record.ha_statefiles = {{"statefile"}};
  pool_record.ha_host_failures_to_tolerate = 0;
  pool_record.ha_plan_exists_for = 0;
  pool_record.ha_overcommitted = false;
  pool_record.ha_licensed = true;
  pool_record.ha_cluster_stack = "xhad";
  pool_record.current_operations = std::vector<std::string>{};
  pool_record.rolling_upgrade = false;
  db.pools["pool"] = pool_record;
  db.srs["sr"] = {.uuid = "5e000000-sr",
                  .name_label = "MGMT-HA",
                  .type = "nfs",
                  .shared = true,
                  .physical_size = 10'000'000'000,
                  .physical_utilisation = 400'000'000};
  db.vdis["statefile"] = {.sr = "sr", .type = "ha_statefile", .virtual_size = 4 << 20};
  db.vdis["metadata"] = {.sr = "sr", .type = "redo_log", .ha_metadata = true, .virtual_size = 256 << 20};
  for (int n = 1; n <= 3; ++n) {
    const std::string number = std::to_string(n);
    model::HostRecord record{.uuid = number + "0000000-host",
                             .name_label = "xs" + number,
                             .hostname = "xs" + number,
                             .address = "10.0.0.1" + number,
                             .enabled = true,
                             .metrics = "metrics" + number,
                             .product_version = "8.2.1",
                             .build_number = "release/yangtze",
                             .product_brand = "XCP-ng",
                             .api_major = 2,
                             .api_minor = 15,
                             .has_ha_statefile = true};
    record.ha_network_peers = {{"10000000-host", "20000000-host", "30000000-host"}};
    record.boot_time = now - 48h;
    record.agent_start_time = now - 47h;
    db.hosts["host" + number] = record;
    db.host_metrics["metrics" + number] = {.live = true};
    db.pbds["pbd" + number] = {.host = "host" + number, .sr = "sr", .currently_attached = true};
    exporter::ProbedHost probe{.address = record.address, .peer_ip = record.address, .probed = true};
    probe.verdict.reachable = true;
    probe.verdict.state = n == 1 ? HostState::kMaster : HostState::kSlave;
    probe.verdict.claims_master = n == 1;
    if (n != 1) probe.verdict.believed_address = "10.0.0.11";
    probe.emergency = exporter::EmergencyFact{};
    probes.push_back(probe);
    history.members[record.address] = {record.uuid, record.name_label};
  }
}

exporter::PoolSnapshot GoodPool::judged() const {
  return exporter::judge({.config = config,
                          .now = now,
                          .up = db_is_good,
                          .last_success = now,
                          .db = db_is_good ? &db : nullptr,
                          .probes = probes,
                          .every_host_probed = every_host_probed,
                          .history = history,
                          .clock_offsets = clock_offsets,
                          .hotfix = hotfix,
                          .latencies = latencies});
}

const exporter::HostSnapshot& host_called(const exporter::PoolSnapshot& pool, const std::string& label) {
  for (const exporter::HostSnapshot& host : pool.hosts) {
    if (host.label == label) return host;
  }
  throw std::runtime_error("no host is called " + label);
}

}  // namespace xenha::test
