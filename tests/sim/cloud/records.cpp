#include "tests/sim/cloud/records.h"

namespace xenha::sim::cloud {

const char* word(HostState state) {
  switch (state) {
    case HostState::kConnecting:
      return "Connecting";
    case HostState::kUp:
      return "Up";
    case HostState::kDisconnected:
      return "Disconnected";
    case HostState::kAlert:
      return "Alert";
    case HostState::kDown:
      return "Down";
    case HostState::kRemoved:
      break;
  }
  return "Removed";
}

const char* word(VmState state) {
  switch (state) {
    case VmState::kStarting:
      return "Starting";
    case VmState::kRunning:
      return "Running";
    case VmState::kStopping:
      return "Stopping";
    case VmState::kStopped:
      return "Stopped";
    case VmState::kMigrating:
      return "Migrating";
    case VmState::kDestroyed:
      return "Destroyed";
    case VmState::kExpunging:
      break;
  }
  return "Expunging";
}

const char* system_vm_type(VmKind kind) {
  switch (kind) {
    case VmKind::kUser:
      return "";
    case VmKind::kRouter:
      return "domainrouter";
    case VmKind::kConsoleProxy:
      return "consoleproxy";
    case VmKind::kSecondaryStorageVm:
      break;
  }
  return "secondarystoragevm";
}

int alert_type(VmKind kind) {
  switch (kind) {
    case VmKind::kUser:
      return 8;
    case VmKind::kRouter:
      return 9;
    case VmKind::kConsoleProxy:
      return 10;
    case VmKind::kSecondaryStorageVm:
      break;
  }
  return 19;
}

}  // namespace xenha::sim::cloud
