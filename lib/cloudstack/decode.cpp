#include "lib/cloudstack/decode.h"

#include <array>
#include <string_view>

#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

using namespace model;
using Fields = std::string_view;

Error without(std::string_view object, std::string_view field) {
  return {ErrorCode::kBadReply, "the answer has " + std::string(object) + " without " + std::string(field)};
}

bool is_ours(const Row& row) {
  const std::string* hypervisor = row.find("hypervisor");  // of routers and system VMs only from 4.5
  return hypervisor == nullptr || lower_case(*hypervisor) == "xenserver";
}

constexpr Fields kClusterFields[] = {"id", "name", "zoneid", "podname", "hypervisortype", "managedstate"};
Decoded<CloudCluster> decode_cluster(const Row& row) {
  CloudCluster out;
  out.id = row.text("id");
  out.name = row.text("name");
  out.zone_id = row.text("zoneid");
  out.pod_name = row.text("podname");
  out.hypervisor = row.text("hypervisortype");
  out.managed_state = row.text("managedstate");
  if (out.id.empty()) return without("a cluster", "id");
  return std::optional(std::move(out));
}

constexpr Fields kHostFields[] = {"id",     "name",  "ipaddress",     "clusterid",
                                  "zoneid", "state", "resourcestate", "hahost"};
Decoded<CloudHost> decode_host(const Row& row) {
  CloudHost out;
  out.id = row.text("id");
  out.name = row.text("name");
  out.address = row.text("ipaddress");
  out.cluster_id = row.text("clusterid");
  out.zone_id = row.text("zoneid");
  out.state = row.text("state");
  out.resource_state = row.text("resourcestate");
  out.ha_host = row.flag("hahost").value_or(false);
  if (out.id.empty()) return without("a host", "id");
  if (out.state.empty()) return without("a host", "state");
  return std::optional(std::move(out));
}

constexpr Fields kVmFields[] = {
    "id",     "name",     "instancename",      "displayname", "state",      "hostid",
    "zoneid", "haenable", "serviceofferingid", "lastupdated", "hypervisor", "systemvmtype"};
Decoded<CloudVm> decode_vm(const Row& row, CloudVmKind kind) {
  if (!is_ours(row)) return std::optional<CloudVm>();
  CloudVm out;
  out.kind = kind;
  out.id = row.text("id");
  out.name = row.text("name");
  out.state = row.text("state");
  out.host_id = row.text("hostid");
  out.zone_id = row.text("zoneid");
  out.offering_id = row.text("serviceofferingid");
  if (kind == CloudVmKind::kUser) {
    if (out.name.empty()) out.name = row.text("displayname");
    out.instance_name = row.text("instancename");
    out.ha_enabled = row.flag("haenable");
    out.last_updated = row.time("lastupdated");
  } else {
    out.instance_name = out.name;
  }
  if (out.id.empty()) return without("a VM", "id");
  if (out.state.empty()) return without("a VM", "state");
  return std::optional(std::move(out));
}
Decoded<CloudVm> decode_user_vm(const Row& row) {
  return decode_vm(row, CloudVmKind::kUser);
}
Decoded<CloudVm> decode_router(const Row& row) {
  return decode_vm(row, CloudVmKind::kRouter);
}
Decoded<CloudVm> decode_system_vm(const Row& row) {
  const std::string type = lower_case(row.text("systemvmtype"));
  if (type == "consoleproxy") return decode_vm(row, CloudVmKind::kConsoleProxy);
  if (type == "secondarystoragevm") return decode_vm(row, CloudVmKind::kSecondaryStorageVm);
  return std::optional<CloudVm>();
}

constexpr Fields kOfferingFields[] = {"id", "offerha", "issystem", "systemvmtype"};
Decoded<CloudOffering> decode_offering(const Row& row) {
  CloudOffering out;
  out.id = row.text("id");
  out.offer_ha = row.flag("offerha").value_or(false);
  out.is_system = row.flag("issystem").value_or(false);
  out.system_vm_type = row.text("systemvmtype");
  if (out.id.empty()) return without("an offering", "id");
  return std::optional(std::move(out));
}

