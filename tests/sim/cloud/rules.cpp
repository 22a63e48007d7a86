#include "tests/sim/cloud/rules.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace xenha::sim::cloud {

using namespace std::chrono_literals;

const std::vector<std::string>& known_versions() {
  static const std::vector<std::string> all{"4.3.2",    "4.5.2",    "4.11.3.0", "4.14.0.0",
                                            "4.18.2.0", "4.20.3.0", "4.22.1.0"};
  return all;
}

std::optional<Version> parse_version(std::string_view text) {
  const auto& all = known_versions();
  if (std::find(all.begin(), all.end(), text) == all.end()) return std::nullopt;
  std::array<int, 3> parts{};
  std::string rest(text);
  const char* at = rest.c_str();
  for (int& part : parts) {
    char* end = nullptr;
    part = static_cast<int>(std::strtol(at, &end, 10));
    at = *end == '.' ? end + 1 : end;
  }
  return Version{parts[0], parts[1], parts[2]};
}

Rules::Rules(Version v) : version(v) {
  const auto from = [v](int major, int minor, int patch = 0) { return v >= Version{major, minor, patch}; };
  needs_enabled = from(4, 4);
  check_over_ssh = from(4, 4);
  fresh_means_up = !from(4, 6);
  undetermined_alerts = from(4, 6);
  alert_starts_ha = !from(4, 5);
  if (from(4, 6))
    down_subject = "Host down, ";
  else if (from(4, 5))
    down_subject = "Host disconnected, ";
  ids_in_braces = from(4, 20, 1);
  ha_can_be_off = from(4, 20, 1);
  heartbeat_period = from(4, 4, 1) ? 60s : 5s;
  heartbeat_age = from(4, 4, 1) ? 120s : 60s;
  per_host_sync = from(4, 5);
  vm_uuid_mark = from(4, 5);
  system_vms_first = from(4, 6);
  up_host_drops_work = from(4, 20, 1);
  restart_on_up_host_is_a_setting = from(4, 11, 1);
  ha_starting_alert = from(4, 17);
  ha_start_events = from(4, 19, 1);
  out_of_band_events = from(4, 18, 2);
  script_content_type = !from(4, 9);
  unknown_command_is_401 = from(4, 10);
  dynamic_roles = from(4, 9);
  expires_takes_z = from(4, 14);
  projects_with_listall = from(4, 14);
  vm_last_updated = from(4, 16);
  event_resources = from(4, 17);
  host_control_state = from(4, 18);
  server_id_is_uuid = from(4, 18);
  configuration_defaults = from(4, 18);
  job_completed = from(4, 14);
}

}  // namespace xenha::sim::cloud
