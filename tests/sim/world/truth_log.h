// When things really happened, in both systems: what a measurement is compared with.
#pragma once

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "tests/sim/world/scheduler.h"

namespace xenha::sim {

/// `what`, of XenServer: host_lost_power, host_isolated, host_reconnected, master_serves, host_declared_dead,
/// host_live, vm_running. Of CloudStack: host_up, host_connecting, host_disconnected, host_alert, host_down,
/// alert_sent, ha_scheduled, vm_force_stopping, vm_stopped, vm_starting, vm_running, vm_start_failed,
/// vm_replaced, server_off, server_on.
struct TruthEntry {
  SimTime at{};        ///< simulated time
  WallTime wall;       ///< the world's clock, without anybody's skew
  std::string system;  ///< "xenserver" or a cloud's name
  std::string what;
  std::string pool = {};  ///< name
  std::string host = {};  ///< address
  std::string vm = {};    ///< name-label = instance name
  std::string detail = {};
};

class TruthLog {
 public:
  void add(TruthEntry entry) { entries_.push_back(std::move(entry)); }
  const std::vector<TruthEntry>& entries() const { return entries_; }

 private:
  std::vector<TruthEntry> entries_;
};

}  // namespace xenha::sim
