// One simulated CloudStack: a management server with its database, over pools of the same world.
//
// Everything runs on the simulation's loop and by the world's clock. Where CloudStack would need XenAPI it
// goes through a running master (xapi_link.h); it never looks at what only the simulator knows.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/sim/cloud/records.h"
#include "tests/sim/cloud/rules.h"
#include "tests/sim/cloud/settings.h"
#include "tests/sim/sim.h"
#include "tests/sim/wire/http_server.h"
#include "tests/sim/world/ids.h"
#include "tests/sim/world/scheduler.h"

namespace xenha::sim {
class World;
}

namespace xenha::sim::cloud {

class HaWork;

class Cloud {
 public:
  Cloud(World& world, const CloudSpec& spec, int number, Version version);
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  World& world;
  CloudSpec spec;
  int number;
  Rules rules;
  Settings settings;
  Ids ids;
  std::mt19937 random;
  std::string name, address;
  std::string zone_id, zone_name = "z1", pod_id, pod_name = "pod1", server_id;
  std::unique_ptr<Listener> listener;
  std::uint16_t port = 0;

  bool powered = true;
  Network fault;
  std::uint64_t term = 1;  ///< moves on when the management server stops: what it planned is void
  Duration skew{};         ///< of its clock
  bool system_vms_replaced = true;
  bool throttle_all = false;  ///< as a proxy with limits would: root admins too

  std::vector<std::unique_ptr<CsCluster>> clusters;
  std::vector<std::unique_ptr<CsHost>> hosts;
  std::vector<std::unique_ptr<CsVm>> vms;  ///< removed ones too
  std::vector<std::unique_ptr<CsOffering>> offerings;
  std::vector<std::unique_ptr<CsStoragePool>> storage_pools;
  std::vector<std::unique_ptr<CsAccount>> accounts;  ///< one user each
  std::deque<CsAlert> alerts;
  std::deque<CsEvent> events;
  std::deque<CsJob> jobs;
  std::unique_ptr<HaWork> ha;

  int next_vm = 1, next_host = 1;
  std::uint64_t last_serial = 0;
  int failing_starts = 0;             ///< so many starts from now on fail
  std::set<std::string> failing_vms;  ///< the next start of each fails

  /// The management server's clock.
  WallTime now() const;
  SimTime time() const;
  /// As the API prints a time: whole seconds cut off, in the server's zone.
  std::string date(WallTime when) const;
  /// Runs `task` after that much simulated time unless the management server stopped meanwhile.
  void later(Duration simulated, std::function<void()> task);
  /// Between two durations, the same in every run.
  Duration between(Duration least, Duration most);
  void truth(const char* what, const CsHost* host, const CsVm* vm = nullptr, std::string detail = "");

  CsHost* host_of(const Host& xen) const;
  /// By number, name, address or id; null if there is none.
  CsHost* find_host(std::string_view text) const;
  CsCluster* find_cluster(std::string_view text) const;
  /// By instance name or id; of equal names the living one.
  CsVm* find_vm(std::string_view text) const;
  const CsAccount& system_account() const { return *accounts.front(); }
  const CsAccount& account(int number) const;
  std::string url() const;
};

/// The cloud's records over the pools of its spec, marks in the pools' databases included. Errors:
/// kBadConfig.
Result<std::unique_ptr<Cloud>> build_cloud(World& world, const CloudSpec& spec, int number);
/// Starts pings, monitor, scans and HA workers of a management server that has been running for long.
void start_cloud(Cloud& cloud);
/// Stops the management server, or starts it: its hosts are Disconnected until the first scan.
void power_cloud(Cloud& cloud, bool on);

}  // namespace xenha::sim::cloud
