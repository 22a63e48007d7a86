// A VM's life as CloudStack leads it, in its own database and through XenAPI: a stopped VM has no record
// there.
#pragma once

#include <functional>
#include <optional>

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim {
class Database;
}

namespace xenha::sim::cloud {

enum class Outcome { kGood, kFailed, kTakenOver };  ///< the last: another operation on the VM came in between
using Done = std::function<void(Outcome)>;

/// State and place; lastupdated moves when either does.
void set_vm(Cloud& cloud, CsVm& vm, VmState state, CsHost* host);

/// Removes the VM's records by name through a master that is reached without `not_through`. False when there
/// is no such master.
bool remove_from_pool(Cloud& cloud, const CsVm& vm, const CsHost* not_through);
/// Halted VMs of that affinity whose names are CloudStack's, at a (re)connect.
void destroy_leftovers(Cloud& cloud, CsHost& host);

/// Running -> Stopping -> Stopped without any agent; never fails.
void force_stop(Cloud& cloud, CsVm& vm, Duration takes, Done done);

struct Launch {
  bool for_ha = false;                           ///< obeys ha.tag
  CsHost* on = nullptr;                          ///< there and nowhere else
  std::optional<Duration> takes = std::nullopt;  ///< until Running; absent: as the spec says
};
/// Stopped -> Starting -> Running, or Stopped again. False at once when no host takes it.
bool launch(Cloud& cloud, CsVm& vm, const Launch& how, Done done);
/// A host with room, the emptiest one; null when there is none. `cluster` null: anywhere.
CsHost* choose_host(Cloud& cloud, const CsCluster* cluster, bool for_ha, const CsHost* not_there = nullptr);
/// Running -> Migrating -> Running there.
bool migrate(Cloud& cloud, CsVm& vm, CsHost& to, Done done);
/// An orderly stop through the host's agent.
bool stop_in_order(Cloud& cloud, CsVm& vm, Done done);
void destroy(Cloud& cloud, CsVm& vm);
/// A new VM, Stopped, with a new number and name.
CsVm& create_vm(Cloud& cloud, VmKind kind, CsCluster& cluster, int account);
/// The console proxies' and secondary storage VMs' managers: they replace what is Stopped.
void start_system_vm_scan(Cloud& cloud);
/// The replacement of a stopped system VM, or itself, on its way to Running. False when no host takes it.
bool replace_system_vm(Cloud& cloud, CsVm& vm, std::optional<Duration> takes);

/// Name, marks and affinity that CloudStack gives a VM's record.
void mark_record(Cloud& cloud, Database& db, const std::string& ref, const CsVm& vm, const Host& host);

}  // namespace xenha::sim::cloud
