#include "tests/sim/cloud/alerts_events.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xenha::sim::cloud {
namespace {

/// Of these every alert is a row of its own.
constexpr std::array kRepeated{7, 8, 9, 10, 12, 14, 19, 26, 28, 29, 30, 31};

const char* resource_type(VmKind kind) {
  switch (kind) {
    case VmKind::kUser:
      return "VirtualMachine";
    case VmKind::kRouter:
      return "DomainRouter";
    case VmKind::kConsoleProxy:
      return "ConsoleProxy";
    case VmKind::kSecondaryStorageVm:
      break;
  }
  return "SystemVm";
}

void add(Cloud& cloud, CsEvent event) {
  event.serial = ++cloud.last_serial;
  event.id = cloud.ids.uuid();
  event.created = cloud.now();
  event.at = cloud.time();
  cloud.events.push_back(std::move(event));
}

}  // namespace

const char* alert_name(int type) {
  switch (type) {
    case 7:
      return "ALERT.COMPUTE.HOST";
    case 8:
      return "ALERT.USERVM";
    case 9:
      return "ALERT.SERVICE.DOMAINROUTER";
    case 10:
      return "ALERT.SERVICE.CONSOLEPROXY";
    case 11:
      return "ALERT.NETWORK.ROUTING";
    case 12:
      return "ALERT.STORAGE.MISC";
    case 14:
      return "ALERT.MANAGEMENT";
    case 15:
      return "ALERT.NETWORK.DOMAINROUTERMIGRATE";
    case 16:
      return "ALERT.SERVICE.CONSOLEPROXYMIGRATE";
    case 17:
      return "ALERT.USERVM.MIGRATE";
    case 19:
      return "ALERT.SERVICE.SSVM";
    case 27:
      return "ALERT.TYPE.SYNC";
    default:
      return "ALERT.UNKNOWN";
  }
}

void send_alert(Cloud& cloud, int type, const std::string& subject) {
  const bool repeated = std::find(kRepeated.begin(), kRepeated.end(), type) != kRepeated.end();
  const bool there = std::any_of(cloud.alerts.begin(), cloud.alerts.end(),
                                 [type](const CsAlert& alert) { return alert.type == type; });
  if (there && !repeated) return;
  cloud.alerts.push_back(
      {++cloud.last_serial, cloud.ids.uuid(), subject.substr(0, 999), type, cloud.now(), cloud.time()});
  cloud.truth("alert_sent", nullptr, nullptr, subject);
}

std::string alert_place(const Cloud& cloud) {
  return ", availability zone: " + cloud.zone_name + ", pod: " + cloud.pod_name;
}

std::string host_with_id(const CsHost& host, bool space) {
  return host.name + (space ? " (id:" : "(id:") + std::to_string(host.number) + ")";
}

std::string host_in_braces(const CsHost& host) {
  return "Host {\"id\":" + std::to_string(host.number) + ",\"name\":\"" + host.name +
         "\",\"type\":\"Routing\",\"uuid\":\"" + host.id + "\"}";
}

std::string event_type(VmKind kind, const char* act) {
  switch (kind) {
    case VmKind::kUser:
      return std::string("VM.") + act;
    case VmKind::kRouter:
      return std::string("ROUTER.") + act;
    case VmKind::kConsoleProxy:
      return std::string("PROXY.") + act;
    case VmKind::kSecondaryStorageVm:
      break;
  }
  return std::string("SSVM.") + act;
}

void add_vm_event(Cloud& cloud, const CsVm& vm, const VmEvent& event) {
  CsEvent out;
  out.type = event_type(vm.kind, event.act);
  out.level = event.level;
  out.state = event.state;
  out.description = event.description;
  out.account = event.account;
  out.user = event.user;
  out.parent = event.parent;
  out.resource_id = vm.id;
  out.resource_type = resource_type(vm.kind);
  out.resource_name = vm.name;
  add(cloud, std::move(out));
}

void add_host_event(Cloud& cloud, const CsHost& host, const std::string& type, const char* state,
                    const std::string& description, int account, const std::string& user) {
  CsEvent out;
  out.type = type;
  out.state = state;
  out.description = description;
  out.account = account;
  out.user = user;
  out.resource_id = host.id;
  out.resource_type = "Host";
  out.resource_name = host.name;
  add(cloud, std::move(out));
}

void add_user_event(Cloud& cloud, const CsVm& vm, const char* act, const char* state,
                    const CsAccount& account) {
  const std::string verb = std::string(act) == "START"     ? "starting Vm"
                           : std::string(act) == "STOP"    ? "stopping Vm"
                           : std::string(act) == "MIGRATE" ? "migrating vm"
                                                           : "destroying vm";
  std::string text = verb + ". Vm Id: " + vm.id;
  if (std::string(state) == "Completed") text = "Successfully completed " + text;
  add_vm_event(cloud, vm, {act, state, "INFO", std::move(text), account.number, account.user});
}

}  // namespace xenha::sim::cloud
