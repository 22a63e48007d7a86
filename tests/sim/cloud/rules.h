// What differs between CloudStack's releases: the reference's version matrix as named facts.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::sim::cloud {

struct Version {
  int major = 0, minor = 0, patch = 0;
  auto operator<=>(const Version&) const = default;  // NOLINT(modernize-use-nullptr): clang 14 errs
};

/// The releases whose behaviour is known; a cloud has one of these.
const std::vector<std::string>& known_versions();
/// Absent unless it is one of known_versions().
std::optional<Version> parse_version(std::string_view text);

struct Rules {
  explicit Rules(Version version);
  Version version;

  // Hosts.
  bool needs_enabled;         ///< ping and login want host.enabled
  bool check_over_ssh;        ///< the heartbeat check needs no XenAPI
  bool fresh_means_up;        ///< a fresh heartbeat is an answer: Up
  bool undetermined_alerts;   ///< nothing determined for alert.wait: Alert
  bool alert_starts_ha;       ///< not only Down
  std::string down_subject;   ///< alert A1 or A2 before the internal id; empty: none
  bool ids_in_braces;         ///< A5 and A9 say Host {"id":...}, A4 carries the uuid
  bool ha_can_be_off;         ///< vm.ha.enabled
  Duration heartbeat_period;  ///< of dom0's writer
  Duration heartbeat_age;     ///< younger is alive

  // VMs.
  bool per_host_sync;       ///< power states come with each host's ping, not from the pool's master
  bool vm_uuid_mark;        ///< VM.other_config:vm_uuid
  bool system_vms_first;    ///< in HA's queue
  bool up_host_drops_work;  ///< an HA item is cancelled when its host is Up again
  bool restart_on_up_host_is_a_setting;
  bool ha_starting_alert;  ///< A10
  bool ha_start_events;    ///< VM.START of account system
  bool out_of_band_events;

  // API.
  bool script_content_type;     ///< text/javascript
  bool unknown_command_is_401;  ///< not 432
  bool dynamic_roles;
  bool expires_takes_z;
  bool projects_with_listall;  ///< listall and projectid=-1: all, not only projects
  bool vm_last_updated;
  bool event_resources;
  bool host_control_state;
  bool server_id_is_uuid;
  bool configuration_defaults;
  bool job_completed;
};

}  // namespace xenha::sim::cloud
