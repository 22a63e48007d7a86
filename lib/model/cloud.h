// What xenha keeps of CloudStack's answers, one struct an object, named as the API names them. Ids are texts,
// never numbers or UUIDs to us. An absent optional means that this release has no such field, that the
// account may not see it, or that it was null. Times are the management server's own clock as it was printed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::model {

struct CloudCluster {
  std::string id, name, zone_id, pod_name;
  std::string hypervisor;     ///< "XenServer", for XCP-ng too
  std::string managed_state;  ///< Managed | PrepareUnmanaged | Unmanaged | PrepareUnmanagedError
  bool operator==(const CloudCluster&) const = default;
};

struct CloudHost {
  std::string id, name;
  std::string address;  ///< ipaddress: the management address of the XenServer host
  std::string cluster_id, zone_id;
  std::string state;           ///< Up, Down, Alert, ... (listHosts state)
  std::string resource_state;  ///< Enabled, Maintenance, ... (listHosts resourcestate)
  bool ha_host = false;        ///< carries the tag named by ha.tag
  bool operator==(const CloudHost&) const = default;
};

enum class CloudVmKind { kUser, kRouter, kConsoleProxy, kSecondaryStorageVm };
inline constexpr std::array kCloudVmKindWords{"user", "router", "consoleproxy", "secondarystoragevm"};

struct CloudVm {
  CloudVmKind kind = CloudVmKind::kUser;
  std::string id;
  std::string instance_name;  ///< = XenServer's VM.name_label; of routers and system VMs their `name`
  std::string name;           ///< as its owner calls it; not unique
  std::string state;          ///< Running, Stopping, Stopped, Starting, Migrating, Destroyed, ...
  std::string host_id;        ///< empty when there is none, as in Stopped
  std::string zone_id;
  std::string offering_id;               ///< empty when the answer does not tell
  std::optional<bool> ha_enabled;        ///< haenable of user VMs; absent for all others
  std::optional<WallTime> last_updated;  ///< 4.16+, user VMs only
  bool operator==(const CloudVm&) const = default;
};

struct CloudOffering {
  std::string id;
  bool offer_ha = false, is_system = false;
  std::string system_vm_type;  ///< domainrouter, consoleproxy, ...; empty for user VMs
  bool operator==(const CloudOffering&) const = default;
};

struct CloudStoragePool {
  std::string id, name, type, path, state, scope, cluster_id, zone_id;
  bool operator==(const CloudStoragePool&) const = default;
};

struct CloudConfiguration {
  std::string name;
  std::optional<std::string> value;          ///< absent = null = the default applies
  std::optional<std::string> default_value;  ///< 4.18+
  bool operator==(const CloudConfiguration&) const = default;
};

/// What a setting really is, where none may be written down (lib/cloudstack/settings.h).
struct CloudSetting {
  std::string name;
  std::optional<double> seconds;  ///< settings that are times
  std::optional<double> value;    ///< factors, counts, booleans as 0 and 1
  bool is_default = false;        ///< absent, null, or equal to the release's default
  bool operator==(const CloudSetting&) const = default;
};

struct CloudAlert {
  std::string id;
  int type = 0;
  std::string description;  ///< the alert's subject
  WallTime sent;            ///< whole seconds, cut off
  bool operator==(const CloudAlert&) const = default;
};

struct CloudEvent {
  std::string id, type, level, state, description, username, account;
  std::string resource_id, resource_type;  ///< 4.17+, else empty
  WallTime created;                        ///< whole seconds, cut off
  bool operator==(const CloudEvent&) const = default;
};

}  // namespace xenha::model
