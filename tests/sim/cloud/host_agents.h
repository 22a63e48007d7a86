// The hosts' agents: pings, the monitor, investigation, reconnection; and what a declared state entails.
#pragma once

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim::cloud {

/// Pings, monitor and reconnect scan. `after_start`: of a management server that has just been started, whose
/// hosts are Disconnected until the first scan; otherwise it has been running for hours.
void start_host_rounds(Cloud& cloud, bool after_start);

/// Only the state and who owns the host.
void set_host_state(Cloud& cloud, CsHost& host, HostState state);
/// As after an investigation that said so: alerts by release, state, VM HA.
void declare_down(Cloud& cloud, CsHost& host);
/// `undetermined`: alert A5; otherwise A4, the address answers and XenAPI does not.
void declare_alert(Cloud& cloud, CsHost& host, bool undetermined);
/// Connecting and, once set up, Up: what follows a successful login.
void connect_host(Cloud& cloud, CsHost& host);
/// Orderly: Disconnected, not pinged any more.
void disconnect_host(Cloud& cloud, CsHost& host);
/// Pins the times of a host's failure.
void plan_failure(Cloud& cloud, CsHost& host, const HostPlan& plan);

/// cloud-heartbeat-<sr uuid> for each primary SR of a type that gets heartbeats; `on` false removes all
/// tags with "cloud" in them, as maintenance does.
void write_host_tags(Cloud& cloud, CsHost& host, bool on);

enum class Verdict { kNone, kUp, kDown, kDisconnected };
Verdict investigate(Cloud& cloud, CsHost& host);

}  // namespace xenha::sim::cloud
