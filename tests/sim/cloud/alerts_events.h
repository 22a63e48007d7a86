// Alerts and events: what CloudStack leaves for others to read.
#pragma once

#include <string>

#include "tests/sim/cloud/cloud.h"

namespace xenha::sim::cloud {

/// "ALERT.COMPUTE.HOST" of 7 ...
const char* alert_name(int type);
/// A new row, but for the types that are suppressed while one of them is there.
void send_alert(Cloud& cloud, int type, const std::string& subject);
/// ", availability zone: z1, pod: pod1"
std::string alert_place(const Cloud& cloud);
/// "xs-01 (id:3)"; `space` as some subjects have none.
std::string host_with_id(const CsHost& host, bool space = true);
/// `Host {"id":3,"name":"xs-01","type":"Routing","uuid":"..."}`
std::string host_in_braces(const CsHost& host);

/// Events of a VM's life: VM.START for user VMs, ROUTER.START for routers ...
std::string event_type(VmKind kind, const char* act);
struct VmEvent {
  const char* act = "START";
  const char* state = "Completed";
  const char* level = "INFO";
  std::string description;
  int account = 1;  ///< system
  std::string user = "system";
  std::string parent = "";
};
void add_vm_event(Cloud& cloud, const CsVm& vm, const VmEvent& event);
void add_host_event(Cloud& cloud, const CsHost& host, const std::string& type, const char* state,
                    const std::string& description, int account, const std::string& user);
/// Scheduled, Started and Completed of an operator's act on a VM: `state` is one of them.
void add_user_event(Cloud& cloud, const CsVm& vm, const char* act, const char* state,
                    const CsAccount& account);

}  // namespace xenha::sim::cloud
