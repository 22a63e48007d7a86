// xenha-sim in process: simulated XenServer pools on loopback addresses, for integration tests and
// benchmarks. The simulation runs on a thread of its own; every member of Simulation may be called from any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::sim {

/// One pool as it stands when the simulation starts: healthy, HA on unless said otherwise.
struct PoolSpec {
  std::string name = "";        ///< name-label and configured name; "" becomes pool1, pool2 ...
  std::string release = "8.2";  ///< 6.2 6.5 7.0 7.1 7.6 8.0 8.2 8
  int hosts = 4;                ///< host 1 is the master
  int vms = 20;                 ///< user VMs, spread over the hosts; templates and snapshots come besides
  bool ha = true;
  int ha_timeout = 90;                   ///< seconds
  std::string heartbeat_sr = "MGMT-HA";  ///< name-label
  std::string heartbeat_type = "nfs";    ///< nfs | lvmoiscsi (with multipath keys)
  std::int64_t heartbeat_bytes = 0;      ///< size of the SR; 0: 10 GiB
  bool hotfix = true;                    ///< 6.2: XS62ESP1004 applied on every host
  bool latency_recorded = false;         ///< HA latency sources recorded on every host
  int vms_on = 0;                        ///< all user VMs on this host; 0: spread over all
  /// How many user VMs, routers, console proxies, secondary storage VMs, in this order; empty: a usual
  /// mixture.
  std::vector<int> vm_mix = {};
  std::vector<std::string> vm_names =
      {};  ///< names of the first user VMs; the others are i-2-N-VM, r-N-VM, s-N-VM
};

/// One CloudStack over some of the pools: each is a XenServer cluster of its only pod.
struct CloudSpec {
  std::string name = "";             ///< "" becomes cloud1, cloud2 ...
  std::string version = "4.20.3.0";  ///< 4.3.2 4.5.2 4.11.3.0 4.14.0.0 4.18.2.0 4.20.3.0 4.22.1.0
  std::vector<int> pools = {};       ///< numbers, from 1; empty: all
  std::string address = "";          ///< "" is 127.20.CLOUD.1
  std::uint16_t port = 0;            ///< 0: the hosts'
  std::string api_key = "cloud-api-key", secret_key = "cloud-secret-key";  ///< of a root admin
  /// Of a domain admin: no infrastructure calls, no hosts or instance names.
  std::string tenant_api_key = "tenant-api-key", tenant_secret_key = "tenant-secret-key";
  /// Of an account whose role (4.9+) allows what an exporter needs and nothing else.
  std::string reader_api_key = "reader-api-key", reader_secret_key = "reader-secret-key";
  std::map<std::string, std::string> settings = {};  ///< values in the database
  double clock_skew = 0;                             ///< seconds, of the management server
  int zone_minutes = 0;                              ///< offset in which times are printed, e.g. 120
  double start_least = 20, start_most = 30;          ///< seconds a VM is Starting
  /// Stopped console proxies and secondary storage VMs come back as new VMs; otherwise as themselves.
  bool system_vms_replaced = true;
};

struct SimulationOptions {
  std::vector<PoolSpec> pools = {PoolSpec{}};
  bool tls = false;
  std::uint16_t port = 0;               ///< of every host; 0: one that is free on all addresses
  double speed = 1;                     ///< simulated seconds per real second
  std::string control = "127.0.0.1:0";  ///< of the control API; "" = none
  std::string tls_dir = "";             ///< where certificates and pins are written; "" = not written
  std::string root_password = "root-password";
  std::string monitor_password = "monitor-password";    ///< user monitor, role read-only
  std::string operator_password = "operator-password";  ///< user operator, role pool-operator
  std::vector<CloudSpec> clouds = {};
};

/// One call that reached a host.
struct CallEntry {
  std::uint64_t number = 0;  ///< counts from 1 over the whole simulation
  double time = 0;           ///< Unix seconds
  std::string pool;          ///< name
  std::string host;          ///< address of the host that was asked
  std::string client;        ///< address and, where known, user agent
  std::string method;        ///< "Async." included; "GET /rrd_updates" for the HTTP handlers
  std::string session;       ///< none | pool | local
  std::string user;          ///< of the session
  std::string originator;    ///< of the session
  bool write = false;        ///< the method changes the pool's or a host's state
  std::string outcome;       ///< Success, an error code, pending, closed, or HTTP status
  std::string cloud = {};    ///< name, of calls to a management server: pool is empty then
};

class World;

class Simulation {
 public:
  /// Binds every host's address, starts the thread. Errors: kBadConfig (a release that does not exist, a port
  /// that is taken).
  static Result<std::unique_ptr<Simulation>> start(SimulationOptions options);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  std::uint16_t port() const;
  /// Pools and hosts count from 1: address(1, 1) is "127.10.1.1" and the master at start.
  std::string address(int pool, int host) const;
  std::string url(int pool, int host) const;
  /// "http://127.0.0.1:PORT"; "" without control API.
  std::string control_url() const;
  /// API endpoint of cloud 1, 2 ...: "http://127.20.1.1:PORT/client/api".
  std::string cloud_url(int cloud = 1);

  /// Runs a command of the control API (README.md): name, arguments as a JSON object in text. The answer is
  /// JSON text. Errors: kBadConfig with what is wrong.
  Result<std::string> command(std::string_view name, std::string_view arguments_json = "{}");
  /// The state as GET /sim/state answers it, JSON text.
  std::string state_json();
  /// A configuration for the programs: xenha.yml text; passwords go into files in `directory`.
  Result<std::string> write_config(const std::string& directory);

  std::vector<CallEntry> calls(std::uint64_t after = 0);
  std::vector<CallEntry> writes(std::uint64_t after = 0);

  /// Lets simulated time pass at once, running everything that falls due. Wall clocks of hosts do not move.
  void advance(Duration simulated);
  /// Waits until `condition` holds for the state (JSON text), looking again after every simulated event.
  /// False when `deadline` (real time) passed.
  bool wait_for(const std::function<bool(const std::string& state_json)>& condition, Duration deadline);
  /// Runs `work` on the simulation's thread and waits for it: the way to everything else in tests/sim/world/.
  void run(const std::function<void(World&)>& work);

 private:
  Simulation();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::sim