constexpr Fields kStoragePoolFields[] = {"id",    "name",  "type",      "path",
                                         "state", "scope", "clusterid", "zoneid"};
Decoded<CloudStoragePool> decode_storage_pool(const Row& row) {
  CloudStoragePool out;
  out.id = row.text("id");
  out.name = row.text("name");
  out.type = row.text("type");
  out.path = row.text("path");
  out.state = row.text("state");
  out.scope = row.text("scope");
  out.cluster_id = row.text("clusterid");
  out.zone_id = row.text("zoneid");
  if (out.id.empty()) return without("a storage pool", "id");
  return std::optional(std::move(out));
}

constexpr Fields kConfigurationFields[] = {"name", "value", "defaultvalue"};
Decoded<CloudConfiguration> decode_configuration(const Row& row) {
  CloudConfiguration out;
  out.name = row.text("name");
  out.value = row.maybe_text("value");
  out.default_value = row.maybe_text("defaultvalue");
  if (out.name.empty()) return without("a setting", "name");
  return std::optional(std::move(out));
}

constexpr Fields kAlertFields[] = {"id", "type", "description", "sent"};
Decoded<CloudAlert> decode_alert(const Row& row) {
  CloudAlert out;
  out.id = row.text("id");
  out.description = row.text("description");
  const std::optional<int> type = row.integer("type");
  const std::optional<WallTime> sent = row.time("sent");
  if (out.id.empty()) return without("an alert", "id");
  if (!type) return without("an alert", "a type that is a number");
  // Without the time an alert says nothing about a failure; a date that is there must be understood.
  if (row.find("sent") == nullptr) return std::optional<CloudAlert>();
  if (!sent) return without("an alert", "a date that can be read");
  out.type = *type;
  out.sent = *sent;
  return std::optional(std::move(out));
}

constexpr Fields kEventFields[] = {"id",       "type",    "level",      "state",        "description",
                                   "username", "account", "resourceid", "resourcetype", "created"};
Decoded<CloudEvent> decode_event(const Row& row) {
  CloudEvent out;
  out.id = row.text("id");
  out.type = row.text("type");
  out.level = row.text("level");
  out.state = row.text("state");
  out.description = row.text("description");
  out.username = row.text("username");
  out.account = row.text("account");
  out.resource_id = row.text("resourceid");
  out.resource_type = row.text("resourcetype");
  const std::optional<WallTime> created = row.time("created");
  if (out.id.empty()) return without("an event", "id");
  if (row.find("created") == nullptr) return std::optional<CloudEvent>();
  if (!created) return without("an event", "a date that can be read");
  out.created = *created;
  return std::optional(std::move(out));
}

constexpr Fields kCapabilityFields[] = {"cloudstackversion"};
constexpr Fields kApiFields[] = {"name"};

}  // namespace

const Shape<CloudCluster> kClusterShape{{"cluster", kClusterFields}, decode_cluster};
const Shape<CloudHost> kHostShape{{"host", kHostFields}, decode_host};
const Shape<CloudVm> kUserVmShape{{"virtualmachine", kVmFields}, decode_user_vm};
const Shape<CloudVm> kRouterShape{{"router", kVmFields}, decode_router};
const Shape<CloudVm> kSystemVmShape{{"systemvm", kVmFields}, decode_system_vm};
const Shape<CloudOffering> kOfferingShape{{"serviceoffering", kOfferingFields}, decode_offering};
const Shape<CloudStoragePool> kStoragePoolShape{{"storagepool", kStoragePoolFields}, decode_storage_pool};
const Shape<CloudConfiguration> kConfigurationShape{{"configuration", kConfigurationFields},
                                                    decode_configuration};
const Shape<CloudAlert> kAlertShape{{"alert", kAlertFields}, decode_alert};
const Shape<CloudEvent> kEventShape{{"event", kEventFields}, decode_event};
const Wanted kCapabilitiesWanted{"capability", kCapabilityFields};
const Wanted kApisWanted{"api", kApiFields, "params"};

}  // namespace xenha::cloudstack
